"""Reads a text through its damaged characters: what each should be, and the tree after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netpol_lsp.text.edits import Fix, apply_edits
from netpol_lsp.yaml.nodes import Node
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.paths import path_at, render_path
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.confusables import Confusable, describe
from netpol_lsp.yaml.recovery.offset_map import OffsetMap
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape
from netpol_lsp.yaml.recovery.score import fit

_MOST_TRIED = 12


def choose_replacements(text: str, damages: Sequence[Confusable], shape: ObjectShape) -> list[Confusable]:
    """The damages with what makes the best document of the text: a character may stand for another one, or for none."""
    chosen = list(damages)
    score = _score(text, chosen, shape)
    if len(chosen) > _MOST_TRIED:
        return chosen
    for number, damage in enumerate(damages):
        if not damage.text:
            continue
        attempt = [*chosen[:number], replace(damage, text=""), *chosen[number + 1 :]]
        other = _score(text, attempt, shape)
        if other > score:
            chosen, score = attempt, other
    return chosen


def _score(text: str, damages: Sequence[Confusable], shape: ObjectShape) -> tuple[bool, float]:
    parsed = parse(apply_edits(text, [damage.edit for damage in damages]))
    return parsed.error is None, fit(parsed.root, shape)


def confusable_problems(text: str, damages: Sequence[Confusable], mended: Node | None) -> tuple[SyntaxProblem, ...]:
    """What to say of each damage; `mended` is the tree after it, with the offsets of the damaged text."""
    raw = parse(text)
    root = raw.root if raw.error is None else None
    return tuple(_problem(text, damage, root, mended) for damage in damages)


def _problem(text: str, damage: Confusable, raw: Node | None, mended: Node | None) -> SyntaxProblem:
    chars = list(dict.fromkeys(text[damage.span.start : damage.span.end]))
    count = len(damage.span)
    what = ", ".join(describe(char) for char in chars[:3])
    if count > 1 and len(chars) == 1:
        what = f"{count} times {what}"
    shown = damage.text.strip(" ")
    instead = f"`{shown}`" if shown else "a space"
    if damage.text:
        message, title = f"{what} instead of {instead}", f"Write {instead} instead"
    else:
        message, title = f"{what} does not belong here", "Remove it" if count == 1 else "Remove them"
    return SyntaxProblem(
        ProblemKind.CHARACTER,
        damage.span,
        message,
        hint="introduced by copy and paste",
        fixes=(Fix(title, (damage.edit,)),),
        is_error=damage.is_refused,
        field=_field(damage, raw, mended),
    )


def _field(damage: Confusable, raw: Node | None, mended: Node | None) -> str:
    """Where the API server sees the mistake: at the key as it is spelt, but a damaged `kind` is a missing one."""
    if raw is None:
        return ""
    if damage.span.start == 0:
        # Behind a second byte order mark go-yaml sees nothing at all.
        return "kind"
    meant = path_at(mended, damage.span)
    if meant in (("kind",), ("apiVersion",)):
        return render_path(meant)
    *parents, last = path_at(raw, damage.span) or ("",)
    if not isinstance(last, str):
        return render_path((*parents, last))
    # Keys are spelt as Go quotes them.
    name = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in last)
    parent = render_path(parents)
    return f"{parent}.{name}" if parent else name


def offsets_of(damages: Sequence[Confusable]) -> OffsetMap:
    """The way back from the repaired text."""
    return OffsetMap([damage.edit for damage in damages])
