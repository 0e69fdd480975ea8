"""The concrete syntax tree of a document, out of its nodes and its text."""

from __future__ import annotations

from netpol_lsp.yaml.cst.tree import Collection, Item, Line, Raw, Tree, UnfaithfulError, Value
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence
from netpol_lsp.yaml.style import dash_of


def build_tree(document: Document) -> Tree:
    """The tree of a document. Raises UnfaithfulError for one that cannot be written again as it is."""
    root = document.root
    if not isinstance(root, Mapping | Sequence):
        raise UnfaithfulError("no collection at the top")
    return _Builder(document).tree(root)


class _Builder:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.source = document.source
        self.lines = document.source.lines
        # The last line that something was read from.
        self.line = -1
        self.owners: dict[int, Item] = {}
        self.collections: dict[int, Collection] = {}

    def tree(self, root: Mapping | Sequence) -> Tree:
        first = self.lines.line_of(root.start)
        head = [self.lines.line_text(number) for number in range(first)]
        self.line = first - 1 if not root.flow else first
        holder: Item | None = None
        if root.flow:
            collection = self.flow(root)
            self.line = self.lines.line_of(root.end)
            holder = Item(None, collection, rest=self.text[root.end : self.lines.line_end(self.line)])
            collection.holder = holder
            if self.lines.line_text(first)[: self.column(root.start)]:
                raise UnfaithfulError("something before the first bracket")
        else:
            collection = self.block(root)
            collection.offset = self.column(self.start_of(root))
        tail = [self.lines.line_text(number) for number in range(self.line + 1, self.lines.line_count)]
        return Tree(collection, head, tail, self.source.newline, self.owners, self.collections)

    def start_of(self, node: Mapping | Sequence) -> int:
        """Where the first key or dash of a block is."""
        if isinstance(node, Mapping):
            return node.entries[0].key.start
        return dash_of(self.source, node.items[0])

    def column(self, offset: int) -> int:
        return self.lines.column_of(offset)

    def block(self, node: Mapping | Sequence) -> Collection:
        """A block; its first line is the next one that is read."""
        made = Collection(isinstance(node, Mapping), is_flow=False, node=node)
        self.collections[id(node)] = made
        children: list[Entry] | list[Node] = node.entries if isinstance(node, Mapping) else node.items
        if not children:
            raise UnfaithfulError("a block without items")
        column = self.column(self.start_of(node))
        for child in children:
            start = child.key.start if isinstance(child, Entry) else dash_of(self.source, child)
            if self.column(start) != column:
                raise UnfaithfulError("items in different columns")
            item = Item(None, Raw([""]), column, parent=made)
            item.lead = self.between(self.lines.line_of(start), column, made.items[-1] if made.items else None)
            self.line = self.lines.line_of(start)
            if isinstance(child, Entry):
                item.key = self.text[start : child.key.end]
                colon = self.colon(child)
                self.owners[id(child.key)] = item
                self.value(item, child.value, colon + 1)
            else:
                self.value(item, child, start + 1)
            made.items.append(item)
        return made

    def between(self, number: int, column: int, previous: Item | None) -> list[Line]:
        """The lines above an item: those further in belong to the item before it."""
        lead: list[Line] = []
        for one in range(self.line + 1, number):
            written = self.lines.line_text(one)
            text = written.lstrip(" ")
            line = Line(len(written) - len(text) - column, text) if text.strip() else Line(0, "")
            if written and not text.strip() and len(written):
                raise UnfaithfulError("spaces on an empty line")
            if previous is not None and not lead and line.text and line.shift > 0:
                previous.tail.append(line)
            else:
                lead.append(line)
        return lead

    def colon(self, entry: Entry) -> int:
        at = self.text.find(":", entry.key.end)
        if at < 0 or self.text[entry.key.end : at].strip(" "):
            raise UnfaithfulError("a key without its colon")
        return at

    def value(self, item: Item, node: Node, start: int) -> None:
        """Read the value that follows `start`, the place after a colon or dash."""
        self.owners[id(node)] = item
        is_block = isinstance(node, Mapping | Sequence) and not node.flow and node.origin is None
        if is_block:
            assert isinstance(node, Mapping | Sequence)
            first = self.start_of(node)
            item.is_inline = self.lines.line_of(first) == self.line
            if not item.is_inline:
                item.rest = self.text[start : self.lines.line_end(self.line)]
            elif item.key is not None or self.text[start:first].strip(" "):
                raise UnfaithfulError("a block on the line of its key")
            if item.is_inline:
                self.line -= 1  # the first key is on the line of the dash
            block = self.block(node)
            block.offset = self.column(first) - item.column
            block.holder = item
            item.value = block
            return
        end = max(node.end, start)
        self.line = self.lines.line_of(end)
        item.rest = self.text[end : self.lines.line_end(self.line)]
        item.value = self.inline(node, start, end, item)

    def inline(self, node: Node, start: int, end: int, item: Item) -> Value:
        if isinstance(node, Mapping | Sequence) and node.origin is None and node.tag is None and node.anchor is None:
            made = self.flow(node)
            made.gap = self.text[start : node.start]
            made.holder = item
            if "\n" in made.gap or "\r" in made.gap:
                raise UnfaithfulError("a bracket on another line than its key")
            return made
        return Raw(self.written(start, end).split("\n"), node)

    def written(self, start: int, end: int) -> str:
        return self.text[start:end].replace("\r\n", "\n").replace("\r", "\n")

    def flow(self, node: Mapping | Sequence) -> Collection:
        """A collection in brackets."""
        made = Collection(isinstance(node, Mapping), is_flow=True, raw=self.written(node.start, node.end), node=node)
        self.collections[id(node)] = made
        made.has_comment = any(node.start < one.span.start < node.end for one in self.document.comments)
        children: list[Entry] | list[Node] = node.entries if isinstance(node, Mapping) else node.items
        for child in children:
            item = Item(None, Raw([""]), parent=made)
            value = child.value if isinstance(child, Entry) else child
            if isinstance(child, Entry):
                item.key = self.text[child.key.start : child.key.end]
                self.owners[id(child.key)] = item
            self.owners[id(value)] = item
            item.value = self.flow_value(value)
            if isinstance(item.value, Collection):
                item.value.holder = item
            made.items.append(item)
        made.quotes_keys = any((item.key or "").startswith('"') for item in made.items)
        if "\n" in made.raw and children:
            first = children[0].key.start if isinstance(children[0], Entry) else children[0].start
            made.child_column = self.column(first)
            made.close_column = self.column(node.end - 1)
        return made

    def flow_value(self, node: Node) -> Value:
        if isinstance(node, Mapping | Sequence) and node.origin is None and node.tag is None and node.anchor is None:
            return self.flow(node)
        if node.tag is not None or node.anchor is not None or (isinstance(node, Scalar) and "\n" in node.value):
            made = Raw(["", ""], node)  # never written: brackets with it cannot change
            made.lines = ["|", ""]
            return made
        return Raw([self.written(node.start, node.end)], node)
