"""NP101: every unknown field is told where it belongs, and moved there."""

import json

import pytest

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import Applicability, apply_edits
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.to_python import to_python
from tests.builders import BLOCK_HEAD as HEAD

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


def found(text: str, code: str = "NP101") -> list[Diagnostic]:
    return [one for one in lint_text(text).diagnostics if one.code == code]


def refused(text: str) -> list[str]:
    return [one.code for one in lint_text(text).diagnostics if one.is_refused]


def indented(text: str, column: int) -> str:
    return "".join(f"{' ' * column}{line}\n" if line else "\n" for line in text.strip("\n").split("\n"))


def in_spec(spec: str) -> str:
    return f"{HEAD}spec:\n{indented(spec, 2)}"


# Each: what stands under spec, a part of the message, what stands there after the fix.
MOVES = {
    "a peer in a rule without from": (
        "podSelector: {}\ningress:\n  - podSelector:\n      matchLabels: {app: a}\n",
        "`podSelector` in `ingress`: it belongs in an item of `from`",
        "podSelector: {}\ningress:\n  - from:\n      - podSelector:\n          matchLabels: {app: a}\n",
    ),
    "a peer of two selectors stays one": (
        "podSelector: {}\negress:\n  - namespaceSelector: {}  # all\n    podSelector: {}\n    ports:\n      - port: 1\n",
        "`namespaceSelector` in `egress`: it belongs in an item of `to`",
        "podSelector: {}\negress:\n  - to:\n      - namespaceSelector: {}  # all\n        podSelector: {}\n    ports:\n      - port: 1\n",
    ),
    "port, protocol and endPort in a rule": (
        "podSelector: {}\ningress:\n  # web\n  - from:\n      - podSelector: {}\n    port: 80  # first\n    endPort: 90\n    protocol: TCP\n",
        "`port` in `ingress`: it belongs in an item of `ports`",
        "podSelector: {}\ningress:\n  # web\n  - from:\n      - podSelector: {}\n    ports:\n      - port: 80  # first\n        endPort: 90\n        protocol: TCP\n",
    ),
    "matchLabels of a spec without a selector": (
        "matchLabels:\n  app: a\npolicyTypes: [Ingress]\n",
        "`matchLabels` in `spec`: it belongs under `podSelector`",
        "podSelector:\n  matchLabels:\n    app: a\npolicyTypes: [Ingress]\n",
    ),
    "matchExpressions beside an empty selector": (
        "podSelector:\nmatchExpressions:\n  - key: app\n    operator: Exists\npolicyTypes: [Ingress]\n",
        "it belongs under the `podSelector` above: indent it",
        "podSelector:\n  matchExpressions:\n    - key: app\n      operator: Exists\npolicyTypes: [Ingress]\n",
    ),
    "everything below podSelector": (
        "podSelector:\n  matchLabels:\n    app: a\n  # who may connect\n  ingress:\n    - from:\n        - podSelector: {}\n",
        "`ingress` in `podSelector`: it belongs under `spec`: move it out of `podSelector`",
        "podSelector:\n  matchLabels:\n    app: a\n# who may connect\ningress:\n  - from:\n      - podSelector: {}\n",
    ),
    "ports in the only peer": (
        "podSelector: {}\negress:\n  - to:\n      - podSelector: {}\n        ports:\n          - port: 80\n",
        "`ports` in `to`: it belongs beside `to`: move it out of its item",
        "podSelector: {}\negress:\n  - to:\n      - podSelector: {}\n    ports:\n      - port: 80\n",
    ),
    "an address in a peer": (
        "podSelector: {}\negress:\n  - to:\n      - cidr: 192.0.2.0/24\n        except: [192.0.2.1/32]\n",
        "`cidr` in `to`: it belongs under `ipBlock`",
        "podSelector: {}\negress:\n  - to:\n      - ipBlock:\n          cidr: 192.0.2.0/24\n          except: [192.0.2.1/32]\n",
    ),
    "an address in a rule": (
        "podSelector: {}\negress:\n  - cidr: 192.0.2.0/24\n",
        "`cidr` in `egress`: it belongs under `ipBlock` in an item of `to`",
        "podSelector: {}\negress:\n  - to:\n      - ipBlock:\n          cidr: 192.0.2.0/24\n",
    ),
    "labels of a selector": (
        "podSelector:\n  app: a\n  tier: front\npolicyTypes: [Ingress]\n",
        "`app` in `podSelector`: labels belong under `matchLabels`",
        "podSelector:\n  matchLabels:\n    app: a\n    tier: front\npolicyTypes: [Ingress]\n",
    ),
    "a condition of a selector": (
        "podSelector:\n  key: app\n  operator: In\n  values: [a]\npolicyTypes: [Ingress]\n",
        "`key` in `podSelector`: it belongs in an item of `matchExpressions`",
        "podSelector:\n  matchExpressions:\n    - key: app\n      operator: In\n      values: [a]\npolicyTypes: [Ingress]\n",
    ),
    "a doubled selector": (
        "podSelector:\n  podSelector:\n    matchLabels:\n      app: a\npolicyTypes: [Ingress]\n",
        "`podSelector` in `podSelector`: it is in a `podSelector` already",
        "podSelector:\n  matchLabels:\n    app: a\npolicyTypes: [Ingress]\n",
    ),
    "a doubled from": (
        "podSelector: {}\ningress:\n  - from:\n      - from:\n          - podSelector: {}\n          - namespaceSelector: {}\n",
        "`from` in `from`: it is in a `from` already",
        "podSelector: {}\ningress:\n  - from:\n      - podSelector: {}\n      - namespaceSelector: {}\n",
    ),
    "kubectl's notation": (
        "podSelector: {app=a, tier=front}\npolicyTypes: [Ingress]\n",
        "this is kubectl's notation",
        "podSelector: {matchLabels: {app: a, tier: front}}\npolicyTypes: [Ingress]\n",
    ),
    "one condition for a list of them": (
        "podSelector:\n  matchExpression:\n    key: app\n    operator: Exists\npolicyTypes: [Ingress]\n",
        "did you mean `matchExpressions`?",
        "podSelector:\n  matchExpressions:\n    - key: app\n      operator: Exists\npolicyTypes: [Ingress]\n",
    ),
    "kubectl's notation under a misspelt key": (
        "podSelector:\n  matchLabel: app=a\npolicyTypes: [Ingress]\n",
        "did you mean `matchLabels`?",
        "podSelector:\n  matchLabels:\n    app: a\npolicyTypes: [Ingress]\n",
    ),
    "a list of one selector": (
        "podSelector: {}\ningress:\n  - from:\n      - podSelectors:\n          - matchLabels: {app: a}\n",
        "did you mean `podSelector`?",
        "podSelector: {}\ningress:\n  - from:\n      - podSelector:\n          matchLabels: {app: a}\n",
    ),
    "the word of the other direction": (
        "podSelector: {}\ningress:\n  - to:\n      - podSelector: {}\n",
        "it is called `from` here",
        "podSelector: {}\ningress:\n  - from:\n      - podSelector: {}\n",
    ),
}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_moves_that_are_beyond_doubt(name: str, newline: str) -> None:
    before, message, after = MOVES[name]
    text = in_spec(before).replace("\n", newline)
    first = found(text)[0]
    assert message in first.message
    assert first.fixes[0].applicability is SAFE
    fixed = apply_edits(text, first.fixes[0].edits)
    assert fixed == in_spec(after).replace("\n", newline)
    assert refused(fixed) == []


