"""Fixes for values of a wrong type: what they can be turned into."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import DocumentAnalysis
from netpol_lsp.lint.notations import Notation, joined, read_notation, read_notations, written_out
from netpol_lsp.lint.refusals import Outcome, may_try, outcome
from netpol_lsp.lint.schema import SchemaFinding, shape
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.cst.change import Change, put, replace_value, restructure
from netpol_lsp.yaml.cst.convert import convert, label_values_item, split_over
from netpol_lsp.yaml.cst.move import unwrap
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree
from netpol_lsp.yaml.cst.write import write_instead, write_list
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.paths import lookup, render_path
from netpol_lsp.yaml.placement import fits, shape_at
from netpol_lsp.yaml.recovery.schema_shape import FieldShape, ObjectShape

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


def conversions(analysis: DocumentAnalysis, settings: Settings, found: SchemaFinding) -> Iterator[Fix]:
    """What a value of a wrong type can be turned into; each leaves fewer reasons to refuse the document."""
    if found.node.origin is not None:
        return
    wanted = shape_at(shape(), found.path)
    for title, change, is_safe in _changes(analysis, found, wanted):
        edits = restructure(analysis.document, change) if may_try(analysis) else None
        if not edits:
            continue
        result = outcome(analysis, edits, settings, render_path(found.path[:-1]))
        if result is not Outcome.NO_BETTER:
            yield Fix(title, edits, SAFE if is_safe and result is Outcome.ACCEPTED_MORE else UNSAFE)


def _changes(
    analysis: DocumentAnalysis, found: SchemaFinding, wanted: ObjectShape
) -> Iterator[tuple[str, Change, bool]]:
    node, style = found.node, analysis.document.style
    name = next((step for step in reversed(found.path) if isinstance(step, str)), "")
    doubled = _doubled(node, name, wanted)
    if doubled is not None:
        yield f"Write `{name}` once", lambda tree: unwrap(tree, node, doubled), True
        return
    notation = _notation(analysis, found, name, wanted)
    if notation is not None:
        yield notation
    elif wanted.form is FieldShape.MAPPING:
        title, is_safe = _mapping_title(node, name, wanted)
        if _says_twice(node):
            yield "Make an item of each", lambda tree: split_over(tree.item_of(node)), True
        elif title:
            yield title, lambda tree: convert(tree.item_of(node), wanted, style, written_out), is_safe
    elif wanted.form is FieldShape.LIST and isinstance(node, Scalar) and "," in node.value:
        words = [word.strip() for word in node.value.split(",") if word.strip()]
        yield "Make a list of the words", lambda tree: _to_list(tree, node, words), True
    elif wanted.form is FieldShape.SCALAR and isinstance(node, Sequence) and node.items:
        if found.path[-2:-1] == ("matchLabels",):
            yield "Let one of the values be enough: `In`", lambda tree: label_values_item(tree, node, style), False
        elif len(node.items) == 1:
            yield (
                "Write it without brackets",
                lambda tree: convert(tree.item_of(node), wanted, style, written_out),
                True,
            )
        elif all(isinstance(item, Scalar) for item in node.items):
            yield "Make an item of each", lambda tree: split_over(tree.item_of(node)), True


def _notation(
    analysis: DocumentAnalysis, found: SchemaFinding, name: str, wanted: ObjectShape
) -> tuple[str, Change, bool] | None:
    """Words in the notation of another tool, written out: all of a list in one go."""
    node, style = found.node, analysis.document.style
    if not isinstance(node, Scalar):
        return None
    if wanted.form is FieldShape.LIST:
        listed = read_notations(node, wanted, name)
        if listed is None:
            return None
        return _title(listed, 1), lambda tree: write_list(tree.item_of(node), listed.values, style), listed.is_certain
    around, _ = lookup(found.object_node, found.path[:-1])
    words = around.items if isinstance(around, Sequence) else [node]
    read = [(one, read_notation(one, wanted, name)) for one in words]
    known = [(one, notation) for one, notation in read if notation is not None]
    if not any(one is node for one, _ in known):
        return None

    def change(tree: Tree) -> None:
        for one, notation in known:
            write_instead(tree.item_of(one), notation.values, style)

    together = joined(notation for _, notation in known)
    return _title(together, len(known)), change, together.is_certain


def _title(notation: Notation, count: int) -> str:
    return f"Write {'it' if count == 1 else 'each'} as {notation.what}" if notation.what else "Write each out"


def _says_twice(node: Node) -> bool:
    """Whether a list holds mappings of which two have the same key: they cannot be joined."""
    if not isinstance(node, Sequence) or not all(isinstance(item, Mapping) for item in node.items):
        return False
    names = [entry.name for item in node.items if isinstance(item, Mapping) for entry in item.entries]
    return len(set(names)) < len(names)


def _mapping_title(node: Node, name: str, wanted: ObjectShape) -> tuple[str, bool]:
    """How to make a mapping of a value, and whether nothing else can be meant; "" where it cannot be done."""
    if not isinstance(node, Sequence):
        return "", False
    if not node.items:
        return "Write `{}`", True
    is_labels = wanted.values is not None
    title = "Write it without the dash" if len(node.items) == 1 else f"Make one `{name}` of the items"
    return title, is_labels or len(node.items) == 1


def _doubled(node: Node, name: str, wanted: ObjectShape) -> Node | None:
    """The value that a key has below the same key, where that is what the key takes."""
    if not isinstance(node, Mapping) or len(node.entries) != 1 or node.entries[0].name != name:
        return None
    inner = node.entries[0].value
    return inner if isinstance(inner, Sequence) and fits(inner, wanted) else None


def _to_list(tree: Tree, node: Node, words: list[str]) -> None:
    item = tree.item_of(node)
    made = Collection(is_map=False, is_flow=True, is_changed=True)
    replace_value(item, made)
    is_json = item.parent is not None and item.parent.quotes_keys
    for word in words:
        put(made, Item(None, Raw([f'"{word}"' if is_json else word])))
