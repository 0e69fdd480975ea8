"""The configuration in effect for a file, with the origin of each value: for `netpol-lint config` and the editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netpol_lsp.config.config import CONFIG_FILE, DEFAULT_ORIGIN, Config, Origin, Setting, rule_infos
from netpol_lsp.config.render_settings import NOTHING, RenderSettings
from netpol_lsp.config.schema import KEYS
from netpol_lsp.project.config_files import LoadedConfig

ShowPath = Callable[[str], str]


def effective_settings(config: Config, path: str | None) -> list[tuple[str, Setting]]:
    """All keys that have a single value for the file, in the order of the table; the value is None when it is not set."""
    plain = [
        (key.name, config.setting(key.name, path) or Setting(key.default, DEFAULT_ORIGIN))
        for key in KEYS
        if key.name != "extends"
    ]
    return [*plain, ("render", config.setting("render", path) or Setting(NOTHING, DEFAULT_ORIGIN))]


def effective_options(config: Config, path: str | None) -> list[tuple[str, str, Setting]]:
    """The code, name and value of each option of a rule."""
    return [
        (
            info.code,
            option.name,
            config.setting(f"options.{info.code}.{option.name}", path) or Setting(option.default, DEFAULT_ORIGIN),
        )
        for info in rule_infos()
        for option in info.options
    ]


def effective_config(loaded: LoadedConfig, path: str | None, show_path: ShowPath = str) -> dict[str, Any]:
    """Everything as plain data; `show_path` says how paths are written in origins."""
    config = loaded.config
    options: dict[str, dict[str, Any]] = {}
    for code, name, setting in effective_options(config, path):
        value = plain_value(name, setting.value)
        options.setdefault(code, {})[name] = {"value": value, **_where(setting.origin, show_path)}
    return {
        "version": 1,
        "configFile": loaded.path,
        "settings": {
            name: {"value": plain_value(name, setting.value), **_where(setting.origin, show_path)}
            for name, setting in effective_settings(config, path)
        },
        "rules": {
            item.rule.code: {
                "name": item.rule.name,
                "severity": str(item.severity or "off"),
                **_where(item.origin, show_path),
            }
            for item in config.rules_for(path)
        },
        "options": options,
    }


def show_origin(origin: Origin, show_path: ShowPath = str) -> str:
    """As in `.netpol-lint.yaml:4` or `default`."""
    if origin.path is None:
        return origin.text
    place = f"{show_path(origin.path)}:{origin.line}"
    return place if origin.text == CONFIG_FILE else f"{origin.text} ({place})"


def plain_value(name: str, value: Any) -> Any:
    """A value as the config file has it."""
    if name == "kubernetes-version" and isinstance(value, tuple):
        return ".".join(map(str, value))
    if isinstance(value, RenderSettings):
        return value.plain()
    return list(value) if isinstance(value, tuple) else value


def _where(origin: Origin, show_path: ShowPath) -> dict[str, Any]:
    where: dict[str, Any] = {"origin": show_origin(origin, show_path)}
    if origin.path is not None:
        where |= {"path": origin.path, "line": origin.line}
    return where
