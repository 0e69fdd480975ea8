"""What can be written at a cursor: keys, values, whole policies, rule codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.ide.completion_values import Words, suggest_values
from netpol_lsp.ide.field_docs import fields_at, schema_at, value_doc
from netpol_lsp.ide.snippet_render import render_item, render_keys, render_value, scalar
from netpol_lsp.ide.snippets import PARTS, POLICIES
from netpol_lsp.ide.word_counts import KnownWord
from netpol_lsp.ide.workspace_words import Vocabulary
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.cursor.block import Cursor, CursorContext
from netpol_lsp.yaml.paths import Path
from netpol_lsp.yaml.style import Style


class Kind(StrEnum):
    """What a suggestion is, for its icon."""

    FIELD = "field"
    VALUE = "value"
    SNIPPET = "snippet"
    RULE = "rule"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to write.

    `text` replaces `span`; its further lines are indented as in the file. `is_snippet`: it has places such
    as `${1:web}` to fill in.
    """

    label: str
    kind: Kind
    text: str
    span: Span
    detail: str = ""
    doc: str = ""
    is_snippet: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """What a suggestion depends on besides the cursor. `path`: the cursor's, counted from the policy's object."""

    style: Style
    vocabulary: Vocabulary
    known: tuple[KnownWord, ...] = ()
    """What the workspace knows for the cursor, the best first; `vocabulary` is what else is in use."""
    as_json: bool = False
    label_key: str | None = None
    """The `key` of the requirement whose values are being written."""
    word: str = ""
    """What is being typed: in use only because it is."""


_METADATA = ("name", "namespace", "labels", "annotations")
"""Of the fields of metadata those that people write; a cluster fills in the others."""
_COMMENT_CODES = re.compile(r"netpol:\s*ignore(?:-file)?\s*\[([^\]]*)\Z")


def suggest(cursor: Cursor, path: Path, setting: Setting) -> list[Suggestion]:
    """What can be at a cursor in a policy; `path` is the cursor's, from the policy's own object."""
    if cursor.place is CursorContext.VALUE:
        return list(_values(cursor, path, setting))
    if cursor.place is not CursorContext.CONTENT:
        return []
    found = schema_at(path)
    suggestions: list[Suggestion] = []
    if found is not None and _is_mapping(found):
        parts: list[Suggestion] = []
        if path and isinstance(path[-1], int) and not cursor.siblings and not cursor.has_colon:
            parts = list(_parts(cursor, path, setting))
        ready = {part.label for part in parts}
        # A ready-made item that starts with a field says more than the field alone.
        suggestions += (key for key in _keys(cursor, path, setting) if key.label not in ready)
        suggestions += parts
    elif found is not None and not _is_list(found):
        suggestions += _values(cursor, path, setting)
    if cursor.items is not None and not cursor.in_flow and not cursor.has_colon:
        items = cursor.items[len(cursor.path) - len(path) :]
        suggestions += _items(cursor, items, setting)
    return suggestions


def suggest_policies(cursor: Cursor, setting: Setting) -> list[Suggestion]:
    """Whole policies, for a document that has nothing yet."""
    found = []
    for snippet in POLICIES:
        text = render_value(snippet.value, setting.style, 0, as_json=setting.as_json)
        found.append(
            Suggestion(snippet.name, Kind.SNIPPET, text, cursor.word, snippet.summary, snippet.doc, is_snippet=True)
        )
    return found


def suggest_in_comment(before: str, offset: int, rules: Iterable[RuleInfo], used: Iterable[str]) -> list[Suggestion]:
    """Rule codes inside a suppression comment, those of findings nearby first. `before` is the comment up to the cursor."""
    match = _COMMENT_CODES.search(before)
    if match is None:
        return []
    typed = re.split(r"[\s,]+", match.group(1))[-1]
    there = set(re.split(r"[\s,]+", match.group(1)[: len(match.group(1)) - len(typed)]))
    wanted = list(used)
    infos = sorted(rules, key=lambda info: (info.code not in wanted, info.code))
    span = Span(offset - len(typed), offset)
    return [
        Suggestion(info.code, Kind.RULE, info.code, span, info.name, info.summary)
        for info in infos
        if info.code not in there and info.is_suppressible
    ]


def _keys(cursor: Cursor, path: Path, setting: Setting) -> Iterator[Suggestion]:
    """The fields of a mapping that are not there yet; label keys where these are free."""
    fields = fields_at(path)
    wanted = _METADATA if path == ("metadata",) else fields
    for name, found in fields.items():
        if name not in cursor.siblings and name in wanted:
            text = render_keys(name, found, cursor, setting.style, as_json=setting.as_json)
            doc = found.get("description", "")
            yield Suggestion(name, Kind.FIELD, text, cursor.word, _detail(found), doc, is_snippet=not cursor.has_colon)
    if not fields:
        yield from _label_keys(cursor, path, setting)


