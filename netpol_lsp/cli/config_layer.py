"""The settings of the command line, as the strongest layer of the configuration."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from netpol_lsp.config.config import Layer, Origin, Setting, rule_infos
from netpol_lsp.config.values import (
    parse_cni,
    parse_namespace,
    parse_platform,
    parse_selector,
    parse_severity,
    parse_version,
    split_list,
)
from netpol_lsp.project.errors import UsageError

if TYPE_CHECKING:
    from netpol_lsp.config.render_settings import RenderSettings


def layer_of(options: argparse.Namespace) -> Layer:
    """The settings that the options make; raises UsageError for a value that has no meaning."""
    settings: dict[str, Setting] = {}
    given = vars(options)
    for name, key, parse in (
        ("profile", "profile", str),
        ("platform", "platform", parse_platform),
        ("cni", "cni", parse_cni),
        ("kubernetes_version", "kubernetes-version", parse_version),
        ("namespace", "default-namespace", parse_namespace),
    ):
        if given.get(name) is not None:
            option = f"--{name.replace('_', '-')}"
            settings[key] = Setting(_parsed(parse, given[name], option), Origin(option))
    for name in ("select", "ignore"):
        if given.get(name) is not None:
            option = f"--{name}"
            words = tuple(_parsed(_selector, word, option) for word in _words(given[name]))
            settings[name] = Setting(words, Origin(option))
    if given.get("context") is not None:
        settings["context"] = Setting(tuple(given["context"]), Origin("--context"))
    rendered = _render_settings(given)
    if rendered is not None:
        settings["render"] = Setting(rendered, Origin("--no-render" if rendered.is_empty else "--render"))
    for word in _words(given.get("severity") or ()):
        selector, severity = _severity(word)
        settings[f"severity.{selector}"] = Setting(severity, Origin("--severity"))
    return Layer(settings)


def _render_settings(given: Mapping[str, Any]) -> RenderSettings | None:
    """What --render and its kin ask for; None when they are not given."""
    asked: list[str] = given.get("render") or []
    values, name = tuple(given.get("values") or ()), given.get("release_name")
    if not asked and not given.get("no_render"):
        if values or name:
            message = f"{'--values' if values else '--release-name'} needs --render CHART"
            raise UsageError(message)
        return None
    from netpol_lsp.config.render_settings import AUTO, NOTHING, ChartRequest, RenderSettings  # noqa: PLC0415 - most runs render nothing

    if given.get("no_render"):
        return NOTHING
    if "auto" in asked:
        if len(asked) > 1 or values or name:
            raise UsageError("--render auto renders every chart with its own values: it goes with nothing else")
        return AUTO
    if values or name:
        return RenderSettings(tuple(ChartRequest(path, values, name, given.get("namespace")) for path in asked))
    return RenderSettings(paths=tuple(asked))


def _severity(word: str) -> tuple[str, str]:
    for sign in "=:":
        selector, found, severity = word.partition(sign)
        if found:
            return _parsed(_selector, selector, "--severity"), _parsed(parse_severity, severity, "--severity")
    message = f"--severity: `{word}` is not of the form CODE=SEVERITY, as in NP216=error"
    raise UsageError(message)


def _selector(text: str) -> str:
    return parse_selector(text, rule_infos())


def _words(values: Iterable[str]) -> list[str]:
    return [word for value in values for word in split_list(value)]


def _parsed(parse: Callable[[str], Any], text: str, option: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        message = f"{option}: {error}"
        raise UsageError(message) from None
