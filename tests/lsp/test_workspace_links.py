"""Selectors meet workloads in the editor: lenses, definitions, references, hovers and symbols across files."""

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio

WORKLOADS = """\
# 人 🎉 before everything
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {team: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          ports: [{name: http, containerPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: shop}
spec:
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db}]}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web-in, namespace: shop}
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {team: web}}
          podSelector: {matchLabels: {app: db}}
      ports:
        - port: http
"""


@pytest_asyncio.fixture
async def opened(make_editor, tmp_path, encoding):
    (tmp_path / "workloads.yaml").write_text(WORKLOADS)
    (tmp_path / "policy.yaml").write_text(POLICY)
    editor = make_editor(encoding)
    await editor.start(tmp_path)
    document = editor.open(POLICY, (tmp_path / "policy.yaml").as_uri())
    await editor.until(lambda: editor.server.services.session.workspace.is_complete)
    await editor.quiet()
    return editor, document, tmp_path


def shown(locations, folder):
    """The lines that locations point to."""
    lines = []
    for one in locations:
        name = one["uri"].rpartition("/")[2]
        start = one["range"]["start"]["line"]
        lines.append(f"{name}: {(folder / name).read_text().splitlines()[start].strip()}")
    return lines


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("podSelector:\n", ["workloads.yaml: metadata: {name: web, namespace: shop}"]),
        ("app: web\n  policyTypes", ["workloads.yaml: app: web"]),
        ("team: web", ["workloads.yaml: labels: {team: web}"]),
        ("app: db", ["workloads.yaml: metadata: {labels: {app: db}}"]),
        ("http", ["workloads.yaml: ports: [{name: http, containerPort: 8080}]"]),
        ("policyTypes", []),
    ],
)
async def test_definitions(opened, word, found):
    editor, document, folder = opened
    answer = await editor.at("textDocument/definition", document, document.position(POLICY.index(word) + 1))
    assert shown(answer, folder) == found


async def test_references_of_a_workload_are_its_policies(opened):
    editor, _, folder = opened
    document = editor.open(WORKLOADS, (folder / "workloads.yaml").as_uri())
    await editor.quiet()
    for word in ("name: web,", "app: web"):
        offset = WORKLOADS.index(word) + len(word) - 2
        answer = await editor.at(
            "textDocument/references", document, document.position(offset), context={"includeDeclaration": True}
        )
        assert shown(answer, folder) == ["policy.yaml: metadata: {name: web-in, namespace: shop}"]
    offset = WORKLOADS.index("kind: Namespace")
    assert (
        await editor.at(
            "textDocument/references", document, document.position(offset), context={"includeDeclaration": True}
        )
        == []
    )


async def test_lenses_count(opened):
    editor, document, folder = opened
    where = {"textDocument": {"uri": document.uri}}
    lenses = await editor.request("textDocument/codeLens", where)
    assert [one["command"]["title"] for one in lenses] == ["selects 1 workload · isolates ingress - explain"]
    workloads = editor.open(WORKLOADS, (folder / "workloads.yaml").as_uri())
    await editor.quiet()
    lenses = await editor.request("textDocument/codeLens", {"textDocument": {"uri": workloads.uri}})
    assert [(one["command"]["title"], one["range"]["start"]["line"]) for one in lenses] == [
        ("1 policy · ingress isolated", 9),
        ("no known policy selects these pods", 22),
    ]


async def test_hover_names_what_a_selector_matches(opened):
    editor, document, _ = opened
    answer = await editor.at("textDocument/hover", document, document.position(POLICY.index("podSelector") + 1))
    assert "Deployment `shop/web`" in answer["contents"]["value"]
    answer = await editor.at("textDocument/hover", document, document.position(POLICY.index("namespaceSelector") + 1))
    assert "namespace `shop`" in answer["contents"]["value"]


async def test_symbols_of_the_workspace(opened):
    editor, _, folder = opened
    found = await editor.request("workspace/symbol", {"query": "web"})
    assert sorted(one["name"] for one in found) == ["web (Deployment)", "web-in"]
    assert {one["containerName"] for one in found} == {"shop"}
    assert len(await editor.request("workspace/symbol", {"query": ""})) == 4
    assert await editor.request("workspace/symbol", {"query": "zzz"}) == []
    assert shown([one["location"] for one in found if one["name"] == "web-in"], folder)


async def test_links_follow_unsaved_text(opened):
    editor, document, folder = opened
    workloads = editor.open(WORKLOADS.replace("app: web", "app: weB"), (folder / "workloads.yaml").as_uri())
    await editor.quiet()
    assert (
        await editor.at("textDocument/definition", document, document.position(POLICY.index("podSelector:") + 1)) == []
    )
    assert workloads.uri
