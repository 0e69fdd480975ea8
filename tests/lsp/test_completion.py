"""Completion: keys, values, whole policies, rule codes; in every style, on half-typed lines. `|` marks the cursor."""

import pytest
from lsprotocol import types

from netpol_lsp.ide.snippets import POLICIES
from netpol_lsp.lint.engine import lint_text

pytestmark = pytest.mark.asyncio

HEAD = """\
# 注释 🎉
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {annotations: {note: "商店 🎉"}, name: web, namespace: shop}
"""
WORKLOADS = """\
kind: Deployment
metadata: {name: web, namespace: prod}
spec:
  template:
    metadata: {labels: {app: web, on: "yes", version: "1.10", 'app.kubernetes.io/name': web}}
    spec: {containers: [{ports: [{name: http, containerPort: 8088}]}]}
---
kind: Namespace
metadata: {name: monitoring, labels: {team: blue}}
---
kind: Pod
metadata: {name: x, labels: {app: db, tmpl: "{{ .x }}"}}
"""


async def complete(editor, text, uri="file:///ws/new.yaml"):
    """The items at the cursor, and the text after taking each of them."""
    offset = text.rindex("|")
    document = editor.open(text[:offset] + text[offset + 1 :], uri=uri)
    result = await editor.at("textDocument/completion", document, document.position(offset))
    items = {}
    for item in result["items"]:
        edit = item["textEdit"]
        where = edit.get("replace") or edit["range"]
        items[item["label"]] = (item, document.applied([{"range": where, "newText": edit["newText"]}]))
    document.close()
    return items


def labels(items):
    return list(items)


async def taken(editor, text, label):
    """The text after taking a suggestion, from the cursor's line on."""
    items = await complete(editor, HEAD + text)
    return items[label][1].removeprefix(HEAD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s|", ["spec"]),
        ("|", ["spec"]),
        ("spec:\n  |", ["podSelector", "policyTypes", "ingress", "egress"]),
        ("spec:\n  po|\n", ["podSelector", "policyTypes", "ingress", "egress"]),
        ("spec:\n  podSelector: {}\n  |\n  egress: []\n", ["policyTypes", "ingress"]),
        ("spec: {podSelector: {}, |}", ["policyTypes", "ingress", "egress"]),
        ("spec:\n  podSelector:\n    |", ["matchLabels", "matchExpressions"]),
        ("spec:\n  podSelector: {|}", ["matchLabels", "matchExpressions"]),
        ("spec:\n  policyTypes:\n    - |", ["Ingress", "Egress"]),
        ("spec:\n  policyTypes:\n    - I|", ["Ingress", "Egress"]),
        ("spec:\n  policyTypes: [|]", ["Ingress", "Egress"]),
        ("spec:\n  policyTypes: |", ["[Ingress]", "[Egress]", "[Ingress, Egress]"]),
        ("spec:\n  policyTypes:\n  |", ["podSelector", "ingress", "egress", "- Ingress", "- Egress"]),
        ("spec:\n  ingress:\n    - |", ["from", "ports"]),
        ("spec:\n  egress:\n    - {|}", ["to", "ports", "allow DNS"]),
        ("spec:\n  ingress:\n    - ports:\n        - {protocol: |}", ["TCP", "UDP", "SCTP"]),
        ("spec:\n  ingress:\n    - ports:\n        - protocol: TCP\n          |", ["port", "endPort"]),
        (
            "spec:\n  podSelector:\n    matchExpressions:\n      - {key: app, operator: |}",
            ["In", "NotIn", "Exists", "DoesNotExist"],
        ),
        ("spec:\n  podSelector: |", ["{}"]),
        ("spec: # |", []),
        ("spec:\n  podSelector: {} |", []),
        ("nonsense:\n  |", []),
    ],
)
async def test_what_is_offered(editor, text, expected):
    assert labels(await complete(editor, HEAD + text)) == expected


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("sp|", "spec", "spec:\n  $0"),
        ("spec:\n    po|", "podSelector", "spec:\n    podSelector:\n      $0"),
        ("spec:\n  |", "ingress", "spec:\n  ingress:\n    - $0"),
        ("spec: {po|}", "podSelector", "spec: {podSelector: {$0}}"),
        ("spec: {pol|}", "policyTypes", "spec: {policyTypes: [$0]}"),
        ("spec:\n  pod|: {}", "podSelector", "spec:\n  podSelector: {}"),
        ("spec:\n  policyTypes:\n    -|", "Ingress", "spec:\n  policyTypes:\n    - Ingress"),
        ("spec:\n  policyTypes:|", "[Ingress]", "spec:\n  policyTypes: [Ingress]"),
        ("spec:\n  policyTypes:\n    - Ing|\n", "Ingress", "spec:\n  policyTypes:\n    - Ingress\n"),
        ("spec:\n  ingress:\n    - fr|", "from", "spec:\n  ingress:\n    - from:\n        - $0"),
        (
            "spec:\n  ingress:\n  - ports:\n    - port: 1\n  - fr|",
            "from",
            "spec:\n  ingress:\n  - ports:\n    - port: 1\n  - from:\n    - $0",
        ),
        (
            "spec:\n  ingress:\n    - from:\n        - |",
            "namespaceSelector AND podSelector",
            (
                "spec:\n  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n"
                "              kubernetes.io/metadata.name: ${1:default}\n          podSelector:\n            matchLabels:\n              ${2:app}: ${3:web}"
            ),
        ),
        (
            "spec:\n  ingress:\n    - ports:\n        |",
            "- port",
            "spec:\n  ingress:\n    - ports:\n        - protocol: ${1:TCP}\n          port: ${2:80}",
        ),
    ],
)
async def test_what_is_written(editor, text, label, expected):
    written = await taken(editor, text, label)
    # The client indents the further lines of a snippet like its first one.
    start = text.rindex("\n", 0, text.rindex("|")) + 1 if "\n" in text[: text.rindex("|")] else 0
    indent = " " * (len(written[start:]) - len(written[start:].lstrip(" ")))
    head, first, rest = written[:start], written[start:].split("\n")[0], written[start:].split("\n")[1:]
    snippet = [f"{indent}{line}" if line and "$" in expected else line for line in rest]
    assert "\n".join([head + first, *snippet]) == expected


