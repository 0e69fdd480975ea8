"""Diagnostics on request (pull), and checking everything again."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING

from lsprotocol import types

from netpol_lsp.lsp.convert import Json
from netpol_lsp.lsp.findings import SOURCE, render_config_problems, render_findings
from netpol_lsp.lsp.scheduler import work_out

if TYPE_CHECKING:
    from netpol_lsp.lsp.server import NetpolServer
    from netpol_lsp.lsp.session import Snapshot


def register(_server: NetpolServer) -> None:
    """Nothing to add for clients that get theirs pushed."""


def register_pull(server: NetpolServer) -> None:
    """Add the handlers for a client that asks itself."""
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier=SOURCE)

    @server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def document_diagnostic(params: types.DocumentDiagnosticParams) -> Json:
        snapshot = server.session.get(params.text_document.uri)
        return await report(server, snapshot, params.previous_result_id)

    @server.feature(types.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(params: types.WorkspaceDiagnosticParams) -> Json:
        known = {item.uri: item.value for item in params.previous_result_ids}
        return {"items": await report_workspace(server, known)}


async def report(server: NetpolServer, snapshot: Snapshot | None, previous: str | None) -> Json:
    """The findings of a document, or that they are still the same."""
    while snapshot is not None and await work_out(server.session, snapshot) is None:
        snapshot = server.session.get(snapshot.uri)
    settled = server.session.settled(snapshot.uri) if snapshot is not None else None
    return _answer([] if settled is None else render_findings(settled, server.client), previous)


async def report_workspace(server: NetpolServer, known: dict[str, str]) -> list[Json]:
    """The findings of all open documents and of broken config files; what was reported before and is gone is empty."""
    reports: dict[str, Json] = {}
    for snapshot in server.session:
        answer = await report(server, snapshot, known.get(snapshot.uri))
        reports[snapshot.uri] = {**answer, "uri": snapshot.uri, "version": snapshot.version}
        await asyncio.sleep(0)
    for uri, items in render_config_problems(server.configuration.loaded()).items():
        reports.setdefault(uri, {**_answer(items, known.get(uri)), "uri": uri, "version": None})
    for uri, result in known.items():
        reports.setdefault(uri, {**_answer([], result), "uri": uri, "version": None})
    return list(reports.values())


def reload(server: NetpolServer) -> None:
    """The configuration may have changed: check everything again."""
    server.configuration.reload()
    server.session.reconfigure()
    if server.client.pulls_diagnostics:
        if server.client.refreshes_diagnostics:
            server.ask(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)
        return
    server.scheduler.schedule_all()
    server.publisher.refresh_closed()
    for root in server.configuration.roots:
        server.configuration.for_path(root + "/")
    server.publisher.publish_config_problems()


def _answer(items: list[Json], previous: str | None) -> Json:
    """A full report, or `unchanged` when the client has it already. The id is that of the content."""
    content = json.dumps(items, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    result = hashlib.blake2b(content, digest_size=12).hexdigest()
    if result == previous:
        return {"kind": "unchanged", "resultId": result}
    return {"kind": "full", "resultId": result, "items": items}