def test_what_moves_together_is_one_fix() -> None:
    text = in_spec("podSelector: {}\ningress:\n  - port: 80\n    protocol: TCP\n")
    one, other = found(text)
    assert tuple(one.fixes[0].edits) == tuple(other.fixes[0].edits)
    assert one.fixes[0].title == "Make `port` and `protocol` an item of `ports`"


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_moves_in_json(indent: int | None) -> None:
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"podSelector": {}, "ingress": [{"port": 80, "protocol": "TCP"}]},
    }
    text = json.dumps(policy, indent=indent)
    fixed = apply_edits(text, found(text)[0].fixes[0].edits)
    policy["spec"]["ingress"] = [{"ports": [{"port": 80, "protocol": "TCP"}]}]
    assert json.loads(fixed) == policy


SHIFTED = {
    "spec in metadata": (
        "metadata:\n  name: web\n  spec:\n    podSelector: {}\n    policyTypes: [Ingress]\n",
        "it belongs at the top level: move it out of `metadata`",
        "metadata:\n  name: web\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "fields of spec at the top": (
        "metadata:\n  name: web\nspec:\n  podSelector: {}\npolicyTypes:\n- Egress\negress: []\n",
        "`policyTypes` in `NetworkPolicy`: it belongs under `spec`",
        "metadata:\n  name: web\nspec:\n  podSelector: {}\n  policyTypes:\n  - Egress\n  egress: []\n",
    ),
    "no spec at all": (
        "metadata:\n  name: web\npodSelector: {}\npolicyTypes: [Ingress]\n",
        "`podSelector` in `NetworkPolicy`: it belongs under `spec`",
        "metadata:\n  name: web\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "a doubled spec": (
        "metadata:\n  name: web\nspec:\n  spec:\n    podSelector: {}\n    policyTypes: [Ingress]\n",
        "it is in a `spec` already",
        "metadata:\n  name: web\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
    "the namespace in spec": (
        "metadata:\n  name: web\nspec:\n  namespace: shop\n  podSelector: {}\n  policyTypes: [Ingress]\n",
        "it belongs under `metadata`: move it out of `spec`",
        "metadata:\n  name: web\n  namespace: shop\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    ),
}


@pytest.mark.parametrize("name", SHIFTED)
def test_moves_across_the_top(name: str) -> None:
    before, message, after = SHIFTED[name]
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    first = found(head + before)[0]
    assert message in first.message
    assert apply_edits(head + before, first.fixes[0].edits) == head + after


@pytest.mark.parametrize(
    ("spec", "message", "titles"),
    [
        (
            "podSelector: {}\ningress:\n  - from:\n      - matchLabels: {app: a}\n",
            "it belongs under `podSelector` or `namespaceSelector`",
            ["Move `matchLabels` under `podSelector`", "Move `matchLabels` under `namespaceSelector`"],
        ),
        (
            "podSelector: {}\ningress:\n  - from:\n      - podSelector: {}\n    namespaceSelector: {}\n",
            "it belongs in an item of `from`",
            [
                "Move `namespaceSelector` into the item of `from` above, where both must match",
                "Make `namespaceSelector` an item of `from`",
            ],
        ),
        (
            "podSelector: {}\ningress:\n  - from:\n      - podSelector: {}\n        ports: [{port: 1}]\n      - namespaceSelector: {}\n",
            "it belongs beside `from`",
            ["Move `ports` beside `from`"],
        ),
        (
            "podSelector: {}\nigress:\n  - from:\n      - podSelector: {}\n",
            "did you mean",
            ["Rename it to `ingress`"],
        ),
    ],
)  # fmt: skip
def test_where_more_than_one_thing_may_be_meant_nothing_is_safe(spec: str, message: str, titles: list[str]) -> None:
    first = found(in_spec(spec))[0]
    assert message in first.message
    if "igress" not in spec:
        assert [fix.title for fix in first.fixes] == titles
        assert {fix.applicability for fix in first.fixes} == {UNSAFE}
    else:
        assert titles[0] in [fix.title for fix in first.fixes]


def test_beside_an_address_a_selector_gets_an_item_of_its_own() -> None:
    text = in_spec("podSelector: {}\negress:\n  - to:\n      - ipBlock: {cidr: 192.0.2.0/24}\n    podSelector: {}\n")
    [fix] = found(text)[0].fixes
    assert fix.title == "Make `podSelector` an item of `to`"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("nodeSelector: {matchLabels: {role: db}}", "cannot choose nodes"),
        ("serviceSelector: {matchLabels: {role: db}}", "cannot choose Services"),
        ("fqdn: example.com", "knows no host names"),
        ("toFQDNs: [{matchName: example.com}]", "knows no host names"),
        ("dnsName: a.example.com", "knows no host names"),
        ("icmps: [{fields: [{type: 8}]}]", "cannot express ICMP"),
        ("namespaces: [shop]", "use a `namespaceSelector`"),
        ("action: Allow", "only allows"),
    ],
)
def test_what_other_policies_have_is_no_misspelling(field: str, words: str) -> None:
    [first] = found(in_spec(f"podSelector: {{}}\negress:\n  - to:\n      - {field}\n"))
    assert words in first.message
    assert [fix for fix in first.fixes if fix.applicability is SAFE] == []


