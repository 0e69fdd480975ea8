"""The configuration: layers of settings with their origins, and what they mean for one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from netpol_lsp.config.presets import PLATFORM, preset
from netpol_lsp.config.selection import choose, fact_codes, match_selector, profile_codes
from netpol_lsp.config.settings import SWITCHED_ON, Settings
from netpol_lsp.config.values import OFF
from netpol_lsp.findings.diagnostic import Severity

if TYPE_CHECKING:
    from netpol_lsp.findings.rule_info import RuleInfo

DEFAULT_PROFILE = "recommended"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: a config file (`path`, and `line` from 1), or what `text` says."""

    text: str
    path: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        """As in `.netpol-lint.yaml:4`, `default`, `--profile`."""
        return self.text if self.path is None else f"{self.path}:{self.line}"


CONFIG_FILE = "config file"
"""The text of an origin that is the line itself."""
DEFAULT_ORIGIN = Origin("default")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of the configuration and where it was said."""

    value: Any
    origin: Origin = DEFAULT_ORIGIN
    is_detected: bool = False
    """Whether no one wrote it down: it was found in manifests, and anything that is written wins."""


Matcher = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place says: a config file, one of its overrides, the command line.

    `settings` by dotted key: `profile`, `select`, `ignore`, `cni`, `dns.ports`, ... with lists as tuples;
    `severity.<selector>` and `options.<code>.<option>` for each entry of these two. `files` are the
    globs of an override, relative to the config file's folder; `matches` says whether a path (absolute,
    `/`-separated) is meant, and is None for a layer that holds everywhere.
    """

    settings: Mapping[str, Setting]
    files: tuple[str, ...] = ()
    matches: Matcher | None = field(default=None, compare=False)


@dataclass(frozen=True)
class FileConfig:
    """What the engine needs for one file.

    `enabled`: codes of the rules to run. `quiet`: codes of those whose facts are not wanted, see
    `RuleInfo.has_facts`. `severities`: by code, where they are not the rule's own.
    `options`: by code, complete for each rule that has any.
    """

    enabled: frozenset[str]
    severities: Mapping[str, Severity] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    quiet: frozenset[str] = frozenset()

    def options_of(self, rule: RuleInfo) -> Mapping[str, Any]:
        """The values of the rule's options, defaults included."""
        return self.options.get(rule.code) or {option.name: option.default for option in rule.options}


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """How one rule is set: `severity` is None when it does not run."""

    rule: RuleInfo
    severity: Severity | None
    origin: Origin


class Config:
    """Layers of settings, the weakest first; immutable."""

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self.layers = tuple(layers)
        conditional = any(layer.matches is not None for layer in self.layers)
        self._always = None if conditional else tuple(range(len(self.layers)))
        self._by_active: dict[tuple[int, ...], FileConfig] = {}
        self._keys: dict[tuple[int, ...], str] = {}

    def setting(self, key: str, path: str | None = None) -> Setting | None:
        """The strongest setting of `key` for a file (without a path: for files that no override names).

        Where no layer has one, it is what the configured platform usually has.
        """
        layers = [self.layers[index] for index in reversed(self._active(path))]
        found = next((layer.settings[key] for layer in layers if key in layer.settings), None)
        if found is None and key != PLATFORM:
            platform = next((layer.settings[PLATFORM] for layer in layers if PLATFORM in layer.settings), None)
            found = _preset(platform).get(key)
        return found

    def for_file(self, path: str | None = None) -> FileConfig:
        """What holds for the file at `path` (absolute, `/`-separated), the overrides that name it included."""
        active = self._active(path)
        if active not in self._by_active:
            self._by_active[active] = _resolve(tuple(self.layers[index] for index in active))
        return self._by_active[active]

    def key_for(self, path: str | None = None) -> str:
        """A text that is equal for two files if and only if the same settings hold for them."""
        active = self._active(path)
        if active not in self._keys:
            layers = (self.layers[index].settings for index in active)
            said = [sorted((key, repr(setting.value)) for key, setting in layer.items()) for layer in layers]
            self._keys[active] = repr([layer for layer in said if layer])
        return self._keys[active]

    def rules_for(self, path: str | None = None) -> tuple[RuleSetting, ...]:
        """Each known rule with its severity and who decided on it."""
        decided = _decide(self.layers[index] for index in self._active(path))
        return tuple(RuleSetting(rule, *decided[rule.code]) for rule in rule_infos())

    def _active(self, path: str | None) -> tuple[int, ...]:
        """The places in `layers` of those that hold for a file."""
        if self._always is not None:
            return self._always
        return tuple(
            index
            for index, layer in enumerate(self.layers)
            if layer.matches is None or (path is not None and layer.matches(path))
        )


