"""`netpol-lint test`: whether connections are as a team wants them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from netpol_lsp.cli import console
from netpol_lsp.cli.main import FAILED, FOUND, OK
from netpol_lsp.cli.options import add_color, add_format
from netpol_lsp.cli.reach_options import engine_of, guarded, load, names_of, places_of, reach_parser, write
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import tests
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.policies.origin import Origin
from netpol_lsp.project.cluster_inputs import ClusterInputs
from netpol_lsp.project.errors import UsageError
from netpol_lsp.reach.intent_check import Checked, check
from netpol_lsp.reach.intent_files import tests_in
from netpol_lsp.reach.intents import Intent, IntentFile
from netpol_lsp.reach.netassert import write_netassert

FORMATS = ("text", "json", "junit", "sarif", "github")


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    parser = reach_parser(
        "test FILE ... [PATH ...]",
        "Check the connections that ConnectivityTest (or NetAssert) files expect against manifests.",
    )
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="FILE|PATH",
        help="files with tests, and manifests: files or folders; without manifests those below the current folder",
    )
    add_format(parser, *FORMATS)
    parser.add_argument(
        "--export", choices=("netassert",), help="write the tests in the form of another tool; check nothing"
    )
    parser.add_argument("--verbose", "-v", action="store_true", help="also list the tests that pass")
    add_color(parser)
    return guarded(_test, parser, arguments)


def _test(options: argparse.Namespace) -> int:
    inputs, intents = _read(options)
    if not intents:
        raise UsageError("no ConnectivityTest and no NetAssert file found: name one")
    names = names_of(inputs)
    if options.export is not None:
        text, left_out = write_netassert(intents, names)
        write(text, options.output)
        for message in left_out:
            console.info(f"note: left out: {message}")
        return OK
    engine = engine_of(inputs)
    results = [check(engine, names, intent) for intent in intents]
    write(_rendered(results, options, tests.Answered(engine, places_of(inputs))), options.output)
    if inputs.problems:
        return FAILED
    return OK if all(item.passed for item in results) else FOUND


def _read(options: argparse.Namespace) -> tuple[ClusterInputs, list[Intent]]:
    """The cluster and the tests: those of the files that are named, or of the folders where no file has any."""
    paths = list(options.paths) or ["."]
    inputs = load(options, paths)
    named = {_shown(path) for path in paths if not os.path.isdir(path)}
    files = {uri: list(tests_in(source.text, uri)) for uri, source in inputs.sources.items()}
    files = {uri: found for uri, found in files.items() if found}
    chosen = {uri: found for uri, found in files.items() if _shown(uri) in named} or files
    if set(map(_shown, paths)) <= set(map(_shown, files)):
        # Only tests were named: the manifests are those below the current folder, or beside a test elsewhere.
        more = sorted({_folder(path) for path in paths})
        inputs = load(options, [*more, *paths])
    problems = [problem for uri, found in chosen.items() for problem in _problems(uri, found, places_of(inputs))]
    if problems:
        for problem in problems[:-1]:
            console.error(problem)
        raise UsageError(problems[-1])
    return inputs, [intent for found in chosen.values() for item in found for intent in item[1].intents]


def _problems(uri: str, found: list[tuple[int, IntentFile]], places: Places) -> Iterator[str]:
    for number, file in found:
        for problem in file.problems:
            spot = places.find(Origin(uri, number, "", "", problem.span.start, problem.span.end))
            yield f"{spot or uri}: {problem.message}"


def _shown(path: str) -> str:
    return os.path.abspath(path)


def _folder(path: str) -> str:
    """The current folder for a file below it, else the file's own."""
    full = os.path.abspath(path)
    return "." if full.startswith(os.getcwd().rstrip(os.sep) + os.sep) else os.path.dirname(full)


def _rendered(results: Sequence[Checked], options: argparse.Namespace, places: tests.Answered) -> str:
    if options.format == "text":
        pen = Pen(options.output is None and console.wants_color(options.color, sys.stdout))
        return tests.as_text(results, places, pen, is_verbose=options.verbose)
    render = {"json": tests.as_json, "junit": tests.as_junit, "sarif": tests.as_sarif, "github": tests.as_github}
    return render[options.format](results, places)
