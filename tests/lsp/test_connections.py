"""Connections in the editor: `netpol.why` answers as the command line does, and the call hierarchy as the engine does."""

import json

import pytest
import pytest_asyncio
from markdown_it import MarkdownIt

from netpol_lsp.cli.main import main
from tests.shop_and_data import DATA, POLICY, SHOP, WORKLOADS

pytestmark = pytest.mark.asyncio

APP = f"# 人 🎉 before everything\n{SHOP}---\n{DATA}---\n{WORKLOADS}"


@pytest_asyncio.fixture
async def ask(make_editor, tmp_path, encoding):
    """Asks a server that has read the folder."""
    (tmp_path / "app.yaml").write_text(APP, encoding="utf-8")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/db.yaml").write_text(POLICY, encoding="utf-8")
    editor = make_editor(encoding)
    await editor.start(tmp_path)
    await editor.until(lambda: editor.server.services.session.workspace.is_complete)
    await editor.quiet()

    async def request(*arguments):
        return await editor.request("workspace/executeCommand", {"command": "netpol.why", "arguments": list(arguments)})

    request.editor, request.folder = editor, tmp_path
    return request


@pytest.mark.parametrize(
    ("source", "destination", "verdict"),
    [
        ("shop/frontend", "data/db:pg", "allow"),
        ("shop/frontend", "data/db:80", "deny"),
        ("shop/frontend", "data/db", "mixed"),
        ("world", "db:5432", "deny"),
        ("db", "ip:203.0.113.9:443", "allow"),
    ],
)
async def test_it_answers_as_the_command_line_does(ask, capsys, monkeypatch, source, destination, verdict):
    found = await ask({"from": source, "to": destination})
    assert found["verdict"] == verdict
    monkeypatch.chdir(ask.folder)
    assert main(["why", source, destination, "--color", "never"]) == 0
    assert found["text"] == capsys.readouterr().out


async def test_policies_that_replace_one_another_are_told(make_editor, tmp_path, capsys, monkeypatch):
    (tmp_path / "app.yaml").write_text(APP, encoding="utf-8")
    for name, team in (("a", "b"), ("b", "c")):
        (tmp_path / f"{name}.yaml").write_text(POLICY.replace("{team: b}", f"{{team: {team}}}"), encoding="utf-8")
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    monkeypatch.chdir(tmp_path)
    assert main(["why", "frontend", "db:pg", "--color", "never"]) == 0
    said = capsys.readouterr().out
    assert "is there twice: b.yaml:7:18 counts, a.yaml:7:18 does not" in said
    question = {"command": "netpol.why", "arguments": [{"from": "frontend", "to": "db:pg"}]}
    assert (await editor.request("workspace/executeCommand", question))["text"] == said
    # Also when the first one is open, and edited.
    document = editor.open(POLICY, (tmp_path / "a.yaml").as_uri())
    await editor.quiet()
    assert (await editor.request("workspace/executeCommand", question))["text"] == said
    document.replace(POLICY.replace("{app: frontend}", "{app: other}"))
    found = await editor.request("workspace/executeCommand", question)
    assert found["text"] == said
    assert "- " in found["markdown"]
    assert "b.yaml:7:18 counts" in found["markdown"]


async def test_of_objects_there_twice_those_of_other_namespaces_are_only_counted(
    make_editor, tmp_path, capsys, monkeypatch
):
    for name in ("a", "b"):
        text = f"{APP}---\n{POLICY}---\n{POLICY.replace('namespace: data', 'namespace: elsewhere')}"
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.until(lambda: editor.server.services.session.workspace.is_complete)
    await editor.quiet()
    monkeypatch.chdir(tmp_path)
    assert main(["why", "data/db", "data/db", "--color", "never"]) == 0
    said = capsys.readouterr().out
    notes = [line for line in said.splitlines() if "there twice" in line]
    assert any(line.startswith("NetworkPolicy data/db is there twice: b.yaml") for line in notes)
    assert not any("elsewhere" in line for line in notes)
    assert notes[-1].endswith("there twice: `netpol-lint connectivity` lists them all")
    question = {"command": "netpol.why", "arguments": [{"from": "data/db", "to": "data/db"}]}
    assert (await editor.request("workspace/executeCommand", question))["text"] == said
    assert main(["connectivity", "--format", "json", "-o", "/dev/null"]) == 0
    assert "NetworkPolicy elsewhere/db is there twice" in capsys.readouterr().err