@pytest.mark.parametrize(
    ("name", "applicability"),
    [("modSelector", UNSAFE), ("podSelecter", SAFE), ("PodSelector", SAFE), ("pdSelector", SAFE)],
)
def test_a_word_that_may_be_another_concept_is_not_renamed_safely(name: str, applicability: Applicability) -> None:
    [first] = found(in_spec(f"podSelector: {{}}\negress:\n  - to:\n      - {name}: {{}}\n"))
    assert [fix.applicability for fix in first.fixes] == [applicability]


@pytest.mark.parametrize(
    ("selector", "wanted"),
    [
        ("any: true", {}),
        ("name: prod", {"matchLabels": {"kubernetes.io/metadata.name": "prod"}}),
        ("matchNames: [prod]", {"matchLabels": {"kubernetes.io/metadata.name": "prod"}}),
        (
            "matchNames: [prod, test]",
            {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["prod", "test"]}
                ]
            },
        ),
    ],
)
def test_selectors_of_monitors(selector: str, wanted: object) -> None:
    text = in_spec(f"podSelector: {{}}\ningress:\n  - from:\n      - namespaceSelector:\n          {selector}\n")
    [fix] = found(text)[0].fixes
    assert fix.applicability is UNSAFE
    after = to_python(parse_document(apply_edits(text, fix.edits)).root).value
    assert after["spec"]["ingress"][0]["from"][0]["namespaceSelector"] == wanted


