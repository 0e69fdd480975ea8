"""NP215 duplicate-entry."""

import pytest

from netpol_lsp.text.edits import Applicability
from tests.builders import HEAD, policy_text

WEB = "{podSelector: {matchLabels: {app: web}}}"


def policy(spec: str) -> str:
    return policy_text(f"  podSelector: {{}}\n  {spec}\n")


def ports(items: str) -> str:
    return policy(f"ingress: [{{ports: [{items}]}}]")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ("policyTypes: [Ingress, Ingress]", "spec.policyTypes[1]"),
        ("policyTypes: [Ingress, 'Ingress']", "spec.policyTypes[1]"),
        (f"ingress: [{{from: [{WEB}, {WEB}]}}]", "spec.ingress[0].from[1]"),
        (
            f"egress: [{{to: [{WEB}, {{podSelector: {{'matchLabels': {{app: \"web\"}}}}}}]}}]",
            "spec.egress[0].to[1]",
        ),
        (f"ingress: [{{from: [{WEB}]}}, {{from: [{WEB}]}}]", "spec.ingress[1]"),
        ("ingress: [{ports: [{port: 80}, {port: 80}]}]", "spec.ingress[0].ports[1]"),
        ("ingress: [{ports: [{port: 80, protocol: TCP}, {protocol: TCP, port: 80}]}]", "spec.ingress[0].ports[1]"),
        ("ingress: [{ports: [{port: 80}, {protocol: TCP, port: 80}]}]", "spec.ingress[0].ports[1]"),
        ("ingress: [{ports: [{port: 80}, {port: 80, endPort: 80}]}]", "spec.ingress[0].ports[1]"),
        (
            "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.1.0.0/16]}}]}]",
            "spec.ingress[0].from[0].ipBlock.except[1]",
        ),
        (
            "ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: In, values: [x, p, x]}]}}]}]",
            "spec.ingress[0].from[0].podSelector.matchExpressions[0].values[2]",
        ),
        (
            "ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: Exists}, {operator: Exists, key: a}]}}]}]",
            "spec.ingress[0].from[0].podSelector.matchExpressions[1]",
        ),
    ],
)
def test_a_copy(find, spec, field):
    (found,) = find("NP215", policy(spec))
    assert found.field == field
    assert "is in the list already" in found.message
    (fix,) = found.fixes
    assert (fix.title, fix.applicability) == ("Remove the copy", Applicability.SAFE)


@pytest.mark.parametrize(
    ("items", "message", "field"),
    [
        ("{port: 80}, {port: 1, endPort: 100}", "TCP 80 is in the list already, in TCP 1-100", 0),
        ("{protocol: UDP}, {port: 53, protocol: UDP}", "UDP 53 is in the list already, in every UDP port", 1),
        ("{protocol: TCP}, {port: http}", "the TCP port `http` is in the list already, in every TCP port", 1),
    ],
)
def test_a_port_that_another_one_covers_has_no_fix(find, items, message, field):
    (found,) = find("NP215", ports(items))
    assert found.message == message
    assert found.field == f"spec.ingress[0].ports[{field}]"
    assert not found.fixes
    assert len(found.related) == 1


@pytest.mark.parametrize(
    "spec",
    [
        "policyTypes: [Ingress, Egress]",
        "ingress: [{ports: [{port: 80}, {port: 80, protocol: UDP}, {port: 81}, {port: http}]}]",
        "ingress: [{ports: [{port: 1, endPort: 100}, {port: 50, endPort: 150}]}]",
        # These have findings of their own.
        "ingress: [{}, {}]",
        "ingress: [null, null]",
        "ingress: [{ports: [{}, {port: 80}]}]",
        "ingress: [{ports: [null, {port: 80}]}]",
        "ingress: [{ports: [{port: 0}, {port: 70000}]}]",
        # Unknown: the values may differ.
        "policyTypes: [$TYPE, $TYPE]",
        "ingress: [{ports: [{port: $PORT}, {port: $PORT}]}]",
        f"ingress: [{{from: [{WEB.replace('web', '$APP')}, {WEB.replace('web', '$APP')}]}}]",
        # Other types.
        "ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: In, values: ['1', 1, true]}]}}]}]",
        "ingress: 7",
    ],
)
def test_silent(find, spec):
    assert find("NP215", policy(spec)) == []