async def test_what_replaces_one_another_is_no_markup(make_editor, tmp_path):
    (tmp_path / "app.yaml").write_text(APP, encoding="utf-8")
    for name in ("a", "![x](https:evil.example) <b>"):
        (tmp_path / f"{name}.yaml").write_text(POLICY, encoding="utf-8")
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    question = {"command": "netpol.why", "arguments": [{"from": "frontend", "to": "db:pg"}]}
    found = (await editor.request("workspace/executeCommand", question))["markdown"]
    assert "is there twice" in found
    kinds = {inner.type for token in MarkdownIt().parse(found) for inner in token.children or [token]}
    assert not kinds & {"image", "html_inline", "html_block"}


async def test_places_lead_to_the_lines(ask):
    found = await ask({"from": "frontend", "to": "db", "port": 5432})
    uri = (ask.folder / "policies/db.yaml").as_uri()
    assert "--> policies/db.yaml:12:11   - namespaceSelector" in found["text"]
    assert f"([policies/db.yaml:12:11]({uri}#L12))" in found["markdown"]
    assert found["files"]["policies/db.yaml"] == uri


async def test_unsaved_text_counts(ask):
    uri = (ask.folder / "policies/db.yaml").as_uri()
    question = {"from": "frontend", "to": "db:pg", "uri": uri}
    document = ask.editor.open(POLICY, uri)
    assert (await ask(question))["verdict"] == "allow"
    document.replace("# a line more\n" + POLICY.replace("{team: b}", "{team: c}"))
    found = await ask(question)
    assert found["verdict"] == "deny"
    assert "policies/db.yaml:13:11   - namespaceSelector: {matchLabels: {team: c}}" in found["text"]
    document.close()
    assert (await ask(question))["verdict"] == "allow"


async def test_the_configuration_of_the_workspace_holds(make_editor, tmp_path):
    (tmp_path / "app.yaml").write_text(APP.replace(", namespace: shop", ""), encoding="utf-8")
    (tmp_path / ".netpol-lint.yaml").write_text("default-namespace: shop\n")
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    question = {"command": "netpol.why", "arguments": [{"from": "shop/frontend", "to": "data/db:pg"}]}
    assert (await editor.request("workspace/executeCommand", question))["verdict"] == "allow"


@pytest.mark.parametrize(
    ("question", "error", "candidates"),
    [
        ({"from": "shop/fronted", "to": "db"}, "no workload `shop/fronted` is known", ["shop/frontend"]),
        ({"from": "frontend", "to": "db:70000"}, "`70000` is not a valid port", []),
        ({"from": "frontend", "to": "db", "port": "5432/XTP"}, "`XTP` is not a protocol", []),
        ({"from": "world", "to": "ip:203.0.113.9"}, "both ends are addresses", []),
        ({"from": "frontend"}, "say who opens the connection", []),
        ({"from": " ", "to": "db"}, "say who opens the connection", []),
        ({"from": 5, "to": ["db"]}, "say who opens the connection", []),
        ("nonsense", "say who opens the connection", []),
    ],
)
async def test_a_question_that_means_nothing_is_a_sentence(ask, question, error, candidates):
    found = await ask(question)
    assert error in found["error"]
    assert found["candidates"] == candidates
    assert "text" not in found


async def test_without_an_argument_and_over_json(ask):
    assert "say who" in (await ask())["error"]
    assert json.dumps(await ask({"from": "frontend", "to": "db"}))


async def test_nothing_is_said_before_the_files_are_read(make_editor, tmp_path):
    (tmp_path / "app.yaml").write_text(APP, encoding="utf-8")
    editor = make_editor()
    await editor.start(tmp_path)
    question = {"command": "netpol.why", "arguments": [{"from": "frontend", "to": "db"}]}
    services = editor.server.services
    await editor.quiet()
    services.session._store.set_completeness(is_complete=False)
    assert "still being read" in (await editor.request("workspace/executeCommand", question))["error"]
    services.session._store.set_completeness(is_complete=True)
    assert (await editor.request("workspace/executeCommand", question))["verdict"] == "allow"


