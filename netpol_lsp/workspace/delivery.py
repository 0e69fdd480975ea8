"""How manifests reach the cluster, read without running anything: which belong together, and what is changed on the way.

Kustomizations (kustomization.yaml), charts (Chart.yaml), and what names a folder of the repository and a namespace for it (Flux
Kustomizations, Argo CD Applications).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netpol_lsp.text.lazy import lazy

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import DeliveryFacts


@dataclass(frozen=True, slots=True)
class DeliveryScope:
    """What the delivery means for one file.

    `groups`: what the file is applied together with, as far as is known. `namespaces`: those that the delivery puts its
    objects into; None among them: it is not said for one of the ways. `has_changes`: labels and other parts are changed on
    the way. `is_patch`: it changes other objects, and holds none of its own. `is_chart`: it is part of a Helm chart.
    `selector_labels`: what is added to selectors, where there is one way only; `pod_labels`: to the labels of pods. `is_taken_in`: a
    kustomization takes it in. `is_forced`: the namespaces replace those that objects name, as kustomize has it; else they
    are for objects that name none. `is_part`: what is applied takes the file in from elsewhere, as it is a Component or the
    `base` of overlays. `has_charts`: a kustomization on the way renders charts, whose objects are not known.
    """

    groups: frozenset[str]
    namespaces: frozenset[str | None] = frozenset()
    has_changes: bool = False
    is_patch: bool = False
    is_chart: bool = False
    selector_labels: tuple[tuple[str, str], ...] = ()
    is_taken_in: bool = False
    is_forced: bool = False
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    is_part: bool = False
    has_charts: bool = False

    @property
    def is_delivered(self) -> bool:
        """Whether the delivery changes the objects: their namespace or their labels."""
        return bool(self.namespaces - {None} or self.selector_labels)

    @property
    def namespace(self) -> str | None:
        """The one namespace that the delivery puts the objects into."""
        only = self.namespaces if len(self.namespaces) == 1 else ()
        return next(iter(only), None)


def _is_base(folder: str) -> bool:
    """Whether overlays start from a folder or one close around it, going by the name that kustomize's documentation gives it."""
    return not {"base", "bases"}.isdisjoint(folder.split("/")[-2:])


@dataclass(frozen=True, slots=True)
class _Way:
    """What a chain of kustomizations does, and the folder of its last one."""

    root: str = ""
    namespace: str | None = None
    changes: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    is_forced: bool = False
    pod_labels: Mapping[str, str] = field(default_factory=dict)
    is_part: bool = False
    has_charts: bool = False


