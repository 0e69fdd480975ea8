"""The server knows of the cluster what the command knows."""

import pytest

pytestmark = pytest.mark.asyncio

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
FLANNEL = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-flannel-ds, namespace: kube-flannel}
spec: {template: {spec: {containers: [{name: flannel, image: "flannel:v0.25.1"}]}}}
"""


def change(editor, path, kind=2):
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


async def codes(editor, document):
    found = await editor.diagnostics(document)
    return sorted(item["code"] for item in found if item["code"].startswith("NP50"))


async def test_manifests_of_the_network_plugin_are_enough(make_editor, tmp_path):
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "flannel.yaml").write_text(FLANNEL)
    path = tmp_path / "a.yaml"
    path.write_text(POLICY)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, path.as_uri())
    assert await codes(editor, document) == ["NP501"]


async def test_they_come_and_go(make_editor, tmp_path):
    path, flannel = tmp_path / "b.yaml", tmp_path / "flannel.yaml"
    path.write_text(POLICY)
    (tmp_path / "a.yaml").write_text(POLICY.replace("web", "first"))
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, path.as_uri())
    assert await codes(editor, document) == []

    flannel.write_text(FLANNEL)
    change(editor, flannel, kind=1)
    # It is said once, at the first policy, which is in a file that is not open.
    assert await codes(editor, document) == []
    (tmp_path / "a.yaml").unlink()
    change(editor, tmp_path / "a.yaml", kind=3)
    assert await codes(editor, document) == ["NP501"]

    flannel.unlink()
    change(editor, flannel, kind=3)
    assert await codes(editor, document) == []


async def test_the_configuration_wins(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("cni: calico\n")
    (tmp_path / "flannel.yaml").write_text(FLANNEL)
    path = tmp_path / "a.yaml"
    path.write_text(POLICY)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, path.as_uri())
    assert await codes(editor, document) == []
    (tmp_path / ".netpol-lint.yaml").write_text("profile: recommended\n")
    change(editor, tmp_path / ".netpol-lint.yaml")
    assert await codes(editor, document) == ["NP501"]


async def test_the_effective_configuration_says_where_it_was_found(make_editor, tmp_path):
    (tmp_path / "flannel.yaml").write_text(FLANNEL)
    path = tmp_path / "a.yaml"
    path.write_text(POLICY)
    editor = make_editor()
    await editor.start(tmp_path)
    editor.open(POLICY, path.as_uri())
    await editor.quiet()
    shown = await editor.request(
        "workspace/executeCommand", {"command": "netpol.showConfig", "arguments": [path.as_uri()]}
    )
    assert "kube-flannel-ds" in str(shown)


async def test_the_context_counts_too(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("context: [cluster.yaml]\nexclude: [cluster.yaml]\n")
    (tmp_path / "cluster.yaml").write_text(FLANNEL)
    path = tmp_path / "a.yaml"
    path.write_text(POLICY)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, path.as_uri())
    assert await codes(editor, document) == ["NP501"]


async def test_a_client_with_a_status_bar_is_told(make_editor, tmp_path):
    (tmp_path / "flannel.yaml").write_text(FLANNEL)
    (tmp_path / "a.yaml").write_text(POLICY)
    editor = make_editor()
    await editor.start(tmp_path, initializationOptions={"clusterStatus": True})
    await editor.quiet()

    def told():
        return [item["params"]["known"] for item in editor.sent if item.get("method") == "netpol/cluster"]

    origin = "DaemonSet `kube-flannel-ds` (flannel.yaml:1)"
    assert told() == [[{"key": "cni", "value": "flannel", "origin": origin}]]
    (tmp_path / ".netpol-lint.yaml").write_text("cni: calico@3.29\nkubernetes-version: 1.30\n")
    change(editor, tmp_path / ".netpol-lint.yaml", kind=1)
    await editor.quiet()
    assert told()[-1] == [
        {"key": "cni", "value": "calico@3.29", "origin": ".netpol-lint.yaml:1"},
        {"key": "kubernetes-version", "value": "1.30", "origin": ".netpol-lint.yaml:2"},
    ]


async def test_other_clients_are_not(make_editor, tmp_path):
    (tmp_path / "flannel.yaml").write_text(FLANNEL)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.quiet()
    assert not [item for item in editor.sent if item.get("method") == "netpol/cluster"]
