"""Where facts of the workspace are, for the client."""

from __future__ import annotations

from collections.abc import Iterable

from netpol_lsp.lsp.positions import Positions
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.origin import Origin


def locate(origins: Iterable[Origin], snapshot: Snapshot, session: Session) -> dict[Origin, Json]:
    """The client's location of each place; files that cannot be read are left out."""
    found: dict[Origin, Json] = {}
    positions: dict[str, Positions | None] = {}
    uris = {one.source.uri: one.uri for one in session}
    for origin in dict.fromkeys(origins):
        uri, span = snapshot.workspace.view.written_at(origin)
        if uri not in positions:
            positions[uri] = positions_in(uri, snapshot, session)
        known = positions[uri]
        if known is not None:
            found[origin] = {"uri": uris.get(uri, uri), "range": known.range(span)}
    return found


def positions_in(uri: str, snapshot: Snapshot, session: Session) -> Positions | None:
    """Positions in a file, by our name of it: in the editor's text where it is open; None where it cannot be read."""
    opened = session.of_file(uri)
    if opened is not None:
        return opened.positions
    source = session.source_of(uri)
    return Positions(source, snapshot.encoding) if source is not None else None