def _label_keys(cursor: Cursor, path: Path, setting: Setting) -> Iterator[Suggestion]:
    """Keys of labels, in matchLabels and metadata.labels."""
    if path[-1] not in ("matchLabels", "labels"):
        return
    yield from suggest_label_keys(cursor, setting)
    known = {word.text for word in setting.known}
    labels = setting.vocabulary.labels(of_namespaces="namespaceSelector" in path)
    for key, values in sorted(
        labels.items(), key=lambda item: "/" in item[0] and item[0] != "kubernetes.io/metadata.name"
    ):
        if key not in cursor.siblings and key not in known and key != setting.word:
            yield _label_key(key, ", ".join(sorted(values)[:5]), cursor, setting)


def suggest_label_keys(cursor: Cursor, setting: Setting) -> Iterator[Suggestion]:
    """The keys of labels that the workspace knows for the cursor, without those that are there already."""
    for word in setting.known:
        if isinstance(word.text, str) and word.text not in cursor.siblings:
            yield _label_key(word.text, word.detail, cursor, setting)


def _label_key(key: str, detail: str, cursor: Cursor, setting: Setting) -> Suggestion:
    space = " " if cursor.needs_space else ""
    text = space + scalar(key, setting.style, as_json=setting.as_json)
    return Suggestion(key, Kind.FIELD, text if cursor.has_colon else f"{text}: ", cursor.word, detail)


def suggest_known_values(cursor: Cursor, setting: Setting) -> Iterator[Suggestion]:
    """The values that the workspace knows for the cursor."""
    space = " " if cursor.needs_space else ""
    for word in setting.known:
        text = render_value(word.text, setting.style, 0, as_json=setting.as_json, in_flow=True)
        yield Suggestion(str(word.text), Kind.VALUE, space + text, cursor.word, word.detail)


def _values(cursor: Cursor, path: Path, setting: Setting) -> Iterator[Suggestion]:
    """Values of a scalar, and short forms of lists and mappings."""
    space = " " if cursor.needs_space else ""
    found = schema_at(path)
    if found is None:
        return
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    for value, detail in suggest_values(path, found, _words(setting)):
        text = space + render_value(value, setting.style, 0, as_json=setting.as_json, in_flow=True)
        doc = value_doc(field, str(value))
        label = value if isinstance(value, str) else text.strip()
        yield Suggestion(label, Kind.VALUE, text, cursor.word, detail, doc)


def _parts(cursor: Cursor, path: Path, setting: Setting) -> Iterator[Suggestion]:
    """Whole items after a dash that is already."""
    space = " " if cursor.needs_space else ""
    for name, summary, value in _parts_of(path[:-1]):
        if cursor.in_flow:
            text = render_value(value, setting.style, 0, as_json=setting.as_json, in_flow=True)[1:-1]
        else:
            text = render_value(value, setting.style, cursor.column + len(space))
        doc = fields_at(path).get(name, {}).get("description", "")
        yield Suggestion(name, Kind.SNIPPET, space + text, cursor.word, summary, doc, is_snippet=True)


def _items(cursor: Cursor, items: Path, setting: Setting) -> Iterator[Suggestion]:
    """Whole items with their dash, for a list that could go on here."""
    found = schema_at(items)
    if found is None or not _is_list(found):
        return
    item = schema_at((*items, 0)) or {}
    if not _is_mapping(item):
        for value, detail in suggest_values((*items, 0), item, _words(setting)):
            text = render_item(value, setting.style, cursor.column)
            yield Suggestion(f"- {value}", Kind.VALUE, text, cursor.word, detail, value_doc(str(items[-1]), str(value)))
        return
    fields, parts = fields_at((*items, 0)), _parts_of(items)
    for name, summary, value in parts:
        text = render_item(value, setting.style, cursor.column)
        doc = fields.get(name, {}).get("description", "")
        yield Suggestion(f"- {name}", Kind.SNIPPET, text, cursor.word, summary, doc, is_snippet=True)
    ready = {name for name, _, _ in parts}
    for name, inner in fields.items():
        if name in ready:
            continue
        behind_dash = replace(cursor, column=cursor.column + 2, has_colon=False)
        text = "- " + render_keys(name, inner, behind_dash, setting.style)
        doc = inner.get("description", "")
        yield Suggestion(f"- {name}:", Kind.FIELD, text, cursor.word, _detail(inner), doc, is_snippet=True)


def _words(setting: Setting) -> Words:
    return Words(setting.vocabulary, setting.known, setting.label_key, setting.word)


def _parts_of(path: Path) -> tuple[tuple[str, str, Any], ...]:
    """The ready-made items of the list at a path."""
    if not path:
        return ()
    return PARTS.get(str(path[-1]), ())


def _is_mapping(found: dict[str, Any]) -> bool:
    return "object" in found.get("type", ())


def _is_list(found: dict[str, Any]) -> bool:
    return "array" in found.get("type", ())


def _detail(found: dict[str, Any]) -> str:
    kinds = found.get("type", ())
    names = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    words = {"object": "mapping", "array": "list", "integer": "number", "string": "text"}
    return " or ".join(words.get(name, name) for name in names)
