"""`netpol-lint inventory`."""

from __future__ import annotations

import json

from netpol_lsp.cli.main import main

MANIFESTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: redis, namespace: shop}
spec: {}
"""


def run(tmp_path, monkeypatch, capsys, *arguments: str) -> str:
    monkeypatch.chdir(tmp_path)
    assert main(["inventory", *arguments]) == 0
    return capsys.readouterr().out


def test_what_is_known_and_what_is_not(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "a.yaml").write_text(MANIFESTS)
    text = run(tmp_path, monkeypatch, capsys)
    assert text.startswith("namespace shop  a.yaml:3  [not known whole: no snapshot of the cluster (--context)")
    for part in (
        "Deployment web  app=web  ports 8080/TCP(http)  a.yaml:7",
        "web ClusterIP  80->http/TCP  app=web  a.yaml:15",
        "web  selects Deployment web, perhaps more (HelmRelease: a manifest that cannot be read",
        "a.yaml:25  HelmRelease redis: what it renders or makes is not known",
    ):
        assert part in text


def test_json(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "a.yaml").write_text(MANIFESTS)
    data = json.loads(run(tmp_path, monkeypatch, capsys, "--format", "json"))
    (shop,) = data["namespaces"]
    assert (data["version"], shop["name"], shop["known_whole"], shop["labels"]["team"]) == (1, "shop", False, "a")
    assert shop["workloads"][0]["labels"] == {"app": "web"}
    assert shop["policies"][0]["selects"] == [{"kind": "Deployment", "name": "web"}]
    assert shop["unknown"][0]["reason"] == "HelmRelease"


def test_a_snapshot_makes_a_namespace_whole(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "policies.yaml").write_text(MANIFESTS.split("---\n")[3])
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "pods.yaml").write_text("---\n".join(MANIFESTS.split("---\n")[:2]))
    text = run(tmp_path, monkeypatch, capsys, "policies.yaml", "--context", "cluster")
    assert "[known whole]" in text
    assert "from the context" in text


def test_nothing(tmp_path, monkeypatch, capsys) -> None:
    assert run(tmp_path, monkeypatch, capsys).startswith("nothing is known")


def test_the_configuration_says_that_a_namespace_is_whole(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "a.yaml").write_text("---\n".join(MANIFESTS.split("---\n")[:4]))
    (tmp_path / ".netpol-lint.yaml").write_text("whole-namespaces: ['sh*']\n")
    text = run(tmp_path, monkeypatch, capsys)
    assert text.startswith("namespace shop  a.yaml:3  [known whole]")
    (tmp_path / ".netpol-lint.yaml").write_text("whole-namespaces: [other]\n")
    assert "`whole-namespaces` does not name it" in run(tmp_path, monkeypatch, capsys)
