"""Files of connectivity tests in the editor: checked as one types, with the verdicts of `netpol-lint test`."""

import json
import re

import pytest
import pytest_asyncio

from netpol_lsp.cli.main import main
from tests.lsp.test_connections import APP, POLICY

pytestmark = pytest.mark.asyncio

HEAD = "# 人 🎉\napiVersion: netpol-lint/v1\nkind: ConnectivityTest\ntests:\n"
TESTS = HEAD + (
    '  - {name: "🎉 the shop reads", from: shop/frontend, to: data/db, port: pg, expect: allow}\n'
    "  - name: nobody else does\n    from: world\n    to: data/db\n    port: pg\n    expect: allow\n"
    "  - {from: data/db, to: 'host:example.org', port: 443, expect: deny}\n"
)
WHOLE = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
OPENED = POLICY.replace(
    "    - from:\n", "    - from:\n        - ipBlock: {cidr: 0.0.0.0/0}\n        - ipBlock: {cidr: '::/0'}\n"
)


class Workspace:
    """A server that has read a folder, and the tests of it, open in the editor."""

    def __init__(self, editor, folder, document):
        self.editor, self.folder, self.document = editor, folder, document

    async def ask(self, method, **more):
        return await self.editor.request(method, {"textDocument": {"uri": self.document.uri}, **more})

    async def run(self, command, **argument):
        arguments = [{"uri": self.document.uri, **argument}]
        return await self.editor.request("workspace/executeCommand", {"command": command, "arguments": arguments})

    async def findings(self):
        return await self.editor.diagnostics(self.document)

    async def hints(self):
        return await self.ask("textDocument/inlayHint", range=WHOLE)

    async def labels(self):
        return [hint["label"] for hint in await self.hints()]

    async def complete(self, text):
        """The items at `|` in a text."""
        self.document.replace(text.replace("|", ""))
        position = self.document.position(text.index("|"))
        found = await self.ask("textDocument/completion", position=position)
        return {item["label"]: item for item in found["items"]}


@pytest_asyncio.fixture
async def workspace(make_editor, tmp_path, encoding):
    return await opened(make_editor(encoding), tmp_path)


async def opened(editor, folder, text=TESTS, **params):
    (folder / "app.yaml").write_text(APP, encoding="utf-8")
    (folder / "policies").mkdir()
    (folder / "policies/db.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "netpol-tests.yaml").write_text(text, encoding="utf-8")
    await editor.start(folder, **params)
    await editor.quiet()
    document = editor.open(text, (folder / "netpol-tests.yaml").as_uri())
    await editor.quiet()
    return Workspace(editor, folder, document)


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("lint/v1", "lint/v2") + "  - {form: a, to: 5, expect: alow}\n  - just text\n",
        HEAD.replace("tests:", "test:"),
        HEAD + "  - {from: a, to: b, port: 0, expect: deny}\n---\n# next\n" + HEAD + "  - {from: a}\n",
        HEAD + "  - {from: a, to: [b, expect: deny}\n",
    ],
)
async def test_mistakes_are_those_of_the_command_line_at_the_same_places(
    make_editor, tmp_path, capsys, monkeypatch, text
):
    found = await opened(make_editor("utf-32"), tmp_path, text)
    said = [
        (one["range"]["start"]["line"] + 1, one["range"]["start"]["character"] + 1, one["message"])
        for one in await found.findings()
    ]
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(["test", "netpol-tests.yaml"]) == 2
    errors = re.findall(r"netpol-tests\.yaml:(\d+):(\d+): (.*)", capsys.readouterr().err)
    assert errors
    assert said == [(int(line), int(column), message) for line, column, message in errors]


async def test_verdicts_are_those_of_the_command_line(make_editor, tmp_path, capsys, monkeypatch):
    text = TESTS + "  - {from: shop/nobody, to: data/db, expect: deny}\n"
    found = await opened(make_editor(), tmp_path, text)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main(["test", "netpol-tests.yaml", "--format", "json"]) == 1
    results = json.loads(capsys.readouterr().out)["tests"]
    assert [result["actual"] for result in results] == ["allow", "deny", "allow", "unknown"]
    assert await found.labels() == ["✓ allowed", "✗ denied", "✗ allowed", "✗ cannot be asked"]
    messages = [finding["message"] for finding in await found.findings()]
    for message, result in zip(messages, [one for one in results if not one["passed"]], strict=True):
        assert result["because"][0]["text"].partition(";")[0] in message


