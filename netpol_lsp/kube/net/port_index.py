"""Finds the few among many sets of ports that may cover another one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from netpol_lsp.kube.net.intervals import Interval
from netpol_lsp.kube.net.port_set import EVERY_PORT, PROTOCOLS, PortSet
from netpol_lsp.text.budget import Budget

_LAST = (65536,)


class PortIndex:
    """Sets of ports by the ranges and names in them. Raises OverBudgetError where too many ranges overlap."""

    def __init__(self, sets: Sequence[PortSet], budget: Budget) -> None:
        self._sets = sets
        self._budget = budget
        self._for_all = [number for number, ports in enumerate(sets) if ports.everything]
        self._by_name: dict[tuple[str, str], list[int]] = {}
        for number, ports in enumerate(sets):
            for name in ports.names:
                self._by_name.setdefault(name, []).append(number)
        self._ranges = {protocol: _Ranges(_ranges_of(sets, protocol)) for protocol in PROTOCOLS}

    def candidates(self, ports: PortSet) -> Iterable[int]:
        """The numbers of all sets that may cover `ports`, in their order."""
        if ports.everything:
            return self._for_all
        protocol = next((one for one in PROTOCOLS if ports.numbers(one)), None)
        if protocol is not None:
            found = self._ranges[protocol].around(ports.numbers(protocol)[0], self._budget)
        elif ports.names:
            name = min(ports.names)
            found = self._by_name.get(name, []) + self._ranges[name[0]].around(EVERY_PORT[0], self._budget)
        else:
            found = list(range(len(self._sets)))
        self._budget.spend(len(found) + len(self._for_all))
        return sorted({*self._for_all, *found})


class _Ranges:
    """Ranges, each with the numbers of the sets that have it."""

    def __init__(self, owners: dict[Interval, list[int]]) -> None:
        self._owners = owners
        self._ordered = sorted(owners)
        # How far any range up to this one reaches: where none reaches far enough, there is no need to look on.
        self._reach = list(accumulate((last for _, last in self._ordered), max))

    def around(self, wanted: Interval, budget: Budget) -> list[int]:
        """The sets that have a range around this one."""
        first, last = wanted
        found: list[int] = []
        at = bisect_right(self._ordered, (first, *_LAST)) - 1
        start = at
        while at >= 0 and self._reach[at] >= last:
            if self._ordered[at][1] >= last:
                found += self._owners[self._ordered[at]]
            at -= 1
        budget.spend(start - at)
        return found


def _ranges_of(sets: Sequence[PortSet], protocol: str) -> dict[Interval, list[int]]:
    owners: dict[Interval, list[int]] = {}
    for number, ports in enumerate(sets):
        for interval in () if ports.everything else ports.numbers(protocol):
            owners.setdefault(interval, []).append(number)
    return owners
