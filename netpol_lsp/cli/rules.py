"""`netpol-lint rule CODE` explains a rule, `netpol-lint rules` lists them all."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from netpol_lsp.cli import console
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_color, add_format, new_parser
from netpol_lsp.config.config import rule_infos
from netpol_lsp.config.selection import did_you_mean
from netpol_lsp.docgen.rule_pages import first_profile, rule_index, rule_page
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.formats.json_writer import dump_indented
from netpol_lsp.lint.registry import rule_by_code


def run(name: str, arguments: Sequence[str]) -> int:
    """Run one of the two commands and return the exit code."""
    console.use_utf8()
    return _show_rule(arguments) if name == "rule" else _list_rules(arguments)


def _show_rule(arguments: Sequence[str]) -> int:
    parser = new_parser("rule CODE", "Explain a rule: what it looks for, why, and how to fix it.")
    parser.add_argument("code", metavar="CODE", nargs="+", help="a code such as NP210, or a name")
    add_format(parser, "auto", "markdown", "json")
    add_color(parser)
    options = parser.parse_args(arguments)
    infos: list[RuleInfo] = []
    for word in options.code:
        rule = rule_by_code(word)
        if rule is None:
            near = did_you_mean(word, [name for info in rule_infos() for name in (info.code, info.name)])
            console.error(f"unknown rule `{word}`{near or '; netpol-lint rules lists them all'}")
            return FAILED
        infos.append(rule.info)
    if options.format == "json":
        print(dump_indented([_as_json(info) for info in infos]))
        return OK
    text = "\n".join(rule_page(info) for info in infos)
    if options.format == "markdown" or not console.is_terminal(sys.stdout):
        sys.stdout.write(text)
    else:
        _render_markdown(text, color=console.wants_color(options.color, sys.stdout))
    return OK


def _list_rules(arguments: Sequence[str]) -> int:
    parser = new_parser("rules", "List all rules.")
    add_format(parser, "text", "json", "markdown")
    options = parser.parse_args(arguments)
    infos = rule_infos()
    if options.format == "json":
        print(dump_indented([_as_json(info) for info in infos]))
    elif options.format == "markdown":
        sys.stdout.write(rule_index(infos))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _table(infos))
    return OK


def _table(infos: Iterable[RuleInfo]) -> list[str]:
    rows = [
        (info.code, info.name, str(info.severity), str(info.category), first_profile(info), _fix(info), info.summary)
        for info in infos
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(6)] if rows else []
    return [
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[6]]).rstrip()
        for row in rows
    ]


def _fix(info: RuleInfo) -> str:
    return "fix" if info.is_fixable else ""


def _as_json(info: RuleInfo) -> dict[str, Any]:
    return {
        "code": info.code,
        "name": info.name,
        "category": str(info.category),
        "severity": str(info.severity),
        "summary": info.summary,
        "profile": first_profile(info),
        "fixable": info.is_fixable,
        "since": info.since,
        "options": [{"name": option.name, "default": option.default, "help": option.help} for option in info.options],
        "page": rule_page(info),
    }


def _render_markdown(text: str, *, color: bool) -> None:
    from rich.console import Console  # noqa: PLC0415 - costs 50 ms and is for terminals only
    from rich.markdown import Markdown  # noqa: PLC0415

    Console(no_color=not color, force_terminal=True if color else None).print(Markdown(text))
