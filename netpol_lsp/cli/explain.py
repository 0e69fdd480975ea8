"""`netpol-lint explain`: what policies do, in plain English."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, report_config_problems
from netpol_lsp.cli.found_inputs import find_inputs
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_color, add_configuration, add_format, new_parser
from netpol_lsp.explanations.policy import Explanation, explain_policy
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.formats.json_writer import dump_indented
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.policies.networkpolicy.defaulted_object import defaulted_object
from netpol_lsp.project.analysed_files import AnalysedFile, analyse_files
from netpol_lsp.project.errors import UsageError
from netpol_lsp.text.visible import visible

VERSION = 1


@dataclass(frozen=True, slots=True)
class ExplainedPolicy:
    """One policy: where it is, the object that the API server would store, and its explanation."""

    path: str
    document: int
    stored: dict[str, Any]
    explanation: Explanation


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    console.use_utf8()
    parser = new_parser("explain [PATH ...]", "Say in plain English what each NetworkPolicy does.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files, folders, globs, or - for standard input")
    parser.add_argument("--stdin-filename", metavar="NAME", help="the name of what comes from standard input")
    add_format(parser, "text", "markdown", "json")
    add_color(parser)
    add_configuration(parser)
    try:
        return _explain(parser.parse_args(arguments))
    except UsageError as error:
        console.error(str(error))
        return FAILED


def _explain(options: argparse.Namespace) -> int:
    configs = load_configs(options)
    found = find_inputs(options, configs)
    targets, problems = found.targets, found.problems
    explained: list[ExplainedPolicy] = []
    for file in analyse_files(targets, found.overlay):
        if isinstance(file, ReadProblem):
            problems.append(str(file))
        else:
            explained += _explain_file(file)
    if report_config_problems(configs):
        return FAILED
    _write(explained, options.format)
    for problem in problems:
        console.error(problem)
    return FAILED if problems else OK


def _explain_file(file: AnalysedFile) -> Iterator[ExplainedPolicy]:
    default = file.config.settings.default_namespace
    for found in policies_in(file.analysis):
        yield ExplainedPolicy(
            file.input.path,
            found.part.index,
            defaulted_object(found.policy, default),
            explain_policy(found.policy, default, is_partial=found.is_partial),
        )


def _write(explained: list[ExplainedPolicy], form: str) -> None:
    if form == "json":
        rows = [_as_json(item) for item in explained]
        print(dump_indented({"version": VERSION, "policies": rows}))
    elif form == "markdown":
        sys.stdout.write("\n".join(item.explanation.markdown() for item in explained))
    else:
        sys.stdout.writelines(_as_text(explained))


def _as_json(item: ExplainedPolicy) -> dict[str, Any]:
    return {
        "path": item.path,
        "document": item.document,
        "object": item.stored,
        "text": item.explanation.text(),
        "markdown": item.explanation.markdown(),
    }


def _as_text(explained: list[ExplainedPolicy]) -> Iterator[str]:
    for number, item in enumerate(explained):
        if number:
            yield "\n"
        where = f"{item.path}, document {item.document + 1}" if item.document else item.path
        yield f"# {visible(where)}\n{item.explanation.text()}"
    if not explained:
        yield "no NetworkPolicy found\n"
