"""Workloads are listed together only where all that is said of one holds for the others."""

import json

import pytest

from netpol_lsp.cli.main import main

WORKLOADS = "".join(
    f"""\
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: i}}]}}
"""
    for name in ("a", "b")
)
POLICY = """\
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: {name}}}}}
  policyTypes: [Ingress, Egress]
  {direction}: [{{{peers}: [{peer}]}}]
"""


def connectivity(tmp_path, capsys, direction: str, peers: str, *options: str) -> dict:
    key = "to" if direction == "egress" else "from"
    policies = "".join(
        POLICY.format(name=name, direction=direction, peers=key, peer=peer)
        for name, peer in zip("ab", peers, strict=True)
    )
    (tmp_path / "all.yaml").write_text(WORKLOADS + policies)
    assert main(["connectivity", "--no-config", "--format", "json", *options, str(tmp_path / "all.yaml")]) == 0
    return json.loads(capsys.readouterr().out)


def titles(report: dict) -> list[list[str]]:
    return [[item["title"] for item in group["workloads"]] for group in report["groups"]]


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_what_reaches_other_addresses_is_apart(tmp_path, capsys, direction):
    blocks = ["{ipBlock: {cidr: 10.0.0.0/8}}", "{ipBlock: {cidr: 192.168.0.0/16}}"]
    report = connectivity(tmp_path, capsys, direction, blocks, "--cni", "cilium")
    assert titles(report) == [["shop/a[Deployment]"], ["shop/b[Deployment]"]]
    other = "destination" if direction == "egress" else "source"
    assert [item[other]["cidrs"] for item in report["connections"]] == [["10.0.0.0/8"], ["192.168.0.0/16"]]


def test_what_is_open_to_other_peers_that_no_manifest_shows_is_apart(tmp_path, capsys):
    peers = ["{podSelector: {matchLabels: {app: one}}}", "{podSelector: {matchLabels: {app: two}}}"]
    together = connectivity(tmp_path, capsys, "ingress", peers)
    assert titles(together) == [["shop/a[Deployment]", "shop/b[Deployment]"]]
    report = connectivity(tmp_path, capsys, "ingress", peers, "--exposure")
    assert titles(report) == [["shop/a[Deployment]"], ["shop/b[Deployment]"]]
    assert [(item["group"], item["peer"]["title"]) for item in report["exposures"]] == [
        (0, "pods with app=one in namespace shop"),
        (1, "pods with app=two in namespace shop"),
    ]


def test_no_policy_at_all_is_another_thing_than_one_that_allows_everything(tmp_path, capsys):
    policy = POLICY.format(name="a", direction="ingress", peers="from", peer="").replace("{from: []}", "{}")
    (tmp_path / "all.yaml").write_text(WORKLOADS + policy.replace("[Ingress, Egress]", "[Ingress]"))
    assert main(["connectivity", "--no-config", "--exposure", str(tmp_path / "all.yaml")]) == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines() if "no policy selects it" in line]
    assert [(line[0], line[1]) for line in said] == [
        ("shop/a[Deployment]", "egress"),
        ("shop/b[Deployment]", "ingress"),
        ("shop/b[Deployment]", "egress"),
    ]
