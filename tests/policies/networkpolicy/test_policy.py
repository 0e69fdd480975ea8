"""The written policy: tolerant, and with the API server's defaults."""

import pytest

from netpol_lsp.policies.direction import Direction
from tests.builders import policy

INGRESS, EGRESS = Direction.INGRESS, Direction.EGRESS


@pytest.mark.parametrize(
    ("spec", "types"),
    [
        ("{}", {INGRESS}),
        ("{podSelector: {}}", {INGRESS}),
        ("{policyTypes: []}", {INGRESS}),
        ("{policyTypes: null, egress: [{}]}", {INGRESS, EGRESS}),
        ("{egress: []}", {INGRESS}),
        ("{egress: null}", {INGRESS}),
        ("{policyTypes: [Egress]}", {EGRESS}),
        ("{policyTypes: [Egress], ingress: [{}]}", {EGRESS}),
        ("{policyTypes: [Ingress, Egress]}", {INGRESS, EGRESS}),
        ("{policyTypes: [ingress]}", set()),
    ],
)
def test_effective_types(spec, types):
    assert policy(spec).effective_types == types


def test_a_null_item_is_the_empty_rule():
    rules = policy("{ingress: [null, {from: []}, {ports: null}]}").ingress
    assert len(rules) == 3
    assert all(rule.allows_every_peer and rule.allows_every_port for rule in rules)


def test_values_carry_their_nodes():
    rule = policy("{egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 53, protocol: UDP}]}]}").egress[0]
    block, port = rule.peers[0].ip_block, rule.ports[0]
    assert block is not None
    assert block.cidr is not None
    assert (block.cidr.value, port.number, port.effective_protocol) == ("10.0.0.0/8", 53, "UDP")
    assert len(block.cidr.span) == len("10.0.0.0/8")


@pytest.mark.parametrize(
    "spec",
    ["[]", "text", "{ingress: {}}", "{ingress: [1, [], x]}", "{ingress: [{from: {}}]}", "{podSelector: []}",
     "{policyTypes: Ingress}", "{egress: [{to: [1], ports: [x, []]}]}"],
)  # fmt: skip
def test_wrong_shapes_become_nothing_and_never_raise(spec):
    found = policy(spec)
    assert found.peers == ()
    assert [port for port in found.ports if port.number is not None] == []
    assert found.effective_types <= {INGRESS, EGRESS}


def test_names_and_namespaces():
    found = policy(name="db", namespace=None)
    assert (found.object.name, found.object.namespace) == ("db", None)
    assert policy(namespace="''").object.namespace in ("", None)


def test_selectors_come_with_the_policys_own_first():
    found = policy(
        "{podSelector: {matchLabels: {a: b}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {}}]}]}"
    )
    assert [selector.is_empty for selector in found.selectors] == [False, True, True]
    assert found.key_texts == {"a"}
    assert found.value_texts == {"b"}
