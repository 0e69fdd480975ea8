"""What the page of `diff` shows, as data: connections before and after, changed or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from netpol_lsp.formats.page.connectivity import VERSION, address_node, workload_node
from netpol_lsp.formats.page.tables import MOST_EXPLAINED, Data, Scribe, Tables, explained_note, open_traffic
from netpol_lsp.formats.reach.connectivity_json import isolation_data
from netpol_lsp.formats.reach.diff_text import BothPlaces
from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import DIRECTIONS
from netpol_lsp.reach.connectivity import Connectivity
from netpol_lsp.reach.diff import BothStates, Cause, Change, ChangeClass, Comparison
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.query import End
from netpol_lsp.reach.traffic import NOTHING

Group = list[BothStates]


def diff_data(
    before: Engine,
    after: Engine,
    places: BothPlaces,
    names: tuple[str, str],
    notes: Sequence[str] = (),
    proceed: Callable[[], None] = lambda: None,
) -> Data:
    """The data of the page. `names` are those of the states; `notes`, `proceed`: see `connectivity_data`."""
    states = _States(before, after, places)
    for change, pairs in _changes(states.comparison, states.groups, proceed):
        states.add(change, pairs)
    return {
        "version": VERSION,
        "kind": "diff",
        "before": names[0],
        "after": names[1],
        "subject": "",
        "notes": [*notes, *explained_note(len(states.edges))],
        "plugin": after.enforcement.profile,
        "nodes": states.nodes,
        "edges": states.edges,
        "isolation": [isolation_data(item) for item in states.connectivity[1].isolation()],
        "isolationBefore": [isolation_data(item) for item in states.connectivity[0].isolation()],
        "entries": [],
        **states.tables.data(),
    }


def _changes(
    comparison: Comparison, groups: Sequence[Group], proceed: Callable[[], None]
) -> Iterator[tuple[Change, int]]:
    """What becomes of each connection between groups, and of how many pairs of workloads that is said."""
    for source in groups:
        proceed()
        for destination in groups:
            if source is not destination:
                yield comparison.between(source[0], destination[0]), len(source) * len(destination)
            elif len(source) > 1:
                themselves = sum(not item.is_pod for item in source)
                yield comparison.between(source[0], source[1]), len(source) * (len(source) - 1) + themselves
            elif not source[0].is_pod:
                yield comparison.between(source[0], source[0]), 1
    for group in groups:
        proceed()
        for direction in DIRECTIONS:
            for change in comparison.outside(group[0], direction):
                yield change, len(group)


class _States:
    """Both states of the cluster while they are written down."""

    def __init__(self, before: Engine, after: Engine, places: BothPlaces) -> None:
        self.comparison = Comparison(before, after)
        self.connectivity = (Connectivity(before), Connectivity(after))
        self.tables = Tables()
        self.before = Scribe(self.tables, before, places.before)
        self.after = Scribe(self.tables, after, places.after)
        self.groups = self._groups()
        self.nodes: list[Data] = []
        self.edges: list[Data] = []
        self._numbers: dict[End, int] = {}
        for group in self.groups:
            for item in group:
                self._numbers[item.known] = len(self.nodes)
            self.nodes.append(workload_node(group[0].known.namespace, list(map(self._workload, group))))

    def _groups(self) -> list[Group]:
        """The workloads that have the same connections before, and the same ones after."""
        numbers = [
            {item: number for number, group in enumerate(one.groups) for item in group.workloads}
            for one in self.connectivity
        ]
        found: dict[object, Group] = {}
        for item in self.comparison.workloads():
            before = numbers[0].get(item.before) if item.before is not None else None
            after = numbers[1].get(item.after) if item.after is not None else None
            found.setdefault((item.known.namespace, before, after), []).append(item)
        return list(found.values())

    def _workload(self, item: BothStates) -> Data:
        scribe = self.before if item.after is None else self.after
        state = "removed" if item.after is None else "added" if item.before is None else "kept"
        return {**scribe.workload(item.known), "title": item.title, "state": state}

    def _number(self, end: End) -> int:
        found = self._numbers.get(end)
        if found is None:
            assert isinstance(end, CidrSet)
            found = self._numbers[end] = len(self.nodes)
            self.nodes.append(address_node(end))
        return found

    def add(self, change: Change, pairs: int) -> None:
        """Write down a connection unless it is denied before and after."""
        both = [verdict for verdict in (change.before, change.after) if verdict is not None]
        kept = unknown = NOTHING
        if change.before is not None and change.after is not None:
            kept = intervals.intersection(change.before.allow, change.after.allow)
            unknown = intervals.intersection(change.before.unknown, change.after.unknown)
        if not change.is_one and not any(open_traffic(verdict) for verdict in both):
            return
        number_of = self.tables.number_of
        self.edges.append(
            {
                "from": self._number(change.source),
                "to": self._number(change.destination),
                "pairs": pairs,
                "allow": number_of(kept),
                "unknown": number_of(unknown),
                "opened": number_of(change.opened),
                "closed": number_of(change.closed),
                "uncertain": number_of(change.uncertain),
                "classes": [kind.value for kind in change.classes],
                "causes": [self._cause(cause) for cause in change.causes],
                "why": self._why(change),
            }
        )

    def _cause(self, cause: Cause) -> Data:
        scribe = self.before if cause.is_before else self.after
        return {
            "kind": "opened" if cause.kind is ChangeClass.OPENED_INSIDE else cause.kind.value,
            "before": cause.is_before,
            "text": cause.text,
            "place": scribe.place(cause.reason.origin),
        }

    def _why(self, change: Change) -> list[Data]:
        """Why it is as it is after the change."""
        if change.after is None or not open_traffic(change.after) or len(self.edges) >= MOST_EXPLAINED:
            return []
        return self.after.reasons(change.source, change.destination, change.after, open_traffic(change.after))
