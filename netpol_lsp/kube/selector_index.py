"""Finds the few among many selectors that may select the same pods as another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from netpol_lsp.kube.label_selector import LabelSelector

T = TypeVar("T")


class SelectorIndex(Generic[T]):
    """Things with selectors, by one label that each selector asks for: the rarest.

    Most selectors name an exact value of some label, and two that name different ones share no pod.
    """

    def __init__(self, items: Iterable[T], selector_of: Callable[[T], LabelSelector]) -> None:
        self._others: list[T] = []
        self._by_label: dict[str, dict[str | None, list[T]]] = {}
        labelled = [(item, _exact_labels(selector_of(item))) for item in items]
        counts = Counter(label for _, labels in labelled for label in labels)
        for item, labels in labelled:
            if not labels:
                self._others.append(item)
                continue
            # The label that the fewest share tells most.
            key, value = min(labels, key=counts.__getitem__) if len(labels) > 1 else labels[0]
            self._by_label.setdefault(key, {}).setdefault(value, []).append(item)

    def candidates(self, selector: LabelSelector) -> Iterator[T]:
        """Everything whose selector may select something that `selector` does, and perhaps more; nothing twice."""
        yield from self._others
        if not self._by_label:
            return
        asked = dict(selector.allowed)
        for key, by_value in self._by_label.items():
            values = asked.get(key)
            if values is not None and not values.is_complement:
                for value in values.values:
                    yield from by_value.get(value, ())
                continue
            for value, items in by_value.items():
                if values is None or values.contains(value):
                    yield from items

    def including(self, selector: LabelSelector) -> Iterator[T]:
        """Everything whose selector may select all that a satisfiable `selector` does, and perhaps more; nothing twice."""
        yield from self._others
        for key, values in selector.allowed if self._by_label else ():
            by_value = self._by_label.get(key)
            # Who asks for one value of a label includes only those that ask for the same one.
            if by_value is not None and len(values.values) == 1 and not values.is_complement:
                (value,) = values.values
                yield from by_value.get(value, ())


def _exact_labels(selector: LabelSelector) -> list[tuple[str, str | None]]:
    """The labels of which the selector allows one value only (None: that the label is missing)."""
    return [
        (key, value)
        for key, values in selector.allowed
        if len(values.values) == 1 and not values.is_complement
        for value in values.values
    ]
