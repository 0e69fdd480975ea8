"""Pages in the editor: `netpol.connectivityPage` and `netpol.diffPage` show what the command line shows."""

import json
import re
import subprocess
import threading

import pytest
import pytest_asyncio

from netpol_lsp.cli.main import main
from netpol_lsp.lsp.state.scheduler import _running
from netpol_lsp.project import connectivity_pages
from tests.shop_and_data import POLICY, SHOP, WORKLOADS

pytestmark = pytest.mark.asyncio

APP = f"{SHOP}---\n{WORKLOADS}"
OTHER = APP.replace("namespace: data", "namespace: other").replace("name: db", "name: elsewhere")


def data_of(html):
    """The data in a page."""
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)[1])


def connections(data):
    """The connections of a page: source, destination, and the traffic of each kind."""
    titles = [node.get("title") or node["workloads"][0]["title"] for node in data["nodes"]]

    def said(number):
        return None if number < 0 else data["traffic"][number]["text"]

    keys = ("allow", "unknown", "opened", "closed", "uncertain")
    return {
        (titles[edge["from"]], titles[edge["to"]]): {
            key: said(edge[key]) for key in keys if key in edge and said(edge[key])
        }
        for edge in data["edges"]
    }


def git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest_asyncio.fixture
async def ask(make_editor, tmp_path):
    """Asks a server that has read a repository with one commit."""
    for name, text in (("app/app.yaml", APP), ("app/policies/db.yaml", POLICY), ("more/other.yaml", OTHER)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()

    async def request(command, **asked):
        return await editor.request("workspace/executeCommand", {"command": command, "arguments": [asked]})

    request.editor, request.folder = editor, tmp_path
    return request


def page_of_command_line(capsys, *arguments):
    assert main([*arguments, "--format", "html"]) == 0
    return data_of(capsys.readouterr().out)


async def test_the_page_of_a_folder_is_that_of_the_command_line(ask, capsys, monkeypatch):
    found = await ask("netpol.connectivityPage", folder=(ask.folder / "app").as_uri())
    shown = data_of(found["html"])
    assert shown["subject"] == "app"
    assert found["title"] == "connectivity: app"
    assert connections(shown)["shop/frontend[Deployment]", "data/db[StatefulSet]"] == {"allow": "TCP 5432"}
    monkeypatch.chdir(ask.folder / "app")
    said = page_of_command_line(capsys, "connectivity")
    for places in (shown["places"], said["places"]):
        for place in places:
            place.pop("link", None)
    assert {**shown, "subject": ""} == {**said, "subject": ""}
    uri = (ask.folder / "app/policies/db.yaml").as_uri()
    assert found["files"]["policies/db.yaml"] == uri


async def test_without_a_folder_it_is_the_whole_workspace(ask):
    shown = data_of((await ask("netpol.connectivityPage"))["html"])
    assert {node.get("namespace") for node in shown["nodes"]} >= {"shop", "data", "other"}
    only = data_of((await ask("netpol.connectivityPage", folder=(ask.folder / "more").as_uri()))["html"])
    assert {node.get("namespace") for node in only["nodes"] if node["kind"] == "workloads"} == {"shop", "other"}


async def test_what_is_open_counts_as_it_is_in_the_editor(ask):
    uri = (ask.folder / "app/policies/db.yaml").as_uri()
    document = ask.editor.open(POLICY, uri)
    document.replace("# a line more\n" + POLICY.replace("port: pg", "port: 80"))
    found = data_of((await ask("netpol.connectivityPage"))["html"])
    pair = "shop/frontend[Deployment]", "data/db[StatefulSet]"
    assert connections(found)[pair] == {"allow": "TCP 80"}
    assert {(place["path"], place["line"]) for place in found["places"]} >= {("app/policies/db.yaml", 8)}
    changed = data_of((await ask("netpol.diffPage"))["html"])
    assert connections(changed)[pair] == {"opened": "TCP 80", "closed": "TCP 5432"}


async def test_the_difference_since_a_commit_is_that_of_the_command_line(ask, capsys, monkeypatch):
    (ask.folder / "app/policies/db.yaml").write_text(POLICY.replace("port: pg", "port: 80"), encoding="utf-8")
    git(ask.folder, "commit", "-q", "-a", "-m", "second")
    (ask.folder / "app/policies/db.yaml").write_text(POLICY.replace("{team: b}", "{team: c}"), encoding="utf-8")
    changes = [{"uri": (ask.folder / "app/policies/db.yaml").as_uri(), "type": 2}]
    ask.editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    await ask.editor.quiet()
    pair = "shop/frontend[Deployment]", "data/db[StatefulSet]"
    for base, closed in (("HEAD", "TCP 80"), ("HEAD~1", "TCP 5432")):
        found = await ask("netpol.diffPage", folder=(ask.folder / "app").as_uri(), base=base)
        shown = data_of(found["html"])
        assert connections(shown)[pair] == {"closed": closed}
        monkeypatch.chdir(ask.folder / "app")
        assert connections(page_of_command_line(capsys, "diff", base)) == connections(shown)
        assert shown["before"].startswith(f"{base} (")
    (edge,) = [edge for edge in shown["edges"] if edge["closed"] >= 0]
    told = [(cause["before"], cause["text"], shown["places"][cause["place"]]["line"]) for cause in edge["causes"]]
    assert told == [
        (False, "NetworkPolicy data/db isolates, and no rule matches the other end", 7),
        (True, "NetworkPolicy data/db (rule 1) allowed it", 12),
    ]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"folder": "file:///"}, "is not in a folder of the workspace"),
        ({"folder": "{root}/.."}, "is not in a folder of the workspace"),
        ({"folder": "{root}/app/../.."}, "is not in a folder of the workspace"),
        ({"folder": "{root}/out"}, "is not in a folder of the workspace"),
        ({"folder": "{root}/app/app.yaml"}, "is not a folder"),
        ({"folder": "{root}/missing"}, "is not a folder"),
        ({"folder": "https://example.org/"}, "the folder is not a file: URI"),
        ({"folder": 5}, "the folder is not a file: URI"),
    ],
)
async def test_folders_of_the_workspace_only(ask, tmp_path_factory, asked, error):
    outside = tmp_path_factory.mktemp("outside")
    (ask.folder / "out").symlink_to(outside)
    root = ask.folder.as_uri()
    filled = {key: value.replace("{root}", root) if isinstance(value, str) else value for key, value in asked.items()}
    for command in ("netpol.connectivityPage", "netpol.diffPage"):
        found = await ask(command, **filled)
        assert error in found["error"]
        assert "html" not in found


