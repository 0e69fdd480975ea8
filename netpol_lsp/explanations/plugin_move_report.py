"""A move from one network plugin to another as text, Markdown and plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Support
from netpol_lsp.explanations.network_plugins import TITLES, WORDS, fact_data
from netpol_lsp.explanations.plugin_move import FactChange, UseChange, fact_changes


@dataclass(frozen=True, slots=True)
class ChangedPolicy:
    """A policy that means something else after a move: its file, its name, and what changes at which line and column (from 1)."""

    path: str
    name: str
    changes: tuple[tuple[int, int, UseChange], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """From one network plugin to another, with the policies that it concerns."""

    before: Capabilities
    after: Capabilities
    policies: tuple[ChangedPolicy, ...] = ()

    @property
    def facts(self) -> list[FactChange]:
        """The capabilities that differ."""
        return fact_changes(self.before, self.after)

    @property
    def known_facts(self) -> list[FactChange]:
        """Those that both sides are known of."""
        return [change for change in self.facts if change.is_known]

    def known_of_one(self) -> Iterator[str]:
        """For each side, what is known of it and not of the other, in one line of Markdown."""
        for side, known, other in ((self.before, "before", "after"), (self.after, "after", "before")):
            words = [
                f"{TITLES[change.capability]} ({WORDS[getattr(change, known).support]})"
                for change in self.facts
                if getattr(change, other).support is Support.UNKNOWN
                and getattr(change, known).support is not Support.UNKNOWN
            ]
            if words:
                yield f"Known of {side.label} only: {', '.join(words)}"

    @property
    def count(self) -> str:
        """How many policies it concerns, in words."""
        number = len(self.policies)
        if not number:
            return "No policy here is known to mean something else"
        return f"{number} {'policies mean' if number > 1 else 'policy means'} something else"


def move_data(move: Move) -> dict[str, Any]:
    """The move as plain data."""
    return {
        "before": _side(move.before),
        "after": _side(move.after),
        "changes": [
            {"capability": one.capability.value, "before": fact_data(one.before), "after": fact_data(one.after)}
            for one in move.facts
        ],
        "policies": [
            {
                "path": policy.path,
                "name": policy.name,
                "changes": [_use_data(line, column, change) for line, column, change in policy.changes],
            }
            for policy in move.policies
        ],
    }


def _side(capabilities: Capabilities) -> dict[str, Any]:
    return {"name": capabilities.name, "version": capabilities.version, "status": capabilities.status}


def _use_data(line: int, column: int, change: UseChange) -> dict[str, Any]:
    return {
        "line": line,
        "column": column,
        "capability": change.use.capability.value,
        "subject": change.use.subject,
        "sure": change.is_sure,
        "before": change.before.text,
        "after": change.after.text,
    }


def move_as_text(move: Move) -> Iterator[str]:
    """The lines for a terminal."""
    before, after = move.before, move.after
    yield f"From {_described(before)} to {_described(after)}"
    yield ""
    for fact in move.known_facts:
        yield f"{_plain(TITLES[fact.capability])}: {WORDS[fact.before.support]} -> {WORDS[fact.after.support]}"
        for side, known in ((before, fact.before), (after, fact.after)):
            if known.text:
                yield f"  {side.label}: {_plain(known.text)}"
    if not move.known_facts:
        yield "Nothing that is known of both differs."
    yield from map(_plain, move.known_of_one())
    if after.precondition is not None:
        yield f"first: {_plain(after.precondition.text)}"
    yield ""
    yield move.count
    for policy in move.policies:
        yield ""
        yield f"NetworkPolicy {policy.name}"
        for line, column, change in policy.changes:
            yield f"  {policy.path}:{line}:{column}: {_plain(change.use.subject)}{_perhaps(change)}"
            yield f"    {before.label}: {_plain(change.before.text)}"
            yield f"    {after.label}: {_plain(change.after.text)}"


def move_as_markdown(move: Move) -> Iterator[str]:
    """The lines of a Markdown page."""
    before, after = move.before, move.after
    yield f"# From {_described(before)} to {_described(after)}"
    yield ""
    yield f"| what | {before.label} | {after.label} |"
    yield "|---|---|---|"
    for fact in move.known_facts:
        sides = [f"**{WORDS[one.support]}**{': ' if one.text else ''}{one.text}" for one in (fact.before, fact.after)]
        yield f"| {TITLES[fact.capability]} | {' | '.join(sides)} |"
    for sentence in move.known_of_one():
        yield ""
        yield f"{sentence}."
    if after.precondition is not None:
        yield ""
        yield f"**First:** {after.precondition.text}."
    yield ""
    yield f"## {move.count}"
    for policy in move.policies:
        yield ""
        yield f"### {policy.name}"
        yield ""
        for line, column, change in policy.changes:
            yield f"- `{policy.path}:{line}:{column}` {change.use.subject}{_perhaps(change)}"
            yield f"  - {before.label}: {change.before.text}"
            yield f"  - {after.label}: {change.after.text}"


def _perhaps(change: UseChange) -> str:
    return "" if change.is_sure else " (perhaps)"


def _described(capabilities: Capabilities) -> str:
    about = "" if capabilities.is_kept_up else f" ({capabilities.status}: {capabilities.status_text})"
    return f"{capabilities.label}{about}"


def _plain(text: str) -> str:
    return text.replace("`", "")
