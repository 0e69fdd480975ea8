"""Labels, namespaces and ports in use, counted: each word with a few words on who uses it, the most used first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netpol_lsp.kube.label_selector import LabelSelector, Operator
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.workspace.resources import NamespaceFacts, WorkloadFacts


@dataclass(frozen=True, slots=True)
class KnownWord:
    """A word with what is known of it, as in "3 workloads in shop"."""

    text: str | int
    detail: str


def number_of(count: int, one: str, many: str = "") -> str:
    """As in "1 workload" and "3 workloads"."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def labels_of_workloads(workloads: Iterable[WorkloadFacts], key: str | None) -> Iterator[KnownWord]:
    """The keys of the pods' labels, or the values of one."""
    counts: dict[str, Counter[str | None]] = {}
    for workload in workloads:
        for word in workload.labels if key is None else (workload.labels.get(key, ""),):
            if word:
                counts.setdefault(word, Counter())[workload.namespace] += 1
    for word, by_namespace in sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])):
        yield KnownWord(word, f"{number_of(by_namespace.total(), 'workload')}{_where(by_namespace)}")


def _where(by_namespace: Counter[str | None]) -> str:
    if len(by_namespace) > 1:
        return f" in {len(by_namespace)} namespaces"
    (only,) = by_namespace
    return f" in {only}" if only is not None else ""


def labels_of_namespaces(namespaces: Iterable[NamespaceFacts], key: str | None) -> Iterator[KnownWord]:
    """The keys of the labels of namespaces, that of the name first, or the values of one."""
    found: dict[str, list[str]] = {}
    for one in namespaces:
        for word in one.labels if key is None else (one.labels.get(key, ""),):
            if word:
                found.setdefault(word, []).append(one.name)
    if key is None:
        names = len(found.pop(METADATA_NAME, ()))
        yield KnownWord(METADATA_NAME, f"the name: {number_of(names, 'namespace')}" if names else "the name")
    for word, names_with in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        detail = f"namespace {names_with[0]}" if len(names_with) == 1 else f"{len(names_with)} namespaces"
        yield KnownWord(word, detail)


def labels_in_maps(maps: Iterable[Mapping[str, str]], key: str | None, one: str, many: str = "") -> Iterator[KnownWord]:
    """The keys of some mappings, or the values of one key; `one` and `many` say what has them, as in "Service"."""
    counts = Counter(word for labels in maps for word in (labels if key is None else (labels.get(key, ""),)) if word)
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield KnownWord(word, number_of(count, one, many))


def labels_asked_for(
    selectors: Iterable[LabelSelector], key: str | None, one: str, many: str = ""
) -> Iterator[KnownWord]:
    """The keys that selectors ask for, or the values of one; `one` and `many` say whose they are, as in "policy"."""
    maps = (
        {term.key: value for term in selector.requirements if term.operator is Operator.IN for value in term.values}
        for selector in selectors
    )
    for word in labels_in_maps(maps, key, one, many):
        yield KnownWord(word.text, f"{word.detail} {'asks' if word.detail.startswith('1 ') else 'ask'} for it")


def ports_of_workloads(workloads: Iterable[WorkloadFacts], *, names_first: bool) -> Iterator[KnownWord]:
    """The ports of the pods' containers: their numbers and names."""
    numbers: dict[int, list[str]] = {}
    names: dict[str, list[str]] = {}
    for workload in workloads:
        title = f"{workload.kind} {workload.name or '(no name)'}"
        for port in workload.ports:
            numbers.setdefault(port.number, []).append(f"{port.name} of {title}" if port.name else title)
            if port.name:
                names.setdefault(port.name, []).append(f"{port.number} of {title}")
    found = [
        [KnownWord(number, _first_of(titles)) for number, titles in sorted(numbers.items())],
        [KnownWord(name, _first_of(titles)) for name, titles in sorted(names.items())],
    ]
    for words in reversed(found) if names_first else found:
        yield from words


def _first_of(titles: list[str]) -> str:
    unique = list(dict.fromkeys(titles))
    return unique[0] if len(unique) == 1 else f"{unique[0]} and {len(unique) - 1} more"
