"""The options of the command line."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence

from netpol_lsp import __version__
from netpol_lsp.cli.console import columns
from netpol_lsp.cli.main import COMMANDS, PROGRAM
from netpol_lsp.files.reading import MOST_BYTES
from netpol_lsp.project.option_parser import OptionParser

FORMATS = (
    "auto",
    "text",
    "concise",
    "json",
    "jsonl",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "rdjson",
    "checkstyle",
)
SEVERITIES = ("error", "warning", "info", "hint")
PROFILES = ("recommended", "strict", "audit")


def check_parser() -> argparse.ArgumentParser:
    """The parser of `netpol-lint [check]`."""
    parser = new_parser(
        "[check] [PATH ...]",
        "Lint Kubernetes NetworkPolicies: what the API server refuses, and what it accepts but does not do what it seems to say.",
    )
    width = max(map(len, COMMANDS)) + 2
    parser.epilog = "commands:\n" + "\n".join(f"  {name:<{width}}{text}" for name, (_, text) in COMMANDS.items())
    parser.epilog += (
        "\n\nexit codes: 0 nothing found at or above --fail-on; 1 something found; "
        "2 wrong usage, unreadable input or internal error"
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, folders, globs, or - for standard input; default: this folder"
    )
    _add_fixing(parser)
    _add_output(parser)
    add_color(parser)
    add_configuration(parser)
    add_rules(parser)
    _add_result(parser)
    _add_running(parser)
    return parser


def parse_check(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of `netpol-lint [check]`. After `--` come paths only, whatever they look like.

    A word before it that is an option and a file as well, as someone else's repository may have one, is refused: shells
    and hooks put names of files there.
    """
    parser = check_parser()
    at = list(arguments).index("--") if "--" in arguments else len(arguments)
    for word in arguments[:at]:
        if word.startswith("-") and len(word) > 1 and os.path.lexists(word):
            parser.error(f"`{word}` may be an option, and there is a file of this name: write ./{word} for the file")
    # argparse forgets a `--` when options and paths are mixed.
    options = parser.parse_intermixed_args(arguments[:at])
    options.paths += arguments[at + 1 :]
    return options


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """As its parent, which imports shutil with four compression libraries just to ask how wide the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)


def new_parser(usage: str, description: str) -> argparse.ArgumentParser:
    """A parser with the options that all commands have."""
    parser = OptionParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} {usage}",
        description=description,
        formatter_class=_HelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", "-V", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def add_configuration(parser: argparse.ArgumentParser, *, namespace_option: str = "--namespace") -> None:
    """Options that say what the cluster is like and which config file counts.

    `namespace_option`: another name for --namespace where that one is a filter.
    """
    group = parser.add_argument_group("configuration")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--config", metavar="FILE", help="use this config file for everything")
    which.add_argument("--no-config", action="store_true", help="use no config file")
    group.add_argument(
        "--context",
        action="append",
        metavar="PATH",
        help="manifests that give context and are not linted, such as `kubectl get ns,deploy,po,svc -A -o yaml`; "
        "what the config file names counts as well",
    )
    group.add_argument(
        "--allow-outside",
        action="store_true",
        help="let config files extend, and name as context, what is outside their repository",
    )
    add_rendering(group)
    names = ("--namespace", "-n") if namespace_option == "--namespace" else (namespace_option,)
    group.add_argument(*names, dest="namespace", metavar="NS", help="what a manifest without a namespace means")
    group.add_argument("--platform", metavar="NAME", help="what the cluster runs on, such as eks or openshift")
    group.add_argument(
        "--cni", metavar="NAME[@VERSION]", help="the network plugin, such as cilium@1.15; `netpol-lint cni` lists them"
    )
    group.add_argument("--kubernetes-version", metavar="VERSION", help="the cluster's version, such as 1.30")


def add_rendering(group: argparse._ArgumentGroup) -> None:
    """Options that have charts and kustomizations rendered."""
    which = group.add_mutually_exclusive_group()
    which.add_argument(
        "--render",
        action="append",
        metavar="WHAT",
        help="render Helm charts and kustomizations, which runs Helm or kustomize on them: `auto`, or the folder of a chart or "
        "kustomization; what the config file says does not count then",
    )
    which.add_argument("--no-render", action="store_true", help="render nothing, whatever the config file says")
    group.add_argument(
        "--values", action="append", metavar="FILE", help="with --render CHART: a values file; a later one wins"
    )
    group.add_argument("--release-name", metavar="NAME", help="with --render CHART: the release's name")


def add_color(parser: argparse.ArgumentParser) -> None:
    """The option --color."""
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours: auto (default), always, never"
    )


def add_format(parser: argparse.ArgumentParser, *choices: str) -> None:
    """The option --format with some choices, the first of them the default."""
    parser.add_argument("--format", choices=choices, default=choices[0], help=f"default: {choices[0]}")


def _add_fixing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("fixing")
    group.add_argument("--fix", action="store_true", help="apply safe fixes to the files")
    group.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also fixes that change which traffic is allowed, or that guess",
    )
    group.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format",
        choices=FORMATS,
        default="auto",
        help="auto (default): text, in GitHub Actions github; for people: text, concise (a line each); for programs: json, "
        "jsonl; for code scanning: sarif; annotations: github, gitlab, rdjson (reviewdog), checkstyle; test results: junit",
    )
    group.add_argument("--output", "-o", metavar="FILE", help="write the report to a file")
    group.add_argument(
        "--min-severity",
        choices=SEVERITIES,
        help="show findings of this severity and worse; json, jsonl and sarif always carry all",
    )
    group.add_argument("--statistics", action="store_true", help="count the findings by rule")
    talk = group.add_mutually_exclusive_group()
    talk.add_argument("--quiet", "-q", action="store_true", help="only the findings: no summary, no progress")
    talk.add_argument("--verbose", "-v", action="store_true", help="say more of what is done")


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Options that say which rules run and how bad their findings are."""
    group = parser.add_argument_group("rules (codes, starts of codes such as NP2, names, categories)")
    for option, text in (
        ("--select", "run these rules only"),
        ("--ignore", "leave these rules out"),
        ("--severity", "set severities: NP216=error,NP2=info,NP224=off"),
    ):
        group.add_argument(option, action="append", metavar="CODES", help=text)
    group.add_argument("--profile", choices=PROFILES, help="which rules run; default: recommended")


