"""Findings that depend on other policies: only once these are known, and again when they change."""

import pytest

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


async def test_nothing_flashes_up_while_the_workspace_is_read(make_editor, tmp_path):
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(WEB, uri=(tmp_path / "web.yaml").as_uri())
    assert not editor.server.services.sync.index.is_ready
    assert gaps(await editor.diagnostics(document)) == []
    assert not any(gaps(item["diagnostics"]) for item in editor.published(document.uri))


async def test_what_is_missing_is_said_once_all_is_read(make_editor, tmp_path):
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(WEB, uri=(tmp_path / "web.yaml").as_uri())
    assert len(gaps(await editor.diagnostics(document))) == 1
    (tmp_path / "dns.yaml").write_text(DNS)
    change = {"uri": (tmp_path / "dns.yaml").as_uri(), "type": 1}
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
    assert gaps(await editor.diagnostics(document)) == []


async def test_without_folders_the_open_documents_are_all(make_editor):
    editor = make_editor()
    await editor.start()
    document = editor.open(WEB)
    assert len(gaps(await editor.diagnostics(document))) == 1
    other = editor.open(DNS, uri="file:///ws/dns.yaml")
    assert gaps(await editor.diagnostics(document)) == []
    other.close()
    await editor.until(lambda: gaps(editor.published(document.uri)[-1]["diagnostics"]))


async def test_a_scan_that_is_cancelled_leaves_the_open_documents(make_editor, tmp_path):
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(WEB, uri=(tmp_path / "web.yaml").as_uri())
    editor.notify("window/workDoneProgress/cancel", {"token": editor.server.services.sync.index._scan.progress.token})
    assert len(gaps(await editor.diagnostics(document))) == 1


async def test_folders_that_go_while_they_are_read(make_editor, tmp_path):
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(WEB)
    gone = {"added": [], "removed": [{"uri": tmp_path.as_uri(), "name": "ws"}]}
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": gone})
    assert len(gaps(await editor.diagnostics(document))) == 1


@pytest.mark.parametrize("refreshes", [True, False])
async def test_who_pulls_is_told_when_all_is_read(make_editor, tmp_path, refreshes):
    editor = make_editor()
    pulls = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": refreshes}}}
    await editor.start(tmp_path, pulls)
    document = editor.open(WEB, uri=(tmp_path / "web.yaml").as_uri())
    await editor.quiet()
    assert len(editor.requests("workspace/diagnostic/refresh")) == refreshes
    answer = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
    assert len(gaps(answer["items"])) == 1


async def test_a_template_may_be_any_namespace(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("default-namespace: shop\n")
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(WEB.replace("namespace: shop", "namespace: $NS"), uri=(tmp_path / "web.yaml").as_uri())
    assert len(gaps(await editor.diagnostics(document))) == 1
    editor.open(DNS.replace("namespace: shop", "namespace: bank"), uri=(tmp_path / "dns.yaml").as_uri())
    assert gaps(await editor.diagnostics(document)) == []
