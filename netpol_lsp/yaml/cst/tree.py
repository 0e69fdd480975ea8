"""The concrete syntax tree: items with their comments in blocks and brackets, and how they are written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netpol_lsp.yaml.nodes import Node


class UnfaithfulError(Exception):
    """Something cannot be written here without changing what it says."""


@dataclass(slots=True, eq=False)
class Raw:
    """A value that is kept as it is written: `lines` start right after the colon or dash, with the gap before the value."""

    lines: list[str]
    node: Node | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether no value is written."""
        return len(self.lines) == 1 and not self.lines[0].strip()


@dataclass(slots=True, eq=False)
class Collection:
    """A mapping or a list, as a block or in brackets.

    A block's `offset` is the column of its keys or dashes, counted from the key or dash that holds it. In brackets
    `raw` is what is written, brackets included, and `gap` the space before it; `child_column` and `close_column` are
    set where the items have lines of their own. `has_comment`: one is inside the brackets. `quotes_keys`: its keys are in
    double quotes, as in JSON.
    """

    is_map: bool
    is_flow: bool
    items: list[Item] = field(default_factory=list)
    offset: int = 2
    raw: str = ""
    gap: str = " "
    child_column: int | None = None
    close_column: int = 0
    has_comment: bool = False
    quotes_keys: bool = False
    is_changed: bool = False
    holder: Item | None = None
    node: Node | None = None


@dataclass(slots=True)
class Line:
    """A line between items: a comment, an empty line, or an action of a template. `shift` is its column less its item's."""

    shift: int
    text: str


Value = Raw | Collection


@dataclass(slots=True, eq=False)
class Item:
    """An entry of a mapping (`key` as it is written, with its quotes) or an item of a list (`key` is None).

    `lead` are the lines above that belong to it, `tail` those below that are indented further; `rest` is what follows
    the value on its last line, or the colon where the value is a block: spaces and a comment. `is_inline`: a list item
    whose block starts on the line of the dash.
    """

    key: str | None
    value: Value
    column: int = 0
    lead: list[Line] = field(default_factory=list)
    tail: list[Line] = field(default_factory=list)
    rest: str = ""
    is_inline: bool = True
    parent: Collection | None = None

    @property
    def name(self) -> str:
        """The key without its quotes."""
        key = self.key or ""
        return key[1:-1] if key[:1] in ("'", '"') and key[-1:] == key[:1] and len(key) > 1 else key

    def comments(self) -> Iterator[str]:
        """The comments that belong to it, those of its value included."""
        for line in (*self.lead, *self.tail):
            if line.text.startswith("#"):
                yield line.text
        if "#" in self.rest:
            yield self.rest
        if isinstance(self.value, Collection) and not self.value.is_flow:
            for item in self.value.items:
                yield from item.comments()


@dataclass(slots=True)
class Tree:
    """A document: `head` and `tail` are the lines around its root."""

    root: Collection
    head: list[str]
    tail: list[str]
    newline: str
    owners: dict[int, Item]
    collections: dict[int, Collection]

    def item_of(self, node: Node) -> Item:
        """The item that holds a value (or a key) of the document. Raises UnfaithfulError for one that is not there."""
        found = self.owners.get(id(node))
        if found is None:
            raise UnfaithfulError("a value that is not written here")
        return found

    def collection_of(self, node: Node) -> Collection:
        """The mapping or list of a node. Raises UnfaithfulError for one that is not there."""
        found = self.collections.get(id(node))
        if found is None:
            raise UnfaithfulError("a collection that is not written here")
        return found

    def text(self) -> str:
        """The whole document as text."""
        lines = list(self.head)
        if self.root.is_flow:
            lines += flow_text(self.root).split("\n")
            if self.root.holder is not None:
                lines[-1] += self.root.holder.rest
        else:
            lines += block_lines(self.root, self.root.offset)
        return self.newline.join([*lines, *self.tail])


def block_lines(block: Collection, column: int) -> list[str]:
    """A block as lines, its keys or dashes in `column`."""
    lines: list[str] = []
    for item in block.items:
        lines += item_lines(item, column)
    return lines


def item_lines(item: Item, column: int) -> list[str]:
    """An item as lines, its key or dash in `column`, with the lines that belong to it."""
    lines = [_moved(line, column) for line in item.lead]
    head = " " * column + ("-" if item.key is None else f"{item.key}:")
    value = item.value
    if isinstance(value, Raw):
        lines += _raw_lines(head, value.lines, column - item.column)
        lines[-1] += item.rest
    elif value.is_flow:
        lines += _raw_lines(head, (value.gap + flow_text(value)).split("\n"), column - item.column)
        lines[-1] += item.rest
    elif not value.items:
        lines.append(f"{head} {'{}' if value.is_map else '[]'}{item.rest}")
    elif item.key is None and item.is_inline:
        lines += _inline_lines(head, value, column)
    else:
        lines += [head + item.rest, *block_lines(value, column + value.offset)]
    return lines + [_moved(line, column) for line in item.tail]


def _inline_lines(head: str, block: Collection, column: int) -> list[str]:
    """A block whose first key is on the line of the dash; the lines above that key go above the dash."""
    first, at = block.items[0], column + block.offset
    above = [_moved(Line(line.shift, line.text), column) for line in first.lead]
    lines = block_lines(block, at)[len(first.lead) :]
    return [*above, head + " " * (block.offset - 1) + lines[0][at:], *lines[1:]]


def _moved(line: Line, column: int) -> str:
    return " " * max(0, column + line.shift) + line.text if line.text else ""


def _raw_lines(head: str, written: list[str], delta: int) -> list[str]:
    return [head + written[0], *(shifted(line, delta) for line in written[1:])]


def shifted(line: str, delta: int) -> str:
    """A line, so many columns further in. Raises UnfaithfulError where there is no room."""
    if not delta or not line.strip():
        return line
    if delta > 0:
        return " " * delta + line
    if line[:-delta].strip():
        raise UnfaithfulError("a line cannot move so far to the left")
    return line[-delta:]


def flow_text(flow: Collection) -> str:
    """A collection in brackets; as it was written where nothing in it has changed."""
    if not flow.is_changed:
        return flow.raw
    if flow.has_comment:
        raise UnfaithfulError("a comment in brackets")
    opener, closer = ("{", "}") if flow.is_map else ("[", "]")
    parts = [_flow_item(item) for item in flow.items]
    if flow.child_column is not None and parts:
        inner = " " * flow.child_column
        joined = (",\n" + inner).join(parts)
        return f"{opener}\n{inner}{joined}\n{' ' * flow.close_column}{closer}"
    pad = " " if flow.raw[1:2] == " " and parts else ""
    return opener + pad + ", ".join(parts) + pad + closer


def _flow_item(item: Item) -> str:
    value = item.value
    if isinstance(value, Raw):
        if len(value.lines) > 1 or (value.lines[0].strip() and value.lines[0].strip()[0] in "|>"):
            raise UnfaithfulError("a value over several lines")
        written = value.lines[0].strip()
    else:
        written = flow_text(in_brackets(value))
    if item.key is None:
        return written
    return f"{item.key}: {written}" if written else item.key


def in_brackets(value: Collection) -> Collection:
    """The same collection in brackets, on one line. Raises UnfaithfulError where a comment would be lost."""
    if value.is_flow:
        return value
    if any(True for item in value.items for _ in item.comments()):
        raise UnfaithfulError("a comment cannot go into brackets")
    made = Collection(value.is_map, is_flow=True, items=list(value.items), is_changed=True)
    for item in made.items:
        if isinstance(item.value, Collection):
            item.value = in_brackets(item.value)
    return made
