"""Templates in an editor: what is in any branch is known, and what the template decides is said to be its decision."""

import pytest

pytestmark = pytest.mark.asyncio

TEXT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "shop.name" . }}
  namespace: {{ .Release.Namespace }}
spec:
  podSelector:
    matchLabels:
      {{- include "shop.labels" . | nindent 6 }}
  policyTypes: [Ingress]
  ingress:
    {{- if .Values.open }}
    - {}
    {{- else }}
    - from:
        - podSelector:
            matchLabels:
              app: front
      ports:
        - port: {{ .Values.port }}
          protocol: tcp
    {{- end }}
"""


async def hover(editor, document, needle, shift=0):
    result = await editor.at("textDocument/hover", document, document.at(needle, shift))
    return None if result is None else result["contents"]["value"]


async def test_the_policy_as_far_as_it_is_known(editor):
    document = editor.open(TEXT, language="helm")
    said = await hover(editor, document, "NetworkPolicy")
    assert "selects pods with labels decided by the template in a namespace decided by the template" in said


async def test_what_is_in_the_second_branch(editor):
    document = editor.open(TEXT, language="helm")
    assert "pods with `app=front`" in await hover(editor, document, "front", 1)
    assert "ports decided by the template" in await hover(editor, document, "- from", 3)


async def test_a_finding_of_the_second_branch_and_its_fix(editor):
    document = editor.open(TEXT, language="helm")
    (found,) = await editor.diagnostics(document)
    assert found["code"] == "NP105"
    assert document.slice(found["range"]) == "tcp"
    actions = await editor.request(
        "textDocument/codeAction",
        {
            "textDocument": {"uri": document.uri},
            "range": found["range"],
            "context": {"diagnostics": [found], "only": ["quickfix"]},
        },
    )
    assert any("TCP" in action["title"] and "unsafe" not in action["title"] for action in actions)


async def test_completion_in_the_second_branch(editor):
    document = editor.open(TEXT.replace("          protocol: tcp\n", "          \n"), language="helm")
    result = await editor.at("textDocument/completion", document, document.at("          \n    {{- end", 10))
    items = result["items"] if isinstance(result, dict) else result
    assert "protocol" in {item["label"] for item in items}


async def test_a_block_that_is_never_closed_is_said_until_another_document_closes_it(editor):
    policy = TEXT.replace("{{- end }}\n", "").replace("tcp", "TCP").replace("    {{- else }}\n", "")
    text = policy + "---\n# more\n" + TEXT.replace("tcp", "TCP")
    document = editor.open(text, language="helm")
    (found,) = await editor.diagnostics(document)
    assert found["code"] == "NP001"
    assert document.slice(found["range"]) == "{{- if .Values.open }}"
    document.replace(text + "{{- end }}\n")
    assert await editor.diagnostics(document) == []
    document.replace(text)
    assert [one["code"] for one in await editor.diagnostics(document)] == ["NP001"]
