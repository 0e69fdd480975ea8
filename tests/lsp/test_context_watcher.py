"""Manifests that the configuration names as context count, in the editor as on the command line."""

import pytest

from netpol_lsp.text.source import LineIndex

pytestmark = pytest.mark.asyncio

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: NAME, namespace: shop}\nspec:\n"
WEB = HEAD.replace("NAME", "web") + (
    "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
    "  egress:\n    - to: [{podSelector: {matchLabels: {app: db}}}]\n"
)
DNS = HEAD.replace("NAME", "dns") + (
    "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n"
    "    - ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\n"
)


def gaps(items):
    return [item for item in items if item["code"] == "NP216"]


@pytest.fixture
def workspace(tmp_path):
    """A workspace whose config file names a manifest outside of it."""
    (tmp_path / "ws").mkdir()
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "dns.yaml").write_text(DNS)
    (tmp_path / "ws" / ".netpol-lint.yaml").write_text("context: [../cluster]\n")
    (tmp_path / "ws" / "web.yaml").write_text(WEB)
    return tmp_path / "ws"


def open_web(editor, workspace):
    return editor.open(WEB, uri=(workspace / "web.yaml").as_uri())


def changed(editor, path, kind=2):
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


async def test_context_counts_and_nothing_flashes_up_before(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace)
    document = open_web(editor, workspace)
    assert gaps(await editor.diagnostics(document)) == []
    assert not any(gaps(item["diagnostics"]) for item in editor.published(document.uri))


async def test_context_is_not_linted(make_editor, workspace):
    (workspace.parent / "cluster" / "bad.yaml").write_text(DNS.replace("[Egress]", "[egress]"))
    editor = make_editor()
    await editor.start(workspace)
    await editor.diagnostics(open_web(editor, workspace))
    assert editor.published((workspace.parent / "cluster" / "bad.yaml").as_uri()) == []


async def test_changes_of_the_context_count(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace)
    document = open_web(editor, workspace)
    assert gaps(await editor.diagnostics(document)) == []
    path = workspace.parent / "cluster" / "dns.yaml"
    path.unlink()
    changed(editor, path, 3)
    assert len(gaps(await editor.diagnostics(document))) == 1
    path.write_text(DNS)
    changed(editor, path, 1)
    assert gaps(await editor.diagnostics(document)) == []


async def test_another_context_in_the_config_counts(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace)
    document = open_web(editor, workspace)
    config = workspace / ".netpol-lint.yaml"
    for text, count in (("{}\n", 1), ("context: [../cluster/*.yaml]\n", 0), ("context: [../nowhere]\n", 1)):
        config.write_text(text)
        changed(editor, config)
        assert len(gaps(await editor.diagnostics(document))) == count, text


async def test_a_context_that_is_not_there_is_logged(make_editor, workspace):
    (workspace / ".netpol-lint.yaml").write_text("context: [../nowhere]\n")
    editor = make_editor()
    await editor.start(workspace)
    assert len(gaps(await editor.diagnostics(open_web(editor, workspace)))) == 1
    logged = [item["params"]["message"] for item in editor.requests("window/logMessage")]
    assert any("nowhere" in message and "no such file" in message for message in logged)


async def test_an_open_document_wins_over_the_context(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace)
    document = open_web(editor, workspace)
    other = editor.open(DNS, uri=(workspace.parent / "cluster" / "dns.yaml").as_uri())
    assert gaps(await editor.diagnostics(document)) == []
    other.replace(DNS.replace("namespace: shop", "namespace: bank"))
    assert len(gaps(await editor.diagnostics(document))) == 1
    other.close()
    await editor.until(lambda: not gaps(editor.published(document.uri)[-1]["diagnostics"]))


async def test_what_is_linted_wins_over_an_older_copy(make_editor, workspace):
    (workspace / "dns.yaml").write_text(DNS.replace("podSelector: {}", "podSelector: {matchLabels: {app: other}}"))
    editor = make_editor()
    await editor.start(workspace)
    assert len(gaps(await editor.diagnostics(open_web(editor, workspace)))) == 1


async def test_a_document_outside_of_the_workspace_brings_its_own(make_editor, workspace, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / ".netpol-lint.yaml").write_text("context: [dns.yaml]\n")
    (elsewhere / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start()
    await editor.quiet()
    document = editor.open(WEB, uri=(elsewhere / "web.yaml").as_uri())
    assert gaps(await editor.diagnostics(document)) == []
    assert not any(gaps(item["diagnostics"]) for item in editor.published(document.uri))


async def test_folders_outside_are_watched(make_editor, workspace):
    editor = make_editor()
    watching = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True}}}
    await editor.start(workspace, watching)
    await editor.quiet()
    wanted = [
        one for item in editor.requests("client/registerCapability") for one in item["params"]["registrations"]
        if one["id"] == "netpol-context"
    ]  # fmt: skip
    [registration] = wanted
    [watcher] = registration["registerOptions"]["watchers"]
    assert watcher["globPattern"]["baseUri"] == (workspace.parent / "cluster").as_uri()
    config = workspace / ".netpol-lint.yaml"
    config.write_text("{}\n")
    changed(editor, config)
    await editor.quiet()
    [gone] = editor.requests("client/unregisterCapability")
    assert gone["params"]["unregisterations"][0]["id"] == "netpol-context"


