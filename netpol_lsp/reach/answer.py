"""The whole answer to "why": the pairs that two names mean, their explanations, and what would help where one is denied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.edits import Edit, edits
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.names import Named
from netpol_lsp.reach.near_misses import NearMiss, near_misses
from netpol_lsp.reach.ports import EVERY_PORT, AskedPort
from netpol_lsp.reach.query import Pair, ask
from netpol_lsp.reach.traffic import EVERYTHING, is_mostly_everything
from netpol_lsp.reach.why import Explanation, Segment, SideReasons, explain
from netpol_lsp.workspace.ternary import Ternary

SHOWN_MISSES = 3
FURTHER = 2
"""What misses by so much more than the nearest is not shown beside it."""


@dataclass(frozen=True, slots=True)
class Help:
    """What is missing on a side that denies: the nearest rules, and edits that open it."""

    direction: Direction
    near_misses: tuple[NearMiss, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """One pair: its explanation, and help for each segment that is denied (in the order of the segments)."""

    pair: Pair
    explanation: Explanation
    helps: tuple[tuple[Help, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `verdict` holds for all pairs; UNKNOWN when they differ, too (`is_mixed`)."""

    source: Named
    destination: Named
    port: AskedPort
    answered: tuple[Answered, ...]
    verdict: Ternary
    is_mixed: bool = False

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces of the pods that it is about."""
        ends = (end for item in self.answered for end in (item.pair.source, item.pair.destination))
        return frozenset(end.namespace for end in ends if isinstance(end, Workload) and end.namespace is not None)


def answer(engine: Engine, source: Named, destination: Named, port: AskedPort = EVERY_PORT) -> Answer:
    """Why connections between two names are as they are."""
    found = tuple(_answer(engine, pair) for pair in ask(engine, source, destination, port))
    verdicts = {segment.answer for item in found for segment in item.explanation.segments}
    verdicts |= {item.explanation.answer for item in found if not item.explanation.segments}
    only = next(iter(verdicts)) if len(verdicts) == 1 else Ternary.UNKNOWN
    is_mixed = Ternary.YES in verdicts and Ternary.NO in verdicts
    return Answer(source, destination, port, found, only, is_mixed)


def answer_pair(engine: Engine, source: Named, destination: Named, port: AskedPort, pair: Pair) -> Answer:
    """Why one connection is as it is, of all that two names mean."""
    return Answer(source, destination, port, (_answer(engine, pair),), pair.answer, is_mixed=pair.is_mixed)


def _answer(engine: Engine, pair: Pair) -> Answered:
    explanation = explain(engine, pair)
    return Answered(pair, explanation, tuple(_helps(engine, pair, segment) for segment in explanation.segments))


def _helps(engine: Engine, pair: Pair, segment: Segment) -> tuple[Help, ...]:
    is_rest = is_mostly_everything(segment.traffic) and segment.traffic != EVERYTHING
    if segment.answer is not Ternary.NO or is_rest:
        return ()
    return tuple(_help(engine, pair, segment, side) for side in denying(segment))


def denying(segment: Segment) -> Iterable[SideReasons]:
    """The sides that deny a segment."""
    return (side for side in (segment.egress, segment.ingress) if side is not None and side.answer is Ternary.NO)


def _help(engine: Engine, pair: Pair, segment: Segment, side: SideReasons) -> Help:
    other = pair.destination if side.direction is Direction.EGRESS else pair.source
    misses = near_misses(engine, side.workload, side.direction, other, segment.traffic)
    found = edits(engine, side.workload, side.direction, other, segment.traffic)
    near = [miss for miss in misses[:SHOWN_MISSES] if miss.distance <= misses[0].distance + FURTHER]
    return Help(side.direction, tuple(near), found)