@pytest.mark.parametrize("base", ["nothing", "--output=x", "HEAD:app"])
async def test_a_base_that_is_not_a_revision_is_a_sentence(ask, base):
    found = await ask("netpol.diffPage", base=base)
    assert base in found["error"]
    assert not (ask.folder / "x").exists()


async def test_a_folder_without_git_and_no_folder_at_all(make_editor, tmp_path):
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    question = {"command": "netpol.diffPage", "arguments": []}
    assert "not a git repository" in (await editor.request("workspace/executeCommand", question))["error"]
    alone = make_editor()
    await alone.start()
    alone.open(APP, "file:///ws/app.yaml")
    assert (await alone.request("workspace/executeCommand", question))["error"] == "no folder is open"
    whole = await alone.request("workspace/executeCommand", {"command": "netpol.connectivityPage"})
    assert ("shop/frontend[Deployment]", "data/db[StatefulSet]") in connections(data_of(whole["html"]))


async def test_nothing_is_said_before_the_files_are_read(ask):
    ask.editor.server.services.session._store.set_completeness(is_complete=False)
    assert "still being read" in (await ask("netpol.connectivityPage"))["error"]


@pytest.fixture
def held(monkeypatch):
    """Holds the making of pages until it is let go; gives what happened."""
    go, began, outcome = threading.Event(), threading.Event(), []
    make = connectivity_pages.connectivity_data

    def slow(report, engine, places, notes, proceed):
        began.set()
        go.wait(30)
        try:
            proceed()
        except BaseException as error:
            outcome.append(type(error).__name__)
            raise
        outcome.append("went on")
        return make(report, engine, places, notes, proceed)

    monkeypatch.setattr(connectivity_pages, "connectivity_data", slow)
    yield go, began, outcome
    go.set()


