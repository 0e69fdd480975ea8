"""`netpol-lint why`: is a connection allowed, and which lines decide; what is missing when it is not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from netpol_lsp.cli import console
from netpol_lsp.cli.evidence import write_evidence
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_color, add_format
from netpol_lsp.cli.reach_options import (
    duplicate_notes,
    engine_of,
    guarded,
    load,
    names_of,
    places_of,
    reach_parser,
    write,
)
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import why_json, why_markdown, why_text
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.project.errors import UsageError
from netpol_lsp.reach.answer import Answer
from netpol_lsp.reach.question import QuestionProblem, ask_why

_HELP = """\
FROM and TO: namespace/workload, kind/workload, a workload's name when it is unique, namespace/*, */*,
namespace/label=value, svc:namespace/name, ip:ADDRESS, cidr:RANGE, world; workload@container:port for a container's named port.
PORT: a number, a range or a name, with /TCP, /UDP or /SCTP."""


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    parser = reach_parser(
        "why FROM TO[:PORT] [PATH ...]",
        "Say whether a connection is allowed, and which lines of which policies decide.",
    )
    parser.epilog = _HELP
    parser.add_argument("source", metavar="FROM", help="who opens the connection")
    parser.add_argument("destination", metavar="TO[:PORT]", help="to whom, and to which port")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="manifests: files, folders, globs, or -; default: this folder"
    )
    parser.add_argument("--port", "-p", metavar="PORT", help="the port, when it is not written behind TO")
    add_format(parser, "text", "json", "markdown")
    parser.add_argument(
        "--evidence", metavar="FILE", help="write a record for auditors: FILE.json, and FILE.md to print"
    )
    parser.add_argument("--time", metavar="TIME", help="the time that --evidence states, as you write it")
    add_color(parser)
    return guarded(_why, parser, arguments)


def _why(options: argparse.Namespace) -> int:
    inputs = load(options, options.paths, notes=False)
    engine = engine_of(inputs)
    try:
        found = ask_why(engine, names_of(inputs), options.source, options.destination, options.port)
    except QuestionProblem as problem:
        raise UsageError(str(problem)) from None
    text = _rendered(found, options, places_of(inputs))
    notes = duplicate_notes(inputs, found.namespaces)
    if options.format != "text":
        for note in notes:
            console.info(f"note: {note}")
    elif notes:
        text += "\n" + "".join(f"{note}\n" for note in notes)
    write(text, options.output)
    if options.evidence is not None:
        write_evidence(options.evidence, options.time, found, engine, inputs)
    return FAILED if inputs.problems else OK


def _rendered(found: Answer, options: argparse.Namespace, places: Places) -> str:
    if options.format == "json":
        return why_json.render(found, places)
    if options.format == "markdown":
        return why_markdown.render(found, places)
    pen = Pen(options.output is None and console.wants_color(options.color, sys.stdout))
    return why_text.render(found, places, pen)
