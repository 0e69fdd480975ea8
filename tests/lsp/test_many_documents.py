"""What the server does costs by what has changed, not by how much there is: counted in calls, not in seconds."""

import asyncio
import gc
import os
import sys
import threading

import pytest

from netpol_lsp.lsp.state import workspace_indexer
from netpol_lsp.lsp.state.turns import Turns
from netpol_lsp.lsp.transport import streams
from netpol_lsp.lsp.transport.framing import frame
from netpol_lsp.workspace.index import WorkspaceIndex
from netpol_lsp.workspace.located_policy import LocatedPolicy

pytestmark = pytest.mark.asyncio


def policy(number, namespace):
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p{number}, namespace: {namespace}}}\n"
        f"spec:\n  podSelector: {{matchLabels: {{app: a{number}}}}}\n  policyTypes: [Ingress]\n"
    )


async def open_many(editor, many):
    documents = []
    for number in range(many):
        documents.append(
            editor.open(policy(number, f"ns{number % (many // 5)}"), f"file:///many/d{number % 7}/p{number}.yaml")
        )
    await editor.quiet()
    return documents


class Calls:
    """Counts the calls of functions of the server."""

    def __enter__(self):
        self.count = 0
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _count(self, frame, event, _argument):
        if event == "call" and "netpol_lsp" in frame.f_code.co_filename:
            self.count += 1


async def calls_of(editor, act):
    """The calls that an action costs until all findings are there, once it has happened before."""
    act()
    await editor.quiet()
    with Calls() as calls:
        act()
        await editor.quiet()
    return calls.count


def edits(document):
    """Rename the policy's label, another name each time: its meaning changes, and the policies of its namespace."""

    def act():
        at = document.text.index("{app: ") + 6
        document.edit(at, at, "x")

    return act


async def costs(make_editor, many):
    """What an edit, opening another document and closing it cost, with so many documents open."""
    editor = make_editor()
    await editor.start()
    documents = await open_many(editor, many)
    edit = await calls_of(editor, edits(documents[3]))
    opened = iter(range(many, many + 2))
    more = []

    def opens():
        number = next(opened)
        more.append(editor.open(policy(number, "other"), f"file:///many/d0/p{number}.yaml"))

    opening = await calls_of(editor, opens)
    closing = await calls_of(editor, lambda: more.pop().close())
    return edit, opening, closing


async def test_an_edit_an_open_and_a_close_cost_the_same_however_many_documents_are_open(make_editor):
    few, many = await costs(make_editor, 50), await costs(make_editor, 400)
    assert all(0 < more < 1.3 * less for less, more in zip(few, many, strict=True)), (few, many)


async def test_only_documents_that_depend_on_an_edit_are_checked_again(make_editor):
    editor = make_editor()
    await editor.start()
    # Few enough that all keep what they were judged beside.
    documents = await open_many(editor, 30)
    known = {one.uri: next(iter(editor.server.services.session.get(one.uri).known.values())) for one in documents}
    before = {uri: cached.revision for uri, cached in known.items()}
    edited = documents[3]

    def checked_again():
        return {uri for uri, cached in known.items() if cached.revision is not before[uri]}

    edits(edited)()
    await editor.quiet()
    assert checked_again() == set()
    edited.replace(edited.text.replace("name: p3,", "name: p9,"))
    await editor.quiet()
    assert checked_again() == {documents[9].uri}


