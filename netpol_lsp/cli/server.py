"""`netpol-lint server`: the language server, as netpol-lsp starts it."""

from __future__ import annotations

from collections.abc import Sequence


def run(_name: str, arguments: Sequence[str]) -> int:
    """Serve until the client says goodbye."""
    from netpol_lsp.lsp.main import main  # noqa: PLC0415 - pygls costs half a second

    return main(arguments)
