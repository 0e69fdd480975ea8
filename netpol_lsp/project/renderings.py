"""Renders what configurations ask for, and gives it as texts beside the files: objects, findings, and what was not rendered."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from netpol_lsp.config.config import FileConfig, Setting
from netpol_lsp.config.render_settings import ChartRequest, RenderSettings
from netpol_lsp.files.boundary import EVERYWHERE, HOW_TO_ALLOW, Boundary
from netpol_lsp.files.globs import expand_glob
from netpol_lsp.files.reading import read_source
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.sources.chart_folder import CHART_FILE, read_chart
from netpol_lsp.sources.helm import ChartRelease, chart_workers, render_chart
from netpol_lsp.sources.kustomization import is_taken_in_elsewhere, kustomization_file, members_of, read_kustomization
from netpol_lsp.sources.kustomize import build_kustomization
from netpol_lsp.sources.rendering import Rendering, RenderProblem
from netpol_lsp.sources.workers import Workers
from netpol_lsp.text.lazy import lazy
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.covered_files import without_objects
from netpol_lsp.workspace.document_places import WrittenAt
from netpol_lsp.workspace.index import FileFacts
from netpol_lsp.workspace.resource_kinds import KUSTOMIZATION_NAMES
from netpol_lsp.yaml.templates.languages import RENDERED

MOST_RENDERINGS = 500
NameFile = Callable[[str], str]
"""What a file, named by its absolute path, is called in reports: its URI."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy, in `root`, of the files that a repository in `original` had: both absolute, `/`-separated."""

    root: str
    original: str

    def place(self, path: str) -> str:
        """Where a file or folder of the repository is in the copy."""
        return self.root + path[len(self.original) :] if self._holds(self.original, path) else path

    def original_of(self, path: str) -> str:
        """The path in the repository of what is in the copy."""
        return self.original + path[len(self.root) :] if self._holds(self.root, path) else path

    @staticmethod
    def _holds(folder: str, path: str) -> bool:
        return path == folder or path.startswith(f"{folder}/")


@dataclass(frozen=True, slots=True)
class RenderTask:
    """One rendering to make: of a chart with a release, or of a kustomization without one. `loaded`: whose configuration asks."""

    root: str
    loaded: LoadedConfig
    boundary: Boundary
    release: ChartRelease | None = None

    def run(self, workers: Workers | None = None) -> Rendering:
        """Make it; never raises. `workers`: see `render_chart`."""
        if self.release is None:
            return build_kustomization(self.root, self.boundary)
        return render_chart(self.root, self.release, self.boundary, workers=workers)


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """What is to be rendered, and what is wrong with what was asked for: `refused` are sentences about settings.

    `absent`: folders that a setting names and that the copy does not have, as before a chart was made.
    """

    tasks: tuple[RenderTask, ...] = ()
    problems: tuple[RenderProblem, ...] = ()
    refused: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tasks or self.problems or self.refused)


@dataclass(frozen=True)
class RenderedText:
    """A rendering as a text to lint: under a URI of its own, with what holds for it."""

    rendering: Rendering
    source: Source
    config: FileConfig
    name_file: NameFile
    facts: FileFacts

    def written(self, span: Span) -> tuple[str, Span]:
        """The file, and the place in it, where someone wrote what is at a span of the text."""
        assert self.rendering.origins is not None
        found = self.rendering.origins.find(span)
        return self.name_file(found.path), found.span

    @property
    def identities(self) -> frozenset[tuple[str, str | None, str | None]]:
        """The kinds, namespaces and names of the objects in it."""
        policies = ((one.policy.namespace, one.policy.name) for one in self.facts.policies)
        workloads = ((one.kind, one.namespace, one.name) for one in self.facts.resources.workloads)
        return frozenset([*(("NetworkPolicy", *one) for one in policies), *workloads])


