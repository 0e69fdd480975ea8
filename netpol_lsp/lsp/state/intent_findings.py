"""What an editor says about tests of connections: mistakes in the file, and tests that do not hold."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.ide.intent_outcomes import IntentFinding, findings
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.diagnostic_render import SEVERITIES, SOURCE
from netpol_lsp.lsp.state.locations import locate
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json

CODE = "connectivity-test"


def render_test_findings(snapshot: Snapshot, session: Session, client: Client) -> Iterator[Json]:
    """The client's diagnostics for the tests in a document, the lines that decide as related information."""
    for part, tests in snapshot.tests:
        outcomes = tests.check(snapshot.workspace, snapshot.config.settings)
        for finding in findings(tests.file, outcomes):
            rendered: Json = {
                "range": snapshot.positions.range(finding.span.shift(part.start)),
                "severity": SEVERITIES[finding.severity],
                "code": CODE,
                "source": SOURCE,
                "message": finding.message,
            }
            if finding.related and client.related_information:
                rendered["relatedInformation"] = list(_related(finding, snapshot, session))
            yield rendered


def _related(finding: IntentFinding, snapshot: Snapshot, session: Session) -> Iterator[Json]:
    places = locate((origin for _, origin in finding.related), snapshot, session)
    for text, origin in finding.related:
        if origin in places:
            yield {"location": places[origin], "message": text}
