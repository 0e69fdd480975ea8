"""What the manifests of a run or a workspace tell of its cluster, as the weakest layer of the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from netpol_lsp.config.config import Layer, Origin, Setting
from netpol_lsp.config.settings import SWITCHED_ON
from netpol_lsp.files.reading import ReadProblem, decode, read_bytes
from netpol_lsp.project.config_files import LoadedConfig
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.platform_signs import may_hint

if TYPE_CHECKING:
    from netpol_lsp.workspace.platform_hints import PlatformHint

Hints = tuple["PlatformHint", ...]
NO_LAYER = Layer({})


def detected_layer(hints: Iterable[PlatformHint]) -> Layer:
    """The settings that the hints make; anything that is written in a config file or on the command line is stronger."""
    known = tuple(hints)
    if not known:
        return NO_LAYER
    from netpol_lsp.workspace.platform_hints import decide  # noqa: PLC0415 - few runs find any

    found = decide(known)
    settings: dict[str, Setting] = {}
    for key, hint in (("cni", found.cni), ("platform", found.platform)):
        if hint is not None:
            settings[key] = Setting(hint.value, Origin(hint.what, hint.uri, hint.line), is_detected=True)
    if found.switched_on:
        settings[SWITCHED_ON] = Setting(tuple(sorted(found.switched_on)), Origin("manifests"), is_detected=True)
    return Layer(settings) if settings else NO_LAYER


def describe(configs: Iterable[LoadedConfig], show_path: Callable[[str], str] = str) -> list[str]:
    """What was found and where, as far as it counts: "cni: cilium@1.15, found in DaemonSet `cilium` (infra/cilium.yaml:3)"."""
    lines: dict[str, None] = {}
    for loaded in configs:
        for key in ("cni", "platform"):
            setting = loaded.config.setting(key)
            if setting is not None and setting.is_detected and setting.origin.path is not None:
                place = f"{show_path(setting.origin.path)}:{setting.origin.line}"
                lines[f"{key}: {setting.value}, found in {setting.origin.text} ({place})"] = None
    return list(lines)


def known_of_cluster(loaded: LoadedConfig, show_path: Callable[[str], str] = str) -> list[dict[str, str]]:
    """What is known of the cluster and from where: `key`, `value` and `origin` of each, for people."""
    from netpol_lsp.project.effective_config import plain_value, show_origin  # noqa: PLC0415 - only when somebody asks

    found = []
    for key in ("platform", "cni", "kubernetes-version"):
        setting = loaded.config.setting(key)
        if setting is not None:
            value = plain_value(key, setting.value)
            found.append({"key": key, "value": str(value), "origin": show_origin(setting.origin, show_path)})
    return found


def hints_in_text(source: Source) -> Hints:
    """The hints in a text."""
    if not may_hint(source.text, source.uri):
        return ()
    from netpol_lsp.workspace.extract_platform import hints_of  # noqa: PLC0415 - few files have any

    return hints_of(source)


def hints_in_bytes(data: bytes, uri: str) -> Hints:
    """The hints in a file's bytes."""
    text = decode(data, uri) if may_hint(data, uri) else None
    return hints_in_text(text.source) if text is not None and not isinstance(text, ReadProblem) else ()


def hints_in_files(paths: Iterable[str]) -> Hints:
    """The hints in files; those that cannot be read have none."""
    found: list[PlatformHint] = []
    for path in paths:
        data = read_bytes(path)
        if not isinstance(data, ReadProblem):
            found += hints_in_bytes(data, path)
    return tuple(found)


def hints_to_json(hints: Hints) -> list[list[Any]]:
    """For the cache: without the file, which the cache knows."""
    return [[hint.kind.value, hint.value, hint.what, hint.line] for hint in hints]


def hints_from_json(data: Sequence[Sequence[Any]], uri: str) -> Hints:
    """What `hints_to_json` wrote."""
    if not data:
        return ()
    from netpol_lsp.workspace.platform_hints import HintKind, PlatformHint  # noqa: PLC0415 - few files have any

    return tuple(PlatformHint(HintKind(kind), value, what, uri, line) for kind, value, what, line in data)