async def test_a_test_that_fails_leads_to_the_lines_that_decide(workspace):
    found = {workspace.document.slice(one["range"]): one for one in await workspace.findings()}
    failing = found["allow"]
    assert (failing["severity"], failing["code"], failing["source"]) == (1, "connectivity-test", "netpol-lint")
    assert failing["message"] == "expected allow, is deny: NetworkPolicy data/db: no rule matches the other end"
    (related,) = failing["relatedInformation"]
    assert related["location"]["uri"] == (workspace.folder / "policies/db.yaml").as_uri()
    assert related["location"]["range"]["start"]["line"] == 6


async def test_unknown_is_information(make_editor, tmp_path):
    text = HEAD + "  - {from: shop/frontend, to: data/db, port: pg, expect: allow}\n"
    found = await opened(make_editor(), tmp_path, text)
    document = found.editor.open(
        POLICY.replace("{team: b}", "{team: b, other: '{{ .Values.x }}'}"), (found.folder / "policies/db.yaml").as_uri()
    )
    (finding,) = await found.findings()
    assert finding["severity"] == 3
    assert finding["message"].startswith("expected allow, is unknown: ")
    assert await found.labels() == ["? unknown"]
    document.close()
    await found.editor.quiet()
    assert await found.labels() == ["✓ allowed"]


async def test_names_that_mean_nothing_are_marked_themselves(workspace):
    workspace.document.replace(TESTS.replace("from: shop/frontend", "from: shop/fronted"))
    finding = next(one for one in await workspace.findings() if "fronted" in one["message"])
    assert workspace.document.slice(finding["range"]) == "shop/fronted"
    assert finding["message"] == "no workload `shop/fronted` is known; known are shop/frontend"


async def test_verdicts_are_drawn_after_a_line_or_after_what_is_expected(workspace):
    lines = TESTS.splitlines()
    places = [hint["position"] for hint in await workspace.hints()]
    assert [place["line"] for place in places] == [4, 9, 10]
    ends = [
        workspace.document.position(TESTS.index(line) + len(line))
        for line in (lines[4], "    expect: allow", lines[10])
    ]
    assert places == ends
    tooltip = (await workspace.hints())[1]["tooltip"]
    assert tooltip["value"] == "**expected allow, is deny**\n\n- NetworkPolicy data/db: no rule matches the other end"


async def test_hints_may_be_switched_off(make_editor, tmp_path):
    found = await opened(make_editor(), tmp_path, initializationOptions={"inlayHints": {"verdicts": False}})
    assert await found.hints() == []


async def test_an_edit_of_a_policy_draws_the_verdicts_again(workspace):
    policy = workspace.editor.open(POLICY, (workspace.folder / "policies/db.yaml").as_uri())
    await workspace.editor.quiet()
    workspace.editor.sent.clear()
    policy.replace(OPENED)
    found = await workspace.findings()
    assert [workspace.document.slice(one["range"]) for one in found] == ["deny"]
    assert await workspace.labels() == ["✓ allowed", "✓ allowed", "✗ allowed"]
    for method in ("workspace/inlayHint/refresh", "workspace/codeLens/refresh"):
        assert len(workspace.editor.requests(method)) == 1
    # An edit that changes nothing of it asks for nothing.
    workspace.editor.sent.clear()
    policy.replace(OPENED + "# the end\n")
    await workspace.editor.quiet()
    assert not workspace.editor.requests("workspace/inlayHint/refresh")


async def test_verdicts_are_drawn_once_the_files_are_read(make_editor, tmp_path):
    """Whatever was asked for before: the hints that were given then had none."""
    found = await opened(make_editor(), tmp_path)
    assert found.editor.requests("workspace/inlayHint/refresh")
    assert found.editor.requests("workspace/codeLens/refresh")


