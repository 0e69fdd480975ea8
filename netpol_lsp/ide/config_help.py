"""Help in the linter's own config file: what can be written at a cursor, and what is under the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Support
from netpol_lsp.capabilities.platforms import Platform, all_platforms, find_platform
from netpol_lsp.capabilities.profiles import all_profiles, capabilities_of, find_profile
from netpol_lsp.config.config import rule_infos
from netpol_lsp.config.presets import preset
from netpol_lsp.config.schema import KEYS_BY_NAME, config_schema
from netpol_lsp.explanations.network_plugins import TITLES
from netpol_lsp.findings.diagnostic import Category
from netpol_lsp.ide.completion import Kind, Suggestion
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.cursor.block import Cursor, CursorContext, find_cursor
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.paths import Path

_SELECTOR = "#/$defs/selector"


@dataclass(frozen=True, slots=True)
class _Word:
    """A value that can be written: the word, a few words about it, and its page in Markdown."""

    word: str
    detail: str = ""
    doc: str = ""


def suggest_in_config(text: str, offset: int) -> list[Suggestion]:
    """The keys and values that can be at an offset of a config file."""
    cursor = find_cursor(text, offset)
    if cursor.place is CursorContext.VALUE:
        return list(_values(cursor, _schema_at(cursor.path), cursor.path))
    if cursor.place is not CursorContext.CONTENT:
        return []
    found = _schema_at(cursor.path)
    suggestions = list(_keys(cursor, found))
    if found is not None and found.get("type") != "array":
        suggestions += _values(cursor, found, cursor.path)
    if cursor.items is not None and not cursor.has_colon:
        suggestions += _items(cursor, cursor.items)
    return suggestions


def explain_in_config(text: str, offset: int) -> tuple[str, Span] | None:
    """What is under the pointer in a config file, as Markdown, and its place; None when there is nothing to say."""
    found = _find(parse_document(text).root, offset, ())
    if found is None:
        return None
    path, node, is_key = found
    schema = _schema_at(path)
    if not is_key and isinstance(node, Scalar) and schema is not None:
        page = next((one.doc for one in _words(schema, path) if one.word == node.value and one.doc), "")
        page = page or _page_of(path, node.value)
        if page:
            return page, node.span
    about = _about_key(path, schema)
    return (about, node.span) if about else None


def _find(node: Node | None, offset: int, path: Path) -> tuple[Path, Node, bool] | None:
    """The key or scalar at an offset, with its path; for a key True."""
    if isinstance(node, Mapping):
        for entry in node.all_entries():
            inner = (*path, entry.name or "")
            if entry.key.span.contains(offset):
                return inner, entry.key, True
            found = _find(entry.value, offset, inner)
            if found is not None:
                return found
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            found = _find(item, offset, (*path, index))
            if found is not None:
                return found
    elif isinstance(node, Scalar) and len(node.span) and node.span.contains(offset):
        return path, node, False
    return None


@cache
def _schema() -> dict[str, Any]:
    return config_schema()


def _schema_at(path: Path) -> dict[str, Any] | None:
    """The JSON Schema of the value at a path; None for what no config file has."""
    found: Any = _schema()
    for step in path:
        if isinstance(step, int):
            found = found.get("items")
        else:
            inner = found.get("properties", {}).get(step)
            more = found.get("additionalProperties")
            found = inner if inner is not None else more if isinstance(more, dict) else None
        if isinstance(found, dict) and str(found.get("$ref", "")).startswith("#/$defs/") and found["$ref"] != _SELECTOR:
            found = {**_schema()["$defs"][found["$ref"].removeprefix("#/$defs/")], **found}
        if not isinstance(found, dict):
            return None
    return dict(found)


def _keys(cursor: Cursor, found: dict[str, Any] | None) -> Iterator[Suggestion]:
    if found is None:
        return
    ending = "" if cursor.has_colon else ": "
    for name, inner in sorted(found.get("properties", {}).items()):
        if name not in cursor.siblings:
            about = inner.get("description", "")
            yield Suggestion(name, Kind.FIELD, f"{name}{ending}", cursor.word, _detail(inner), about)
    if "propertyNames" in found:
        for one in _selectors():
            if one.word not in cursor.siblings:
                yield Suggestion(one.word, Kind.RULE, f"{one.word}{ending}", cursor.word, one.detail, one.doc)


def _detail(schema: dict[str, Any]) -> str:
    names = schema.get("type", "")
    return ", ".join(names) if isinstance(names, list) else str(names)


def _values(cursor: Cursor, found: dict[str, Any] | None, path: Path) -> Iterator[Suggestion]:
    space = " " if cursor.needs_space else ""
    for one in _words(found, path):
        kind = Kind.RULE if one.word.startswith("NP") else Kind.VALUE
        yield Suggestion(one.word, kind, space + one.word, cursor.word, one.detail, one.doc)


def _items(cursor: Cursor, path: Path) -> Iterator[Suggestion]:
    """Items of a list with their dash."""
    for one in _words(_schema_at((*path, 0)), (*path, 0)):
        kind = Kind.RULE if one.word.startswith("NP") else Kind.VALUE
        yield Suggestion(f"- {one.word}", kind, f"- {one.word}", cursor.word, one.detail, one.doc)


def _words(found: dict[str, Any] | None, path: Path) -> Iterator[_Word]:
    """The values that the place at a path takes, where they are a few words."""
    if found is None:
        return
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if key == "cni":
        yield from _plugins()
    elif key == "platform":
        yield from _platforms()
    elif found.get("type") == "boolean":
        yield from (_Word("true"), _Word("false"))
    elif found.get("$ref") == _SELECTOR:
        yield from _selectors()
    else:
        yield from (_Word(str(value)) for value in found.get("enum", ()))


@cache
def _plugins() -> tuple[_Word, ...]:
    return tuple(_Word(one.name, one.title, _plugin_page(capabilities_of(one.name))) for one in all_profiles())


@cache
def _platforms() -> tuple[_Word, ...]:
    return tuple(_Word(one.name, one.title, _platform_page(one)) for one in all_platforms())


@cache
def _selectors() -> tuple[_Word, ...]:
    rules = tuple(_Word(info.code, info.name, info.summary) for info in rule_infos())
    return (*(_Word(str(category), "category") for category in Category), *rules)


def _page_of(path: Path, value: str) -> str:
    """The page of a value that is written in another way than it is offered: an alias, with a version, a rule's name."""
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    if key == "cni":
        name, _, version = value.partition("@")
        profile = find_profile(name)
        return (
            _plugin_page(capabilities_of(f"{profile.name}@{version}" if version else profile.name)) if profile else ""
        )
    if key == "platform":
        platform = find_platform(value)
        return _platform_page(platform) if platform is not None else ""
    return next((info.summary for info in rule_infos() if value in (info.code, info.name)), "")