@dataclass(frozen=True)
class Renderings:
    """All renderings of a run. `stands_for`: the files, as they are called, whose objects are in one of them.

    `problems`: what was not rendered; `refused`: settings that ask for what may not be; `asked`: the folders that were to be
    rendered.
    """

    texts: tuple[RenderedText, ...] = ()
    problems: tuple[RenderProblem, ...] = ()
    refused: tuple[str, ...] = ()
    name_file: NameFile = str
    stands_for: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.texts or self.problems)

    @lazy
    def paths(self) -> Mapping[str, str]:
        """The absolute paths of the files that something was rendered from, by what they are called."""
        return {self.name_file(path): path for text in self.texts for path in text.rendering.templates}

    @property
    def written(self) -> Mapping[str, WrittenAt]:
        """For each text where it was written."""
        return {one.source.uri: one.written for one in self.texts}

    @property
    def failures(self) -> Iterator[str]:
        """Sentences about what was not rendered at all, with where that is."""
        for problem in dict.fromkeys(self.problems):
            if problem.is_failure:
                read = read_source(problem.path)
                line = f":{read.lines.position(problem.span.start)[0] + 1}" if isinstance(read, Source) else ""
                yield f"{self.name_file(problem.path)}{line}: {problem.message}"

    def sources(self) -> dict[str, Source]:
        """The texts in which what was rendered is written, as they are called."""
        paths = {path for text in self.texts for path in (*text.rendering.templates, *text.rendering.inputs)}
        found: dict[str, Source] = {}
        for path in sorted(paths):
            read = read_source(path, most=5_000_000)
            if isinstance(read, Source):
                found[self.name_file(path)] = replace(read, uri=self.name_file(path))
        return found

    def alternatives(self, text: RenderedText) -> Iterator[RenderedText]:
        """The other renderings of the same thing: with other values, or of another overlay, for the same namespace."""
        for other in self.texts:
            shares = other is not text and other.rendering.templates & text.rendering.templates
            if shares and other.identities & text.identities:
                yield other

    @property
    def leading(self) -> tuple[RenderedText, ...]:
        """Of alternatives the first: what the other manifests are judged by."""
        found: list[RenderedText] = []
        for text in self.texts:
            if not any(other in found for other in self.alternatives(text)):
                found.append(text)
        return tuple(found)

    def facts(self, files: Mapping[str, FileFacts]) -> dict[str, FileFacts]:
        """The facts of all files, with what was rendered in the place of what it was rendered from."""
        result = {uri: without_objects(facts) if uri in self.stands_for else facts for uri, facts in files.items()}
        result.update({text.source.uri: text.facts for text in self.leading})
        return result


NO_RENDERINGS = Renderings()


def plan_renderings(
    configs: Iterable[LoadedConfig], files: Sequence[str], here: str, copy: Copy | None = None
) -> RenderPlan:
    """What configurations ask for. `files`: the absolute paths of what is linted, among which `auto` looks; `here`: the current folder.

    With a `copy` the files of that one are rendered, and no others.
    """
    tasks: dict[tuple[str, ChartRelease | None], RenderTask] = {}
    problems: list[RenderProblem] = []
    refused: list[str] = []
    absent: list[str] = []
    for loaded in sorted({id(one): one for one in configs}.values(), key=lambda one: one.path or ""):
        setting = loaded.config.setting("render")
        if setting is None or setting.value.is_empty:
            continue
        planner = _Planner(loaded, setting, here, copy)
        for task in planner.tasks(files):
            tasks.setdefault((task.root, task.release), task)
        problems += planner.problems
        refused += planner.refused
        absent += planner.absent
    if len(tasks) > MOST_RENDERINGS:
        refused.append(f"render: more than {MOST_RENDERINGS} renderings: those from there on are left out")
    return RenderPlan(
        tuple(tasks.values())[:MOST_RENDERINGS],
        tuple(problems),
        tuple(dict.fromkeys(refused)),
        tuple(dict.fromkeys(absent)),
    )


