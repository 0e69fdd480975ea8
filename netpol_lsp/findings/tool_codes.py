"""The codes of what the linter says of itself. The engine makes these findings; their pages are rules like others."""

from __future__ import annotations

UNUSED_SUPPRESSION = "NP901"
UNKNOWN_SUPPRESSION = "NP902"
INTERNAL_ERROR = "NP990"
