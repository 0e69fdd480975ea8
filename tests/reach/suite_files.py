"""Reads the cases of other analysers' test suites, where that data is there."""

import dataclasses
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.cluster import Cluster, Workload
from netpol_lsp.reach.enforcement import Enforcement
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.traffic import Traffic, port_traffic
from netpol_lsp.workspace.resources import NamespaceFacts
from netpol_lsp.workspace.ternary import Ternary
from tests.reach.loading import load
from tests.reach.suites import V4, parse_line, parse_range, parse_traffic, three_protocols

SHARED = Path(__file__).resolve().parents[3] / "shared"
SUITES = SHARED / "connectivity-suites"
CORPUS = SHARED / "corpus" / "connectivity"
NEVER_PODS = Enforcement(ip_block_matches_pods=Ternary.NO)
"""The analysers' reading: an ipBlock never means pods."""
ENDINGS = (".yaml", ".yml", ".json")
DEVIATIONS = Path(__file__).resolve().parents[2] / "docs" / "connectivity-deviations.md"

needs_suites = pytest.mark.skipif(not SUITES.exists(), reason="connectivity-suites are not here")

Possible = tuple[Traffic, Traffic]


@cache
def deviations() -> dict[str, str]:
    """The cases of the table in docs/connectivity-deviations.md, with their kind."""
    rows = [
        line.strip("| \n").split(" | ") for line in DEVIATIONS.read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    return {row[0].strip("`"): row[1] for row in rows}


def cases(group: str) -> list[str]:
    """The names of a group's cases; none where the data is not there."""
    folder = SUITES / "cases" / group
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@cache
def index() -> dict[str, dict]:
    """What the index says of each case."""
    lines = (SUITES / "cases" / "index.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def texts(folder: Path) -> dict[str, str]:
    """The manifests of a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
    return {str(path.relative_to(folder)): path.read_text("utf-8", errors="replace") for path in paths}


def cluster(folder: Path) -> Cluster:
    """The cluster of a folder as the analysers see it: a namespace without a manifest has no labels but its name."""
    return assumed(load(texts(folder)))


def assumed(found: Cluster) -> Cluster:
    """The cluster in which namespaces without a manifest have no labels."""
    namespaces = dict(found.namespaces)
    for name in found.namespace_names:
        namespaces.setdefault(name, NamespaceFacts(name, {}))
    return dataclasses.replace(found, namespaces=namespaces)


def by_title(found: Cluster) -> dict[str, list[Workload]]:
    """Workloads by title."""
    result: dict[str, list[Workload]] = {}
    for item in found.workloads:
        result.setdefault(item.title, []).append(item)
    return result


def allowed(verdict) -> Possible:
    """What is surely and perhaps allowed, of TCP, UDP and SCTP."""
    return three_protocols(verdict.allow), three_protocols(intervals.union(verdict.allow, verdict.unknown))


def joined(possibles: Iterable[Possible]) -> Possible:
    """The union."""
    sure: Traffic = ()
    may: Traffic = ()
    for one, other in possibles:
        sure, may = intervals.union(sure, one), intervals.union(may, other)
    return sure, may


class Found:
    """What the engine finds: pairs of workloads, and address ranges for each workload and direction."""

    def __init__(self, found: Cluster) -> None:
        self.cluster = found
        self.engine = Engine(found, NEVER_PODS)
        self.titles = by_title(found)
        self.pairs = {
            (one, other): joined(allowed(self.engine.verdict(x, y)) for x in starts for y in ends)
            for one, starts in self.titles.items()
            for other, ends in self.titles.items()
            if one != other
        }
        self.outside = {
            (title, direction): list(self._outside(items[0], direction))
            for title, items in self.titles.items()
            for direction in Direction
        }

    @property
    def is_certain(self) -> bool:
        """Whether nothing in it is beyond what is modelled."""
        return not self.cluster.others and not any(item.facts.host_network for item in self.cluster.workloads)

    def _outside(self, workload: Workload, direction: Direction) -> Iterator[tuple[CidrSet, Possible]]:
        pods = self.engine.class_of(workload)
        for part in self.engine.address_parts(pods, direction, V4):
            yield part, allowed(self.engine.outside(pods, direction, part))


def check_lines(found: Found, lines: Iterable[str]) -> list[str]:
    """How connections differ from the lines that say them; answers that are not known are no difference."""
    pairs: dict[tuple[str, str], Traffic] = {}
    ranges: dict[tuple[str, Direction], list[tuple[CidrSet, Traffic]]] = {}
    for text in lines:
        parsed = parse_line(text)
        if parsed is None or "{ingress-controller}" in text:
            continue
        source, destination, connections = parsed
        start, end = parse_range(source), parse_range(destination)
        if start is not None:
            ranges.setdefault((destination, Direction.INGRESS), []).append((start, parse_traffic(connections)))
        elif end is not None:
            ranges.setdefault((source, Direction.EGRESS), []).append((end, parse_traffic(connections)))
        else:
            pairs[source, destination] = parse_traffic(connections)
    problems = [f"no such pair: {pair}" for pair in pairs if pair not in found.pairs]
    for pair, possible in found.pairs.items():
        if not fits(possible, pairs.get(pair, ())):
            problems.append(f"{pair}: {possible} is not {pairs.get(pair, ())}")
    for key, parts in found.outside.items():
        problems += _check_ranges(key, parts, ranges.get(key, []))
    return problems


def _check_ranges(
    key: tuple[str, Direction], parts: list[tuple[CidrSet, Possible]], expected: list[tuple[CidrSet, Traffic]]
) -> Iterator[str]:
    for part, possible in parts:
        rest = part
        for addresses, traffic in expected:
            common = part.intersection(addresses)
            if not common.is_empty:
                rest = rest.difference(common)
                if not fits(possible, traffic):
                    yield f"{key} {common.cidrs()[:2]}: {possible} is not {traffic}"
        if not rest.is_empty and possible[0]:
            yield f"{key} {rest.cidrs()[:2]}: {possible[0]} is nothing there"


def fits(possible: Possible, expected: Traffic) -> bool:
    """Whether what is expected lies between what is sure and what may be."""
    return intervals.covers(expected, possible[0]) and intervals.covers(possible[1], expected)


def narrowed(found: Found, options: dict) -> Found:
    """What the options of a case leave of the connections."""
    workloads, peers = options.get("workloads"), options.get("peers")
    direction, port = options.get("direction"), options.get("port")

    def is_named(title: str, names: list[str]) -> bool:
        plain = title.partition("[")[0]
        return any(name in (title, plain, plain.partition("/")[2]) for name in names)

    def keeps(source: str, destination: str) -> bool:
        if workloads is None:
            return True
        out = is_named(source, workloads) and (not peers or is_named(destination, peers))
        into = is_named(destination, workloads) and (not peers or is_named(source, peers))
        return {"egress": out, "ingress": into}.get(direction, out or into)

    def keeps_outside(title: str, way: Direction) -> bool:
        if direction is not None and direction != way.value.lower():
            return False
        return workloads is None or (is_named(title, workloads) and not peers)

    found.pairs = {pair: possible for pair, possible in found.pairs.items() if keeps(*pair)}
    found.outside = {key: parts for key, parts in found.outside.items() if keeps_outside(*key)}
    if port is not None:
        protocol, number = port.split("-")
        traffic = port_traffic(protocol.upper(), int(number))

        def only(possible: Possible) -> Possible:
            sure, may = (traffic if intervals.covers(part, traffic) else () for part in possible)
            return sure, may

        found.pairs = {pair: only(possible) for pair, possible in found.pairs.items()}
        found.outside = {key: [(part, only(one)) for part, one in parts] for key, parts in found.outside.items()}
    return found