async def test_indentation_as_it_is_for_clients_that_say_so(make_editor):
    editor = make_editor()
    modes = {"completionItem": {"insertTextModeSupport": {"valueSet": [1, 2]}}}
    await editor.start(capabilities={"textDocument": {"completion": modes}})
    items = await complete(editor, HEAD + "spec:\n    po|")
    item, text = items["podSelector"]
    assert item["insertTextMode"] == 1
    assert text.endswith("spec:\n    podSelector:\n      $0")


async def test_without_snippets(make_editor):
    editor = make_editor()
    await editor.start(
        capabilities={
            "textDocument": {"completion": {"completionItem": {"snippetSupport": False, "insertReplaceSupport": False}}}
        }
    )
    items = await complete(editor, HEAD + "spec:\n  po|x")
    item, _ = items["podSelector"]
    assert "insertTextFormat" not in item
    assert item["textEdit"]["newText"] == "podSelector:\n    "
    deny = (await complete(editor, "|"))["deny-all"][1]
    assert "$" not in deny
    assert not [one for one in lint_text(deny).diagnostics if one.is_refused]


@pytest.mark.parametrize("snippet", POLICIES, ids=lambda snippet: snippet.name)
async def test_whole_policies_are_accepted_and_do_what_they_say(make_editor, snippet):
    editor = make_editor()
    await editor.start(capabilities={"textDocument": {"completion": {"completionItem": {"snippetSupport": False}}}})
    text = (await complete(editor, f"{snippet.name}|"))[snippet.name][1]
    found = [one for one in lint_text(text).diagnostics if one.severity.at_least(one.severity.WARNING)]
    # Who denies all egress denies DNS, too: that is said, and meant.
    assert {one.code for one in found} <= {"NP216"}


