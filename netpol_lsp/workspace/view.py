"""What a rule may ask about the other manifests."""

from __future__ import annotations

class WorkspaceView:
    pass

EMPTY = WorkspaceView()