def test_all_copies_but_the_first(find):
    found = find("NP215", ports("{port: 80}, {port: 80}, {protocol: TCP, port: 80}, {port: 80}"))
    assert sorted(one.field for one in found) == [f"spec.ingress[0].ports[{number}]" for number in (1, 2, 3)]
    assert len({one.related[0].span for one in found}) == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_fix_keeps_comments_of_others(mend, newline):
    before = (
        HEAD + "spec:\n  podSelector: {}\n  ingress:\n  - ports:\n    # the web\n    - port: 80  # plain\n"
        "    - port: 443\n    - port: 80\n    # the rest\n    - port: 8080\n"
    ).replace("\n", newline)
    after = before.replace("    - port: 443" + newline + "    - port: 80" + newline, "    - port: 443" + newline)
    assert mend("NP215", before) == after


def test_the_fix_in_flow_style_and_json(mend):
    assert mend("NP215", policy("policyTypes: [Ingress, Ingress]")) == policy("policyTypes: [Ingress]")
    assert mend("NP215", ports("{port: 80}, {port: 80}, {port: 81}")) == ports("{port: 80}, {port: 81}")
    json = (
        '{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"},\n'
        ' "spec": {"podSelector": {}, "policyTypes": ["Egress", "Egress"]}}\n'
    )
    assert mend("NP215", json) == json.replace(', "Egress"', "")


def test_anchors_and_aliases(find, mend):
    # An alias can go, what it names cannot.
    assert mend("NP215", ports("&p {port: 80}, *p")) == ports("&p {port: 80}")
    copied = policy("ingress: [{ports: [{port: 80}, &p {port: 80}]}, {from: [{podSelector: {}}], ports: [*p]}]")
    (found,) = find("NP215", copied)
    assert not found.fixes
    shared = policy("ingress: [{ports: &p [{port: 80}, {port: 80}]}, {from: [{podSelector: {}}], ports: *p}]")
    assert [found.field for found in find("NP215", shared)] == ["spec.ingress[0].ports[1]"]


def test_items_of_a_list(find):
    item = "- {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: NAME}, spec: {policyTypes: [Ingress, Ingress]}}\n"
    text = "apiVersion: v1\nkind: List\nitems:\n" + item.replace("NAME", "a") + item.replace("NAME", "b")
    assert [found.object.name for found in find("NP215", text)] == ["a", "b"]


def test_a_thousand_entries(find):
    items = ", ".join(f"{{ipBlock: {{cidr: 10.{n // 250}.{n % 250}.0/24}}}}" for n in range(1000))
    (found,) = find("NP215", policy(f"ingress: [{{from: [{items}, {{ipBlock: {{cidr: 10.0.0.0/24}}}}]}}]"))
    assert found.field == "spec.ingress[0].from[1000]"


def test_a_copy_with_a_comment_of_its_own_is_removed_only_when_asked(find) -> None:
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\nspec:\n  podSelector: {}\n"
        "  policyTypes: [Egress]\n  egress:\n    # the API\n    - to:\n        - namespaceSelector: {}\nABOVE"
        "    - to:\n        - namespaceSelector: {}INSIDE\n    # names\n    - ports: [{port: 53, protocol: UDP}]\n"
    )
    for above, inside, wanted in (
        ("", "", "safe"),
        ("    # the clouds\n", "", "unsafe"),
        ("", "  # the clouds", "unsafe"),
    ):
        [found] = find("NP215", text.replace("ABOVE", above).replace("INSIDE", inside))
        assert [fix.applicability.value for fix in found.fixes] == [wanted]
