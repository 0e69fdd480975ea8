"""From a parser's error to what is really wrong: the smallest change after which the parser can read on.

The parser reports the place where it gave up, often lines after the mistake. Likely mistakes near that
place are repaired one at a time; the one that lets the parser read on, and gives the tree that fits the
kind of object best, is the explanation.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from netpol_lsp.text.edits import Applicability, Fix, apply_edits
from netpol_lsp.text.source import LineIndex
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.line_scanner import Line, read_flow, read_lines
from netpol_lsp.yaml.nodes import Scalar, walk
from netpol_lsp.yaml.parser import Parsed, first_error_offset, parse
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.excerpt import part_around
from netpol_lsp.yaml.recovery.offset_map import OffsetMap
from netpol_lsp.yaml.recovery.repairs import dashes, flow, indentation, tokens
from netpol_lsp.yaml.recovery.repairs.api import ErrorSite, Repair, RepairProvider
from netpol_lsp.yaml.recovery.schema_shape import ANYTHING, ObjectShape, field_names
from netpol_lsp.yaml.recovery.score import fit

_LONGEST = 500_000
_TRIES = 160
_CONFIRMED = 3
_PAIRS = 6
_REPAIRERS: tuple[RepairProvider, ...] = (
    indentation.tabs,
    tokens.slashes,
    tokens.missing_colon,
    tokens.assigned,
    dashes.list_on_key_line,
    tokens.quotes,
    flow.half_template,
    flow.brackets,
    flow.between_items,
    tokens.escapes,
    tokens.escaped_line_breaks,
    tokens.two_keys,
    dashes.dashes,
    dashes.first_without_dash,
    dashes.deleted_dash,
    dashes.items_after_other_key,
    tokens.bad_start,
    indentation.swapped,
    indentation.block_text,
    indentation.first_line,
    indentation.half_separator,
    indentation.no_yaml,
    indentation.wrong_column,
)

# What the parser says, said so that it can be understood. Patterns of libyaml's and ruamel's messages.
_PLAIN_WORDS = (
    (r"could not find expected ':'", "this key has no colon after it", "write `key: value`"),
    (r"mapping values are not allowed", "a key is not allowed here", "check the colon and the columns of the line before"),
    (r"did not find expected key|expected <block end>", "this line does not fit the columns of the lines above", "check how far it is indented"),
    (r"expected '-' indicator", "this line is among list items but is not one", "check how far it is indented"),
    (r"sequence entries are not allowed", "a list item is not allowed here", "put it on a line of its own"),
    (r"quoted scalar", "the quote that opens here is not closed", "close it"),
    (r"cannot start any token", "a value cannot start with this character", "put the value in quotes"),
    (r"flow sequence", "the bracket `[` is not closed", "close it with `]`"),
    (r"flow mapping", "the bracket `{` is not closed", "close it with `}`"),
    (r"block scalar", "what follows `|` or `>` must go on the next line", ""),
    (r"node content", "a value is missing here", ""),
    (r"anchor|alias", "a name must follow `&` and `*`", "put the value in quotes"),
    (r"tag", "this tag cannot be read", "put the value in quotes"),
    (r"directive", "this directive cannot be read", "delete this line"),
    (r"document (?:start|end)", "this line does not belong to the document above", "check how far it is indented"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explained:
    """An error and the repaired text: `text` is None where no small change helps. `offsets` lead back from it."""

    problem: SyntaxProblem
    text: str | None = None
    parsed: Parsed | None = None
    offsets: OffsetMap | None = None


def explain(text: str, error: SyntaxProblem, shape: ObjectShape | None = None) -> Explained:
    """What is wrong in a text that the parser stopped at with `error`."""
    if error.kind is not ProblemKind.SYNTAX or len(text) > _LONGEST:
        return Explained(in_plain_words(error, text))
    scene = _scene(text, error, shape or ANYTHING)
    best = _best(scene, error, shape or ANYTHING) or _first_of_two(scene, error, shape or ANYTHING)
    if best is None:
        return Explained(in_plain_words(error, text))
    repair, mended, parsed, offsets = best
    applicability = Applicability.SAFE if repair.is_plain and parsed.error is None else Applicability.UNSAFE
    problem = SyntaxProblem(
        repair.kind,
        repair.span,
        repair.message,
        repair.related,
        repair.hint,
        repair.note,
        (Fix(repair.title, repair.edits, applicability),),
        guessed=_lines_of(repair, scene),
    )
    return Explained(problem, mended, parsed, offsets)


def _lines_of(repair: Repair, scene: ErrorSite) -> tuple[Span, ...]:
    """The lines that a repair touches; none where it says what is meant whatever is there."""
    if repair.kind is not ProblemKind.SYNTAX:
        return ()
    lines = scene.lines
    found: dict[int, Span] = {}
    for edit in repair.edits:
        first = max(bisect_right(lines, edit.span.start, key=_start_of) - 1, 0)
        for line in lines[first : bisect_right(lines, edit.span.end, key=_start_of)]:
            if edit.span.start <= line.end:
                found[line.number] = Span(line.start, line.end)
    return tuple(found[number] for number in sorted(found))


def _start_of(line: Line) -> int:
    return line.start


def in_plain_words(error: SyntaxProblem, text: str) -> SyntaxProblem:
    """The parser's error in words that say what to look for, on the word where it gave up."""
    for pattern, message, hint in _PLAIN_WORDS:
        if re.search(pattern, error.message):
            at = error.span
            if error.related is not None and re.search(r"quoted scalar|flow|simple key", error.message):
                at = error.related
            return replace(error, span=_word(text, at), message=message, related=None, hint=error.hint or hint)
    return error


