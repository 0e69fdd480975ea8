"""What a page says more than once: each thing is in a table, and named by its number (-1: there is none)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from textwrap import dedent
from typing import Any

from netpol_lsp.explanations.connection import VERDICTS, addresses_title, reason_sentence, side_sentence
from netpol_lsp.formats.reach.places import Place, Places
from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.ir import PolicySemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.engine import Engine, Verdict
from netpol_lsp.reach.query import End, Pair
from netpol_lsp.reach.traffic import Traffic, describe
from netpol_lsp.reach.unmodelled import Doubt
from netpol_lsp.reach.why import Reason, Segment, SideReasons, explain

Data = dict[str, Any]
NONE = -1
MOST_EXPLAINED = 20_000
"""Connections of which the page has the lines that decide: more of them make it slow to write and to open."""
_LINES, _LONG = 8, 120


class Table:
    """Rows that are numbered in the order of their first use."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def number(self, key: Hashable, row: Any) -> int:
        """The number of a row; `key` tells it from the others."""
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.rows)
            self.rows.append(row)
        return found

    def known(self, key: Hashable) -> int | None:
        """The number of a row that is there."""
        return self._numbers.get(key)


class Tables:
    """The tables of a page."""

    def __init__(self) -> None:
        self.places = Table()
        self.policies = Table()
        self.traffic = Table()
        self.reasons = Table()
        self.sides = Table()

    def data(self) -> Data:
        """All rows, by table."""
        return {
            "places": self.places.rows,
            "policies": self.policies.rows,
            "traffic": self.traffic.rows,
            "reasons": self.reasons.rows,
            "sides": self.sides.rows,
        }

    def number_of(self, traffic: Traffic) -> int:
        """The row of some traffic: its text, and its intervals as `netpol_lsp.reach.traffic` counts; -1 for none."""
        if not traffic:
            return NONE
        found = self.traffic.known(traffic)
        if found is not None:
            return found
        return self.traffic.number(traffic, {"text": describe(traffic), "parts": [list(part) for part in traffic]})


