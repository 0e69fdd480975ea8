"""Diagnostics on request (pull), and checking everything again."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator

from lsprotocol import types

from netpol_lsp.lsp.state.diagnostic_render import SOURCE, render_config_problems, render_findings
from netpol_lsp.lsp.state.intent_findings import render_test_findings
from netpol_lsp.lsp.state.scheduler import work_out
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import NOTHING, RawJson

_BATCH = 50
"""Reports that are sent together where the client takes them bit by bit."""


def register(_registry: Registry, _services: Services) -> None:
    """Nothing to add for clients that get theirs pushed."""


def register_pull(registry: Registry, services: Services) -> None:
    """Add the handlers for a client that asks itself."""
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier=SOURCE)

    @registry.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)
    async def document_diagnostic(params: types.DocumentDiagnosticParams) -> RawJson:
        snapshot = services.session.get(params.text_document.uri)
        with services.urgent.waiting():
            found = await findings_of(services, snapshot)
        return _report(found, params.previous_result_id)

    @registry.feature(types.WORKSPACE_DIAGNOSTIC)
    async def workspace_diagnostic(params: types.WorkspaceDiagnosticParams) -> RawJson:
        known = {item.uri: item.value for item in params.previous_result_ids}
        return await report_workspace(services, known, params.partial_result_token)


async def findings_of(services: Services, snapshot: Snapshot | None) -> RawJson:
    """The findings of a document in its newest version."""
    while snapshot is not None and await work_out(services.session, snapshot) is None:
        snapshot = services.session.get(snapshot.uri)
    session, client = services.session, services.client.capabilities
    up_to_date = session.up_to_date(snapshot.uri) if snapshot is not None else None
    if up_to_date is None:
        return NOTHING
    return render_findings(up_to_date, client, session, render_test_findings(up_to_date, session, client))


async def report_workspace(services: Services, known: dict[str, str], token: str | int | None) -> RawJson:
    """The findings of all manifests of the workspace, open or not, and of broken config files.

    What was reported before and is gone is empty. With a token the reports are sent bit by bit.
    """
    reports: list[RawJson] = []
    told: set[str] = set()
    async for uri, version, items in _all_findings(services):
        told.add(uri)
        reports.append(_report(items, known.get(uri), uri, version))
        if token is not None and len(reports) >= _BATCH:
            services.client.notify(types.PROGRESS, _partial(token, reports))
            reports = []
    reports += [_report(NOTHING, result, uri) for uri, result in known.items() if uri not in told]
    if token is not None:
        services.client.notify(types.PROGRESS, _partial(token, reports))
        reports = []
    return RawJson(f'{{"items":[{",".join(reports)}]}}')


async def _all_findings(services: Services) -> AsyncIterator[tuple[str, int | None, RawJson]]:
    """Each document with its version (None for a file that is not open) and its findings."""
    told: set[str] = set()
    for snapshot in services.session:
        told.add(snapshot.source.uri)
        yield snapshot.uri, snapshot.version, await findings_of(services, snapshot)
        await asyncio.sleep(0)
    # Before all files are read, no one knows what else is there.
    closed = sorted({*services.sync.index.ours, *services.sync.rendering.shown})
    for uri in closed if services.session.workspace.is_complete else ():
        if uri not in told and not services.session.is_open(uri):
            told.add(uri)
            yield uri, None, await services.closed.items(uri)
            await asyncio.sleep(0)
    problems = render_config_problems(services.configuration.problems(), services.session.encoding)
    for uri, items in problems.items():
        if uri not in told:
            yield uri, None, items


def _partial(token: str | int, reports: list[RawJson]) -> RawJson:
    return RawJson(f'{{"token":{json.dumps(token)},"value":{{"items":[{",".join(reports)}]}}}}')


def _report(items: RawJson, previous: str | None, uri: str | None = None, version: int | None = None) -> RawJson:
    """A full report, or `unchanged` when the client has it already. Its id is that of the content."""
    result = hashlib.blake2b(items.encode("utf-8", "replace"), digest_size=12).hexdigest()
    where = "" if uri is None else f'"uri":{json.dumps(uri)},"version":{json.dumps(version)},'
    if result == previous:
        return RawJson(f'{{{where}"kind":"unchanged","resultId":"{result}"}}')
    return RawJson(f'{{{where}"kind":"full","resultId":"{result}","items":{items}}}')
