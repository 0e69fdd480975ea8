"""From text to nodes: ruamel.yaml's event stream, by libyaml where it is installed.

The only importer of ruamel. libyaml's marks count code points; a document is parsed alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.aliases import Expander, merge_entries
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_merge_key, walk
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem

try:
    from _ruamel_yaml import CParser as _CParser  # type: ignore[import-not-found,unused-ignore]
except ImportError:  # pragma: no cover - only where no wheel of ruamel.yaml.clib exists
    _CParser = None


class Backend(StrEnum):
    """The parsers that can make the events."""

    LIBYAML = "libyaml"
    PURE = "pure Python"


BEST_BACKEND = Backend.PURE if _CParser is None else Backend.LIBYAML
"""The fastest parser that is installed: what everything is read with."""
_backend: ContextVar[Backend] = ContextVar("backend", default=BEST_BACKEND)


@contextmanager
def using_backend(backend: Backend) -> Iterator[None]:
    """Read with this parser inside the `with` block, to compare the two."""
    token = _backend.set(backend)
    try:
        yield
    finally:
        _backend.reset(token)


_COLON_IN_FLOW = "found unexpected ':'"
# A colon inside a word in brackets is text for go-yaml; libyaml refuses it. It is shown this sign instead.
_HIDDEN = "\ue001"
_MOST_HIDDEN = 200
_WORD_WITH_COLON = re.compile(r"(?<![^\s,\[{])[\w./-][^\s,\[\]{}\"'#]*", re.ASCII)
_INNER_COLON = re.compile(r":(?=\S)")
"""The libyaml in ruamel.yaml.clib refuses `{cidr: fd00::/8}`; go-yaml and the pure parser read it."""
_BLOCKS = ("|", ">")
MAX_DEPTH = 1000
"""Deeper nesting is refused: no manifest needs it, and recursion over nodes must end."""
MAX_NODES = 500_000
"""Documents of more values and ends of collections are not read: at 150 bytes each, memory must end. The API server takes 3 MiB."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read: `root` (None for an empty document), the syntax error that stopped the parser, alias problems.

    `has_ended`: the document was read to its end; with an error, something that cannot be read follows it.
    """

    root: Node | None
    error: SyntaxProblem | None
    problems: tuple[SyntaxProblem, ...]
    has_ended: bool = True


def parse(text: str) -> Parsed:
    """Parse the first document of `text`; never raises."""
    parsed, colon = _parse(text, text)
    readable = text
    for _ in range(_MOST_HIDDEN):
        if colon is None:
            break
        readable = _hide_colons(readable, colon)
        parsed, colon = _parse(text, readable)
    if readable is not text and parsed.root is not None:
        _show_colons(parsed.root)
    return parsed


def _show_colons(root: Node) -> None:
    """Put back what was hidden from libyaml."""
    for node in walk(root):
        if isinstance(node, Scalar):
            node.value = node.value.replace(_HIDDEN, ":")
        elif isinstance(node, Mapping):
            for entry in node.entries:
                entry.name = entry.name and entry.name.replace(_HIDDEN, ":")


def first_error_offset(text: str) -> int | None:
    """Where the parser gives up on a text; None when it reads all of it, or when only `parse` can tell.

    Makes no nodes, which takes a tenth of the time: for trying one change after the other.
    """
    if _backend.get() is Backend.PURE:
        return None
    try:
        _CParser(text).raw_parse()
    except MarkedYAMLError as raised:
        if raised.problem == _COLON_IN_FLOW or raised.problem_mark is None:
            return None
        stop: int = min(raised.problem_mark.index, len(text))
        # Behind a marker another document may have begun, which is none of ours.
        return None if "---" in text[1:stop] or "..." in text[:stop] else stop
    except (YAMLError, UnicodeError):
        return None
    return None


def _parse(text: str, readable: str) -> tuple[Parsed, int | None]:
    """Parse `readable`, which is `text` with some colons hidden; where libyaml stumbles over another one, tell where."""
    builder = _Builder(text)
    is_pure = _backend.get() is Backend.PURE
    error: SyntaxProblem | None = None
    colon: int | None = None
    try:
        builder.build(_pure_events(readable) if is_pure else _CParser(readable).get_event)
    except MarkedYAMLError as raised:
        if not is_pure and raised.problem == _COLON_IN_FLOW and raised.problem_mark is not None:
            colon = raised.problem_mark.index
        error = _marked_problem(raised, text)
    except YAMLError as raised:
        error = _reader_problem(raised, text)
    except RecursionError:
        span = Span(0, min(1, len(text)))
        error = SyntaxProblem(ProblemKind.SYNTAX, span, "the document is nested too deeply", is_limit=True)
    except _LimitError as raised:
        error = raised.problem
    except (UnicodeError, ValueError, IndexError, AssertionError, TypeError, AttributeError) as raised:
        # ruamel's pure parser has corners that raise these instead of its own errors.
        error = SyntaxProblem(ProblemKind.SYNTAX, Span(0, min(1, len(text))), f"this cannot be read as YAML ({raised})")
    return builder.result(error), colon


def _hide_colons(text: str, offset: int) -> str:
    """The text with the colon at `offset` hidden from libyaml, and, at first, all others that are inside a word."""
    if _HIDDEN not in text and "%TAG" not in text:
        text = _WORD_WITH_COLON.sub(lambda match: _INNER_COLON.sub(_HIDDEN, match.group()), text)
    return text[:offset] + _HIDDEN + text[offset + 1 :]


class _LimitError(Exception):
    """The document asks for more than is read."""

    def __init__(self, offset: int, message: str, *, is_error: bool) -> None:
        super().__init__(message)
        span = Span(offset, offset + 1)
        self.problem = SyntaxProblem(ProblemKind.SYNTAX, span, message, is_error=is_error, is_limit=True)


class _Builder:
    """Turns events into nodes; holds a partial tree when the events stop early."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.roots: list[Node] = []
        # Each level: the list that takes finished nodes (keys and values in turn in a mapping), and its collection.
        self.stack: list[tuple[list[Node], Mapping | Sequence]] = []
        self.current = self.roots
        self.expander = Expander()
        self.has_ended = False
        self.may_merge = "<<" in text

    def build(self, next_event: Callable[[], Any]) -> None:
        """Read events up to the end of the first document."""
        expander = self.expander
        written = 0
        event: Any = None
        for _ in range(MAX_NODES):
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                start, end = event.start_mark.index, event.end_mark.index
                if event.tag is None and event.anchor is None and start != end and event.style not in _BLOCKS:
                    # By far the most: a plain or quoted scalar without anchor and tag.
                    written += 1
                    self.current.append(Scalar(start, end, event.value, event.style or ""))
                else:
                    self.current.append(self._scalar(event))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                written += 1
                self._open(event, Mapping if kind is MappingStartEvent else Sequence)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event.end_mark.index)
            elif kind is AliasEvent:
                expander.count(written)
                written = 0
                start, end = event.start_mark.index, event.end_mark.index
                self.current.append(expander.expand(event.anchor, Span(start, end)))
            elif kind is DocumentEndEvent:
                self.has_ended = True
                # Raises when something follows that belongs to no document.
                next_event()
                return
            elif event is None or kind.__name__ == "StreamEndEvent":
                return
        message = f"the document has more than {MAX_NODES:,} values, which is more than is read"
        raise _LimitError(event.start_mark.index, message, is_error=False)

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        tag, anchor, style, value = event.tag, event.anchor, event.style, event.value
        if style is None or not style:
            style = ""
        if tag is not None or anchor is not None:
            start = _skip_properties(self.text, start, end)
            if tag == "!":
                tag = "tag:yaml.org,2002:str"
        if style in ("|", ">"):
            end = _trim_block(self.text, start, end)
        elif not value and not style:
            start, end = self._place_of_nothing(start)
        node = Scalar(start, end, value, style, tag, anchor)
        self.expander.note(node)
        return node

    def _place_of_nothing(self, offset: int) -> tuple[int, int]:
        """A value that is not written is right after its colon or dash, whatever the parser says."""
        at = offset
        while at > 0 and self.text[at - 1] not in ":-?,[{" and self.text[at - 1] in " \t\r\n":
            at -= 1
        if at > 0 and self.text[at - 1] in ":-?":
            offset = at
        elif self.current and at == self.current[-1].end:
            offset = at  # `? key` without a colon
        return offset, offset

    def _open(self, event: Any, make: type[Mapping | Sequence]) -> None:
        start = event.start_mark.index
        if len(self.stack) >= MAX_DEPTH:
            raise _LimitError(start, f"nested more than {MAX_DEPTH} levels deep", is_error=True)
        tag, anchor = event.tag, event.anchor
        if tag is not None or anchor is not None:
            start = _skip_properties(self.text, start, len(self.text))
            if tag == "!":
                tag = None
        flow = bool(event.flow_style) and self.text[start : start + 1] in ("[", "{")
        node = make(start, start, flow=flow, tag=tag, anchor=anchor)
        if anchor is not None:
            self.expander.name(node)
        self.current.append(node)
        self.stack.append((self.current, node))
        self.current = []

    def _close(self, end: int) -> None:
        taken = self.current
        self.current, node = self.stack.pop()
        if type(node) is Mapping:
            self._fill_mapping(node, taken)
        else:
            node.items = taken  # type: ignore[union-attr]
        if node.flow:
            node.end = end
        elif taken:
            # Block collections end, for the parser, at the next token: take the last child's end.
            if type(node) is Mapping:
                node.start = taken[0].start
            last = taken[-1].end
            node.end = last if last > node.start else node.start  # noqa: FURB136 - done for each collection
        if node.anchor is not None:
            self.expander.close(node)

    def _fill_mapping(self, node: Mapping, taken: list[Node]) -> None:
        if len(taken) % 2:
            end = taken[-1].end
            taken.append(Scalar(end, end, ""))
        node.entries = list(map(Entry, taken[::2], taken[1::2]))
        if self.may_merge and any(is_merge_key(key) for key in taken[::2]):
            node.merged = merge_entries(node, self.expander.problems)

    def result(self, error: SyntaxProblem | None) -> Parsed:
        """The tree so far: collections that an error left open are closed where the text was understood."""
        while self.stack:
            end = self.current[-1].end if self.current else self.stack[-1][1].start
            self._close(end)
        root = self.roots[0] if self.roots else None
        return Parsed(root, error, tuple(self.expander.problems), self.has_ended)