async def test_related_lines_are_those_of_unsaved_text(workspace):
    moved = "# one\n# more 🎉\n" + POLICY.replace("{team: b}", "{team: c}")
    workspace.editor.open(moved, (workspace.folder / "policies/db.yaml").as_uri())
    first = next(one for one in await workspace.findings() if one["range"]["start"]["line"] == 4)
    lines = {moved.splitlines()[one["location"]["range"]["start"]["line"]] for one in first["relatedInformation"]}
    assert lines == {"metadata: {name: db, namespace: data}"}


async def test_a_file_on_disk_counts_for_clients_that_pull(make_editor, tmp_path):
    capabilities = {"textDocument": {"diagnostic": {"relatedInformation": True}}}
    found = await opened(make_editor(), tmp_path, capabilities=capabilities)
    pull = {"textDocument": {"uri": found.document.uri}}
    before = await found.editor.request("textDocument/diagnostic", pull)
    assert ["is deny" in one["message"] for one in before["items"]] == [True, False]
    (tmp_path / "policies/db.yaml").write_text(OPENED, encoding="utf-8")
    found.editor.sent.clear()
    changes = [{"uri": (tmp_path / "policies/db.yaml").as_uri(), "type": 2}]
    found.editor.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    await found.editor.quiet()
    assert found.editor.requests("workspace/diagnostic/refresh")
    assert found.editor.requests("workspace/inlayHint/refresh")
    after = await found.editor.request("textDocument/diagnostic", pull)
    assert ["is allow" in one["message"] for one in after["items"]] == [True]


async def test_nothing_is_judged_before_the_files_are_read(workspace):
    store = workspace.editor.server.services.session._store
    store.set_completeness(is_complete=False)
    assert await workspace.labels() == []
    workspace.document.replace(TESTS.replace("expect: deny", "expect: dent"))
    await workspace.editor.quiet()
    assert [one["message"] for one in await workspace.findings()] == [
        "`dent` is not a valid expectation; did you mean `deny`?"
    ]
    assert "still being read" in (await workspace.run("netpol.runTests"))["error"]
    store.set_completeness(is_complete=True)
    assert len(await workspace.labels()) == 2


