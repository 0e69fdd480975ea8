"""Hover: what stands under the pointer."""

import pytest
from lsprotocol import types

pytestmark = pytest.mark.asyncio

TEXT = """\
# 注释 🎉 netpol: no suppression
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  ingress:
    - {}
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: db}}
          podSelector: {matchLabels: {app: pg}}
        - ipBlock:
            cidr: 10.0.0.0/8
            except: [10.1.0.0/16]
      ports:
        - port: 5432
        - {protocol: UDP, port: 8000, endPort: 8080}
"""


async def hover(editor, document, needle, shift=0):
    """The text over a piece of the document, and what it is about."""
    result = await editor.at("textDocument/hover", document, document.at(needle, shift))
    if result is None:
        return None, None
    return result["contents"]["value"], document.slice(result["range"]) if "range" in result else None


@pytest.mark.parametrize(
    ("needle", "about", "said"),
    [
        (
            "NetworkPolicy\n",
            "NetworkPolicy",
            "selects pods with `app=web` in namespace `shop` and isolates them for egress",
        ),
        ("web, namespace", "web", "**Egress:** the pods open connections"),
        ("spec:", "spec", "Policies add up"),
        ("podSelector: {matchLabels: {app: web", "podSelector", "Selects pods with `app=web` in namespace `shop`."),
        ("web}}", "web", "Selects pods with `app=web`"),
        ("policyTypes", "policyTypes", "Isolates the selected pods for egress. Does not restrict ingress."),
        ("Egress]", "Egress", "DNS included"),
        ("ingress:", "ingress", "Its ingress rules have no effect"),
        ("{}\n", "{}", "policyTypes does not list Ingress"),
        ("egress:", "egress", "the pods open connections"),
        ("to:", "to", "OR addresses in `10.0.0.0/8`"),
        ("namespaceSelector", "namespaceSelector", "Both selectors are in one item: AND."),
        ("pg}", "pg", "pods with `app=pg` in namespace `db`"),
        ("ipBlock", "ipBlock", "any of which is enough: OR"),
        ("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0 to 10.255.255.255, 16,777,216 addresses, private"),
        ("10.0.0.0/8", "10.0.0.0/8", "`except` removes 65,536 addresses"),
        ("10.1.0.0/16", "10.1.0.0/16", "taken out of `10.0.0.0/8`"),
        ("5432", "5432", "PostgreSQL (TCP is assumed where no protocol is written)"),
        ("8000", "8000", "`8000-8080`: 81 ports"),
        ("endPort", "endPort", "Since Kubernetes 1.25"),
        ("protocol", "protocol", "Values: `TCP`, `UDP`, `SCTP`"),
        ("apiVersion", "apiVersion", "`networking.k8s.io/v1`"),
    ],
)
async def test_what_is_said(editor, needle, about, said):
    document = editor.open(TEXT)
    text, target = await hover(editor, document, needle)
    assert target == about
    assert said in text


@pytest.mark.parametrize("needle", ["注释", "# 注释", "\nspec"])
async def test_where_nothing_is_to_say(editor, needle):
    document = editor.open(TEXT)
    assert await hover(editor, document, needle) == (None, None)


async def test_a_finding_is_explained(editor):
    document = editor.open(TEXT.replace("protocol: UDP", "protocol: udp"))
    text, target = await hover(editor, document, "udp")
    assert target == "udp"
    assert "**error [NP105](file://" in text
    assert "All are case sensitive" in text
    assert "Fix: Write `UDP`" in text
    assert "```" not in text.partition("---")[0]


async def test_a_code_in_a_suppression_is_explained(editor):
    document = editor.open(
        TEXT.replace("netpol: no suppression", "") + "# netpol: ignore[NP105, peers-or-not-and] because\n"
    )
    text, target = await hover(editor, document, "NP105")
    assert target == "NP105"
    assert "unsupported-value" in text
    text, target = await hover(editor, document, "peers-or-not-and")
    assert target == "peers-or-not-and"
    assert "NP210" in text


async def test_without_markdown(make_editor):
    editor = make_editor()
    await editor.start(capabilities={"textDocument": {"hover": {"contentFormat": ["plaintext"]}}})
    document = editor.open(TEXT)
    result = await editor.at("textDocument/hover", document, document.at("spec:"))
    assert result["contents"]["kind"] == "plaintext"
    assert "`" not in result["contents"]["value"]
    assert "**" not in result["contents"]["value"]


async def test_half_typed(editor):
    document = editor.open(TEXT + "    - to:\n        - pod")
    text, _ = await hover(editor, document, "5432")
    assert "PostgreSQL" in text


async def test_later_documents_and_other_objects(editor):
    document = editor.open(f"kind: Deployment\nmetadata: {{name: x}}\n---\n{TEXT}")
    assert await hover(editor, document, "Deployment") == (None, None)
    text, target = await hover(editor, document, "8000")
    assert target == "8000"
    assert "81 ports" in text


async def test_a_list_of_policies(editor):
    document = editor.open(
        "kind: List\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: a, namespace: b}\n"
        "  spec: {podSelector: {}, policyTypes: [Ingress]}\n"
    )
    text, target = await hover(editor, document, "podSelector")
    assert target == "podSelector"
    assert "every pod of namespace `b`" in text


async def test_over_the_wire(wire):
    uri = "file:///ws/web.yaml"
    wire.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, TEXT)))
    column = len('metadata: {annotations: {note: "商店 🎉"}, na'.encode(wire.encoding)) // (
        1 if wire.encoding == "utf-8" else 2
    )
    column -= wire.encoding == "utf-16"
    found = await wire.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(3, column))
    )
    assert "isolates them for egress" in found.contents.value
    assert found.range.end.character - found.range.start.character == len("name")


async def test_the_config_file_is_explained(editor):
    document = editor.open("cni: flannel\n", "file:///ws/.netpol-lint.yaml")
    shown = await editor.at("textDocument/hover", document, document.at("flannel"))
    assert "It enforces nothing" in shown["contents"]["value"]
    assert document.slice(shown["range"]) == "flannel"