async def test_labels_of_open_documents(editor):
    editor.open(WORKLOADS, uri="file:///ws/workloads.yaml")
    items = await complete(editor, HEAD + "spec:\n  podSelector:\n    matchLabels:\n      |")
    assert labels(items) == ["app", "on", "version", "tmpl", "app.kubernetes.io/name"] or set(labels(items)) >= {
        "app",
        "on",
        "version",
    }
    assert items["app"][1].endswith("      app: ")
    assert items["on"][1].endswith('      "on": '), "quoted, or YAML reads it as true"
    values = await complete(editor, HEAD + "spec:\n  podSelector:\n    matchLabels:\n      version: |")
    assert values["1.10"][1].endswith('version: "1.10"')
    values = await complete(editor, HEAD + "spec:\n  podSelector: {matchLabels: {app: |}}")
    assert labels(values) == ["db", "web"]


async def test_labels_in_expressions(editor):
    editor.open(WORKLOADS, uri="file:///ws/workloads.yaml")
    keys = await complete(editor, HEAD + "spec:\n  podSelector:\n    matchExpressions:\n      - key: |")
    assert {"app", "version"} <= set(keys)
    values = await complete(
        editor,
        HEAD
        + "spec:\n  podSelector:\n    matchExpressions:\n      - key: app\n        operator: In\n        values: [|]",
    )
    assert labels(values) == ["db", "web"]
    values = await complete(
        editor,
        HEAD
        + "spec:\n  podSelector:\n    matchExpressions:\n      - key: app\n        operator: In\n        values:\n          - |",
    )
    assert labels(values) == ["db", "web"]


async def test_namespaces_of_open_documents(editor):
    editor.open(WORKLOADS, uri="file:///ws/workloads.yaml")
    selector = "spec:\n  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n              "
    assert labels(await complete(editor, f"{HEAD}{selector}|"))[:2] == ["kubernetes.io/metadata.name", "team"]
    names = await complete(editor, f"{HEAD}{selector}kubernetes.io/metadata.name: |")
    assert labels(names) == ["monitoring", "prod", "shop"]
    names = await complete(editor, "kind: NetworkPolicy\nmetadata:\n  namespace: |")
    assert labels(names) == ["monitoring", "prod"]


async def test_ports_of_open_documents_come_first(editor):
    editor.open(WORKLOADS, uri="file:///ws/workloads.yaml")
    items = await complete(editor, HEAD + "spec:\n  ingress:\n    - ports:\n        - port: |")
    assert labels(items)[:2] == ["8088", "http"]
    assert items["5432"][0]["detail"] == "PostgreSQL"


async def test_address_ranges(editor):
    items = await complete(editor, HEAD + "spec:\n  egress:\n    - to:\n        - ipBlock:\n            cidr: |")
    assert items["0.0.0.0/0"][1].endswith("cidr: 0.0.0.0/0")
    assert items["::/0"][1].endswith('cidr: "::/0"')


async def test_json(editor):
    text = '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "中🎉"}, "spec": {%s}}'
    items = await complete(editor, text % "|", uri="file:///ws/new.json")
    assert items["podSelector"][1] == text % '"podSelector": {$0}'
    items = await complete(editor, text % '"po|"', uri="file:///ws/new.json")
    assert items["podSelector"][0]["filterText"] == '"podSelector'
    assert items["podSelector"][1] == text % '"podSelector": {$0}'
    items = await complete(editor, text % '"policyTypes": ["|"]', uri="file:///ws/new.json")
    assert items["Ingress"][1] == text % '"policyTypes": ["Ingress"]'


async def test_a_new_document_in_a_file(editor):
    items = await complete(editor, f"{HEAD}---\n|")
    assert {"deny-all", "apiVersion", "kind"} <= set(items)
    assert "deny-all" not in await complete(editor, "kind: Deployment\n|")
    assert labels(await complete(editor, "kind: |")) == ["NetworkPolicy", "ConnectivityTest"]
    assert labels(await complete(editor, "apiVersion: |")) == ["networking.k8s.io/v1", "netpol-lint/v1"]


async def test_inside_a_list_of_objects(editor):
    text = "kind: List\nitems:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  spec:\n    po|"
    assert "podSelector" in await complete(editor, text)


async def test_documents_of_others(editor):
    assert labels(await complete(editor, "kind: Deployment\nspec:\n  |")) == []