@dataclass(frozen=True)
class DeliveryMap:
    """All that is known of the delivery of a workspace's files."""

    facts: tuple[DeliveryFacts, ...] = ()
    _scopes: dict[str, DeliveryScope] = field(default_factory=dict, compare=False, repr=False)

    @staticmethod
    def of(facts: Iterable[DeliveryFacts]) -> DeliveryMap:
        """The map of these facts."""
        return DeliveryMap(tuple(facts))

    def scope_of(self, uri: str) -> DeliveryScope:
        """What the delivery means for a file."""
        found = self._scopes.get(uri)
        if found is None:
            found = self._scopes[uri] = self._work_out(uri)
        return found

    def off_by_default(self, uri: str) -> str | None:
        """The value that is false in a chart's values.yaml and without which the chart renders no policy at all.

        None for all files of the chart but the first one with a policy.
        """
        return self._off.get(uri)

    @lazy
    def _off(self) -> Mapping[str, str]:
        false = {one.folder: frozenset(one.switches) for one in self.facts if one.kind == "values"}
        policies: dict[str, list[DeliveryFacts]] = {}
        for one in self.facts if false else ():
            if one.kind == "policy":
                chart = f"/{one.folder}".rpartition("/templates/")[0][1:]
                if chart in self._charts and not self._is_dependency(chart):
                    policies.setdefault(chart, []).append(one)
        found: dict[str, str] = {}
        for chart, all_of_chart in policies.items():
            switches = [sorted(false.get(chart, frozenset()).intersection(one.switches)) for one in all_of_chart]
            if all(switches):
                first = min(range(len(switches)), key=lambda number: all_of_chart[number].folder)
                found[all_of_chart[first].folder] = switches[first][0]
        return found

    def _is_dependency(self, chart: str) -> bool:
        """Whether a chart is one of those in another one's `charts/`: the values of the outer one count."""
        above, _, name = f"/{chart}".rpartition("/charts/")
        return bool(name) and "/" not in name and above[1:] in self._charts

    def _work_out(self, uri: str) -> DeliveryScope:
        folder = posixpath.dirname(uri)
        groups = {f"folder {uri.rpartition('/')[0]}"}
        ways = list(self._ways(uri))
        groups |= {f"kustomization {way.root}" for way in ways}
        namespaces = {way.namespace for way in ways}
        labels = ways[0].labels if len(ways) == 1 else {}
        chart = self._chart_of(folder)
        if chart is not None:
            groups.add(f"chart {chart}")
        named = self._named(folder)
        if named is not None and namespaces <= {None}:
            namespaces = {named}
        return DeliveryScope(
            frozenset(groups),
            frozenset(namespaces),
            any(way.changes or way.pod_labels != ways[0].pod_labels for way in ways),
            uri in self._patches,
            chart is not None,
            tuple(sorted(labels.items())),
            bool(ways),
            any(way.is_forced for way in ways),
            ways[0].pod_labels if ways else {},
            any(way.is_part for way in ways) if ways else self._is_chosen_elsewhere(folder),
            any(way.has_charts for way in ways),
        )

    def _ways(self, uri: str) -> Iterator[_Way]:
        """Each way up from a file to a kustomization that no one takes in."""
        starts = [
            *self._takers.get(uri, ()),
            *(self._by_folder.get(posixpath.dirname(uri), ()) if uri in self._patches else ()),
        ]
        stack = [(taker, _Way(), frozenset[str]()) for taker in starts]
        while stack:
            taker, inner, seen = stack.pop()
            if taker.folder in seen:
                continue
            way = _Way(
                taker.folder,
                taker.namespace or inner.namespace,
                inner.changes or taker.changes_objects,
                {**inner.labels, **dict(taker.selector_labels)},
                inner.is_forced or taker.namespace is not None,
                {**inner.pod_labels, **dict(taker.template_labels), **dict(taker.selector_labels)},
                inner.is_part or taker.is_component,
                inner.has_charts or taker.has_charts,
            )
            above = self._takers.get(taker.folder, ())
            if not above:
                named = self._named(taker.folder) if way.namespace is None else way.namespace
                yield replace(way, namespace=named, is_part=way.is_part or self._is_chosen_elsewhere(taker.folder))
            stack += [(one, way, seen | {taker.folder}) for one in above]

    def _is_chosen_elsewhere(self, folder: str) -> bool:
        """Whether overlays take a folder in, or may: a base, or one of kubebuilder's beside `config/default`."""
        if _is_base(folder):
            return True
        above, found, _ = f"/{folder}/".rpartition("/config/")
        defaults = self._by_folder.get(f"{above}/config/default"[1:], ()) if found else ()
        return any(one.namespace is not None for one in defaults)

    def _chart_of(self, folder: str) -> str | None:
        """The folder of the outermost chart around a folder."""
        found = None
        while self._charts:
            if folder in self._charts:
                found = folder
            above = posixpath.dirname(folder)
            if above == folder:
                break
            folder = above
        return found

    def _named(self, folder: str) -> str | None:
        """The namespace that something names for a folder of the repository, or for one above it."""
        found = {one.namespace for one in self._folders if f"/{one.folder}/" in f"/{folder}/"}
        return next(iter(found)) if len(found) == 1 else None

    @lazy
    def _folders(self) -> tuple[DeliveryFacts, ...]:
        """What names the namespace of a folder: few among many, asked of each file."""
        return tuple(one for one in self.facts if one.kind == "folder")

    @lazy
    def _charts(self) -> frozenset[str]:
        return frozenset(one.folder for one in self.facts if one.kind == "chart")

    @lazy
    def _patches(self) -> frozenset[str]:
        return frozenset(path for one in self.facts for path in one.patches)

    @lazy
    def _by_folder(self) -> Mapping[str, list[DeliveryFacts]]:
        found: dict[str, list[DeliveryFacts]] = {}
        for one in self.facts:
            if one.kind == "kustomization":
                found.setdefault(one.folder, []).append(one)
        return found

    @lazy
    def _takers(self) -> Mapping[str, list[DeliveryFacts]]:
        """The kustomizations that take in a file or a folder."""
        found: dict[str, list[DeliveryFacts]] = {}
        for one in self.facts:
            for member in one.members:
                found.setdefault(member, []).append(one)
        return found


NO_DELIVERY = DeliveryMap()
