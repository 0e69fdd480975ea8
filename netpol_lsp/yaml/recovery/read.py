"""Reads documents that are not well: through damaged characters, past errors, without their indentation."""

from __future__ import annotations

from dataclasses import replace

from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.line_scanner import Line
from netpol_lsp.yaml.nodes import Mapping, Node
from netpol_lsp.yaml.parser import Parsed, parse
from netpol_lsp.yaml.problems import SyntaxProblem
from netpol_lsp.yaml.recovery.confusable_repair import choose_replacements, confusable_problems, offsets_of
from netpol_lsp.yaml.recovery.confusables import Confusable, find_confusables
from netpol_lsp.yaml.recovery.driver import recover
from netpol_lsp.yaml.recovery.lost_indentation import lost_indentation
from netpol_lsp.yaml.recovery.offset_map import move_back, move_problem
from netpol_lsp.yaml.recovery.prose import prose_problems, without_lines
from netpol_lsp.yaml.recovery.schema_shape import ANYTHING, FieldShape, ObjectShape, field_names

Read = tuple[Node | None, tuple[SyntaxProblem, ...], SyntaxProblem | None]


def parse_with_recovery(text: str, shape: ObjectShape | None, *, is_template: bool, seeks_meaning: bool = True) -> Read:
    """The tree, all problems, and the one that hides a part of the document; see `Document`.

    Without `seeks_meaning`, what cannot be read as it is written is not read at all: see `yaml.documents.parse_edited`.
    """
    if shape is not None:
        damages = find_confusables(text, field_names(shape))
        if damages:
            return _read_damaged(text, damages, shape, is_template=is_template, seeks_meaning=seeks_meaning)
        lost = lost_indentation(text, shape) if seeks_meaning and not is_template else None
        if lost is not None:
            return None, (lost,), lost
        prose = [] if is_template else prose_problems(text, shape)
        if prose:
            return _read_between(text, prose, shape, seeks_meaning=seeks_meaning)
    parsed = parse(text)
    if parsed.error is None or _is_whole(parsed, shape):
        return parsed.root, parsed.problems, None
    if parsed.error.is_limit or not seeks_meaning:
        return None, (parsed.error,), parsed.error
    root, problems = recover(text, parsed.error, shape, mends=not is_template)
    first = problems[0]
    if parsed.has_ended and isinstance(parsed.root, Mapping):
        # The API server reads only what is before the error.
        first = replace(first, field=_lacking(parsed.root, shape or ANYTHING))
    return root or parsed.root, (first, *problems[1:]), first


def _read_between(
    text: str, prose: list[tuple[SyntaxProblem, list[Line]]], shape: ObjectShape, *, seeks_meaning: bool
) -> Read:
    """Read what is between the lines of prose."""
    rest = without_lines(text, [line for _, lines in prose for line in lines])
    root, problems, _ = parse_with_recovery(rest, shape, is_template=False, seeks_meaning=seeks_meaning)
    found = tuple(problem for problem, _ in prose)
    return root, (*found, *problems), found[0]


def _is_whole(parsed: Parsed, shape: ObjectShape | None) -> bool:
    """Whether the parser only stopped after a whole object: the API server ignores what follows."""
    assert parsed.error is not None
    required = shape.required if shape is not None else frozenset()
    return (
        bool(required) and parsed.has_ended and isinstance(parsed.root, Mapping) and all(map(parsed.root.get, required))
    )


def _lacking(root: Mapping, shape: ObjectShape) -> str:
    """The field whose absence the API server reports of an object that ends too early; "" when it has all it needs."""
    missing = [name for name in shape.required if root.get(name) is None]
    # The server looks for scalars (the type of the object) first: the last of the alphabet, `kind`, is asked for first.
    missing.sort(key=lambda name: (shape.fields[name].form is not FieldShape.SCALAR, [-ord(char) for char in name]))
    if not missing:
        return ""
    inner = shape.fields[missing[0]].usual
    return f"{missing[0]}.{inner[0].keys[0]}" if inner else missing[0]


def _read_damaged(
    text: str, damages: list[Confusable], shape: ObjectShape, *, is_template: bool, seeks_meaning: bool
) -> Read:
    """Read a text through its damaged characters."""
    damages = choose_replacements(text, damages, shape)
    offsets = offsets_of(damages)
    mended = apply_edits(text, [damage.edit for damage in damages])
    root, problems, error = parse_with_recovery(mended, shape, is_template=is_template, seeks_meaning=seeks_meaning)
    move_back(root, offsets)
    found = confusable_problems(text, damages, root)
    # Fixes of other problems wait until these characters are repaired: they count in columns.
    moved = {id(problem): replace(move_problem(problem, offsets), fixes=()) for problem in problems}
    return root, found + tuple(moved.values()), moved[id(error)] if error is not None else None
