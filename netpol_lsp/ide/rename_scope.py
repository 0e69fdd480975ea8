"""Which places belong together when a label is renamed: all that may speak of the same pods, namespaces or Services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.ide.label_uses import LabelUse, Subject
from netpol_lsp.workspace.pods import Place, is_near, place, selected_namespaces
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot


@dataclass(frozen=True, slots=True)
class PlacedUse:
    """A use in a file: `start` is where its document starts there, `why_fixed` says why the file is not edited ("": it is)."""

    use: LabelUse
    uri: str
    start: int
    why_fixed: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the pods or Services of a use may be: in `places`, or anywhere."""

    places: frozenset[Place]
    is_everywhere: bool = False


def reach_of(view: WorkspaceSnapshot, placed: PlacedUse) -> Reach:
    """Where the pods or Services are that a use sets labels of, or selects."""
    use, uri = placed.use, placed.uri
    if use.subject is Subject.NAMESPACES or use.is_everywhere:
        return Reach(frozenset(), is_everywhere=True)
    if use.namespaces:
        return Reach(frozenset(Place(name, uri) for name in use.namespaces))
    if use.namespace_selector is not None:
        if use.namespace_selector.is_partial or not use.namespace_selector.allowed:
            return Reach(frozenset(), is_everywhere=True)
        names, _ = selected_namespaces(view, use.namespace_selector)
        return Reach(frozenset(Place(name, uri) for name in names))
    return Reach(frozenset({place(view, use.namespace, uri, is_unknown=use.is_namespace_unknown)}))


class Scope:
    """A part of the workspace that a rename is about: it grows until nothing outside of it may mean the same."""

    def __init__(self, view: WorkspaceSnapshot) -> None:
        self._view = view
        self.is_everywhere = False
        self._names: dict[str, set[str]] = {}
        self._loose: set[str] = set()

    def add(self, reach: Reach) -> None:
        """Take in where a use reaches."""
        self.is_everywhere = self.is_everywhere or reach.is_everywhere
        for one in reach.places:
            if one.namespace is None or one.is_unknown:
                self._loose.add(one.uri)
            else:
                self._names.setdefault(one.namespace, set()).add(one.uri)

    def meets(self, reach: Reach) -> bool:
        """Whether something may be in both."""
        if reach.is_everywhere or self.is_everywhere:
            return True
        return any(self._holds(one) for one in reach.places)

    def is_taken_in_by(self, folder: str) -> bool:
        """Whether the kustomization in a folder takes in a file of the scope."""
        uris = {uri for uris in self._names.values() for uri in uris} | self._loose
        scope_of = self._view.index.delivery.scope_of
        return any(f"kustomization {folder}" in scope_of(uri).groups for uri in uris)

    def _holds(self, one: Place) -> bool:
        if one.namespace is not None and not one.is_unknown:
            return one.namespace in self._names or self._is_near(one.uri, self._loose)
        named = (uri for uris in self._names.values() for uri in uris)
        return self._is_near(one.uri, self._loose) or self._is_near(one.uri, named)

    def _is_near(self, uri: str, others: Iterable[str]) -> bool:
        return any(uri == other or is_near(self._view, uri, other) for other in others)


def together(view: WorkspaceSnapshot, start: PlacedUse, every: Iterable[PlacedUse]) -> tuple[list[PlacedUse], Scope]:
    """The uses that may speak of the same things as `start`, itself among them, in the order given; and where they are."""
    others = [(one, reach_of(view, one)) for one in every if one.use.subject is start.use.subject]
    scope = Scope(view)
    scope.add(reach_of(view, start))
    inside: set[int] = set()
    has_grown = True
    while has_grown:
        has_grown = False
        for number, reach in _outside(others, inside):
            if scope.meets(reach):
                inside.add(number)
                scope.add(reach)
                has_grown = True
    return [one for number, (one, _) in enumerate(others) if number in inside], scope


def _outside(others: list[tuple[PlacedUse, Reach]], inside: set[int]) -> Iterator[tuple[int, Reach]]:
    for number, (_, reach) in enumerate(others):
        if number not in inside:
            yield number, reach
