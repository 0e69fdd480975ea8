"""Reading the workspace gives way to what somebody who types waits for."""

import asyncio
import json

import pytest

from netpol_lsp.lint.plan import Scope
from netpol_lsp.lsp.state import document_cache, scheduler, urgent, workspace_indexer, workspace_scan
from netpol_lsp.lsp.state.urgent import Slices, Urgent

pytestmark = pytest.mark.asyncio

ONE = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: policy-{number}, namespace: shop}}
spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: [{{ports: [{{port: 80}}]}}]}}
"""
MANY = 400


def policies(count, start=0):
    """A text with this many policies."""
    return "---\n".join(ONE.format(number=number) for number in range(start, start + count))


def write_files(folder):
    """More files than may wait between the thread and the event loop."""
    assert MANY > 2 * workspace_scan._BATCH * (workspace_scan._AHEAD + 1)
    for number in range(MANY):
        (folder / f"{number}.yaml").write_text(ONE.format(number=number))


class Counts:
    """The files that were read and taken in so far, and how many it were when a version of a document was published."""

    def __init__(self, editor, uri, monkeypatch):
        self.read = self.taken = 0
        self.published = {}
        self._editor, self._uri = editor, uri
        real_read, real_take = workspace_scan.read_source, workspace_indexer.WorkspaceIndexer._take

        def read(path):
            self.read += 1
            return real_read(path)

        def take(indexer, *arguments):
            self.taken += 1
            return real_take(indexer, *arguments)

        monkeypatch.setattr(workspace_scan, "read_source", read)
        monkeypatch.setattr(workspace_indexer.WorkspaceIndexer, "_take", take)
        editor.server.protocol.connect(self._receive)

    def _receive(self, body):
        message = json.loads(body)
        if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == self._uri:
            self.published[message["params"].get("version")] = (self.read, self.taken)
        self._editor._receive(body)


async def test_findings_of_what_is_typed_come_before_more_files_are_read(make_editor, tmp_path, monkeypatch):
    monkeypatch.setattr(scheduler, "TURN", 0.0)  # each step of a check lets others have a turn
    monkeypatch.setattr(urgent, "_LONGEST", 1000.0)
    write_files(tmp_path)
    editor = make_editor()
    uri = (tmp_path / "typed.yaml").as_uri()
    counts = Counts(editor, uri, monkeypatch)
    await editor.start(tmp_path)
    document = editor.open(policies(1, MANY), uri=uri)
    await editor.until(lambda: counts.taken >= 20 and document.version in counts.published)
    document.replace(policies(60, MANY + 1000))
    read, taken = counts.read, counts.taken
    assert not editor.server.services.urgent.is_calm
    await editor.until(lambda: document.version in counts.published)
    assert not editor.server.services.sync.index.is_ready
    read_then, taken_then = counts.published[document.version]
    assert taken_then - taken <= urgent._FILES
    assert read_then - read <= 1
    assert editor.server.services.urgent.is_calm
    await editor.quiet()
    assert counts.taken == MANY
    assert len(editor.server.services.session.workspace.view) == MANY + 60


async def test_a_request_for_findings_is_answered_before_more_files_are_read(make_editor, tmp_path, monkeypatch):
    monkeypatch.setattr(scheduler, "TURN", 0.0)
    monkeypatch.setattr(urgent, "_LONGEST", 1000.0)
    write_files(tmp_path)
    editor = make_editor()
    uri = (tmp_path / "typed.yaml").as_uri()
    counts = Counts(editor, uri, monkeypatch)
    await editor.start(tmp_path, {"textDocument": {"diagnostic": {}}})
    await editor.until(lambda: counts.taken >= 20)
    editor.open(policies(60, MANY), uri=uri)
    taken = counts.taken
    number = editor.post("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    await editor.answer(number)
    assert counts.taken - taken <= urgent._FILES
    await editor.quiet()
    assert counts.taken == MANY


async def test_what_depends_on_other_manifests_is_judged_once_when_all_are_there(make_editor, tmp_path, monkeypatch):
    judged = []

    def lint(analysis, config, *more, real=document_cache.lint_document, **options):
        if Scope.WORKSPACE in more:
            judged.append(len(more[0]))
        return real(analysis, config, *more, **options)

    monkeypatch.setattr(document_cache, "lint_document", lint)
    write_files(tmp_path)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(policies(1, MANY), uri=(tmp_path / "typed.yaml").as_uri())
    await editor.until(lambda: document.version in [item.get("version") for item in editor.published(document.uri)])
    assert judged == []
    await editor.quiet()
    assert judged == [MANY + 1]


async def test_nothing_of_a_cancelled_scan_is_left(make_editor, tmp_path, monkeypatch):
    write_files(tmp_path)
    editor = make_editor()
    sync = editor.server.services.sync
    seen = []

    def prepare():
        seen.append(len(editor.server.services.session.workspace.view))
        sync.index.cancel(sync.index._scan.progress.token)
        yield

    monkeypatch.setattr(sync, "prepare", prepare)
    await editor.start(tmp_path)
    await editor.quiet()
    assert seen == [MANY]
    assert len(editor.server.services.session.workspace.view) == 0
    assert editor.server.services.session.workspace.is_complete


async def test_a_check_that_others_caused_does_not_delay_the_next_keystroke(make_editor, monkeypatch):
    async def costly(_session, _snapshot):
        return 0.021

    editor = make_editor()
    await editor.start()
    document = editor.open(policies(1))
    await editor.quiet()
    monkeypatch.setattr(scheduler, "work_out", costly)
    checks = editor.server.services.scheduler
    checks.schedule(document.uri)
    await editor.quiet()
    assert checks._costs[document.uri] == 0.0
    document.replace(policies(1, 1))
    await editor.quiet()
    assert checks._costs[document.uri] == 0.021


async def turns_of_loop(count=10):
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("length", "most"), [(0, urgent._FILES), (urgent._LENGTH // 4, 4), (urgent._LENGTH * 2, 1)])
async def test_a_slice_ends_after_some_files_or_their_length(monkeypatch, length, most):
    monkeypatch.setattr(urgent, "_TIME", 1000.0)
    monkeypatch.setattr(urgent, "_LONGEST", 1000.0)
    waits, done = Urgent(), []
    slices = Slices(waits)

    async def work():
        for number in range(100):
            done.append(number)
            await slices.done(length)

    task = asyncio.get_running_loop().create_task(work())
    waits.begin("typed")
    waits.begin("other")
    await turns_of_loop()
    assert len(done) == most
    waits.end("other")
    await turns_of_loop()
    assert len(done) == most
    waits.end("typed")
    await task
    assert len(done) == 100


async def test_work_goes_on_slice_by_slice_although_somebody_always_waits(monkeypatch):
    monkeypatch.setattr(urgent, "_LONGEST", 0.0)
    waits = Urgent()
    waits.begin("for ever")
    slices = Slices(waits)
    for _ in range(3 * urgent._FILES):
        await slices.done()
    assert not waits.is_calm
    waits.give_way_in_thread()
    waits.end("for ever")
    assert waits.is_calm


async def test_a_scan_that_nobody_wants_walks_no_further(make_editor, tmp_path, monkeypatch):
    for number in range(20):
        (tmp_path / f"folder-{number}").mkdir()
        (tmp_path / f"folder-{number}" / "a.yaml").write_text(ONE.format(number=number))
    scans, asked = [], []
    real = workspace_scan.Scan._is_excluded

    def is_excluded(scan, path):
        if not scans:
            scans.append(scan)
            scan.stop()
        if scan is scans[0]:
            asked.append(path)
        return real(scan, path)

    monkeypatch.setattr(workspace_scan.Scan, "_is_excluded", is_excluded)
    posted = []
    real_post = workspace_scan.Scan._post
    monkeypatch.setattr(
        workspace_scan.Scan, "_post", lambda scan, batch: (posted.append(batch), real_post(scan, batch))[1]
    )
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.until(lambda: posted)
    assert posted == [None]
    assert len(asked) <= 21  # the folders themselves, and none of their files
