"""Completion in files of connectivity tests."""

from __future__ import annotations

from netpol_lsp.ide.completion import Suggestion
from netpol_lsp.ide.connection_names import KnownEnd, known_ends
from netpol_lsp.ide.intent_completion import Around, suggest_head, suggest_in_tests, suggest_test_file
from netpol_lsp.lint.known_cluster import cluster_and_names
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_files import looks_like_tests
from netpol_lsp.text.memo import Memo
from netpol_lsp.yaml.cursor.block import Cursor, CursorContext
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import is_json, style_of
from netpol_lsp.yaml.nodes import Scalar
from netpol_lsp.yaml.paths import lookup
from netpol_lsp.yaml.style import Style

_ENDS: Memo[Engine, None, tuple[KnownEnd, ...]] = Memo()


def suggest_tests(snapshot: Snapshot, text: str, document: Document, cursor: Cursor) -> list[Suggestion] | None:
    """What can be at a cursor of a YAML document (`text`) of connectivity tests; None when it is something else."""
    if not looks_like_tests(text):
        return None
    typed = text[cursor.word.start : cursor.word.end]
    return suggest_in_tests(cursor, _around(document, cursor), ends_of(snapshot), typed)


def suggest_for_nothing(document: Document, cursor: Cursor) -> list[Suggestion]:
    """For a document that says nothing yet: a file of tests, or what its head may be."""
    if cursor.place is CursorContext.CONTENT and not cursor.path:
        around = _around(document, cursor)
        return [suggest_test_file(cursor, around.style)] if not around.as_json else []
    return list(suggest_head(cursor, _around(document, cursor))) if cursor.place is CursorContext.VALUE else []


def _around(document: Document, cursor: Cursor) -> Around:
    style = style_of(document) if document.root is not None else Style(newline=document.source.newline)
    to, _ = lookup(document.root, (*cursor.path[:2], "to"))
    as_json = is_json(document) or document.text.lstrip()[:1] == "{"
    return Around(style, as_json, to.value if isinstance(to, Scalar) else None)


def ends_of(snapshot: Snapshot) -> tuple[KnownEnd, ...]:
    """The names that mean something in the workspace of a document."""
    engine = cluster_and_names(snapshot.workspace.view, snapshot.config.settings)[0].engine
    known = _ENDS.of(engine)
    if None not in known:
        known[None] = tuple(known_ends(engine.cluster))
    return known[None]
