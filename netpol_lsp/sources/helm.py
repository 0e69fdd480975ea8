"""Renders Helm charts: with the engine of helm-python-sdk where it is installed, else with `helm` on the PATH."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netpol_lsp.files.boundary import Boundary
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.sources.chart_folder import CHART_FILE, ChartFolder, copy_chart, missing_problems, read_chart
from netpol_lsp.sources.chart_origins import chart_origins
from netpol_lsp.sources.programs import USUAL, Limits, ProgramResult, find_program, run_program
from netpol_lsp.sources.rendering import Rendering, RenderProblem, clean_reason, join_documents
from netpol_lsp.sources.workers import Workers
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.to_python import to_python

RELEASE = "release"
"""The release's name where none is said; `NAMESPACE` is its namespace, as Helm has it."""
NAMESPACE = "default"
HOW_TO_GET = "install `netpol-lsp[helm]`, or Helm, to have charts rendered"
_LIBRARY = "helm_python"
_SOURCE = re.compile(r"^---\r?\n# Source: (?P<path>[^\r\n]+)\r?\n", re.MULTILINE)
_PLACE = re.compile(
    r"(?P<path>[\w.+-]+(?:/[\w.+@ -]+)*/templates/[\w./+@ -]*[\w-]):(?P<line>\d+)(?::(?P<column>\d+))?\)?:?\s*"
)
_NOISE = re.compile(r'executing "[^"]*" at <[^>]*>: (?:error calling \w+: )?|^Error: ')


@dataclass(frozen=True, slots=True)
class ChartRelease:
    """What to render a chart with: `values` are files, absolute, of which a later one wins."""

    values: tuple[str, ...] = ()
    name: str | None = None
    namespace: str | None = None


def can_render_charts() -> bool:
    """Whether there is something to render charts with."""
    return importlib.util.find_spec(_LIBRARY) is not None or find_program("helm") is not None


def chart_workers() -> Workers:
    """Processes of Helm's engine, for many charts: each would take a third of a second to start."""
    return Workers([sys.executable, "-I", os.path.join(os.path.dirname(os.path.abspath(__file__)), "helm_worker.py")])


def render_chart(
    root: str, release: ChartRelease, boundary: Boundary, limits: Limits = USUAL, workers: Workers | None = None
) -> Rendering:
    """Render the chart in a folder (absolute, `/`-separated). Never raises; what goes wrong is a problem of the rendering.

    `workers`: those of `chart_workers` for several charts; a process of its own without them.
    """
    chart = read_chart(root, boundary)
    title = _title(root, release.values)
    inputs = frozenset([*chart.all_files(), *release.values])
    problems = [*chart.problems, *missing_problems(chart)]

    def failed(*why: RenderProblem) -> Rendering:
        return Rendering("chart", root, title, inputs=inputs, problems=(*why, *problems))

    chart_file = f"{root}/{CHART_FILE}"
    values, unreadable = _values_of(release.values)
    if unreadable:
        return failed(*unreadable)
    if not can_render_charts():
        return failed(RenderProblem(chart_file, Span(0, 0), f"the chart is not rendered: {HOW_TO_GET}"))
    answer = _render(chart, values, release, limits, workers)
    if isinstance(answer, str):
        return failed(_problem(chart, answer))
    pieces = [(path, rendered) for path, rendered in sorted(answer.items()) if _is_manifest(path)]
    text, starts = join_documents(pieces)
    placed = [(start, chart.path_of(path), path, piece) for start, path, piece in starts]
    return Rendering(
        "chart",
        root,
        title,
        text,
        chart_origins(chart, placed),
        inputs,
        frozenset(chart.templates()),
        release.namespace or NAMESPACE,
        release.values,
        tuple(problems),
    )


def _title(root: str, values: Sequence[str]) -> str:
    """As in `with values-prod.yaml`; the chart's own values need no word."""
    names = [path.removeprefix(f"{root}/") for path in values if path != f"{root}/values.yaml"]
    return f"with {' and '.join(names)}" if names else "with values.yaml"


def _is_manifest(path: str) -> bool:
    return not path.endswith((".txt", ".tpl")) and not path.rpartition("/")[2].startswith("_")