def test_several_addresses_become_several_peers() -> None:
    text = in_spec(
        "podSelector: {}\negress:\n  - to:\n      - ipBlock:\n          cidrs: [192.0.2.0/24, 198.51.100.0/24]\n"
    )
    [fix] = found(text)[0].fixes
    assert fix.applicability is UNSAFE
    after = to_python(parse_document(apply_edits(text, fix.edits)).root).value
    peers = after["spec"]["egress"][0]["to"]
    assert peers == [{"ipBlock": {"cidr": "192.0.2.0/24"}}, {"ipBlock": {"cidr": "198.51.100.0/24"}}]


def test_what_is_wrong_below_is_said_after_the_rename() -> None:
    text = in_spec("podSelector:\n  matchLables:\n    app: true\npolicyTypes: [Ingress]\n")
    [fix] = found(text)[0].fixes
    assert fix.applicability is UNSAFE
    assert refused(apply_edits(text, fix.edits)) == ["NP103"]


@pytest.mark.parametrize(
    ("spec", "quiet"),
    [
        ("podSelector: {}\npolicyType: [Egress]\negress:\n  - {}\n", ["NP201", "NP216"]),
        ("podSelector:\n  policyTypes: [Egress]\n", ["NP201", "NP204"]),
        ("podSelectr: {}\npolicyTypes: [Ingress]\n", ["NP234", "NP204"]),
        ("podSelector: {}\npolicyTypes: [Ingress]\ningres:\n  - {}\n", ["NP204"]),
        ("podSelector: {}\npolicyTypes: [Egress]\negress:\n  - toFQDNs: []\n  - toEntities: [world]\n", ["NP214", "NP216", "NP233"]),
    ],
)  # fmt: skip
def test_what_is_there_under_a_wrong_name_is_not_missing(spec: str, quiet: list[str]) -> None:
    assert not {one.code for one in lint_text(in_spec(spec)).diagnostics} & set(quiet)


def test_status_is_a_field_of_some_versions(find) -> None:
    text = in_spec("podSelector: {}\npolicyTypes: [Ingress]\n") + "status: {}\n"
    assert [len(find("NP101", text, kubernetes_version=(1, minor))) for minor in (24, 27, 28)] == [0, 0, 1]


def test_a_key_without_a_value_moves_along_with_what_belongs_under_it() -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
    text = head + "metadata:\n  name: web\n  spec:  # what it does\n  podSelector: {}\n  policyTypes: [Ingress]\n"
    first = next(one for one in found(text) if "podSelector" in one.message)
    assert apply_edits(text, first.fixes[0].edits) == (
        head + "metadata:\n  name: web\nspec:  # what it does\n  podSelector: {}\n  policyTypes: [Ingress]\n"
    )


def test_a_peer_among_ports_becomes_an_item_of_its_own() -> None:
    text = in_spec(
        "podSelector: {}\ningress:\n  - from:\n      - podSelector: {}\n    ports:\n      - port: 1\n      - namespaceSelector: {}\n"
    )
    [first] = found(text)
    assert "it belongs in an item of `from`: move it out of `ports`" in first.message
    assert [fix.title for fix in first.fixes] == [
        "Make `namespaceSelector` an item of `from`",
        "Move `namespaceSelector` into the item of `from` above, where both must match",
    ]
    after = to_python(parse_document(apply_edits(text, first.fixes[0].edits)).root).value
    assert after["spec"]["ingress"] == [
        {"from": [{"podSelector": {}}, {"namespaceSelector": {}}], "ports": [{"port": 1}]}
    ]


def test_what_a_rename_brings_to_light_does_not_hide_the_rename() -> None:
    text = in_spec("podSelector: {}\ningress:\n  - to:\n      - ipBlock: {cidr: 10.0.0.0/8}\n        podSelector: {}\n")
    [first] = found(text)
    [fix] = first.fixes
    assert (fix.title, fix.applicability) == ("Rename it to `from`", UNSAFE)


def test_a_field_of_the_top_level_in_an_item_of_a_list() -> None:
    text = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec:
  podSelector: {}
  ingress:
  - metadata: {name: web}
"""
    found = lint_text(text).diagnostics
    assert "NP990" not in [one.code for one in found]
    assert [one.message for one in found if one.code == "NP101"] == [
        "unknown field `metadata` in `ingress`: it belongs at the top level: move it out of `ingress`"
    ]