async def test_rule_codes_in_suppressions(editor):
    text = HEAD + "spec: {policyTypes: [ingress]}\n# netpol: ignore[NP105, NP1|] reason"
    items = await complete(editor, text)
    assert "NP105" not in items, "it is there already"
    assert items["NP103"][1].endswith("ignore[NP105, NP103] reason")
    assert labels(await complete(editor, HEAD + "# just a no|te")) == []
    first = await complete(
        editor, HEAD + "spec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: []}]} # netpol: ignore[|"
    )
    assert labels(first)[0] == "NP208"


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
async def test_line_endings(editor, newline):
    items = await complete(editor, (HEAD + "spec:\n  po|").replace("\n", newline))
    text = items["podSelector"][1]
    assert text.count("\n") == text.count(newline)


async def test_over_the_wire(wire):
    uri = "file:///ws/web.yaml"
    text = HEAD.replace("name: web", "na")
    wire.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, text)))
    column = len('metadata: {annotations: {note: "商店 🎉"}, na'.encode(wire.encoding)) // (
        1 if wire.encoding == "utf-8" else 2
    )
    column -= wire.encoding == "utf-16"
    found = await wire.text_document_completion_async(
        types.CompletionParams(types.TextDocumentIdentifier(uri), types.Position(3, column))
    )
    item = next(item for item in found.items if item.label == "name")
    assert item.text_edit.replace.start == types.Position(3, column - 2)
    assert item.text_edit.replace.end == types.Position(3, column)


async def test_keys_and_values_of_the_config_file(editor):
    document = editor.open("platform: eks\ncni: \n", "file:///ws/.netpol-lint.yaml")
    found = await editor.at("textDocument/completion", document, document.at("cni: ", 5))
    labels = [item["label"] for item in found["items"]]
    assert "cilium" in labels
    assert "podSelector" not in labels


START = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


async def offered(editor, text):
    """The items at the `|` of a text."""
    document = editor.open(text.replace("|", ""), uri=f"file:///ws/{len(editor.sent)}.yaml")
    return (await editor.at("textDocument/completion", document, document.position(text.index("|"))))["items"]


@pytest.mark.parametrize("place", ["- |", "|", "- podSelector: {}\n        |"])
@pytest.mark.parametrize("key", ["from", "to"])
async def test_each_peer_is_offered_once(editor, key, place):
    direction = "ingress" if key == "from" else "egress"
    items = await offered(editor, START + f"spec:\n  {direction}:\n    - {key}:\n        {place}")
    labels = [item["label"].removeprefix("- ").removesuffix(":") for item in items]
    assert {"podSelector", "namespaceSelector", "ipBlock"} <= set(labels)
    assert len(labels) == len(set(labels))
    # The cluster's DNS is asked, it does not ask.
    assert ("kube-dns" in labels) is (key == "to")
    known = [item for item in items if item["label"].removeprefix("- ") in ("podSelector", "ipBlock")]
    assert all("documentation" in item for item in known)


async def test_metadata_offers_what_people_write(editor):
    labels = [item["label"] for item in await offered(editor, START + "metadata:\n  |\nspec: {}\n")]
    assert labels == ["name", "namespace", "labels", "annotations"]
    labels = [item["label"] for item in await offered(editor, START + "metadata:\n  name: x\n  uid: y\n  |\n")]
    assert labels == ["namespace", "labels", "annotations"]


async def test_a_key_is_followed_by_its_values_where_the_client_can(make_editor):
    editor = make_editor()
    await editor.start(initializationOptions={"suggestCommand": "editor.action.triggerSuggest"})
    for text in ("spec:\n  |", "spec:\n  ingress:\n    - |", "spec:\n  podSelector:\n    |"):
        items = await offered(editor, START + text)
        keys = [item for item in items if item["kind"] == 10]
        assert keys
        assert all(item["command"]["command"] == "editor.action.triggerSuggest" for item in keys)
        assert not any("command" in item for item in items if item["kind"] != 10)


async def test_no_client_is_sent_a_command_that_it_did_not_name(editor):
    assert not any("command" in item for item in await offered(editor, START + "spec:\n  |"))
