"""`netpol-lint diff`: the connections that a change opens and closes."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, report_config_problems
from netpol_lsp.cli.main import FAILED, FOUND, OK
from netpol_lsp.cli.options import add_color, add_format
from netpol_lsp.cli.reach_options import duplicate_notes, engine_of, guarded, load, places_of, reach_parser, write
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import diff_json, diff_text
from netpol_lsp.project.cluster_inputs import ClusterInputs, cluster_of
from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.git_revision import GitProblem, Revision, find_revision, merge_base, read_revision
from netpol_lsp.reach.diff import ChangeClass, Difference, difference
from netpol_lsp.reach.engine import Engine

if TYPE_CHECKING:
    from netpol_lsp.project.config_files import ConfigFiles
    from netpol_lsp.project.renderings import Renderings

_HELP = """\
BASE and HEAD: a folder, a file (such as a snapshot that kubectl wrote), or a git revision; without HEAD the files as they are now.
With git revisions the manifests below the current folder are compared, or those below --path; with --render, or `render` in the
configuration, charts and kustomizations of both sides are rendered, a revision's in a copy of its files."""
_FAIL_ON = ("opened-world", "opened-cross", "opened", "changed")


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    parser = reach_parser(
        "diff BASE [HEAD] | --against BRANCH",
        "List the connections that a change opens and closes, with the lines that did it.",
    )
    parser.epilog = _HELP
    parser.add_argument("base", nargs="?", metavar="BASE", help="the state before")
    parser.add_argument("head", nargs="?", metavar="HEAD", help="the state after; default: the files as they are now")
    parser.add_argument("--against", metavar="BRANCH", help="compare with the commit at which this branch left BRANCH")
    parser.add_argument("--path", action="append", metavar="PATH", help="with git revisions: only below this path")
    add_format(parser, "text", "json", "markdown", "sarif", "html")
    parser.add_argument("--fail-on", choices=_FAIL_ON, help="exit with 1 on such changes; default: never")
    add_color(parser)
    return guarded(_diff, parser, arguments)


def _diff(options: argparse.Namespace) -> int:
    # The copies of revisions that are rendered are read until the last line is written.
    with ExitStack() as copies:
        return _compare(options, copies)


def _compare(options: argparse.Namespace, copies: ExitStack) -> int:
    if (options.base is None) is (options.against is None):
        raise UsageError("diff needs BASE or --against BRANCH")
    try:
        base = _base(options)
        head = _state(options.head) if options.head is not None else _now(base, options)
    except GitProblem as problem:
        raise UsageError(str(problem)) from None
    before, after = _inputs(base, options, copies), _inputs(head, options, copies)
    engines = engine_of(before), engine_of(after)
    places = diff_text.BothPlaces(places_of(before), places_of(after))
    found = difference(*engines)
    if options.format == "html":
        text = _page(engines, places, (_name(base), _name(head)), duplicate_notes(after))
    else:
        text = _rendered(found, options, places)
    write(text, options.output)
    if before.problems or after.problems:
        return FAILED
    return FOUND if _fails(found, options.fail_on) else OK


_State = Revision | tuple[str, ...]
"""A git revision, or paths."""


def _base(options: argparse.Namespace) -> _State:
    return merge_base(options.against) if options.against is not None else _state(options.base)


def _state(text: str) -> _State:
    if os.path.lexists(text):
        return (text,)
    try:
        return find_revision(text)
    except GitProblem as problem:
        message = f"`{text}` is not a file, a folder or a git revision ({problem})"
        raise UsageError(message) from None


def _now(base: _State, options: argparse.Namespace) -> _State:
    """The files as they are now: what is compared with a revision, or the current folder."""
    return tuple(options.path or ["."]) if isinstance(base, Revision) else (".",)


def _inputs(state: _State, options: argparse.Namespace, copies: ExitStack) -> ClusterInputs:
    if not isinstance(state, Revision):
        return load(options, state)
    configs = load_configs(options)
    settings = configs.for_folder(os.path.abspath(".").replace(os.sep, "/")).config.for_file().settings
    if report_config_problems(configs):
        raise UsageError("the configuration has errors")
    try:
        read = list(
            read_revision(state, options.path or (), is_excluded=lambda path: configs.for_path(path).is_excluded(path))
        )
        texts = [item for item in read if not isinstance(item, ReadProblem)]
        rendered = _render(state, [item.uri for item in texts], configs, copies) if configs.asks_for_rendering else None
    except GitProblem as error:
        raise UsageError(str(error)) from None
    problems = [str(item) for item in read if isinstance(item, ReadProblem)]
    problems += rendered.refused if rendered is not None else ()
    inputs = cluster_of([(item, settings) for item in texts], (), settings, problems, rendered)
    for problem in inputs.problems:
        console.error(problem)
    return inputs


def _render(revision: Revision, uris: Sequence[str], configs: ConfigFiles, copies: ExitStack) -> Renderings:
    """What the configurations of now render of a revision, in a copy of it that `copies` takes away."""
    from netpol_lsp.project.git_revision import copy_revision, top_folder  # noqa: PLC0415 - most runs render nothing
    from netpol_lsp.project.render_inputs import render_copy  # noqa: PLC0415
    from netpol_lsp.project.renderings import Copy  # noqa: PLC0415

    target = copies.enter_context(tempfile.TemporaryDirectory(prefix="netpol-revision-"))
    root = os.path.realpath(target).replace(os.sep, "/")
    copy_revision(revision, root)
    short = f"{revision.commit[:12]}:"
    names = [uri.removeprefix(short) for uri in uris]
    rendered, absent = render_copy(Copy(root, top_folder()), names, configs, lambda name: f"{short}{name}")
    for path in absent:
        console.info(f"note: `{path}`, which is to be rendered, is not in {revision.name}")
    return rendered


def _rendered(found: Difference, options: argparse.Namespace, places: diff_text.BothPlaces) -> str:
    if options.format == "json":
        return diff_json.render(found, places)
    if options.format == "sarif":
        return diff_json.sarif(found, places)
    if options.format == "markdown":
        return diff_text.markdown(found, places)
    pen = Pen(options.output is None and console.wants_color(options.color, sys.stdout))
    return diff_text.render(found, places, pen)


def _page(
    engines: tuple[Engine, Engine], places: diff_text.BothPlaces, names: tuple[str, str], notes: Sequence[str]
) -> str:
    # Late: the other formats do without the page.
    from netpol_lsp.formats.page.diff import diff_data  # noqa: PLC0415
    from netpol_lsp.formats.page.html import page  # noqa: PLC0415

    return page(diff_data(*engines, places, names, notes))


def _name(state: _State) -> str:
    """What a state is called: a revision with the start of its hash, or paths."""
    if isinstance(state, Revision):
        return f"{state.name} ({state.commit[:12]})"
    return ", ".join("the files now" if path == "." else path for path in state)


def _fails(found: Difference, fail_on: str | None) -> bool:
    """Whether there are changes of the kind that was named, or of a wider one."""
    if fail_on is None:
        return False
    if fail_on == "changed":
        return bool(found.changes)
    widest = {"opened-world": 1, "opened-cross": 2, "opened": 3}[fail_on]
    kinds = (ChangeClass.OPENED_WORLD, ChangeClass.OPENED_CROSS, ChangeClass.OPENED_INSIDE)[:widest]
    return any(kind in change.classes for change in found.changes for kind in kinds)