async def test_who_watches_no_other_folders_is_not_asked_to(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace)
    await editor.quiet()
    ids = [
        one["id"] for item in editor.requests("client/registerCapability") for one in item["params"]["registrations"]
    ]
    assert "netpol-context" not in ids


async def test_a_reader_that_fails_leaves_the_rest(make_editor, workspace, monkeypatch):
    from netpol_lsp.lsp.state import context_watcher as context

    def fail(_paths):
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(context, "read_context", fail)
    editor = make_editor()
    await editor.start(workspace)
    assert len(gaps(await editor.diagnostics(open_web(editor, workspace)))) == 1


async def test_an_entry_that_is_not_there_is_a_finding_in_the_config_file(make_editor, workspace, encoding):
    config = workspace / ".netpol-lint.yaml"
    config.write_text("# 商店\ncontext: [../cluster, '../🎉nowhere', ../x*.yaml, ../cluster/bad.yaml]\n")
    bad = workspace.parent / "cluster" / "bad.yaml"
    bad.write_bytes(b"kind: \xff\n")
    editor = make_editor(encoding)
    await editor.start(workspace)
    document = open_web(editor, workspace)
    assert gaps(await editor.diagnostics(document)) == [], "what can be read counts"
    found = editor.published(config.as_uri())[-1]["diagnostics"]
    text = config.read_text()
    lines = [LineIndex(text).offset(one["range"]["start"]["line"], one["range"]["start"]["character"], encoding) for one in found]  # fmt: skip
    starts = [text[offset : offset + 8] for offset in lines]
    assert sorted(starts) == ["../clust", "../x*.ya", "../🎉nowh"], starts
    messages = [item["message"] for item in found]
    assert "context `../🎉nowhere`: no such file or folder" in messages
    assert "context `../x*.yaml`: matches no file" in messages
    assert any("bad.yaml" in message and "is not UTF-8" in message for message in messages)
    bad.unlink()
    config.write_text("context: [../cluster]\n")
    changed(editor, config)
    assert gaps(await editor.diagnostics(document)) == []
    assert editor.published(config.as_uri())[-1]["diagnostics"] == []


async def test_who_pulls_gets_them_in_the_report(make_editor, workspace):
    config = workspace / ".netpol-lint.yaml"
    config.write_text("context: [../nowhere]\n")
    editor = make_editor()
    await editor.start(workspace, {"textDocument": {"diagnostic": {}}})
    await editor.quiet()
    items = (await editor.request("workspace/diagnostic", {"previousResultIds": []}))["items"]
    [report] = [item for item in items if item["uri"] == config.as_uri()]
    assert [item["message"] for item in report["items"]] == ["context `../nowhere`: no such file or folder"]
    assert editor.published(config.as_uri()) == []


async def test_a_context_that_is_open_is_still_not_linted_together(make_editor, workspace):
    """Its gaps are not a reason to keep silent about those of the workspace: CI knows it as context only."""
    deny = HEAD.replace("NAME", "deny") + "  podSelector: {}\n  policyTypes: [Egress]\n"
    path = workspace.parent / "cluster" / "dns.yaml"
    path.write_text(deny)
    editor = make_editor()
    await editor.start(workspace)
    document = open_web(editor, workspace)
    assert len(gaps(await editor.diagnostics(document))) == 1
    other = editor.open(deny, uri=path.as_uri())
    await editor.quiet()
    document.edit(0, 0, "# again\n")
    assert len(gaps(await editor.diagnostics(document))) == 1
    other.replace(DNS)
    assert gaps(await editor.diagnostics(document)) == []
    # Whatever else of the context is read again, the editor's text counts.
    changed(editor, path)
    assert gaps(await editor.diagnostics(document)) == []
    other.close()
    await editor.until(lambda: gaps(editor.published(document.uri)[-1]["diagnostics"]))


async def test_a_nested_config_adds_its_own(make_editor, workspace):
    (workspace / ".netpol-lint.yaml").write_text("{}\n")
    (workspace / "sub").mkdir()
    (workspace / "sub" / ".netpol-lint.yaml").write_text("context: [../../cluster]\n")
    editor = make_editor()
    await editor.start(workspace)
    document = open_web(editor, workspace)
    assert len(gaps(await editor.diagnostics(document))) == 1, "nothing is linted by that configuration"
    path = workspace / "sub" / "x.yaml"
    path.write_text("kind: ConfigMap\n")
    changed(editor, path, 1)
    assert gaps(await editor.diagnostics(document)) == []


async def test_what_an_open_document_named_goes_with_it(make_editor, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".netpol-lint.yaml").write_text("context: [dns.yaml]\n")
    (tmp_path / "a" / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start()
    document = editor.open(WEB, uri=(tmp_path / "web.yaml").as_uri())
    assert len(gaps(await editor.diagnostics(document))) == 1
    other = editor.open("kind: ConfigMap\n", uri=(tmp_path / "a" / "x.yaml").as_uri())
    assert gaps(await editor.diagnostics(document)) == []
    other.close()
    assert len(gaps(await editor.diagnostics(document))) == 1