class _Planner:
    """Reads one setting of `render`."""

    def __init__(self, loaded: LoadedConfig, setting: Setting, here: str, copy: Copy | None = None) -> None:
        self.loaded = loaded
        self.copy = copy
        self.settings: RenderSettings = setting.value
        self.origin = setting.origin
        self.base = posixpath.dirname(setting.origin.path.replace(os.sep, "/")) if setting.origin.path else here
        self.boundary = EVERYWHERE if setting.origin.path is None else loaded.boundary
        if copy is not None:
            self.base, self.boundary = copy.place(self.base), Boundary(copy.root)
        self.problems: list[RenderProblem] = []
        self.refused: list[str] = []
        self.absent: list[str] = []

    def tasks(self, files: Sequence[str]) -> Iterator[RenderTask]:
        """The renderings that are asked for."""
        for request in self.settings.helm:
            yield from self.chart(request)
        for pattern in self.settings.kustomize:
            yield from self.kustomizations(pattern)
        for path in self.settings.paths:
            yield from self.path(path)
        if self.settings.is_auto:
            scope = self.base.rstrip("/") + "/" if self.origin.path is not None else ""
            yield from self.auto([path for path in files if path.startswith(scope)])

    def place(self, path: str) -> str | None:
        """The absolute path of what is named; None, and it is said, where it may not be read."""
        full = os.path.abspath(os.path.join(self.base, path)).replace(os.sep, "/")
        if self.copy is not None:
            full = self.copy.place(full)
        if self.boundary.holds(full):
            return full
        how = "a revision has no such file" if self.copy is not None else HOW_TO_ALLOW
        self.refuse(f"`{path}` is outside the repository: {how}")
        return None

    def is_absent(self, root: str, written: str) -> bool:
        """Whether a folder that is named is not in the copy, which is noted: it was made later, or is gone."""
        if self.copy is None or os.path.isdir(root):
            return False
        self.absent.append(written)
        return True

    def refuse(self, what: str) -> None:
        """Say that something cannot be rendered."""
        self.refused.append(f"render ({self.origin}): {what}")

    def chart(self, request: ChartRequest) -> Iterator[RenderTask]:
        root = self.place(request.chart)
        if root is None or self.is_absent(root, request.chart):
            return
        if not os.path.isfile(f"{root}/{CHART_FILE}"):
            self.refuse(f"`{request.chart}` has no Chart.yaml")
            return
        values = [self.values_file(root, path) for path in request.values]
        if None not in values:
            files = tuple(path for path in values if path is not None)
            yield RenderTask(root, self.loaded, self.boundary, self.release(files, request.name, request.namespace))

    def release(
        self, values: tuple[str, ...] = (), name: str | None = None, namespace: str | None = None
    ) -> ChartRelease:
        """A release; where no one names its namespace it is the one of manifests that name none."""
        default = self.loaded.config.for_file().settings.default_namespace
        return ChartRelease(values, name, namespace or default)

    def values_file(self, root: str, path: str) -> str | None:
        """A values file beside the config file or, where none is there, in the chart."""
        beside = os.path.join(self.base, path)
        full = self.place(beside if os.path.exists(beside) else os.path.join(root, path))
        if full is not None and not os.path.isfile(full):
            self.refuse(f"no values file `{path}`")
            return None
        return full

    def kustomizations(self, pattern: str) -> Iterator[RenderTask]:
        found = [pattern]
        if any(sign in pattern for sign in "*?["):
            found = sorted(expand_glob(os.path.join(self.base, pattern)))
            found = [path for path in found if os.path.isdir(path) and kustomization_file(path) is not None]
            if not found and self.copy is not None:
                self.absent.append(pattern)
            elif not found:
                self.refuse(f"`{pattern}` matches no kustomization")
        for path in found:
            root = self.place(path)
            if root is not None and self.is_absent(root, path):
                continue
            if root is not None and kustomization_file(root) is None:
                self.refuse(f"`{path}` has no kustomization.yaml")
            elif root is not None:
                yield RenderTask(root, self.loaded, self.boundary)

    def path(self, path: str) -> Iterator[RenderTask]:
        """A folder that the command line names."""
        if os.path.isfile(os.path.join(self.base, path, CHART_FILE)):
            yield from self.chart(ChartRequest(path))
        else:
            yield from self.kustomizations(path)

    def auto(self, files: Sequence[str]) -> Iterator[RenderTask]:
        """Every chart that is no part of another one, and every kustomization that no other takes in."""
        charts = sorted(posixpath.dirname(path) for path in files if posixpath.basename(path) == CHART_FILE)
        for root in charts:
            if any(root.startswith(f"{other}/") for other in charts if other != root):
                continue
            if not read_chart(root, self.boundary, is_shallow=True).is_library:
                yield RenderTask(root, self.loaded, self.boundary, self.release())
        found = sorted({posixpath.dirname(path) for path in files if posixpath.basename(path) in KUSTOMIZATION_NAMES})
        read = [one for folder in found if (one := read_kustomization(folder)) is not None]
        taken = {member for one in read for member in members_of(one)}
        for one in read:
            inside = any(one.folder.startswith(f"{chart}/") for chart in charts)
            if one.folder not in taken and not is_taken_in_elsewhere(one) and not inside:
                yield RenderTask(one.folder, self.loaded, self.boundary)


def render(plan: RenderPlan, name_file: NameFile, original: Callable[[str], str] = str) -> Renderings:
    """Make the renderings of a plan, several at a time. `original`: the path by which the configuration knows a file."""
    if not plan:
        return NO_RENDERINGS
    workers = max(1, min(4, os.cpu_count() or 1, len(plan.tasks)))
    with chart_workers() as engines, ThreadPoolExecutor(workers, "render") as pool:
        done = list(pool.map(lambda task: task.run(engines), plan.tasks))
    texts: list[RenderedText] = []
    problems = list(plan.problems)
    for number, (task, rendering) in enumerate(zip(plan.tasks, done, strict=True)):
        problems += rendering.problems
        if not rendering.has_failed:
            texts.append(_text_of(task, rendering, number, name_file, original))
    covered = frozenset(name_file(path) for text in texts for path in text.rendering.templates)
    asked = frozenset(task.root for task in plan.tasks)
    return Renderings(tuple(texts), tuple(problems), plan.refused, name_file, covered, asked)


def _text_of(
    task: RenderTask, rendering: Rendering, number: int, name_file: NameFile, original: Callable[[str], str]
) -> RenderedText:
    """A rendering under a URI in its own folder."""
    config = task.loaded.config.for_file(original(rendering.main_file))
    if rendering.namespace is not None:
        config = replace(config, settings=replace(config.settings, default_namespace=rendering.namespace))
    source = Source(f"{name_file(rendering.main_file)}{RENDERED}-{number}.yaml", rendering.text)
    return RenderedText(rendering, source, config, name_file, facts_of(source, config.settings))
