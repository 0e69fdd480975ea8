"""What other manifests say counts in the server as it does on the command line, while they change."""

from __future__ import annotations

import json

import pytest

from netpol_lsp.cli.main import main

pytestmark = pytest.mark.asyncio

NETWORK_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: frontend}}
  policyTypes: [Ingress]
"""
DEPLOYMENT = """\
# 名称 🙂
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: frontent}}
    spec: {containers: [{name: web, image: nginx}]}
"""


def codes(items):
    return [item["code"] for item in items if item["code"].startswith("NP3")]


def said_by_the_command_line(folder, capsys):
    main(["--no-cache", "--format", "json", "--exit-zero", "-q", str(folder)])
    return [one["code"] for one in json.loads(capsys.readouterr().out)["findings"] if one["code"].startswith("NP3")]


async def test_workloads_on_disk_and_in_the_editor(make_editor, tmp_path, capsys):
    workloads, policies = tmp_path / "workloads.yaml", tmp_path / "policies.yaml"
    workloads.write_text(DEPLOYMENT, "utf-8")
    policies.write_text(NETWORK_POLICY, "utf-8")
    editor = make_editor()
    await editor.start(tmp_path, capabilities={"textDocument": {"publishDiagnostics": {"relatedInformation": True}}})
    document = editor.open(NETWORK_POLICY, uri=policies.as_uri())
    await editor.quiet()

    async def agree(expected):
        await editor.quiet()
        assert codes(await editor.diagnostics(document)) == expected
        assert said_by_the_command_line(tmp_path, capsys) == expected

    await agree(["NP301"])
    (found,) = [one for one in await editor.diagnostics(document) if one["code"] == "NP301"]
    (related,) = found["relatedInformation"]
    assert related["location"]["uri"] == workloads.as_uri()
    line = DEPLOYMENT.splitlines()[related["location"]["range"]["start"]["line"]]
    start, end = (related["location"]["range"][side]["character"] for side in ("start", "end"))
    assert line[start:end] == "app: frontent"

    workloads.write_text(DEPLOYMENT.replace("frontent", "frontend"), "utf-8")
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": workloads.as_uri(), "type": 2}]})
    await agree([])

    opened = editor.open(DEPLOYMENT.replace("frontent", "frontendd"), uri=workloads.as_uri())
    await editor.quiet()
    assert codes(await editor.diagnostics(document)) == ["NP301"]
    opened.close()
    await agree([])

    moved = tmp_path / "moved.yaml"
    workloads.write_text(DEPLOYMENT, "utf-8")
    workloads.rename(moved)
    editor.notify("workspace/didRenameFiles", {"files": [{"oldUri": workloads.as_uri(), "newUri": moved.as_uri()}]})
    await agree(["NP301"])
    moved.unlink()
    editor.notify("workspace/didDeleteFiles", {"files": [{"uri": moved.as_uri()}]})
    await agree([])


async def test_a_snapshot_of_the_cluster(make_editor, tmp_path, capsys):
    (tmp_path / ".netpol-lint.yaml").write_text("context: [cluster.yaml]\nexclude: [cluster.yaml]\n")
    (tmp_path / "cluster.yaml").write_text(DEPLOYMENT.replace("frontent", "other"), "utf-8")
    (tmp_path / "policies.yaml").write_text(NETWORK_POLICY, "utf-8")
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(NETWORK_POLICY, uri=(tmp_path / "policies.yaml").as_uri())
    await editor.quiet()
    assert codes(await editor.diagnostics(document)) == ["NP301"]
    assert said_by_the_command_line(tmp_path, capsys) == ["NP301"]
    assert [one["severity"] for one in await editor.diagnostics(document) if one["code"] == "NP301"] == [3]