async def test_a_file_that_is_excluded_is_left_alone(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("exclude: [netpol-tests.yaml]\n")
    found = await opened(make_editor(), tmp_path)
    assert await found.findings() == []
    assert await found.hints() == []


async def test_hover_tells_fields_names_and_why(workspace):
    document = workspace.document
    key = await workspace.ask("textDocument/hover", position=document.at("from: world", 1))
    assert key["contents"]["value"].startswith("**from**\n\nWho opens the connection.")
    assert document.slice(key["range"]) == "from"
    why = await workspace.ask("textDocument/hover", position=document.at("world", 1))
    text = why["contents"]["value"]
    assert text.startswith("**expected allow, is deny**")
    assert f"([policies/db.yaml:7:18]({(workspace.folder / 'policies/db.yaml').as_uri()}#L7))" in text
    document.replace(TESTS.replace("from: world", "from: '*/*'"))
    many = await workspace.ask("textDocument/hover", position=document.at("*/*", 1))
    assert "means:\n\n- data/db\n- shop/frontend" in many["contents"]["value"]


async def test_lenses_report_and_explain(workspace):
    lenses = await workspace.ask("textDocument/codeLens")
    assert [(one["command"]["title"], one["command"]["command"]) for one in lenses] == [
        ("3 tests: 1 holds, 2 fail - report", "netpol.runTests"),
        ("✓ allowed - explain", "netpol.explainTest"),
        ("✗ denied - explain", "netpol.explainTest"),
        ("✗ allowed - explain", "netpol.explainTest"),
    ]
    found = await workspace.run("netpol.explainTest", **lenses[2]["command"]["arguments"][0])
    assert found["verdict"] == "deny"
    assert found["text"].startswith("nobody else does: expected allow, is deny\n\ndeny: every address -> data/db")
    assert found["files"]["policies/db.yaml"] == (workspace.folder / "policies/db.yaml").as_uri()
    shown = workspace.editor.sent[-2]
    assert shown["method"] == "window/showMessage", "for clients that do not show answers themselves"


async def test_the_report_is_that_of_the_command_line(workspace, capsys, monkeypatch):
    monkeypatch.chdir(workspace.folder)
    capsys.readouterr()
    main(["test", "netpol-tests.yaml", "--verbose", "--color", "never"])
    found = await workspace.run("netpol.runTests")
    assert found["text"] == capsys.readouterr().out
    assert (found["passed"], found["failed"]) == (1, 2)
    workspace.document.close()
    assert (await workspace.run("netpol.runTests"))["text"] == found["text"], "of a file that is not open"
    outside = await workspace.run("netpol.runTests", uri="file:///etc/hostname")
    assert outside["error"] == "there are no tests of connections in this file"


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("apiVersion: netpol-lint/v1\nkind: ConnectivityTest\n|", {"metadata", "tests"}),
        ("apiVersion: |\nkind: ConnectivityTest\n", {"netpol-lint/v1"}),
        ("kind: |", {"ConnectivityTest"}),
        (HEAD + "  - |", {"name", "from", "to", "port", "expect"}),
        (HEAD + "  - from: a\n    |", {"name", "to", "port", "expect"}),
        (HEAD + "  - {from: a, |}", {"name", "to", "port", "expect"}),
        (HEAD + "  - from: |", {"data/db", "shop/frontend", "shop/*", "world", "*/*"}),
        (HEAD + "  - {from: shop/|, to: data/db}", {"shop/frontend", "shop/*"}),
        (HEAD + "  - from: a\n    to: |", {"svc:data/sql", "data/db", "data/*", "world"}),
        (HEAD + "  - to: data/db\n    port: |\n", {"5432/TCP", "pg", "UDP"}),
        (HEAD + "  - {to: 'svc:data/sql', port: |}\n", {"1/TCP", "sql"}),
        (HEAD + "  - to: data/db\n    port: 53/|\n", {"53/TCP", "53/UDP", "53/SCTP"}),
        (HEAD + "  - to: data/db\n    expect: |\n", {"allow", "deny", "any allow", "any deny"}),
        ("|", {"connectivity-test"}),
    ],
)
async def test_what_is_offered(make_editor, tmp_path, text, offered):
    found = await opened(make_editor(), tmp_path)
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: sql, namespace: data}\nspec: {selector: {app: db}, ports: [{name: sql, port: 1, targetPort: pg}]}\n"
    found.editor.open(service, (tmp_path / "service.yaml").as_uri())
    items = await found.complete(text)
    assert offered <= set(items)
    siblings = set(re.findall(r"(?<=[{, ])(from|name)(?=:)", text))
    assert not siblings & set(items)
    if "from: |" in text:
        assert "svc:data/sql" not in items, "a Service opens no connections"


async def test_what_is_accepted_is_valid(workspace):
    """Each value that is offered in a test gives a file without mistakes."""
    for place in (
        "from: |, to: data/db, expect: deny",
        "from: world, to: |, expect: deny",
        "from: world, to: data/db, port: |, expect: deny",
    ):
        text = HEAD + f"  - {{{place}}}\n"
        for item in (await workspace.complete(text)).values():
            accepted = text.replace("|", item["textEdit"]["newText"])
            workspace.document.replace(accepted)
            assert not [
                one for one in await workspace.findings() if "is not" in one["message"] or "has to" in one["message"]
            ], accepted


async def test_the_offered_file_is_a_valid_one(workspace):
    item = (await workspace.complete("|"))["connectivity-test"]
    text = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", item["textEdit"]["newText"])
    workspace.document.replace(text)
    assert [one["message"].partition(" `")[0] for one in await workspace.findings()] == ["no workload"]
    item = (await workspace.complete(text.rstrip() + "\n  |"))["- test"]
    assert item["textEdit"]["newText"].startswith("- name: ")


async def test_json_is_written_as_json(workspace):
    text = '{"apiVersion": "netpol-lint/v1", "kind": "ConnectivityTest", "tests": [{"from": "world", "to": "data/db", %s}]}\n'
    items = await workspace.complete(text % '"|"')
    assert items["expect"]["textEdit"]["newText"].startswith('"expect": ')
    items = await workspace.complete(text % '"expect": "|"')
    assert items["deny"]["textEdit"]["newText"] == '"deny"'