def _values_of(paths: Iterable[str]) -> tuple[dict[str, Any], list[RenderProblem]]:
    """The values of some files, a later one over the others."""
    values: dict[str, Any] = {}
    problems: list[RenderProblem] = []
    for path in paths:
        read = read_source(path, most=10_000_000)
        if isinstance(read, ReadProblem):
            problems.append(RenderProblem(path, Span(0, 0), f"the values file {read.message}"))
            continue
        document = parse_document(read.text, path)
        plain = to_python(document.root)
        wrong = next(iter((*document.problems, *plain.problems)), None)
        if wrong is not None:
            problems.append(RenderProblem(path, wrong.span, f"the values cannot be read: {wrong.message}"))
        if plain.value is not None and not isinstance(plain.value, dict):
            problems.append(RenderProblem(path, Span(0, 0), "a values file is a mapping"))
        elif plain.value and not problems:
            values = _merged(values, plain.value)
    return values, problems


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are joined; anything else above wins, a null that takes a default away among it."""
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        result[key] = _merged(known, value) if both else value  # type: ignore[arg-type]
    return result


def _render(
    chart: ChartFolder, values: dict[str, Any], release: ChartRelease, limits: Limits, workers: Workers | None
) -> dict[str, str] | str:
    """The text of each template; a string: why there is none."""
    with tempfile.TemporaryDirectory(prefix="netpol-chart-") as temporary:
        folder = os.path.join(temporary, "chart")
        os.mkdir(folder)
        if not copy_chart(chart, folder):
            return "the chart is too large to be rendered"
        name, namespace = release.name or RELEASE, release.namespace or NAMESPACE
        if importlib.util.find_spec(_LIBRARY) is not None:
            request = {"path": sys.path, "chart": folder, "values": values, "name": name, "namespace": namespace}
            question = json.dumps(request, default=str).encode()
            if workers is not None:
                return _files_of_worker(workers.ask(question, limits))
            with chart_workers() as own:
                return _files_of_worker(own.ask(question, limits))
        values_file = os.path.join(temporary, "values.json")
        with open(values_file, "w", encoding="utf-8") as file:
            json.dump(values, file, default=str)
        program = find_program("helm") or "helm"
        command = [program, "template", name, folder, "--namespace", namespace, "--values", values_file]
        return _files_of_program(run_program(command, temporary, limits=limits))


def _files_of_worker(done: ProgramResult) -> dict[str, str] | str:
    if done.failure is not None:
        return f"Helm's engine {done.failure}"
    try:
        answer: Any = json.loads(done.output)
    except ValueError:
        return "Helm's engine gave no answer"
    if "error" in answer:
        return str(answer["error"])
    return {str(path): str(text) for path, text in answer["files"].items()}


def _files_of_program(done: ProgramResult) -> dict[str, str] | str:
    """The documents that `helm template` has written, by the template that each names."""
    if done.failure is not None:
        return done.complaint or f"`helm template` {done.failure}"
    output = done.output.decode("utf-8", "replace")
    found: dict[str, str] = {}
    marks = list(_SOURCE.finditer(output))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        body = output[mark.end() : following.start() if following is not None else len(output)]
        known = found.get(mark["path"])
        found[mark["path"]] = body if known is None else f"{known}---\n{body}"
    return found


def _problem(chart: ChartFolder, reason: str) -> RenderProblem:
    """Why a chart cannot be rendered, at the innermost place that the engine names."""
    path, span = f"{chart.root}/{CHART_FILE}", Span(0, 0)
    reason = " ".join(reason.split())
    for place in reversed(list(_PLACE.finditer(reason))):
        file = chart.path_of(place["path"])
        read = read_source(file) if file is not None else None
        if file is None or read is None or isinstance(read, ReadProblem):
            continue
        line = min(int(place["line"]), read.lines.line_count) - 1
        start, end = read.lines.line_start(line), read.lines.line_end(line)
        start += len(read.text[start:end]) - len(read.text[start:end].lstrip())
        path, span, reason = file, Span(start, end), reason[place.end() :]
        break
    return RenderProblem(
        path, span, f"Helm cannot render the chart: {clean_reason(_NOISE.sub('', reason)) or 'no reason given'}"
    )