async def test_a_lens_over_a_workload_tries_a_connection(make_editor, tmp_path):
    editor = make_editor()
    await editor.start(tmp_path, initializationOptions={"whyCommand": "client.why"})
    template = APP.replace("{name: db, namespace: data}", '{name: db, namespace: "{{ .Values.where }}"}')
    document = editor.open(template.replace(", namespace: shop", ""), (tmp_path / "app.yaml").as_uri())
    await editor.quiet()
    lenses = await editor.request("textDocument/codeLens", {"textDocument": {"uri": document.uri}})
    (lens,) = [one for one in lenses if one["command"]["title"] == "try a connection"]
    assert lens["command"]["command"] == "client.why"
    (given,) = lens["command"]["arguments"]
    assert given == {"to": "default/Deployment/frontend"}
    found = await editor.request(
        "workspace/executeCommand", {"command": "netpol.why", "arguments": [{"from": "world", **given}]}
    )
    assert found["verdict"] == "allow"


async def hierarchy(ask, word):
    """The hierarchy's item at a word of the file with the workloads, and what it calls and is called by."""
    document = ask.editor.open(APP, (ask.folder / "app.yaml").as_uri())
    await ask.editor.quiet()
    found = await ask.editor.at("textDocument/prepareCallHierarchy", document, document.at(word, 7))
    if found is None:
        return None, [], [], document
    incoming = await ask.editor.request("callHierarchy/incomingCalls", {"item": found[0]})
    outgoing = await ask.editor.request("callHierarchy/outgoingCalls", {"item": found[0]})
    return found[0], incoming, outgoing, document


def ends(calls, key):
    return [(one[key]["name"], one[key]["detail"]) for one in calls]


async def test_who_reaches_a_workload_and_whom_it_reaches(ask):
    item, incoming, outgoing, document = await hierarchy(ask, "name: db, namespace: data")
    assert item["name"] == "data/db[StatefulSet]"
    assert document.slice(item["selectionRange"]) == "db"
    assert ends(incoming, "from") == [("shop/frontend[Deployment]", "TCP 5432")]
    assert document.slice(incoming[0]["fromRanges"][0]) == "frontend"
    assert ends(outgoing, "to") == [("shop/frontend[Deployment]", "all ports")]
    assert document.slice(outgoing[0]["fromRanges"][0]) == "db"
    callers = await ask.editor.request("callHierarchy/outgoingCalls", {"item": incoming[0]["from"]})
    assert ("data/db[StatefulSet]", "TCP 5432") in ends(callers, "to")


async def test_the_hierarchy_follows_unsaved_text(ask):
    item, *_, document = await hierarchy(ask, "name: db, namespace: data")
    document.replace(
        APP.replace("metadata: {name: db, namespace: data}", "metadata: {labels: {a: b}, name: db, namespace: data}")
    )
    policy = ask.editor.open(POLICY.replace("{team: b}", "{team: c}"), (ask.folder / "policies/db.yaml").as_uri())
    await ask.editor.quiet()
    assert await ask.editor.request("callHierarchy/incomingCalls", {"item": item}) == []
    policy.replace(POLICY.replace("port: pg", 'port: "{{ .Values.port }}"'))
    await ask.editor.quiet()
    (call,) = await ask.editor.request("callHierarchy/incomingCalls", {"item": item})
    assert call["from"]["detail"].startswith("perhaps ")


async def test_what_is_no_workload_has_no_hierarchy(ask):
    item, *_ = await hierarchy(ask, "name: data}")
    assert item is None
    _, incoming, *_ = await hierarchy(ask, "name: db, namespace: data")
    for data in (None, "nonsense", ["file:///gone.yaml", 0, "", "Pod", "x"]):
        other = {**incoming[0]["from"], "data": data}
        assert await ask.editor.request("callHierarchy/incomingCalls", {"item": other}) == []
        assert await ask.editor.request("callHierarchy/outgoingCalls", {"item": other}) == []


@pytest.mark.parametrize(
    ("change", "end"),
    [
        ((), "to"),
        (("  ingress:", "  policyTypes: [Egress]\n  ingress:"), "from"),
        (("{app: db}", "{app: nobody}"), None),
    ],
)
async def test_a_lens_over_a_policy_tries_a_connection_of_its_pods(make_editor, tmp_path, change, end):
    (tmp_path / "app.yaml").write_text(APP, encoding="utf-8")
    editor = make_editor()
    await editor.start(tmp_path, initializationOptions={"whyCommand": "client.why"})
    text = POLICY.replace(*change, 1) if change else POLICY
    document = editor.open(text, (tmp_path / "db.yaml").as_uri())
    await editor.quiet()
    lenses = await editor.request("textDocument/codeLens", {"textDocument": {"uri": document.uri}})
    given = [one["command"]["arguments"] for one in lenses if one["command"]["title"] == "try a connection"]
    assert given == ([] if end is None else [[{"among": ["data/StatefulSet/db"], "end": end}]])
