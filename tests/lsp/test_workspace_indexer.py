"""Policies of files that are not open: rules judge by all that is applied together."""

import threading

import pytest

from netpol_lsp.lsp.features import text_sync
from netpol_lsp.lsp.state import workspace_scan

pytestmark = pytest.mark.asyncio

ISOLATING = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny-egress, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}
"""
DNS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-dns, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
          podSelector: {matchLabels: {k8s-app: kube-dns}}
      ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
"""


@pytest.fixture
def needs_dns():
    """The rule that asks whether some other policy allows DNS."""
    from netpol_lsp.lint.registry import rule_by_code

    rule = rule_by_code("NP216")
    if rule is None or not getattr(rule, "uses_workspace", False):
        pytest.skip("no rule looks at other policies yet")
    return "NP216"


def change(editor, path, kind=2):
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


def known(editor):
    """The names of all policies that the server knows."""
    return sorted(located.policy.name for located in editor.server.services.session.workspace.view)


async def test_the_workspace_is_read(make_editor, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "dns.yaml").write_text(DNS)
    (tmp_path / "deny.yaml").write_text(ISOLATING)
    (tmp_path / "other.yaml").write_text("kind: ConfigMap\n")
    (tmp_path / "broken.yaml").write_bytes(b"\xff\xfe\xfa")
    (tmp_path / "notes.txt").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    assert known(editor) == ["allow-dns", "deny-egress"]


async def test_excluded_files_do_not_count(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("exclude: [dns.yaml]\n")
    (tmp_path / "dns.yaml").write_text(DNS)
    (tmp_path / "deny.yaml").write_text(ISOLATING)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    assert known(editor) == ["deny-egress"]


async def test_files_come_change_and_go(make_editor, tmp_path):
    path = tmp_path / "dns.yaml"
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    assert known(editor) == []
    path.write_text(DNS)
    change(editor, path, 1)
    await editor.quiet()
    assert known(editor) == ["allow-dns"]
    path.write_text(DNS.replace("allow-dns", "dns"))
    change(editor, path)
    await editor.quiet()
    assert known(editor) == ["dns"]
    moved = tmp_path / "moved.yaml"
    path.rename(moved)
    editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": path.as_uri(), "newUri": moved.as_uri()}]})
    await editor.quiet()
    assert known(editor) == ["dns"]
    assert list(editor.server.services.session.workspace.view.index.files) == [moved.as_uri()]
    moved.unlink()
    editor.notify("workspace/didDeleteFiles", {"files": [{"uri": moved.as_uri()}]})
    await editor.quiet()
    assert known(editor) == []


async def test_many_changes_are_one_scan(make_editor, tmp_path, monkeypatch):
    monkeypatch.setattr(text_sync, "_MANY", 1)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    paths = [tmp_path / "dns.yaml", tmp_path / "deny.yaml"]
    for path, text in zip(paths, (DNS, ISOLATING), strict=True):
        path.write_text(text)
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 1} for path in paths]})
    await editor.quiet()
    assert known(editor) == ["allow-dns", "deny-egress"]


async def test_open_documents_win_over_the_disk(make_editor, tmp_path):
    path = tmp_path / "dns.yaml"
    path.write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    document = editor.open(DNS.replace("allow-dns", "unsaved"), uri=path.as_uri())
    await editor.quiet()
    assert known(editor) == ["unsaved"]
    path.write_text(DNS.replace("allow-dns", "by-somebody-else"))
    change(editor, path)
    await editor.quiet()
    assert known(editor) == ["unsaved"]
    document.close()
    assert known(editor) == ["by-somebody-else"]


