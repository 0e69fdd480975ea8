"""Reads documents that are not well: through damaged characters, past errors, without their indentation."""

from __future__ import annotations

from dataclasses import replace

from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.nodes import Mapping, Node
from netpol_lsp.yaml.parser import Parsed, parse
from netpol_lsp.yaml.problems import SyntaxProblem
from netpol_lsp.yaml.recovery.confusable_repair import choose_replacements, confusable_problems, offsets_of
from netpol_lsp.yaml.recovery.confusables import Confusable, find_confusables
from netpol_lsp.yaml.recovery.driver import recover
from netpol_lsp.yaml.recovery.lost_indentation import lost_indentation
from netpol_lsp.yaml.recovery.offset_map import move_back, move_problem
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape, field_names

# What every object needs, and where the API server misses it.
_NEEDED = {"kind": "kind", "apiVersion": "apiVersion", "metadata": "metadata.name"}

Read = tuple[Node | None, tuple[SyntaxProblem, ...], SyntaxProblem | None]


def parse_with_recovery(text: str, shape: ObjectShape | None, *, is_template: bool, pure: bool) -> Read:
    """The tree, all problems, and the one that hides a part of the document; see `Document`."""
    if shape is not None:
        damages = find_confusables(text, field_names(shape))
        if damages:
            return _read_damaged(text, damages, shape, is_template=is_template, pure=pure)
        lost = None if is_template else lost_indentation(text, shape)
        if lost is not None:
            return None, (lost,), lost
    parsed = parse(text, pure=pure)
    if parsed.error is None or _is_whole(parsed):
        return parsed.root, parsed.problems, None
    root, problems = recover(text, parsed.error, shape, mends=not is_template, pure=pure)
    first = problems[0]
    if parsed.has_ended and isinstance(parsed.root, Mapping):
        # The API server reads only what stands in front of the error.
        lacking = next(field for name, field in _NEEDED.items() if parsed.root.get(name) is None)
        first = replace(first, field=lacking)
    return root or parsed.root, (first, *problems[1:]), first


def _is_whole(parsed: Parsed) -> bool:
    """Whether the parser only stopped behind a whole object: the API server ignores what follows."""
    assert parsed.error is not None
    return parsed.has_ended and isinstance(parsed.root, Mapping) and all(map(parsed.root.get, _NEEDED))


def _read_damaged(text: str, damages: list[Confusable], shape: ObjectShape, *, is_template: bool, pure: bool) -> Read:
    """Read a text through its damaged characters."""
    damages = choose_replacements(text, damages, shape, pure=pure)
    offsets = offsets_of(damages)
    mended = apply_edits(text, [damage.edit for damage in damages])
    root, problems, error = parse_with_recovery(mended, shape, is_template=is_template, pure=pure)
    move_back(root, offsets)
    found = confusable_problems(text, damages, root)
    # Fixes of other problems wait until these characters are mended: they count in columns.
    moved = {id(problem): replace(move_problem(problem, offsets), fixes=()) for problem in problems}
    return root, found + tuple(moved.values()), moved[id(error)] if error is not None else None
