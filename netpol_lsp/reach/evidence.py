"""A record of one answer for auditors: the question, the verdict, the lines, what was looked at, and what was not known."""

from __future__ import annotations

from dataclasses import dataclass

from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.ir import PolicySemantics
from netpol_lsp.reach.answer import Answer
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.unmodelled import Doubt


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an answer rests on. `considered`: the policies that select an end, in the order of their titles."""

    considered: tuple[PolicySemantics, ...]
    doubts: tuple[Doubt, ...]


def evidence_of(answer: Answer, engine: Engine) -> Evidence:
    """What an answer rests on."""
    policies: dict[int, PolicySemantics] = {}
    doubts: dict[Doubt, None] = {}
    for item in answer.answered:
        ends = ((item.pair.source, Direction.EGRESS), (item.pair.destination, Direction.INGRESS))
        for end, direction in ends:
            if isinstance(end, Workload):
                side = engine.side(engine.class_of(end), direction)
                policies.update({id(found.policy): found.policy for found in side.policies})
                doubts.update(dict.fromkeys(side.doubts))
    return Evidence(tuple(sorted(policies.values(), key=lambda policy: policy.title)), tuple(doubts))
