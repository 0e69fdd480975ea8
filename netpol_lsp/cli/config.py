"""`netpol-lint config`: the effective configuration, with the origin of each value."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Any

from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, report_config_problems
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_configuration, add_format, add_rules, new_parser
from netpol_lsp.formats.json_writer import dump, dump_indented
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.project.effective_config import (
    effective_config,
    effective_options,
    effective_settings,
    plain_value,
    show_origin,
)
from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.inputs import find_manifests
from netpol_lsp.project.platform_detection import detected_layer, hints_in_files
from netpol_lsp.text.visible import visible

NOT_SET = "not set"


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    console.use_utf8()
    parser = new_parser("config [PATH]", "Show the effective configuration and where each value comes from.")
    parser.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="the file or folder that it is for; default: this folder"
    )
    add_format(parser, "text", "json")
    add_configuration(parser)
    add_rules(parser)
    try:
        return _show(parser.parse_args(arguments))
    except UsageError as error:
        console.error(str(error))
        return FAILED


def _show(options: argparse.Namespace) -> int:
    configs = load_configs(options)
    path = os.path.abspath(options.path).replace(os.sep, "/")
    loaded = configs.for_folder(path) if os.path.isdir(path) else configs.for_path(path)
    if report_config_problems(configs):
        return FAILED
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    configs.use_detected(detected_layer(hints_in_files(find_manifests([console.shorten(folder)], configs).paths)))
    if options.format == "json":
        print(dump_indented(effective_config(loaded, path, console.shorten)))
    else:
        console.write_text_lines("\n".join(map(visible, _as_text(loaded, path))))
    return OK


def _as_text(loaded: LoadedConfig, path: str) -> list[str]:
    config = loaded.config
    lines = [f"config file: {console.shorten(loaded.path) if loaded.path else 'none'}", ""]
    rows = [
        (name, _plain_text(name, setting.value), show_origin(setting.origin, console.shorten))
        for name, setting in effective_settings(config, path)
    ]
    lines += _columns(rows)
    lines += ["", "rules:"]
    rules = [
        (f"  {item.rule.code} {item.rule.name}", str(item.severity or "off"), show_origin(item.origin, console.shorten))
        for item in config.rules_for(path)
    ]
    lines += _columns(rules)
    rows = [
        (f"  {code} {name}", _plain_text("", setting.value), show_origin(setting.origin, console.shorten))
        for code, name, setting in effective_options(config, path)
    ]
    return [*lines, "", "options of rules:", *_columns(rows)] if rows else lines


def _plain_text(name: str, value: Any) -> str:
    plain = plain_value(name, value)
    if plain is None:
        return NOT_SET
    return dump(plain) if isinstance(plain, list | bool) else str(plain)


def _columns(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)] if rows else []
    return [f"{first:<{widths[0]}}  {second:<{widths[1]}}  {third}" for first, second, third in rows]