def _skip_properties(text: str, start: int, end: int) -> int:
    """The offset after `&anchor` and `!tag` that are at `start`."""
    at = start
    while at < end and text[at] in "&!":
        while at < end and text[at] not in " \t\r\n,]}":
            at += 1
        while at < end and text[at] in " \t\r\n":
            at += 1
    return min(at, end)


def _trim_block(text: str, start: int, end: int) -> int:
    """The end of a block scalar's last line that is not space."""
    while end > start and text[end - 1] in " \t\r\n":
        end -= 1
    return end


def _marked_problem(raised: MarkedYAMLError, text: str) -> SyntaxProblem:
    mark = raised.problem_mark or raised.context_mark
    offset = min(mark.index, len(text)) if mark is not None else 0
    context = raised.context_mark.index if raised.context_mark is not None else None
    related = Span(context, context + 1) if context is not None and context != offset and context < len(text) else None
    end = min(offset + 1, len(text))
    problem = " ".join(part for part in (raised.context, raised.problem) if part)
    return SyntaxProblem(ProblemKind.SYNTAX, Span(min(offset, end), end), problem or "this is not YAML", related)


def _reader_problem(raised: YAMLError, text: str) -> SyntaxProblem:
    # ReaderError has no mark: look for the character it does not take.
    for offset, char in enumerate(text):
        if not _is_printable(char):
            return SyntaxProblem(
                ProblemKind.SYNTAX,
                Span(offset, offset + 1),
                f"control character U+{ord(char):04X} is not allowed in YAML",
            )
    return SyntaxProblem(ProblemKind.SYNTAX, Span(0, min(1, len(text))), str(raised).partition("\n")[0])


def _is_printable(char: str) -> bool:
    return (
        char in "\t\n\r\x85"
        or " " <= char <= "~"
        or "\xa0" <= char <= "\ud7ff"
        or ("\ue000" <= char <= "\ufffd" and char != "\ufeff")
        or "\U00010000" <= char <= "\U0010ffff"
    )


def _pure_events(text: str) -> Callable[[], Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - the fallback only

    events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
    return lambda: next(events, None)
