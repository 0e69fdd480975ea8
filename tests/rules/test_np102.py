"""NP102: a value of a wrong type is turned into what its field takes."""

import json

import pytest

from netpol_lsp.text.edits import Applicability, apply_edits
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.to_python import to_python
from tests.builders import BLOCK_HEAD as HEAD

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE

# Each: what is under spec, what is there after the fix, how far it may be trusted.
CASES = {
    "an empty list for labels": ("podSelector: {matchLabels: []}\n", {"podSelector": {"matchLabels": {}}}, SAFE),
    "an empty list for a selector": ("podSelector: []  # all\n", {"podSelector": {}}, SAFE),
    "a list of labels": (
        "podSelector:\n  matchLabels:\n    # the front\n    - app: a\n    - tier: front  # both\n",
        {"podSelector": {"matchLabels": {"app": "a", "tier": "front"}}},
        SAFE,
    ),
    "a list of labels in brackets": (
        "podSelector:\n  matchLabels: [{app: a}, {tier: front}]\n",
        {"podSelector": {"matchLabels": {"app": "a", "tier": "front"}}},
        SAFE,
    ),
    "labels in kubectl's notation": (
        "podSelector:\n  matchLabels: app=a,tier=front\n",
        {"podSelector": {"matchLabels": {"app": "a", "tier": "front"}}},
        SAFE,
    ),
    "a list of kubectl's notations": (
        "podSelector:\n  matchLabels:\n    - app=a\n    - tier=front\n",
        {"podSelector": {"matchLabels": {"app": "a", "tier": "front"}}},
        SAFE,
    ),
    "a selector with a dash, twice": (
        "podSelector:\n  - matchLabels:\n      - app: a\n",
        {"podSelector": {"matchLabels": {"app": "a"}}},
        SAFE,
    ),
    "a selector in two items": (
        "podSelector:\n  - matchLabels: {app: a}\n  - matchExpressions: [{key: tier, operator: Exists}]\n",
        {"podSelector": {"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]}},
        UNSAFE,
    ),
    "words in one string": (
        "podSelector: {}\npolicyTypes: Ingress, Egress\n",
        {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
        SAFE,
    ),
    "several ports": (
        "podSelector: {}\ningress:\n  - ports:\n      - protocol: TCP\n        port: [80, 443]\n",
        {
            "podSelector": {},
            "ingress": [{"ports": [{"protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 443}]}],
        },
        SAFE,
    ),
    "several protocols": (
        "podSelector: {}\ningress:\n  - ports:\n      - {port: 53, protocol: [TCP, UDP]}\n",
        {"podSelector": {}, "ingress": [{"ports": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]}]},
        SAFE,
    ),
    "several addresses": (
        "podSelector: {}\negress:\n  - to:\n      - ipBlock:\n          cidr:\n            - 192.0.2.0/24\n            - 198.51.100.0/24\n",
        {
            "podSelector": {},
            "egress": [{"to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}, {"ipBlock": {"cidr": "198.51.100.0/24"}}]}],
        },
        SAFE,
    ),
    "one port in a list": (
        "podSelector: {}\ningress:\n  - ports:\n      - port: [80]\n",
        {"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}]},
        SAFE,
    ),
    "several values of a label": (
        "podSelector:\n  matchLabels:\n    app: [a, b]\n    tier: front\n",
        {
            "podSelector": {
                "matchLabels": {"tier": "front"},
                "matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "b"]}],
            }
        },
        UNSAFE,
    ),
    "a doubled list": (
        "podSelector: {}\ningress:\n  - from:\n      from:\n        - podSelector: {}\n",
        {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]},
        SAFE,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_value_is_turned_into(name: str, find) -> None:
    spec, wanted, applicability = CASES[name]
    text = HEAD + "spec:\n" + "".join(f"  {line}\n" for line in spec.splitlines())
    [found] = find("NP102", text)
    [fix] = found.fixes
    assert fix.applicability is applicability
    fixed = apply_edits(text, fix.edits)
    assert to_python(parse_document(fixed).root).value["spec"] == wanted
    assert fixed.count("#") == text.count("#")


@pytest.mark.parametrize("name", CASES)
def test_the_same_in_json(name: str, find) -> None:
    spec, wanted, _ = CASES[name]
    policy = to_python(parse_document(HEAD).root).value
    policy["spec"] = to_python(parse_document(spec).root).value
    text = json.dumps(policy, indent=2)
    [found] = find("NP102", text)
    assert json.loads(apply_edits(text, found.fixes[0].edits))["spec"] == wanted


@pytest.mark.parametrize(
    "spec",
    [
        "podSelector:\n  matchLabels:\n    - app: a\n    - app: b\n",
        "podSelector:\n  matchLabels: app\n",
        "podSelector: every pod\n",
        "podSelector: {}\ningress: none\n",
        "podSelector: {}\ningress:\n  - from: {}\n",
    ],
)
def test_what_nobody_can_tell_gets_no_fix(spec: str, find) -> None:
    text = HEAD + "spec:\n" + "".join(f"  {line}\n" for line in spec.splitlines())
    [found] = find("NP102", text)
    assert list(found.fixes) == []
