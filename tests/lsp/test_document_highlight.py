"""Document highlight: labels, namespaces and named ports, each with the places that speak of the same."""

import pytest

pytestmark = pytest.mark.asyncio

TEXT = """\
# 人 🎉
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {app: web}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: "web", tier: web}}
    spec:
      containers:
        - name: web
          ports: [{name: http, containerPort: 80}]
          readinessProbe: {httpGet: {port: http}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector:
    matchExpressions: [{key: app, operator: In, values: [web, api]}]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
          podSelector: {matchLabels: {app: api}}
      ports: [{port: http}]
"""
LINES = TEXT.splitlines()
READ, WRITE = 2, 3


async def highlighted(editor, line, column):
    document = editor.open(TEXT)
    await editor.quiet()
    offset = sum(len(one) + 1 for one in LINES[:line]) + column
    found = await editor.at("textDocument/documentHighlight", document, document.position(offset))
    return [(one["range"]["start"]["line"], document.slice(one["range"]), one["kind"]) for one in found]


async def test_a_value_of_a_label_of_pods(editor):
    found = await highlighted(editor, 22, LINES[22].index("web"))
    assert found == [(9, "web", READ), (11, '"web"', WRITE), (22, "web", READ), (30, "web", READ)]


async def test_a_key_whatever_its_values(editor):
    found = await highlighted(editor, 30, LINES[30].index("app"))
    assert [one[0] for one in found] == [9, 11, 22, 30, 34]
    assert {one[1] for one in found} == {"app"}


async def test_labels_of_namespaces_and_services_are_others(editor):
    for line in (3, 20):
        found = await highlighted(editor, line, LINES[line].index("app"))
        assert found == [(line, "app", WRITE)]


async def test_a_namespace_by_its_name_wherever_it_is_written(editor):
    found = await highlighted(editor, 7, LINES[7].index("shop"))
    assert found == [
        (3, "shop", WRITE),
        (7, "shop", READ),
        (20, "shop", READ),
        (27, "shop", READ),
        (33, "shop", READ),
    ]


async def test_ports_of_containers_and_of_services_are_told_apart(editor):
    found = await highlighted(editor, 35, LINES[35].index("http"))
    assert found == [(15, "http", WRITE), (16, "http", READ), (23, "http", READ), (35, "http", READ)]
    assert LINES[23].index("targetPort") < LINES[23].rindex("http")
    assert await highlighted(editor, 23, LINES[23].index("http")) == [(23, "http", WRITE)]


async def test_nothing_elsewhere(editor):
    for line in (0, 4, 28):
        assert await highlighted(editor, line, 2) == []
