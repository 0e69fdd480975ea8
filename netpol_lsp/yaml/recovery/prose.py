"""Finds prose among manifests, as in a text that was copied from an article with the paragraphs between the policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import LineIndex
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape, field_names

if TYPE_CHECKING:
    from netpol_lsp.yaml.line_scanner import Line

_MOST_LINES = 4000
# Fences, numbered lines, prompts and pictures of a page of text.
_MARK = re.compile(r"(?:`{3,}|~{3,}|\*{3,}\Z|\d+[.)] |[$>] |!\[)")
# Letters of scripts that write sentences without spaces: Thai, Japanese, Chinese. Korean has spaces, but few.
_UNSPACED_LETTERS = "\u0e01-\u0e5b\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_UNSPACED = re.compile(rf"[{_UNSPACED_LETTERS}]")
_FEWEST_UNSPACED = 4
"""Letters of these from which a line at the margin is a sentence: no field has any."""
_FIRST_WORD = re.compile(r"[\"'(*_]*([A-Za-z][\w'-]*)")
# What a shell reads up to a line with this word, as in `kubectl apply -f - <<EOF`.
_HERE_DOCUMENT = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_BRACKETS = re.compile(r"[{}\[\]]")
_YAML_SIGNS = re.compile(r"[{}\[\]]|^\S+: |\S=\S|^['\"]")


def may_have_prose(text: str, shape: ObjectShape) -> bool:
    """Whether a line starts at the margin and not with a field of the shape: a quick look."""
    if "\r" in text:
        text = text.replace("\r", "\n")
    return _margin(shape).search(f"\n{text}") is not None


@lru_cache(maxsize=8)
def _margin(shape: ObjectShape) -> re.Pattern[str]:
    keys = "|".join(sorted(map(re.escape, shape.fields)))
    # It starts with a line feed: Python looks for a letter much faster than for a place.
    return re.compile(
        rf"\n(?=[^\s#%\"'{{\[&!|-])(?!(?:{keys})\"?:|\.\.\.)(?:[^\s:]++[ ]++[^\s#:]|[`~*>]|\w*[{_UNSPACED_LETTERS}])"
    )


def prose_problems(text: str, shape: ObjectShape) -> list[tuple[SyntaxProblem, list[Line]]]:
    """The blocks of prose in a text, each with its lines."""
    if not may_have_prose(text, shape):
        return []
    from netpol_lsp.yaml.line_scanner import read_lines  # noqa: PLC0415 - start-up is a feature

    index = LineIndex(text)
    if index.line_count > _MOST_LINES:
        return []
    found = list(_blocks(read_lines(text, index), field_names(shape)))
    return [(_problem(block), block) for block in found]


def without_lines(text: str, lines: list[Line]) -> str:
    """The text with some lines blanked: all offsets stay."""
    pieces: list[str] = []
    position = 0
    for line in lines:
        pieces += (text[position : line.start], " " * (line.end - line.start))
        position = line.end
    pieces.append(text[position:])
    return "".join(pieces)


def _blocks(lines: list[Line], fields: frozenset[str]) -> Iterator[list[Line]]:
    block: list[Line] = []
    ends: set[str] = set()
    for line in lines:
        if line.is_empty:
            continue
        here = _HERE_DOCUMENT.search(line.body) if not line.indent and line.key is None else None
        if here or line.body in ends or _is_prose(line, fields) or (block and _goes_on(line, fields)):
            block.append(line)
            ends |= {here[2]} if here else set()
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_prose(line: Line, fields: frozenset[str]) -> bool:
    """Whether a line at the margin is a sentence or a mark of a page of text."""
    if line.indent or line.is_separator:
        return False
    body = line.body
    if _MARK.match(body):
        return True
    if len(_UNSPACED.findall(body)) >= _FEWEST_UNSPACED and not line.dashes and not _BRACKETS.search(body):
        return True
    if line.key is not None or line.dashes or _YAML_SIGNS.search(body.rstrip(":")):
        return False
    words = body.split()
    first = _FIRST_WORD.match(body)
    if len(words) < 2 or first is None:
        return False
    word = first[1]
    ends = body[-1] in ".:!?;)"
    if word in fields or word.lower() in fields or any(name.lower().startswith(word.lower()) for name in fields):
        # A field without its colon, unless it is a whole sentence.
        return len(words) > 4 and (ends or word[0].isupper())
    return len(words) > 2 or ends or word[0].isupper()


def _goes_on(line: Line, fields: frozenset[str]) -> bool:
    """Whether a line belongs to the prose above it: it is indented, a bullet, or short and no field."""
    if line.is_separator:
        return False
    if line.indent:
        return True
    if line.dashes:
        return line.key is None
    if line.key is not None:
        return line.key not in fields and " " in line.value
    return not any(name.startswith(line.body) for name in fields)


def _problem(block: list[Line]) -> SyntaxProblem:
    first = block[0]
    many = len(block) > 1
    name = first.body[:-1].rstrip() if first.body.endswith(":") else ""
    return SyntaxProblem(
        ProblemKind.SYNTAX,
        Span(first.body_start, first.body_start + len(first.body)),
        f"these {len(block)} lines are prose, not YAML" if many else "this line is prose, not YAML",
        hint="make them comments" if many else "make it a comment",
        fixes=(
            Fix(
                "Make them comments" if many else "Make it a comment",
                tuple(TextEdit(Span(line.start, line.start), "# ") for line in block),
                Applicability.UNSAFE,
            ),
        ),
        # A sentence with a colon at its end is a key for the API server.
        field=name,
        is_passed_over=True,
    )