def _word(text: str, span: Span) -> Span:
    """The word at a place; at the end of a line, its last one."""
    start = min(span.start, len(text))
    if start == len(text) or text[start] in "\r\n":
        while start > 0 and text[start - 1].isspace():
            start -= 1
        start = max(0, start - 1)
        while start > 0 and not text[start - 1].isspace():
            start -= 1
    found = re.compile(r"[^\s:]+|\S").match(text, start)
    return Span(start, found.end()) if found else Span(start, min(start + 1, len(text)))


def _scene(text: str, error: SyntaxProblem, shape: ObjectShape) -> ErrorSite:
    index = LineIndex(text)
    lines = read_lines(text, index)
    at = min(error.span.start, max(len(text) - 1, 0))
    number = index.line_of(at)
    while number > 0 and lines[number].is_empty:
        number -= 1
    context = index.line_of(error.related.start) if error.related is not None else number
    if error.related is None and "flow" in error.message:
        context = next((line.number for line in reversed(lines[:number]) if read_flow(line.value).opened), number)
    return ErrorSite(text, lines, at, number, min(context, number), error.message, field_names(shape))


def _best(scene: ErrorSite, error: SyntaxProblem, shape: ObjectShape) -> tuple[Repair, str, Parsed, OffsetMap] | None:
    """The repair that leads to the best tree, of those that let the parser read further."""
    candidates = [repair for repairer in _REPAIRERS for repair in repairer(scene)]
    candidates.sort(key=lambda repair: repair.cost)
    part = part_around(scene, error)
    ranked: list[tuple[bool, float, int, Repair, Parsed]] = []
    tried: set[str] = {part}
    for number, repair in enumerate(candidates[:_TRIES]):
        mended = apply_edits(part, [edit for edit in repair.edits if edit.span.end <= len(part)])
        if mended in tried:
            continue
        tried.add(mended)
        stop = first_error_offset(mended)
        if stop is not None and not _is_behind(scene, error, stop, repair.offsets):
            continue
        parsed = parse(mended)
        if parsed.error is not None and not _reads_on(scene, error, parsed, repair.offsets):
            continue
        if not _swallows_line(scene, parsed, mended):
            ranked.append((parsed.error is None, fit(parsed.root, shape) - 2 * repair.cost, -number, repair, parsed))
    ranked.sort(key=lambda one: one[:3], reverse=True)
    for _, _, _, repair, parsed in ranked[:_CONFIRMED]:
        mended = apply_edits(scene.text, repair.edits)
        whole = parsed if part is scene.text else parse(mended)
        if whole.error is None or _reads_on(scene, error, whole, repair.offsets):
            return repair, mended, whole, repair.offsets
    return None


def _swallows_line(scene: ErrorSite, parsed: Parsed, mended: str) -> bool:
    """Whether the line of the error has become the end of the plain text above it: `port: 80` and half a key are no name."""
    lines = (scene.line, scene.lines[scene.context])
    bodies = tuple(line.body for line in lines if line.body and line.key is None)
    if not bodies or parsed.root is None:
        return False
    for node in walk(parsed.root):
        if isinstance(node, Scalar) and not node.style:
            written = mended[node.start : node.end]
            if "\n" in written and written.endswith(bodies):
                return True
    return False


def _first_of_two(
    scene: ErrorSite, error: SyntaxProblem, shape: ObjectShape
) -> tuple[Repair, str, Parsed, OffsetMap] | None:
    """Where one change does not help: a plain one after which another one does."""
    plain = [repair for repairer in _REPAIRERS for repair in repairer(scene) if repair.is_plain]
    for repair in plain[:_PAIRS]:
        mended = apply_edits(scene.text, repair.edits)
        parsed = parse(mended)
        if parsed.error is None:
            continue
        following = _best(_scene(mended, parsed.error, shape), parsed.error, shape)
        if following is None:
            continue
        offsets = repair.offsets
        stop = following[2].error
        behind = following[3].original(stop.span.start) if stop is not None else len(mended)
        if stop is None or offsets.original(behind) > max(scene.lines[scene.number].end, error.span.end):
            return repair, mended, parsed, offsets
    return None


def _reads_on(scene: ErrorSite, error: SyntaxProblem, parsed: Parsed, offsets: OffsetMap) -> bool:
    """Whether the parser now stops on a later line."""
    assert parsed.error is not None
    return _is_behind(scene, error, parsed.error.span.start, offsets)


def _is_behind(scene: ErrorSite, error: SyntaxProblem, stop: int, offsets: OffsetMap) -> bool:
    """Whether a place of the repaired text lies after the line of the error."""
    return offsets.original(stop) > max(scene.lines[scene.number].end, error.span.end)
