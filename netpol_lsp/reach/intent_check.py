"""Whether the tests of a team hold: each asked of the engine, pair by pair."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

from netpol_lsp.kube.net import intervals
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intents import Intent, Outcome
from netpol_lsp.reach.names import Named, Names
from netpol_lsp.reach.ports import EVERY_PORT, AskedPort, PortProblem, parse_port
from netpol_lsp.reach.query import Pair, ask
from netpol_lsp.workspace.ternary import Ternary

_PAIRS_A_STEP = 64


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a test holds. `pair` is the one that decides; `problem` says why nothing could be asked.

    `pairs` counts the pairs that were asked about, those that no policy can tell apart once. With a problem, `field` is
    the value of the test that it is about ("" for all of it); `is_uncertain`: there may be something that no one can see.
    """

    intent: Intent
    actual: Outcome
    passed: bool
    pair: Pair | None = None
    problem: str | None = None
    candidates: tuple[str, ...] = ()
    pairs: int = 0
    field: str = ""
    is_uncertain: bool = False


def check(engine: Engine, names: Names, intent: Intent) -> Checked:
    """Whether a test holds."""
    work = checking(engine, names, intent)
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: Checked = done.value
            return result


def checking(engine: Engine, names: Names, intent: Intent) -> Generator[None, None, Checked]:
    """Whether a test holds, step by step: a test may mean many pairs, and something else may want a turn."""
    try:
        port = parse_port(intent.port) if intent.port else EVERY_PORT
    except PortProblem as error:
        return _failed(intent, str(error), "port")
    source, destination = names.find(intent.source), names.find(intent.destination)
    for named, field in ((source, "from"), (destination, "to")):
        if named.is_nothing:
            return _nothing(intent, named, field)
    if source.addresses is not None and destination.addresses is not None:
        return _failed(intent, "both ends are addresses outside the cluster: policies say nothing about them", "to")
    is_host = _is_host(source, destination)
    tally = yield from _tally(intent, ask(engine, source, destination, port), needs_all=is_host)
    if tally.first is None:
        if tally.unresolved is not None:
            return _failed(intent, _unresolved(tally.unresolved, port), "port")
        return _failed(intent, "the names mean no pair of different pods", "to")
    is_uncertain = source.is_uncertain or destination.is_uncertain
    actual, pair = _decide(intent, tally, is_uncertain=is_uncertain, is_one_address=is_host)
    return Checked(intent, actual, actual is intent.expect, pair or tally.first, pairs=tally.pairs)


def _failed(intent: Intent, problem: str, field: str) -> Checked:
    return Checked(intent, Outcome.UNKNOWN, passed=False, problem=problem, field=field)


def _nothing(intent: Intent, named: Named, field: str) -> Checked:
    problem = named.problem or "it means nothing"
    return Checked(
        intent,
        Outcome.UNKNOWN,
        passed=False,
        problem=problem,
        candidates=named.candidates,
        field=field,
        is_uncertain=named.is_uncertain,
    )


def _is_host(source: Named, destination: Named) -> bool:
    """Whether an end is a host whose address no one knows: one of the addresses, and not all of them."""
    return any(named.text.startswith("host:") for named in (source, destination))


@dataclass(slots=True)
class _Tally:
    """The first pair of each kind: as the test wants it, surely not so, and not known. `pairs` counts those looked at."""

    first: Pair | None = None
    as_wanted: Pair | None = None
    against: Pair | None = None
    doubtful: Pair | None = None
    unresolved: Pair | None = None
    pairs: int = 0


def _tally(intent: Intent, pairs: Iterable[Pair], *, needs_all: bool) -> Generator[None, None, _Tally]:
    """Look at pairs until one decides, or at all. A destination that declares no port of the name is not meant by it."""
    wanted = Ternary.YES if intent.expect is Outcome.ALLOW else Ternary.NO
    tally = _Tally()
    for number, pair in enumerate(pairs, 1):
        if number % _PAIRS_A_STEP == 0:
            yield
        if pair.is_unresolved:
            tally.unresolved = tally.unresolved or pair
            continue
        tally.first = tally.first or pair
        tally.pairs += 1
        if pair.answer is wanted:
            tally.as_wanted = tally.as_wanted or pair
        elif _is_against(pair, wanted):
            tally.against = tally.against or pair
        else:
            tally.doubtful = tally.doubtful or pair
        if not needs_all and (tally.as_wanted if intent.is_any else tally.against):
            break
    return tally


def _decide(intent: Intent, tally: _Tally, *, is_uncertain: bool, is_one_address: bool) -> tuple[Outcome, Pair | None]:
    """What holds of the pairs, and the pair that shows it."""
    opposite = Outcome.DENY if intent.expect is Outcome.ALLOW else Outcome.ALLOW
    if is_one_address and tally.as_wanted and (tally.against or tally.doubtful):
        return Outcome.UNKNOWN, tally.doubtful or tally.against
    if intent.is_any and tally.as_wanted:
        return intent.expect, tally.as_wanted
    if not intent.is_any and tally.against:
        return opposite, tally.against
    if tally.doubtful or is_uncertain:
        return Outcome.UNKNOWN, tally.doubtful
    return (opposite, tally.against) if intent.is_any else (intent.expect, tally.as_wanted)


def _is_against(pair: Pair, wanted: Ternary) -> bool:
    """Whether a part of what was asked about is surely not as wanted."""
    other = pair.verdict.deny if wanted is Ternary.YES else pair.verdict.allow
    return intervals.intersects(other, pair.traffic)


def _unresolved(pair: Pair, port: AskedPort) -> str:
    end = pair.destination
    who = getattr(end, "title", None) or "an address"
    return f"{who} declares no port `{port}`"
