"""`netpol-lint server`: the language server, as netpol-lsp starts it."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def run(_name: str, arguments: Sequence[str]) -> int:
    """Serve until the client says goodbye."""
    from netpol_lsp.lsp.main import main  # noqa: PLC0415 - pygls costs half a second

    sys.argv[1:] = list(arguments)
    code: int | None = main()
    return code or 0
