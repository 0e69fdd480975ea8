"""The value that rules and verdicts ask."""

import pytest

from netpol_lsp.capabilities.capabilities import UNKNOWN_CNI, Capabilities
from netpol_lsp.capabilities.fact import Capability, Effect, Fact, Support

OPEN = Fact(Capability.EGRESS, Support.NO, "Romana enforces ingress only", ("romana#184",), Effect.NOT_ENFORCED)
ROMANA = Capabilities("romana", "Romana", "1.7", {Capability.EGRESS: OPEN})


def test_nothing_is_known_without_a_plugin() -> None:
    assert not UNKNOWN_CNI.is_known
    assert UNKNOWN_CNI.label == ""
    assert {UNKNOWN_CNI.support(capability) for capability in Capability} == {Support.UNKNOWN}
    assert {UNKNOWN_CNI.has(capability) for capability in Capability} == {None}


def test_a_fact_says_what_holds_and_where_it_is_written() -> None:
    assert ROMANA.label == "Romana 1.7"
    assert ROMANA.enforces("Egress") is OPEN
    assert ROMANA.has(Capability.EGRESS) is False
    assert str(OPEN) == "Romana enforces ingress only (romana#184)"
    assert ROMANA.enforces("Ingress") == Fact(Capability.INGRESS)


@pytest.mark.parametrize(
    ("support", "known"),
    [(Support.YES, True), (Support.NO, False), (Support.PARTIAL, None), (Support.UNKNOWN, None)],
)
def test_a_verdict_rests_on_yes_and_no_only(support: Support, known: bool | None) -> None:
    assert Fact(Capability.SCTP, support).is_supported is known


def test_an_ip_block_is_asked_by_direction() -> None:
    no = Fact(Capability.INGRESS_IP_BLOCK, Support.NO, "x")
    cce = Capabilities("huawei-cce", "Huawei CCE", None, {Capability.INGRESS_IP_BLOCK: no})
    assert cce.ip_block("Ingress") is no
    assert cce.ip_block("Egress").support is Support.UNKNOWN