async def test_folders_come_and_go(make_editor, tmp_path):
    for name, text in (("a", DNS), ("b", ISOLATING)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.yaml").write_text(text)
    folders = [{"uri": (tmp_path / name).as_uri(), "name": name} for name in ("a", "b")]
    editor = make_editor()
    await editor.start(workspaceFolders=folders[:1])
    await editor.quiet()
    assert known(editor) == ["allow-dns"]
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": folders[1:], "removed": folders[:1]}})
    await editor.quiet()
    assert known(editor) == ["deny-egress"]


async def test_nobody_means_the_whole_disk(make_editor, tmp_path, monkeypatch):
    (tmp_path / "dns.yaml").write_text(DNS)
    monkeypatch.setenv("HOME", str(tmp_path))
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    assert known(editor) == []


async def test_progress_of_a_long_scan(make_editor, tmp_path, monkeypatch):
    monkeypatch.setattr(workspace_scan, "_SHOW_FROM", 1)
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    (created,) = editor.requests("window/workDoneProgress/create")
    await editor.until(lambda: editor.server.services.sync.index.is_ready)
    values = [item["params"] for item in editor.sent if item.get("method") == "$/progress"]
    assert {item["token"] for item in values} <= {created["params"]["token"]}
    kinds = [item["value"]["kind"] for item in values]
    assert kinds == [] or (kinds[0], kinds[-1]) == ("begin", "end")


async def test_a_scan_can_be_cancelled(make_editor, tmp_path, caplog):
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    scan = editor.server.services.sync.index._scan
    editor.notify("window/workDoneProgress/cancel", {"token": "somebody else's"})
    assert not editor.server.services.sync.index.is_ready
    editor.notify("window/workDoneProgress/cancel", {"token": scan.progress.token})
    assert editor.server.services.sync.index.is_ready
    await editor.quiet()
    assert known(editor) == []


async def test_starting_over(make_editor, tmp_path):
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    (tmp_path / "dns.yaml").write_text(DNS)
    await editor.request("workspace/executeCommand", {"command": "netpol.restartIndex"})
    await editor.quiet()
    assert known(editor) == ["allow-dns"]


async def test_a_policy_elsewhere_settles_a_finding(make_editor, tmp_path, needs_dns):
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(ISOLATING, uri=(tmp_path / "deny.yaml").as_uri())
    assert needs_dns in {item["code"] for item in await editor.diagnostics(document)}
    path = tmp_path / "dns.yaml"
    path.write_text(DNS)
    change(editor, path, 1)
    assert needs_dns not in {item["code"] for item in await editor.diagnostics(document)}
    path.unlink()
    change(editor, path, 3)
    assert needs_dns in {item["code"] for item in await editor.diagnostics(document)}


async def test_an_open_policy_settles_a_finding_in_another(make_editor, needs_dns):
    editor = make_editor()
    await editor.start()
    document = editor.open(ISOLATING, uri="file:///ws/deny.yaml")
    assert needs_dns in {item["code"] for item in await editor.diagnostics(document)}
    other = editor.open(DNS, uri="file:///ws/dns.yaml")
    assert needs_dns not in {item["code"] for item in await editor.diagnostics(document)}
    at = other.text.index("namespace: shop")
    other.edit(at, at + 15, "namespace: blog")
    assert needs_dns in {item["code"] for item in await editor.diagnostics(document)}


async def test_one_file_with_both_has_no_finding_from_the_first_moment(make_editor, needs_dns):
    editor = make_editor()
    await editor.start()
    document = editor.open(f"{ISOLATING}---\n{DNS}")
    params = {
        "textDocument": {"uri": document.uri},
        "range": document.range(0, len(document.text)),
        "context": {"diagnostics": []},
    }
    found = await editor.request("textDocument/codeAction", params)
    assert needs_dns not in {item["code"] for action in found for item in action.get("diagnostics", [])}


async def test_a_config_file_decides_anew_what_counts(make_editor, tmp_path):
    config = tmp_path / ".netpol-lint.yaml"
    config.write_text("{}\n")
    (tmp_path / "dns.yaml").write_text(DNS.replace(", namespace: shop", ""))
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    for text, namespaces in (
        ("default-namespace: shop\n", ["shop"]),
        ("exclude: [dns.yaml]\n", []),
        ("default-namespace: bank\n", ["bank"]),
    ):
        config.write_text(text)
        change(editor, config)
        await editor.quiet()
        assert [located.policy.namespace for located in editor.server.services.session.workspace.view] == namespaces


async def test_an_open_document_that_is_excluded_counts_no_longer(make_editor, tmp_path):
    config = tmp_path / ".netpol-lint.yaml"
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    editor.open(DNS, uri=(tmp_path / "dns.yaml").as_uri())
    await editor.quiet()
    assert known(editor) == ["allow-dns"]
    config.write_text("exclude: [dns.yaml]\n")
    change(editor, config, 1)
    await editor.quiet()
    assert known(editor) == []


async def test_git_decides_anew_what_counts(make_editor, tmp_path):
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    watchers = editor.requests("client/registerCapability")[0]["params"]["registrations"][0]["registerOptions"]
    assert "**/.gitignore" in [item["globPattern"] for item in watchers["watchers"]]
    document = editor.open(DNS, uri=(tmp_path / "dns.yaml").as_uri())
    await editor.quiet()
    ignore = tmp_path / ".gitignore"
    for text, names in (("dns.yaml\n", []), ("", ["allow-dns"])):
        ignore.write_text(text)
        change(editor, ignore)
        await editor.quiet()
        assert known(editor) == names
    document.close()
    assert known(editor) == ["allow-dns"]


async def test_folders_are_renamed_and_deleted(make_editor, tmp_path):
    folder, moved = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    (folder / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    folder.rename(moved)
    editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": folder.as_uri(), "newUri": moved.as_uri()}]})
    await editor.quiet()
    assert list(editor.server.services.session.workspace.view.index.files) == [(moved / "dns.yaml").as_uri()]
    (moved / "dns.yaml").unlink()
    moved.rmdir()
    editor.notify("workspace/didDeleteFiles", {"files": [{"uri": moved.as_uri()}]})
    await editor.quiet()
    assert known(editor) == []


async def test_a_change_while_the_workspace_is_read_is_not_lost(make_editor, tmp_path, monkeypatch):
    may_go_on = threading.Event()
    original = workspace_scan.Scan._post

    def late(scan, batch):
        assert may_go_on.wait(30)
        original(scan, batch)

    monkeypatch.setattr(workspace_scan.Scan, "_post", late)
    path = tmp_path / "dns.yaml"
    path.write_text(DNS)
    read = threading.Event()
    monkeypatch.setattr(
        workspace_scan, "read_source", lambda path, real=workspace_scan.read_source: (real(path), read.set())[0]
    )
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.until(read.is_set)
    path.write_text(DNS.replace("allow-dns", "newer"))
    change(editor, path)
    may_go_on.set()
    await editor.quiet()
    assert known(editor) == ["newer"]


async def test_without_folders_nothing_of_the_disk_is_left(make_editor, tmp_path):
    (tmp_path / "dns.yaml").write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    gone = {"added": [], "removed": [{"uri": tmp_path.as_uri(), "name": "ws"}]}
    editor.notify("workspace/didChangeWorkspaceFolders", {"event": gone})
    await editor.quiet()
    assert known(editor) == []
    assert editor.server.services.sync.index.ours == []


async def test_an_address_that_is_written_in_another_way_is_the_same_file(make_editor, tmp_path):
    path = tmp_path / "dns+(1)@x.yaml"
    path.write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path, {"textDocument": {"diagnostic": {}}})
    await editor.quiet()
    uri = f"{tmp_path.as_uri()}/{path.name}"
    assert uri != path.as_uri()
    document = editor.open(DNS.replace("allow-dns", "unsaved"), uri=uri)
    await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert known(editor) == ["unsaved"]
    reports = (await editor.request("workspace/diagnostic", {"previousResultIds": []}))["items"]
    assert [item["uri"] for item in reports] == [uri]
    document.close()
    assert known(editor) == ["allow-dns"]
    path.unlink()
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 3}]})
    assert known(editor) == []


async def test_closing_a_document_reads_what_was_saved(make_editor, tmp_path):
    path = tmp_path / "dns.yaml"
    path.write_text(DNS)
    editor = make_editor()
    await editor.start(tmp_path, {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": False}}})
    document = editor.open(DNS, uri=path.as_uri())
    document.replace(DNS.replace("allow-dns", "saved"))
    path.write_text(document.text)
    await editor.quiet()
    document.close()
    assert known(editor) == ["saved"]
