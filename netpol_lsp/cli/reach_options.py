"""What why, connectivity, diff and test have in common: their options, and the cluster that they ask about."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Container, Sequence

from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, report_config_problems
from netpol_lsp.cli.main import FAILED
from netpol_lsp.cli.options import add_configuration, new_parser
from netpol_lsp.formats.reach.places import Places, duplicate_sentences
from netpol_lsp.project.cluster_inputs import ClusterInputs, read_cluster
from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.platform_detection import describe
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.names import Named, Names, names_beside
from netpol_lsp.reach.question import QuestionProblem, find_name


def reach_parser(usage: str, description: str, namespace_option: str = "--namespace") -> argparse.ArgumentParser:
    """A parser with the options about configuration and standard input."""
    parser = new_parser(usage, description)
    parser.add_argument("--stdin-filename", metavar="NAME", help="the name of what comes from standard input")
    parser.add_argument("--output", "-o", metavar="FILE", help="write to a file")
    add_configuration(parser, namespace_option=namespace_option)
    return parser


def guarded(run: Callable[[argparse.Namespace], int], parser: argparse.ArgumentParser, arguments: Sequence[str]) -> int:
    """Run a command; a wrong usage is one sentence."""
    console.use_utf8()
    try:
        return run(parser.parse_args(arguments))
    except UsageError as error:
        console.error(str(error))
        return FAILED


def load(options: argparse.Namespace, paths: Sequence[str], *, notes: bool = True) -> ClusterInputs:
    """The cluster after some paths. What is wrong with it is said; raises UsageError for a broken configuration."""
    configs = load_configs(options)
    inputs = read_cluster(paths, configs, stdin_name=options.stdin_filename)
    if report_config_problems(configs):
        raise UsageError("the configuration has errors")
    for problem in inputs.problems:
        console.error(problem)
    for line in describe((configs.default, *configs.loaded()), console.shorten):
        console.info(line)
    for note in duplicate_notes(inputs) if notes else ():
        console.info(f"note: {note}")
    return inputs


def duplicate_notes(inputs: ClusterInputs, namespaces: Container[str] | None = None) -> list[str]:
    """What is to be said of objects that are there twice: all of them, or what a question about some namespaces needs."""
    return list(duplicate_sentences(inputs.duplicates, places_of(inputs), namespaces))


def engine_of(inputs: ClusterInputs) -> Engine:
    """The engine for a cluster."""
    return Engine(inputs.cluster, inputs.enforcement)


def names_of(inputs: ClusterInputs) -> Names:
    """The names of a cluster; the configured ranges of pods and Services are not the world."""
    return names_beside(inputs.cluster, (*inputs.settings.pod_cidrs, *inputs.settings.service_cidrs))


def find(names: Names, text: str) -> Named:
    """What a name means; raises UsageError when that is nothing."""
    try:
        return find_name(names, text)
    except QuestionProblem as problem:
        raise UsageError(str(problem)) from None


def places_of(inputs: ClusterInputs) -> Places:
    """The places of a cluster's manifests."""
    return Places(inputs.sources, inputs.starts, rendered=inputs.rendered)


def write(text: str, output: str | None) -> None:
    """Write the result to a file or standard output."""
    if output is None:
        console.write_bytes(text.encode("utf-8", "backslashreplace"))
        return
    try:
        with open(output, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        message = f"--output: {output}: {error.strerror or error}"
        raise UsageError(message) from None