@cache
def rule_infos() -> tuple[RuleInfo, ...]:
    """What is known of each rule, by code."""
    from netpol_lsp.lint.registry import all_rules  # noqa: PLC0415 - a run that the cache answers needs no rule

    return tuple(rule.info for rule in all_rules())


@cache
def default_file_config() -> FileConfig:
    """What holds where nothing is configured."""
    return Config().for_file()


def _preset(platform: Setting | None) -> dict[str, Setting]:
    """What a platform stands for, by key; its origin is the platform's."""
    if platform is None:
        return {}
    origin = replace(platform.origin, text=f"platform {platform.value}")
    return {
        key: Setting(value, origin, platform.is_detected)
        for key, value in preset(platform.value).items()
        # That someone tests on a local cluster, or has a Route for OpenShift, tells neither the cloud nor the plugin.
        if not (platform.is_detected and (key == "cni" or (key, value) == ("cloud", "none")))
    }


def _resolve(layers: tuple[Layer, ...]) -> FileConfig:
    said = {key: setting for layer in layers for key, setting in layer.settings.items()}
    usual = {key: setting for key, setting in _preset(said.get(PLATFORM)).items() if key not in said}
    merged = {key: setting.value for key, setting in {**usual, **said}.items()}
    on = {code: severity for code, (severity, _) in _decide(layers).items() if severity is not None}
    infos = rule_infos()
    # What someone wrote counts for every finding of the rule, also where it is what most of them have anyway.
    written = frozenset(code for layer in layers for code in _levels(layer, infos))
    return FileConfig(
        enabled=frozenset(on),
        severities={
            rule.code: on[rule.code]
            for rule in infos
            if rule.code in on and (rule.code in written or on[rule.code] != rule.severity)
        },
        options=_options(merged),
        settings=_settings(merged, {**usual, **said}, frozenset(usual)),
        quiet=_quiet(layers),
    )


def _quiet(layers: Iterable[Layer]) -> frozenset[str]:
    """The codes of the rules whose facts are not wanted: no one chose a profile that has them, nor the very rule."""
    infos = rule_infos()
    with_facts = frozenset(rule.code for rule in infos if rule.has_facts)
    quiet = with_facts - fact_codes(DEFAULT_PROFILE, infos)
    for layer in layers:
        profile, select = layer.settings.get("profile"), layer.settings.get("select")
        if profile is not None:
            quiet = with_facts - fact_codes(profile.value, infos)
        for selector in select.value if select is not None else ():
            quiet -= fact_codes(selector, infos)
    return quiet