def _add_result(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what counts")
    group.add_argument(
        "--fail-on",
        choices=("error", "warning", "info", "never"),
        default="warning",
        help="exit with 1 on findings of this severity and worse; default: warning",
    )
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 even when something was found")
    group.add_argument(
        "--baseline",
        metavar="FILE",
        help="leave out the findings that this file lists; default: .netpol-lint-baseline.json, where it is there",
    )
    group.add_argument(
        "--write-baseline",
        action="store_true",
        help="write all findings to the file of --baseline, by default .netpol-lint-baseline.json, which then counts",
    )
    group.add_argument(
        "--no-ignores", action="store_true", help="count what comments, annotations and the baseline suppress as well"
    )
    group.add_argument(
        "--strict",
        action="store_true",
        help="exit with 2 when a file cannot be read as YAML (NP001), or in part only (NP008)",
    )


def _add_running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("running")
    group.add_argument("--stdin-filename", metavar="PATH", help="the name of what comes from standard input")
    group.add_argument(
        "--force-exclude", action="store_true", help="leave out excluded files even when they are named, as in hooks"
    )
    group.add_argument(
        "--jobs", "-j", type=_positive, metavar="N", help="processes; default: as many as there are cores"
    )
    group.add_argument(
        "--max-file-size",
        type=_size,
        default=MOST_BYTES,
        metavar="SIZE",
        help="do not read larger files, as in 500k or 20M; default: 100M; 0: read any",
    )
    group.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d{1,12})([kKmMgG]?)[bB]?", text)
    if found is None:
        message = f"`{text}` is not a size such as `500k` or `20M`"
        raise argparse.ArgumentTypeError(message)
    return int(found[1]) * {"": 1, "k": 1000, "m": 1000_000, "g": 1000_000_000}[found[2].lower()]


def _positive(text: str) -> int:
    if text.isdecimal() and len(text) <= 9 and int(text) > 0:
        return int(text)
    message = f"`{text}` is not a number from 1"
    raise argparse.ArgumentTypeError(message)
