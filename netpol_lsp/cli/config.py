"""`netpol-lint config`: the effective configuration, with the origin of each value."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from netpol_lsp.cli import console
from netpol_lsp.cli.layer import UsageError
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_configuration, add_format, add_rules, new_parser
from netpol_lsp.cli.setup import load_configs, report_config_problems
from netpol_lsp.files.config_files import LoadedConfig
from netpol_lsp.lint.config import DEFAULT_ORIGIN, Config, Origin, Setting, rule_infos
from netpol_lsp.lint.config_schema import KEYS

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
        console.complain(str(error))
        return FAILED


def _show(options: argparse.Namespace) -> int:
    configs = load_configs(options)
    path = os.path.abspath(options.path).replace(os.sep, "/")
    loaded = configs.for_folder(path) if os.path.isdir(path) else configs.for_path(path)
    if report_config_problems(configs):
        return FAILED
    if options.format == "json":
        print(json.dumps(_as_json(loaded, path), indent=2, ensure_ascii=False))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _as_text(loaded, path))
    return OK


def _values(config: Config, path: str) -> list[tuple[str, Setting]]:
    """All keys that have a single value for the file, in the order of the table; the value is None when it is not set."""
    found = []
    for key in KEYS:
        if key.name == "extends":
            continue
        found.append((key.name, config.setting(key.name, path) or Setting(key.default, DEFAULT_ORIGIN)))
    return found


def _options(config: Config, path: str) -> list[tuple[str, str, Setting]]:
    return [
        (
            info.code,
            option.name,
            config.setting(f"options.{info.code}.{option.name}", path) or Setting(option.default, DEFAULT_ORIGIN),
        )
        for info in rule_infos()
        for option in info.options
    ]


def _as_text(loaded: LoadedConfig, path: str) -> list[str]:
    config = loaded.config
    lines = [f"config file: {console.shorten(loaded.path) if loaded.path else 'none'}", ""]
    rows = [
        (name, _plain_text(name, setting.value), _origin(setting.origin)) for name, setting in _values(config, path)
    ]
    lines += _columns(rows)
    lines += ["", "rules:"]
    rules = [
        (f"  {item.rule.code} {item.rule.name}", str(item.severity or "off"), _origin(item.origin))
        for item in config.rules_for(path)
    ]
    lines += _columns(rules)
    rows = [
        (f"  {code} {name}", _plain_text("", setting.value), _origin(setting.origin))
        for code, name, setting in _options(config, path)
    ]
    return [*lines, "", "options of rules:", *_columns(rows)] if rows else lines


def _as_json(loaded: LoadedConfig, path: str) -> dict[str, Any]:
    config = loaded.config
    options: dict[str, dict[str, Any]] = {}
    for code, name, setting in _options(config, path):
        options.setdefault(code, {})[name] = _with_origin(_plain(name, setting.value), setting.origin)
    return {
        "version": 1,
        "configFile": loaded.path,
        "settings": {
            name: _with_origin(_plain(name, setting.value), setting.origin) for name, setting in _values(config, path)
        },
        "rules": {
            item.rule.code: {
                "name": item.rule.name,
                **_with_origin(str(item.severity or "off"), item.origin, key="severity"),
            }
            for item in config.rules_for(path)
        },
        "options": options,
    }


def _with_origin(value: Any, origin: Origin, *, key: str = "value") -> dict[str, Any]:
    where: dict[str, Any] = {"origin": _origin(origin)}
    if origin.path is not None:
        where |= {"path": origin.path, "line": origin.line}
    return {key: value, **where}


def _origin(origin: Origin) -> str:
    return origin.text if origin.path is None else f"{console.shorten(origin.path)}:{origin.line}"


def _plain(name: str, value: Any) -> Any:
    """A value as the config file has it."""
    if name == "kubernetes-version" and isinstance(value, tuple):
        return ".".join(map(str, value))
    return list(value) if isinstance(value, tuple) else value


def _plain_text(name: str, value: Any) -> str:
    plain = _plain(name, value)
    if plain is None:
        return NOT_SET
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, list | bool) else str(plain)


def _columns(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)] if rows else []
    return [f"{first:<{widths[0]}}  {second:<{widths[1]}}  {third}" for first, second, third in rows]
