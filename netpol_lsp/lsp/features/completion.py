"""Completion: what can be written at the cursor, as the client's items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from lsprotocol import types

from netpol_lsp.ide.completion import (
    Kind,
    Setting,
    Suggestion,
    suggest,
    suggest_in_comment,
    suggest_known_values,
    suggest_label_keys,
    suggest_policies,
)
from netpol_lsp.ide.config_help import suggest_in_config
from netpol_lsp.ide.known_words import known_words
from netpol_lsp.ide.snippets import plain
from netpol_lsp.ide.word_counts import KnownWord
from netpol_lsp.ide.workspace_words import Vocabulary, collect, join
from netpol_lsp.lint.analysis import Part
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lsp.features.intent_completion import suggest_for_nothing, suggest_tests
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.services import Registry, Services
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.policies.kinds import looks_like_ours
from netpol_lsp.reach.intent_files import may_hold_tests
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.cursor.block import Cursor, CursorContext, find_cursor
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import is_json, style_of
from netpol_lsp.yaml.manifests import parse_manifest
from netpol_lsp.yaml.nodes import Scalar
from netpol_lsp.yaml.paths import Path, lookup
from netpol_lsp.yaml.style import Style

TRIGGERS = (" ", ":", "[", "{", ",", '"', "/")
_KINDS = {
    Kind.FIELD: types.CompletionItemKind.Property.value,
    Kind.VALUE: types.CompletionItemKind.Value.value,
    Kind.SNIPPET: types.CompletionItemKind.Snippet.value,
    Kind.RULE: types.CompletionItemKind.Constant.value,
    Kind.FILE: types.CompletionItemKind.File.value,
}
_LONGEST_PART = 200_000
"""Manifests longer than this give no words to offer."""


def register(registry: Registry, services: Services) -> None:
    """Add the handler."""
    options = types.CompletionOptions(trigger_characters=list(TRIGGERS))

    @registry.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def completion(params: types.CompletionParams) -> Json | None:
        snapshot = services.session.up_to_date(params.text_document.uri)
        if snapshot is not None and may_hold_tests(snapshot.source.text):
            snapshot = services.session.beside_all(params.text_document.uri)
        elif _is_after_slash(params):
            return None
        if snapshot is None:
            return None
        offset = snapshot.positions.offset(params.position)
        found = find_suggestions(snapshot, offset, services.session)
        settings = services.configuration.settings
        return {
            "isIncomplete": False,
            "items": render(found, snapshot, offset, services.client.capabilities, settings.suggest_command),
        }


def _is_after_slash(params: types.CompletionParams) -> bool:
    """Whether a `/` asks: names of tests go on after it, nothing in a policy does."""
    return params.context is not None and params.context.trigger_character == "/"


def find_suggestions(snapshot: Snapshot, offset: int, opened: Iterable[Snapshot]) -> list[Suggestion]:
    """What can be written at an offset; spans count from the start of the file."""
    if snapshot.is_config:
        return suggest_in_config(snapshot.source.text, offset)
    part = snapshot.part_at(offset)
    if part is None:
        return []
    cursor = find_cursor(part.text, offset - part.start)
    if cursor.place is CursorContext.COMMENT:
        return _in_comment(snapshot, part, cursor, offset)
    local = offset - part.start
    is_ours = part.analysis is not None or looks_like_ours(part.text)
    document = part.analysis.reading_at(local).document if part.analysis else _read(part.text, cursor)
    tests = suggest_tests(snapshot, part.text, document, cursor)
    if tests is not None:
        return _shifted(tests, part.start)
    known = known_words(
        snapshot.workspace.view,
        document.root,
        cursor.path,
        snapshot.source.uri,
        snapshot.config.settings.default_namespace,
    )
    setting = _setting(document, cursor, opened if is_ours else (), known)
    if not is_ours:
        if cursor.place is CursorContext.CONTENT and not cursor.path and not _has_kind(part.text):
            found = [*suggest_policies(cursor, setting), *suggest(cursor, (), setting)]
            return _shifted([*found, *suggest_for_nothing(document, cursor)], part.start)
        if cursor.path not in (("kind",), ("apiVersion",)):
            return _shifted(list(_in_other_kinds(cursor, setting)), part.start)
        return _shifted([*suggest(cursor, cursor.path, setting), *suggest_for_nothing(document, cursor)], part.start)
    return _shifted(suggest(cursor, _path_in_object(cursor.path, document), setting), part.start)


def _in_other_kinds(cursor: Cursor, setting: Setting) -> Iterator[Suggestion]:
    """Labels, namespaces and ports in manifests of other kinds."""
    last = cursor.path[-1:]
    is_labels = last in (("matchLabels",), ("labels",)) or cursor.path[-2:] == ("spec", "selector")
    if is_labels and cursor.place is CursorContext.CONTENT:
        yield from suggest_label_keys(cursor, setting)
    elif cursor.place in (CursorContext.CONTENT, CursorContext.VALUE) and not is_labels:
        yield from suggest_known_values(cursor, setting)


def _read(text: str, cursor: Cursor) -> Document:
    """A document that someone is writing: where it is no YAML yet, as it is once the key under the cursor has its colon."""
    document = parse_manifest(text)
    if document.error is None or cursor.has_colon or cursor.in_flow or cursor.place is not CursorContext.CONTENT:
        return document
    end = cursor.word.end
    finished = parse_manifest(f"{text[:end]}: {text[end:]}" if len(cursor.word) else f"{text[:end]}x: {text[end:]}")
    return finished if finished.error is None else document


def vocabulary(opened: Iterable[Snapshot]) -> Vocabulary:
    """The words of all open documents."""
    return join(_words_of(snapshot, chunk.text) for snapshot in opened for chunk in snapshot.chunks)


def _words_of(snapshot: Snapshot, text: str) -> Vocabulary:
    """The words of one YAML document; one of ours has been read already."""
    known = snapshot.known.get(text)
    if known is not None and known.analysis is not None:
        if known.words is None:
            known.words = collect([known.analysis.document.root])
        return known.words
    return _words_of_text(text) if len(text) <= _LONGEST_PART and "kind" in text else Vocabulary()


@lru_cache(maxsize=512)
def _words_of_text(text: str) -> Vocabulary:
    return collect([parse_manifest(text).root])


def _setting(document: Document, cursor: Cursor, opened: Iterable[Snapshot], known: tuple[KnownWord, ...]) -> Setting:
    as_json = is_json(document) or document.text.lstrip()[:1] == "{"
    style = style_of(document) if document.root is not None else Style(newline=document.source.newline)
    key, _ = lookup(document.root, (*cursor.path[:-2], "key")) if cursor.path[-2:-1] == ("values",) else (None, None)
    if key is None and cursor.path[-1:] == ("values",):
        key, _ = lookup(document.root, (*cursor.path[:-1], "key"))
    word = document.text[cursor.word.start : cursor.word.end].strip("'\"")
    label_key = key.value if isinstance(key, Scalar) else None
    return Setting(style, vocabulary(opened), known, as_json, label_key, word)


def _path_in_object(path: Path, document: Document) -> Path:
    """A path from the object's own root: without the way through a List."""
    kind, _ = lookup(document.root, ("kind",))
    is_list = isinstance(kind, Scalar) and kind.value.endswith("List")
    while is_list and len(path) >= 2 and path[0] == "items" and isinstance(path[1], int):
        path = path[2:]
    return path