def _decide(layers: Iterable[Layer]) -> dict[str, tuple[Severity | None, Origin]]:
    """The severity of each rule by code, None for one that is off, and where that was said."""
    infos = rule_infos()
    on = profile_codes(DEFAULT_PROFILE, infos)
    origins = dict.fromkeys((rule.code for rule in infos), DEFAULT_ORIGIN)
    levels: dict[str, Setting] = {}
    for layer in layers:
        on = _chosen(layer, on, infos)
        for code, origin in _choosers(layer, on, infos).items():
            origins[code] = origin
            if "select" in layer.settings and code in on and code in levels and levels[code].value == OFF:
                del levels[code]
        levels.update(_levels(layer, infos))
    decided: dict[str, tuple[Severity | None, Origin]] = {}
    for rule in infos:
        level = levels.get(rule.code)
        if rule.code not in on:
            decided[rule.code] = (None, origins[rule.code])
        elif level is not None:
            decided[rule.code] = (None if level.value == OFF else Severity(level.value), level.origin)
        else:
            decided[rule.code] = (rule.severity, origins[rule.code])
    return decided


def _chosen(layer: Layer, on: frozenset[str], infos: tuple[RuleInfo, ...]) -> frozenset[str]:
    """The rules that are on after `profile`, `select` and `ignore` of a layer."""
    profile, select, ignore = (layer.settings.get(key) for key in ("profile", "select", "ignore"))
    base = profile_codes(profile.value, infos) if profile else on
    # With a profile beside it, `select` adds to the profile; alone it says exactly what runs.
    wanted = (*select.value, *((profile.value,) if profile else ())) if select else None
    return choose(base, wanted, ignore.value if ignore else (), infos)


def _choosers(layer: Layer, on: frozenset[str], infos: tuple[RuleInfo, ...]) -> dict[str, Origin]:
    """Which setting of a layer turned a rule on or off, by code; `on` is what was left on."""
    origins: dict[str, Origin] = {}
    decider = layer.settings.get("select") or layer.settings.get("profile")
    if decider is not None:
        origins = dict.fromkeys((rule.code for rule in infos), decider.origin)
    ignore = layer.settings.get("ignore")
    if ignore is not None:
        ignored = (match_selector(word, infos).codes for word in ignore.value)
        origins.update(dict.fromkeys(frozenset().union(*ignored) - on, ignore.origin))
    return origins


def _levels(layer: Layer, infos: tuple[RuleInfo, ...]) -> dict[str, Setting]:
    """The severity settings of a layer by code; the more exact selector wins."""
    weighed: list[tuple[int, frozenset[str], Setting]] = []
    for key, setting in layer.settings.items():
        start, _, selector = key.partition(".")
        if start == "severity":
            match = match_selector(selector, infos)
            weighed.append((match.weight, match.codes, setting))
    weighed.sort(key=lambda item: item[0])
    return {code: setting for _, codes, setting in weighed for code in codes}


def _options(merged: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        rule.code: {
            option.name: merged.get(f"options.{rule.code}.{option.name}", option.default) for option in rule.options
        }
        for rule in rule_infos()
        if rule.options
    }


_FIELDS = {
    "kubernetes-version": "kubernetes_version",
    "default-namespace": "default_namespace",
    "platform": "platform",
    "cni": "cni",
    "whole-namespaces": "whole_namespaces",
    "pod-cidrs": "pod_cidrs",
    "service-cidrs": "service_cidrs",
    "cloud": "cloud",
    "metadata-addresses": "metadata_addresses",
    "dns.ports": "dns_ports",
    "dns.namespace": "dns_namespace",
    "dns.labels": "dns_labels",
    "dns.on-node": "is_dns_on_node",
    "dns.node-local-address": "node_local_dns",
    SWITCHED_ON: "switched_on",
}
"""The fields of Settings by key of the config file."""


def _settings(merged: Mapping[str, Any], origins: Mapping[str, Setting], assumed: frozenset[str]) -> Settings:
    cni, platform = origins.get("cni"), origins.get(PLATFORM)
    return Settings(
        **{name: merged[key] for key, name in _FIELDS.items() if key in merged},
        is_kubernetes_version_known="kubernetes-version" in merged,
        assumed=assumed.intersection(_FIELDS),
        is_platform_detected=platform is not None and platform.is_detected,
        cni_origin=cni.origin.text if cni is not None and ("cni" in assumed or cni.is_detected) else "",
    )