class Scribe:
    """Writes down what one state of a cluster says: its policies and reasons, with their places."""

    def __init__(self, tables: Tables, engine: Engine, places: Places) -> None:
        self.tables = tables
        self.engine = engine
        self._places = places
        self._policies: dict[int, int] = {}

    def place(self, origin: Origin) -> int:
        """The row of a place: path, line and column from 1, its first lines; `link` where the path is no way to get there."""
        found = self._places.find(origin)
        if found is None:
            return NONE
        line, column = found.start
        row: Data = {"path": found.path, "line": line, "column": column, "text": self._excerpt(origin.uri, found)}
        if found.link != found.path:
            row["link"] = found.link
        return self.tables.places.number((found.link, line, column), row)

    def _excerpt(self, uri: str, place: Place) -> str:
        """The first lines of a place, without the indentation that they share; of a long line what is around its start."""
        lines = self._places.sources[uri].lines
        first, column = place.start[0] - 1, place.start[1] - 1
        last = min(place.end[0] - 1, first + _LINES - 1)
        if len(lines.line_text(first)) > _LONG:
            line, start = lines.line_text(first), max(0, column - _LONG // 4)
            cut = line[start : start + _LONG]
            return f"{'…' if start else ''}{cut}{'…' if start + _LONG < len(line) else ''}"
        return dedent("\n".join(lines.line_text(number)[:_LONG] for number in range(first, last + 1)).rstrip())

    def policy(self, policy: PolicySemantics) -> int:
        """The row of a policy."""
        found = self._policies.get(id(policy))
        if found is None:
            place = self.place(policy.origin)
            row = {"title": policy.title, "kind": policy.kind, "namespace": policy.namespace, "name": policy.name}
            found = self.tables.policies.number((policy.title, place), {**row, "place": place})
            self._policies[id(policy)] = found
        return found

    def workload(self, workload: Workload) -> Data:
        """A workload with its labels and the policies that select it, by direction."""
        facts = workload.facts
        pods = self.engine.class_of(workload)
        data: Data = {
            "title": workload.title,
            "kind": workload.owner[0],
            "name": workload.owner[1],
            "labels": dict(facts.labels),
            "ports": [
                f"{port.protocol} {port.number}" + (f" ({port.name})" if port.name else "") for port in facts.ports
            ],
            "place": self.place(facts.origin),
        }
        if facts.host_network is not False:
            data["hostNetwork"] = facts.host_network
        for direction in DIRECTIONS:
            side = self.engine.side(pods, direction)
            data[direction.rules_key] = {
                "policies": [self.policy(found.policy) for found in side.policies],
                "unknown": [self._doubt(doubt) for doubt in side.doubts],
                "isolated": False if side.is_open else (any(found.is_sure for found in side.policies) or None),
            }
        return data

    def reasons(self, source: End, destination: End, verdict: Verdict, traffic: Traffic) -> list[Data]:
        """Why some traffic is as it is: by part of the traffic and of the addresses, the sides with their reasons."""
        return [
            {
                "addresses": title,
                "traffic": self.tables.number_of(segment.traffic),
                "verdict": VERDICTS[segment.answer],
                "egress": self.side(segment.egress),
                "ingress": self.side(segment.ingress),
            }
            for title, segment in self._segments(source, destination, verdict, traffic)
        ]

    def _segments(
        self, source: End, destination: End, verdict: Verdict, traffic: Traffic
    ) -> Iterator[tuple[str | None, Segment]]:
        pairs = list(self._pairs(source, destination))
        for start, end, addresses in pairs:
            title = addresses_title(addresses) if addresses is not None and len(pairs) > 1 else None
            for segment in explain(self.engine, Pair(start, end, traffic, verdict)).segments:
                yield title, segment

    def _pairs(self, source: End, destination: End) -> Iterator[tuple[End, End, CidrSet | None]]:
        """The pair with its addresses cut where policies treat them differently."""
        if isinstance(source, CidrSet) and isinstance(destination, Workload):
            for part in self.engine.address_parts(self.engine.class_of(destination), Direction.INGRESS, source):
                yield part, destination, part
        elif isinstance(destination, CidrSet) and isinstance(source, Workload):
            for part in self.engine.address_parts(self.engine.class_of(source), Direction.EGRESS, destination):
                yield source, part, part
        else:
            yield source, destination, None

    def side(self, side: SideReasons | None) -> int:
        """The row of one side with its reasons."""
        if side is None:
            return NONE
        text, verdict = side_sentence(side), VERDICTS[side.answer]
        reasons = tuple(map(self._reason, side.reasons))
        key = (text, verdict, reasons, side.doubts, side.facts)
        found = self.tables.sides.known(key)
        if found is not None:
            return found
        row = {
            "verdict": verdict,
            "text": text,
            "reasons": list(reasons),
            "unknown": [self._doubt(doubt) for doubt in side.doubts],
            "plugin": [fact.text for fact in side.facts if fact.text],
        }
        return self.tables.sides.number(key, row)

    def _reason(self, reason: Reason) -> int:
        key = (id(reason.policy), id(reason.rule), id(reason.peer), id(reason.port), reason.effect, reason.is_certain)
        found = self.tables.reasons.known(key)
        if found is not None:
            return found
        places = [self.place(reason.origin)]
        if reason.port is not None:
            places.append(self.place(reason.policy.origin_of(reason.port)))
        row = {
            "policy": self.policy(reason.policy),
            "effect": reason.effect.value,
            "certain": reason.is_certain,
            "text": reason_sentence(reason),
            "places": list(dict.fromkeys(place for place in places if place != NONE)),
        }
        return self.tables.reasons.number(key, row)

    def _doubt(self, doubt: Doubt) -> Data:
        return {"text": doubt.text, "place": self.place(doubt.origin)}


def explained_note(count: int) -> list[str]:
    """What is to be said where the lines of some connections are left out."""
    if count <= MOST_EXPLAINED:
        return []
    return [
        f"of {count:,} connections the lines that decide are here for the first {MOST_EXPLAINED:,}; `netpol-lint why` tells them of all"
    ]


def open_traffic(verdict: Verdict) -> Traffic:
    """What is allowed or may be."""
    return intervals.union(verdict.allow, verdict.unknown)