def _has_kind(text: str) -> bool:
    return any(line.lstrip(" {\"'").startswith("kind") for line in text.splitlines())


def _in_comment(snapshot: Snapshot, part: Part, cursor: Cursor, offset: int) -> list[Suggestion]:
    before = part.text[cursor.word.start : offset - part.start]
    used = {diagnostic.code for diagnostic in snapshot.findings}
    return suggest_in_comment(before, offset, (rule.info for rule in all_rules()), used)


def _shifted(found: list[Suggestion], offset: int) -> list[Suggestion]:
    """Suggestions of a YAML document as those of its file."""
    return [
        Suggestion(
            one.label,
            one.kind,
            one.text,
            one.span.shift(offset),
            one.detail,
            one.doc,
            one.is_snippet,
        )
        for one in found
    ]


def render(
    found: list[Suggestion], snapshot: Snapshot, offset: int, client: Client, suggest_command: str = ""
) -> list[Json]:
    """The client's items, in our order. A key is followed by the client's command that offers what may come after it."""
    indent = _indent_at(snapshot, offset)
    items = [_render(one, number, snapshot, offset, client, indent) for number, one in enumerate(found)]
    for one, item in zip(found, items, strict=True):
        if suggest_command and one.kind is Kind.FIELD:
            item["command"] = {"title": "Suggest", "command": suggest_command}
    return items


def _render(one: Suggestion, number: int, snapshot: Snapshot, offset: int, client: Client, indent: int) -> Json:
    is_snippet = one.is_snippet and client.snippets and "$" in one.text
    text = one.text if is_snippet else plain(one.text)
    item: Json = {
        "label": one.label,
        "kind": _KINDS[one.kind],
        "sortText": f"{number:04}",
        "filterText": _filter(one, snapshot),
    }
    if one.detail:
        item["detail"] = one.detail
    if one.doc:
        kind = types.MarkupKind.Markdown if client.markdown_completion else types.MarkupKind.PlainText
        item["documentation"] = {"kind": kind.value, "value": one.doc}
    if is_snippet:
        item["insertTextFormat"] = types.InsertTextFormat.Snippet.value
    if "\n" in text:
        if client.inserts_as_is:
            item["insertTextMode"] = types.InsertTextMode.AsIs.value
        elif is_snippet:
            # Without a word on it, clients indent the further lines of a snippet like its first one.
            text = text.replace("\n" + " " * indent, "\n")
    positions = snapshot.positions
    if client.insert_replace:
        insert = positions.range(Span(one.span.start, max(offset, one.span.start)))
        item["textEdit"] = {"newText": text, "insert": insert, "replace": positions.range(one.span)}
    else:
        item["textEdit"] = {"newText": text, "range": positions.range(one.span)}
    return item


def _filter(one: Suggestion, snapshot: Snapshot) -> str:
    """What is compared with the word being typed; when that starts with a quote, so must this."""
    quote = snapshot.source.text[one.span.start : one.span.start + 1]
    is_quoted = len(one.span) > 0 and quote in ("'", '"')
    return f"{quote}{one.label}" if is_quoted else one.label.removeprefix("- ")


def _indent_at(snapshot: Snapshot, offset: int) -> int:
    """How far the line at an offset is indented."""
    text = snapshot.source.text
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = text[start:offset]
    return len(line) - len(line.lstrip(" "))