@pytest.mark.parametrize("comment", ["", "# netpol: ignore[NP999]\n"])
async def test_policies_and_tests_in_one_file_have_their_findings(workspace, comment):
    """Those of rules come first, whether something is suppressed in the file or not."""
    policy = comment + POLICY.replace("port: pg", "port: 99999")
    workspace.document.replace(f"{policy}---\n{TESTS}")
    found = await workspace.findings()
    codes = [one["code"] for one in found]
    assert codes.count("connectivity-test") == len([code for code in codes if not code.startswith("NP")])
    assert codes[0].startswith("NP")
    assert codes[-1] == "connectivity-test"
    failing = next(one for one in found if one["message"].startswith("expected allow, is deny"))
    assert workspace.document.slice(failing["range"]) == "allow"
    assert len(await workspace.labels()) > 3, "hints of the policy, and of the tests"


async def test_a_slash_asks_for_nothing_in_a_policy(workspace):
    policy = workspace.editor.open(POLICY, (workspace.folder / "policies/db.yaml").as_uri())
    position = policy.at("{team: b}", 1)
    context = {"triggerKind": 2, "triggerCharacter": "/"}
    assert await workspace.editor.at("textDocument/completion", policy, position, context=context) is None


async def test_netassert_files_are_judged_too(workspace):
    uri = (workspace.folder / "live.yaml").as_uri()
    text = (
        "- name: reads\n  type: k8s\n  protocol: tcp\n  targetPort: 5432\n  exitCode: 1\n"
        "  src: {k8sResource: {kind: deployment, name: frontend, namespace: shop}}\n"
        "  dst: {k8sResource: {kind: statefulset, name: db, namespace: data}}\n"
        "- name: elsewhere\n  type: k8s\n  protocol: tcp\n  targetPort: 1\n  exitCode: 0\n"
        "  src: {k8sResource: {kind: deployment, name: live, namespace: only}}\n"
        "  dst: {k8sResource: {kind: statefulset, name: db, namespace: data}}\n"
    )
    workspace.document = workspace.editor.open(text, uri)
    first, second = await workspace.findings()
    assert (workspace.document.slice(first["range"]), first["severity"]) == ("1", 1)
    assert first["message"].startswith("expected deny, is allow")
    assert second["severity"] == 3, "a live cluster may have more than the manifests show"
    assert await workspace.labels() == ["✗ allowed", "✗ cannot be asked"]


async def test_choices_for_a_menu(workspace):
    found = await workspace.editor.request(
        "workspace/executeCommand",
        {
            "command": "netpol.connectionChoices",
            "arguments": [{"uri": (workspace.folder / "policies/db.yaml").as_uri()}],
        },
    )
    names = {one["name"]: one for one in found["names"]}
    assert names["data/db"] == {
        "name": "data/db",
        "detail": "StatefulSet",
        "ports": [{"port": "5432/TCP", "detail": "pg"}],
        "isDestination": False,
    }
    assert {"shop/frontend", "shop/*", "world", "*/*"} <= set(names)
    assert found["tests"][0] == {
        "name": "🎉 the shop reads",
        "from": "shop/frontend",
        "to": "data/db",
        "port": "pg",
        "expect": "allow",
    }
    outside = await workspace.run("netpol.connectionChoices", uri="file:///elsewhere/x.yaml")
    assert outside["tests"] == []


async def test_a_keystroke_asks_one_test_again(workspace, monkeypatch):
    from netpol_lsp.lsp.state import cached_intents

    asked = []
    checking = cached_intents.checking

    def counted(engine, names, intent):
        asked.append(intent.name)
        return checking(engine, names, intent)

    monkeypatch.setattr(cached_intents, "checking", counted)
    workspace.document.replace(TESTS.replace("port: 443", "port: 444"))
    await workspace.findings()
    assert await workspace.labels() == ["✓ allowed", "✗ denied", "✗ allowed"]
    assert asked == ["data/db to host:example.org 444"]