async def test_old_workspaces_are_not_kept_and_closed_documents_are_forgotten(make_editor):
    editor = make_editor()
    await editor.start()
    gc.collect()
    indexes, policies = (
        sum(isinstance(one, kind) for one in gc.get_objects()) for kind in (WorkspaceIndex, LocatedPolicy)
    )
    documents = []
    for number in range(150):
        documents.append(editor.open(policy(number, f"ns{number}"), f"file:///many/p{number}.yaml"))
        await editor.quiet()
    gc.collect()
    assert sum(isinstance(one, WorkspaceIndex) for one in gc.get_objects()) - indexes < 70
    for document in documents:
        document.close()
    await editor.quiet()
    gc.collect()
    assert sum(isinstance(one, LocatedPolicy) for one in gc.get_objects()) == policies


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A folder with a policy, and how often a file is read and the folder is scanned."""
    (tmp_path / "p.yaml").write_text(policy(1, "a"))
    counts = {"read": 0, "scan": 0}
    read, scan = workspace_indexer.read_source, workspace_indexer.Scan

    def count(name, function):
        def counted(*arguments):
            counts[name] += 1
            return function(*arguments)

        return counted

    monkeypatch.setattr(workspace_indexer, "read_source", count("read", read))
    monkeypatch.setattr(workspace_indexer, "Scan", count("scan", scan))
    return tmp_path, counts


@pytest.mark.parametrize(("name", "what"), [("p.yaml", "read"), (".gitignore", "scan"), (".netpol-lint.yaml", "scan")])
async def test_a_thousand_changes_of_one_file_are_handled_twice(make_editor, workspace, name, what):
    folder, counts = workspace
    editor = make_editor()
    await editor.start(folder)
    await editor.quiet()
    counts.update(read=0, scan=0)
    for _ in range(1000):
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (folder / name).as_uri(), "type": 2}]})
    await editor.quiet()
    assert counts[what] == 2


async def test_a_file_that_is_named_a_thousand_times_at_once_is_read_once(make_editor, workspace):
    folder, counts = workspace
    editor = make_editor()
    await editor.start(folder)
    await editor.quiet()
    counts.update(read=0, scan=0)
    changes = [{"uri": (folder / "p.yaml").as_uri(), "type": 2}] * 1000
    editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    await editor.quiet()
    assert counts == {"read": 1, "scan": 0}


async def test_a_client_that_asks_for_findings_is_told_once_while_it_asks(make_editor, workspace):
    folder, _ = workspace
    editor = make_editor()
    await editor.start(folder, {"textDocument": {"diagnostic": {}}})
    await editor.quiet()
    documents = [editor.open(policy(number, "a"), f"file:///many/p{number}.yaml") for number in range(100)]
    for document in documents:
        await editor.request("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
    before = len(editor.requests("workspace/diagnostic/refresh"))
    for document in documents:
        document.close()
    await editor.quiet()
    assert len(editor.requests("workspace/diagnostic/refresh")) - before <= 2


async def test_few_messages_are_read_before_they_can_be_handled():
    ours, theirs = os.pipe()
    ahead = []

    class Endpoint:
        stopped = asyncio.Event()
        waiting = 0
        handled = 0

        def connect(self, write):
            pass

        def glance(self, _body):
            self.waiting += 1
            ahead.append(self.waiting - self.handled)

        def receive(self, _body):
            self.handled += 1

        def fail(self, message):
            raise AssertionError(message)

    endpoint = Endpoint()

    def write():
        data = frame(b"{}") * 1000
        while data:
            data = data[os.write(theirs, data) :]
        os.close(theirs)

    writer = threading.Thread(target=write)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    writer.start()
    # The watchdog would end the tests' process: the thread that calls it does so after all else has ended.
    others = set(threading.enumerate())
    end_soon, streams.end_soon = streams.end_soon, lambda: None
    try:
        await streams.serve_stdio(endpoint, ours, nowhere)
        for thread in set(threading.enumerate()) - others:
            thread.join()
    finally:
        streams.end_soon = end_soon
    writer.join()
    os.close(ours)
    os.close(nowhere)
    assert endpoint.handled == 1000
    assert max(ahead) <= streams._AHEAD + 1


async def test_a_wire_without_a_writer_has_hung_up():
    ours, theirs = os.pipe()
    os.write(theirs, b"unread")
    assert not streams._has_hung_up(ours)
    os.close(theirs)
    assert streams._has_hung_up(ours)
    os.close(ours)


async def test_who_is_in_a_hurry_goes_first_and_who_gives_up_holds_nobody_up():
    turns, order = Turns(1), []

    async def work(name, *, hurried=False):
        await turns.enter(name, hurried=hurried)
        order.append(name)
        await asyncio.sleep(0)
        turns.leave()

    tasks = [asyncio.ensure_future(work(name)) for name in "abcd"]
    tasks.append(asyncio.ensure_future(work("e", hurried=True)))
    await asyncio.sleep(0)
    turns.hurry("d")
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == ["a", "e", "d", "c"]
    await turns.enter("f", hurried=False)