def _plugin_page(capabilities: Capabilities) -> str:
    """What a plugin enforces and what not, in short."""
    status = "" if capabilities.is_kept_up else f", {capabilities.status}"
    lines = [
        f"**{capabilities.label}**{status}" + (f": {capabilities.status_text}" if capabilities.status_text else "")
    ]
    if capabilities.precondition is not None:
        lines.append(f"First: {capabilities.precondition.text}.")
    if capabilities.enforces_nothing:
        lines.append(f"It enforces nothing: {capabilities.fact(Capability.INGRESS).text}.")
    else:
        for support, words in (
            (Support.YES, "Enforced"),
            (Support.PARTIAL, "In some cases"),
            (Support.NO, "Not enforced"),
        ):
            titles = [TITLES[one] for one in Capability if capabilities.support(one) is support]
            if titles:
                lines.append(f"{words}: {', '.join(titles)}.")
        facts = [capabilities.fact(one) for one in Capability]
        lines += [f"- {fact.text}" for fact in facts if fact.support in (Support.NO, Support.PARTIAL)]
    lines.append(f"`netpol-lint cni {capabilities.name}` shows every fact with its sources.")
    return "\n\n".join(lines).replace("\n\n- ", "\n- ")


def _platform_page(platform: Platform) -> str:
    """What a platform stands for."""
    lines = [f"**{platform.title}**: {platform.cni_text}.", "It stands for, unless a key is written out:"]
    for key, value in preset(platform.name).items():
        shown = (
            ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower() if value is True else value
        )
        lines.append(f"- `{key}`: {shown}")
    lines.append(f"- the API server: port {platform.control_plane_port}, {platform.control_plane_text}")
    lines += [f"- {note}" for note in platform.notes]
    return "\n\n".join(lines).replace("\n\n- ", "\n- ")


def _about_key(path: Path, schema: dict[str, Any] | None) -> str:
    """A key's help and default."""
    if schema is None:
        return ""
    name = ".".join(step for step in path if isinstance(step, str))
    about = str(schema.get("description", ""))
    known = KEYS_BY_NAME.get(name)
    default = known.default if known is not None else None
    if default not in (None, (), []):
        shown = ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
        about += f"\n\nDefault: `{shown.lower() if isinstance(default, bool) else shown}`"
    return f"**{name}**\n\n{about}" if about else ""
