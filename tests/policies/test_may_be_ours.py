"""The quick look at a text: it says what an expression that ignores case says, in a fraction of its time."""

from __future__ import annotations

import random
import re

import pytest

from netpol_lsp.policies.kinds import may_be_ours

OURS = re.compile(r"network.{0,3}pol|networking\.k8s\.io|polic(?:y|ies)types?|podselector", re.IGNORECASE)
PIECES = (
    *(
        "network",
        "pol",
        "netWORK",
        "policy",
        "policies",
        "types",
        "type",
        "pod",
        "selector",
        "networ",
        "polic",
        "y",
        "ies",
    ),
    *("ing.k8s.io", ".", " ", "_", "-", "\n", "\r", "ip", "Selector", "\u0130", "\u0131", "\u017f", "\u212a", "\u00e9"),
    *(
        "\u4e2d",
        "\U0001f600",
        "\ud800",
        "\x85",
        "pod\u017felector",
        "networ\u212a",
        "pol\u0130cytypes",
        "pol\u0131c\u0131estypes",
    ),
)


def test_it_says_what_the_expression_says() -> None:
    chance = random.Random(3)
    found = 0
    for _ in range(20_000):
        text = "".join(chance.choice(PIECES) for _ in range(chance.randrange(1, 8)))
        found += may_be_ours(text)
        assert may_be_ours(text) == (OURS.search(text) is not None), text
    assert found > 2000


@pytest.mark.parametrize(
    "text",
    [
        "kind: NetworkPolicy",
        "kind: network\u4e2d\u4e2d\u4e2dpolicy",
        "apiVersion: NETWORKING.K8S.IO/v1",
        "PodSelector: {}",
    ],
)
def test_case_and_other_scripts_hide_nothing(text: str) -> None:
    assert may_be_ours(f"# \u00e9\n{text}\n")