async def test_other_requests_are_answered_meanwhile(ask, held):
    go, began, outcome = held
    document = ask.editor.open(POLICY, (ask.folder / "app/policies/db.yaml").as_uri())
    await ask.editor.quiet()
    number = ask.editor.post("workspace/executeCommand", {"command": "netpol.connectivityPage", "arguments": []})
    await ask.editor.until(began.is_set)
    assert await ask.editor.at("textDocument/hover", document, document.at("podSelector: {matchLabels: {app: db}}", 2))
    go.set()
    assert "html" in (await ask.editor.answer(number))["result"]
    assert outcome == ["went on"]


async def test_a_request_that_is_cancelled_ends_the_work(ask, held):
    go, began, outcome = held
    number = ask.editor.post("workspace/executeCommand", {"command": "netpol.connectivityPage", "arguments": []})
    await ask.editor.until(began.is_set)
    ask.editor.notify("$/cancelRequest", {"id": number})
    answer = await ask.editor.answer(number)
    assert answer["error"]["code"] == -32800
    await ask.editor.until(lambda: ask.editor.server.services.background.is_idle)
    go.set()
    await ask.editor.until(lambda: outcome)
    assert outcome == ["Stopped"]


async def test_the_progress_bar_ends_the_work_too(ask, held):
    go, began, outcome = held
    number = ask.editor.post("workspace/executeCommand", {"command": "netpol.connectivityPage", "arguments": []})
    await ask.editor.until(began.is_set)
    made = ask.editor.requests("window/workDoneProgress/create")[-1]["params"]["token"]
    ask.editor.notify("window/workDoneProgress/cancel", {"token": made})
    go.set()
    assert (await ask.editor.answer(number))["result"] == {"error": "cancelled"}
    assert outcome == ["Stopped"]
    said = [item["params"]["value"] for item in ask.editor.sent if item.get("method") == "$/progress"]
    assert [value["kind"] for value in said] == ["begin", "end"]
    assert said[0]["title"] == "netpol: connectivity"
    assert not _running


@pytest.mark.parametrize("lacking", ["blob:none", "tree:0"])
async def test_git_runs_nothing_that_the_repository_names(make_editor, ask, tmp_path_factory, lacking):
    """A partial clone whose settings name a program to fetch with: a page is no reason to run it."""
    clone = tmp_path_factory.mktemp("clone")
    ran = clone.parent / f"was-run-{lacking[:4]}"
    git(ask.folder, "config", "uploadpack.allowFilter", "true")
    git(clone, "clone", "-q", f"--filter={lacking}", "--no-checkout", ask.folder.as_uri(), str(clone))
    git(clone, "config", "remote.origin.url", f"ext::touch {ran}")
    git(clone, "config", "protocol.ext.allow", "always")
    editor = make_editor()
    await editor.start(clone)
    await editor.quiet()
    for base in ("HEAD", "0123456789012345678901234567890123456789"):
        question = {"command": "netpol.diffPage", "arguments": [{"base": base}]}
        assert (await editor.request("workspace/executeCommand", question))["error"]
        assert not ran.exists()
    # Git does run it otherwise.
    with pytest.raises(subprocess.CalledProcessError):
        git(clone, "archive", "HEAD")
    assert ran.exists()
