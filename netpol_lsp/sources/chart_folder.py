"""A Helm chart on disk: its name, its files, and which of its dependencies are there."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from netpol_lsp.files.boundary import Boundary
from netpol_lsp.files.reading import ReadProblem, read_bytes, read_source
from netpol_lsp.kube.typed_field import items_of
from netpol_lsp.sources.rendering import RenderProblem
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.manifest_reader import find, text
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.nodes import Node

CHART_FILE = "Chart.yaml"
_OLD_DEPENDENCIES = "requirements.yaml"
MOST_FILES = 10_000
MOST_BYTES = 100_000_000
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Dependency:
    """A chart that another one names: `alias` is what its folder is called in a rendering; `node`: where it is written."""

    name: str
    alias: str
    repository: str
    path: str
    node: Node


@dataclass
class ChartFolder:
    """`root` is absolute. `files`: what the chart is made of, relative to it, with where each really is.

    `subcharts`: by the name that they have in a rendering. `problems`: what is missing.
    """

    root: str
    name: str
    is_library: bool = False
    files: dict[str, str] = field(default_factory=dict)
    subcharts: dict[str, ChartFolder] = field(default_factory=dict)
    dependencies: list[Dependency] = field(default_factory=list)
    missing: list[Dependency] = field(default_factory=list)
    linked: dict[str, ChartFolder] = field(default_factory=dict)
    problems: list[RenderProblem] = field(default_factory=list)

    def path_of(self, rendered: str) -> str | None:
        """The file of a template, as a rendering calls it: `web/charts/db/templates/policy.yaml`."""
        _, _, rest = rendered.partition("/")
        chart = self
        while rest.startswith("charts/"):
            name, _, inner = rest.removeprefix("charts/").partition("/")
            if name not in chart.subcharts:
                return None
            chart, rest = chart.subcharts[name], inner
        return chart.files.get(rest)

    def templates(self) -> Iterator[str]:
        """All templates, those of the charts in it included."""
        for relative, path in self.files.items():
            if relative.startswith("templates/"):
                yield path
        for one in {id(chart): chart for chart in self.subcharts.values()}.values():
            yield from one.templates()

    def all_files(self) -> Iterator[str]:
        """Every file that the chart is made of."""
        yield from self.files.values()
        for one in self.linked.values():
            yield from one.all_files()


def read_chart(root: str, boundary: Boundary, depth: int = 0, *, is_shallow: bool = False) -> ChartFolder:
    """The chart in a folder. What links lead out of the boundary is left out, and said. `is_shallow`: without its files."""
    chart_file = posixpath.join(root, CHART_FILE)
    node = _root_of(chart_file)
    chart = ChartFolder(root, text(find(node, "name")) or posixpath.basename(root))
    chart.is_library = text(find(node, "type")) == "library"
    if is_shallow:
        return chart
    _collect(chart, root, "", boundary)
    chart.dependencies = list(_dependencies(chart, node))
    _subcharts(chart, boundary, depth)
    return chart


def _root_of(path: str) -> Node | None:
    read = read_source(path, most=1_000_000)
    return parse_document(read.text, path).root if isinstance(read, Source) else None


def _collect(chart: ChartFolder, folder: str, relative: str, boundary: Boundary) -> None:
    """The files below a folder; links are followed where they stay inside."""
    stack = [(folder, relative, 0)]
    while stack:
        folder, relative, depth = stack.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in listed:
            path, name = f"{folder}/{entry.name}", relative + entry.name
            if len(chart.files) >= MOST_FILES:
                return
            if entry.is_symlink() and not boundary.holds(path):
                message = f"`{name}` leads out of the repository and is left out of the rendering"
                chart.problems.append(RenderProblem(path, Span(0, 0), message, is_failure=False))
            elif entry.is_dir() and depth < _DEEPEST and entry.name != ".git":
                stack.append((path, f"{name}/", depth + 1))
            elif entry.is_file():
                chart.files[name] = path


def _dependencies(chart: ChartFolder, node: Node | None) -> Iterator[Dependency]:
    yield from _listed(find(node, "dependencies"), f"{chart.root}/{CHART_FILE}")
    if _OLD_DEPENDENCIES in chart.files:
        path = chart.files[_OLD_DEPENDENCIES]
        yield from _listed(find(_root_of(path), "dependencies"), path)


def _listed(node: Node | None, path: str) -> Iterator[Dependency]:
    for item in items_of(node):
        name = text(find(item, "name"))
        if name:
            alias = text(find(item, "alias")) or name
            yield Dependency(name, alias, text(find(item, "repository")) or "", path, item)


def _subcharts(chart: ChartFolder, boundary: Boundary, depth: int) -> None:
    """Find the charts in `charts/`, and those that lie elsewhere in the repository."""
    folders = {name.split("/")[1] for name in chart.files if name.startswith("charts/") and name.count("/") > 1}
    by_name: dict[str, ChartFolder] = {}
    for folder in sorted(folders) if depth < _DEEPEST else ():
        if f"charts/{folder}/{CHART_FILE}" in chart.files:
            inner = read_chart(f"{chart.root}/charts/{folder}", boundary, depth + 1)
            by_name[inner.name] = by_name[folder] = inner
            chart.subcharts[inner.name] = inner
            chart.problems += inner.problems
    packed = [name[7:] for name in chart.files if name.startswith("charts/") and name.endswith(".tgz")]
    for one in chart.dependencies:
        if one.name in by_name:
            chart.subcharts[one.alias] = by_name[one.name]
        elif not any(name.startswith(f"{one.name}-") for name in packed):
            beside = _beside(chart, one, boundary, depth)
            if beside is not None:
                chart.linked[one.name] = chart.subcharts[one.alias] = beside
            else:
                chart.missing.append(one)


def _beside(chart: ChartFolder, dependency: Dependency, boundary: Boundary, depth: int) -> ChartFolder | None:
    """A dependency that is a folder of the repository: `repository: file://../db`."""
    if not dependency.repository.startswith("file://") or depth >= _DEEPEST:
        return None
    root = posixpath.normpath(posixpath.join(chart.root, dependency.repository.removeprefix("file://")))
    if not boundary.holds(root) or not os.path.isfile(f"{root}/{CHART_FILE}") or root == chart.root:
        return None
    return read_chart(root, boundary, depth + 1)


def missing_problems(chart: ChartFolder) -> Iterator[RenderProblem]:
    """What is to be said of dependencies that are not there."""
    for one in chart.missing:
        message = f"the dependency `{one.name}` is not in charts/, so what it makes is not rendered: `helm dependency build` gets it"
        yield RenderProblem(one.path, one.node.span, message, is_failure=False)
    for inner in {id(sub): sub for sub in chart.subcharts.values()}.values():
        yield from missing_problems(inner)


def copy_chart(chart: ChartFolder, folder: str) -> bool:
    """Write the chart into an empty folder: the program is given nothing else. False when it is too large.

    A dependency that is not there is taken out of the list, so that the rest can be rendered.
    """
    return _copy(chart, folder, MOST_BYTES) >= 0


def _copy(chart: ChartFolder, folder: str, room: int) -> int:
    for relative, path in chart.files.items():
        data = read_bytes(path, most=room)
        if isinstance(data, ReadProblem):
            if data.is_limit:
                return -1
            continue
        room -= len(data)
        gone = [one for one in chart.missing if one.path == path]
        if gone or relative in _LOCKS:
            data = _without(data, gone) if gone else b""
        if relative in _LOCKS:
            continue
        target = os.path.join(folder, relative)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(data)
    for name, inner in chart.linked.items():
        room = _copy(inner, os.path.join(folder, "charts", name), room)
        if room < 0:
            return room
    return room


_LOCKS = ("Chart.lock", "requirements.lock")


def _without(data: bytes, dependencies: list[Dependency]) -> bytes:
    """Chart.yaml without some of its dependencies, each line for itself, so that the others stay as they are."""
    content = data.decode("utf-8", "replace")
    for one in sorted(dependencies, key=lambda one: -one.node.start):
        start = content.rfind("\n", 0, one.node.start) + 1
        end = one.node.end
        content = content[:start] + content[end:].lstrip(" ") if content[end : end + 1] else content[:start]
    return content.encode("utf-8")
