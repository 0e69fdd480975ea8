"""What knows the workspace, over the wire: highlights, completion, rename, and policies that are written, in both encodings."""

import pytest
from lsprotocol import types

from netpol_lsp.text.source import LineIndex

pytestmark = pytest.mark.asyncio

WORKLOAD = """\
# 人 🎉
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop} # 🎉
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: http}]
"""
URIS = {"file:///ws/workload.yaml": WORKLOAD, "file:///ws/policy.yaml": POLICY}


@pytest.fixture
def opened(wire):
    for uri, text in URIS.items():
        wire.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, text)))
    return wire


def at(wire, uri, offset):
    line, character = LineIndex(URIS[uri]).position(offset, wire.encoding)
    return {"text_document": types.TextDocumentIdentifier(uri), "position": types.Position(line, character)}


async def test_rename(opened):
    uri = "file:///ws/policy.yaml"
    place = at(opened, uri, POLICY.index("web}}\n  policyTypes") + 1)
    prepared = await opened.text_document_prepare_rename_async(types.PrepareRenameParams(**place))
    assert prepared.placeholder == "web"
    answer = await opened.text_document_rename_async(types.RenameParams(**place, new_name="front"))
    changed = {one.text_document.uri: (one.text_document.version, len(one.edits)) for one in answer.document_changes}
    assert changed == {"file:///ws/workload.yaml": (1, 2), "file:///ws/policy.yaml": (1, 2)}


async def test_highlights_and_completion(opened):
    uri = "file:///ws/policy.yaml"
    place = at(opened, uri, POLICY.index("web}}\n  policyTypes") + 1)
    found = await opened.text_document_document_highlight_async(types.DocumentHighlightParams(**place))
    assert [one.range.start.line for one in found] == [4, 7]
    # Completion says what is known so far; a rename waits until the workspace has been read.
    assert await opened.text_document_rename_async(types.RenameParams(**place, new_name="front"))
    items = await opened.text_document_completion_async(types.CompletionParams(**place))
    assert [(one.label, one.detail) for one in items.items] == [("web", "1 workload in shop")]


async def test_policies_that_are_written(opened):
    uri = "file:///ws/workload.yaml"
    place = at(opened, uri, WORKLOAD.index("Deployment"))
    span = types.Range(place["position"], place["position"])
    params = types.CodeActionParams(place["text_document"], span, types.CodeActionContext([]))
    (deny,) = [one for one in await opened.text_document_code_action_async(params) if "denies everything" in one.title]
    resolved = await opened.code_action_resolve_async(deny)
    (change,) = resolved.edit.document_changes
    assert change.edits[0].range.start.line == WORKLOAD.count("\n")
    assert change.edits[0].new_text.startswith("---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n")
