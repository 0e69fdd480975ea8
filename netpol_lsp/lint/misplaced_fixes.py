"""Fixes for unknown fields: each move and rename is tried, and offered when the result is better."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from netpol_lsp.config.settings import Settings
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.analysis import DocumentAnalysis
from netpol_lsp.lint.misplaced import Misplaced, Reading, words_of
from netpol_lsp.lint.notations import Notation, read_notations, written_out
from netpol_lsp.lint.refusals import Outcome, may_try, outcome
from netpol_lsp.lint.schema import shape
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.cst.change import cut, put, replace_value, restructure
from netpol_lsp.yaml.cst.convert import convert, split_over
from netpol_lsp.yaml.cst.move import move_entries, unwrap
from netpol_lsp.yaml.cst.tree import Tree, UnfaithfulError
from netpol_lsp.yaml.cst.write import Plain, made_item, write_instead, write_list
from netpol_lsp.yaml.edit.mappings import Edits, remove_entry, rename_key
from netpol_lsp.yaml.nodes import Entry, Mapping, Sequence, is_null
from netpol_lsp.yaml.paths import Path, lookup, render_path
from netpol_lsp.yaml.placement import NEW, Destination, fits_wholly, shape_at

SAFE, UNSAFE = Applicability.SAFE, Applicability.UNSAFE


class MisplacedFixes:
    """The fixes for one unknown field."""

    def __init__(self, analysis: DocumentAnalysis, settings: Settings, misplaced: Misplaced) -> None:
        self.analysis = analysis
        self.document = analysis.document
        self.settings = settings
        self.misplaced = misplaced
        self.root = misplaced.found.object_node
        self.holder = misplaced.holder

    def fixes(self) -> list[Fix]:
        """All of them, the likeliest first."""
        if any(one.key.origin is not None or one.value.origin is not None for one in self.misplaced.entries):
            return []
        if self.holder.origin is not None:
            return []
        if self.misplaced.reading is not Reading.STATUS and not may_try(self.analysis):
            return []
        make = _MAKERS.get(self.misplaced.reading)
        return list(make(self)) if make is not None else []

    def checked(
        self, title: str, edits: Edits | None, inside: Path, *, is_safe: bool, is_renamed: bool = False
    ) -> Iterator[Fix]:
        """A fix, when the document is better after it; `inside` is where what was hidden until now may be found."""
        if not edits:
            return
        result = outcome(self.analysis, edits, self.settings, render_path(inside), is_renamed=is_renamed)
        if result is Outcome.NO_BETTER:
            return
        yield Fix(title, edits, SAFE if is_safe and result is Outcome.ACCEPTED_MORE else UNSAFE)

    def status(self) -> Iterator[Fix]:
        """Away with it."""
        edits = remove_entry(self.document, self.holder, self.misplaced.field)
        if edits:
            yield Fix("Remove the status", edits)

    def everything(self) -> Iterator[Fix]:
        """`any: true` as `{}`."""

        def change(tree: Tree) -> None:
            item = tree.item_of(self.misplaced.field.value)
            if item.lead or item.tail:
                raise UnfaithfulError("a comment would be lost")
            cut(item)

        edits = restructure(self.document, change)
        yield from self.checked("Write `{}`, which selects everything", edits, self.misplaced.path, is_safe=False)

    def namespaces(self) -> Iterator[Fix]:
        """Names of namespaces as conditions on the label that every namespace has."""
        words = words_of(self.misplaced.field.value)
        style = self.document.style

        def change(tree: Tree) -> None:
            item = tree.item_of(self.misplaced.field.value)
            parent = item.parent
            assert parent is not None
            at = parent.items.index(item)
            cut(item)
            if len(words) == 1:
                made = made_item(parent, "matchLabels", {METADATA_NAME: words[0]}, style)
            else:
                condition: Plain = {"key": METADATA_NAME, "operator": "In", "values": [*words]}
                made = made_item(parent, "matchExpressions", [condition], style)
            made.lead, made.tail, made.rest = item.lead, item.tail, item.rest
            put(parent, made, at)

        edits = restructure(self.document, change)
        title = f"Choose the namespace{'s' if len(words) > 1 else ''} by `{METADATA_NAME}`"
        yield from self.checked(title, edits, self.misplaced.path, is_safe=False)

    def key_value(self) -> Iterator[Fix]:
        """`app=web` as `matchLabels: {app: web}`."""
        entries = self.misplaced.entries
        title = (
            "Write it as a label under `matchLabels`"
            if len(entries) == 1
            else "Write them as labels under `matchLabels`"
        )

        wanted = shape_at(shape(), self.misplaced.path)

        def change(tree: Tree) -> None:
            items = [tree.item_of(entry.value) for entry in entries]
            parent = items[0].parent
            assert parent is not None
            if any(True for item in items for _ in item.comments()):
                raise UnfaithfulError("a comment would be lost")
            selector = written_out(",".join(item.name for item in items), wanted)
            if not isinstance(selector, dict):
                raise UnfaithfulError("not a selector")
            at = parent.items.index(items[0])
            for item in items:
                cut(item)
            for number, (key, value) in enumerate(selector.items(), at):
                put(parent, made_item(parent, key, value, self.document.style), number)

        yield from self.checked(
            title, restructure(self.document, change), (*self.misplaced.path, "matchLabels"), is_safe=True
        )

    def protocol(self) -> Iterator[Fix]:
        """`TCP: 80` as a protocol and its port."""
        value, style = self.misplaced.field.value, self.document.style
        read = read_notations(value, shape_at(shape(), self.misplaced.path[:-1]), "ports")
        values = read.values if read is not None else ({},)
        ports = [port for port in values if isinstance(port, dict) and "protocol" not in port]
        if len(ports) < len(values) or not (read or is_null(value)):
            return
        protocol = self.misplaced.name.upper()

        def change(tree: Tree) -> None:
            holder, item = tree.item_of(self.holder), tree.item_of(value)
            if item.lead or item.tail:
                raise UnfaithfulError("a comment would be lost")
            holder.rest += item.rest
            write_instead(holder, tuple({"protocol": protocol, **port} for port in ports), style)

        is_safe = read is None or read.is_certain
        title = "Write it as `protocol`" + (" and `port`" if read else "")
        yield from self.checked(title, restructure(self.document, change), self.misplaced.path, is_safe=is_safe)

    def doubled(self) -> Iterator[Fix]:
        """The inner one in place of the outer one."""
        value = self.misplaced.field.value
        edits = restructure(self.document, lambda tree: unwrap(tree, self.holder, value))
        title = f"Write `{self.misplaced.name}` once"
        yield from self.checked(title, edits, self._parent_path(), is_safe=True)

    def _parent_path(self) -> Path:
        path = self.misplaced.path
        return path[:-1] if path and isinstance(path[-1], int) else path

    def moved(self) -> Iterator[Fix]:
        """Each place that takes it."""
        misplaced = self.misplaced
        for number, place in enumerate(misplaced.places):
            entries = self._entries_for(place, is_first=number == 0)
            is_safe = misplaced.is_certain and number == 0 and all(_has_one_reading(one, place) for one in entries)
            yield from self.checked(
                move_title(misplaced, place, entries), self._move(entries, place), place.path, is_safe=is_safe
            )

    def _entries_for(self, place: Destination, *, is_first: bool) -> tuple[Entry, ...]:
        if is_first:
            return self.misplaced.entries
        taken, _ = lookup(self.root, place.path)
        names = {one.name for one in taken.entries} if isinstance(taken, Mapping) else set()
        field = self.misplaced.field
        return tuple(one for one in self.misplaced.entries if one is field or one.name not in names)

    def _move(self, entries: tuple[Entry, ...], place: Destination) -> Edits | None:
        style = self.document.style

        def change(tree: Tree) -> None:
            move_entries(tree, self.root, self.holder, entries, place.path, style)
            for entry, notation in written:
                write_list(tree.item_of(entry.value), notation.values, style)

        written = [(one, found) for one in entries if (found := _notation(one, place))]
        return restructure(self.document, change)

    def misspelt(self) -> Iterator[Fix]:
        """Each name that it may be meant for."""
        for name in self.misplaced.names:
            wanted = shape_at(shape(), (*self.misplaced.path, name))
            fits = fits_wholly(self.misplaced.field.value, wanted)
            edits = rename_key(self.document, self.misplaced.field, name) if fits else self._converted(name)
            if edits is None and not fits:
                edits = rename_key(self.document, self.misplaced.field, name)
            is_safe = self.misplaced.is_certain and (fits or not self._is_split())
            inside = (*self.misplaced.path, name)
            title = (
                f"Make one item with `{name}` of each value"
                if self._is_split() and not fits
                else f"Rename it to `{name}`"
            )
            yield from self.checked(title, edits, inside, is_safe=is_safe, is_renamed=True)

    def _is_split(self) -> bool:
        """Whether the value holds several things where one belongs."""
        value = self.misplaced.field.value
        return isinstance(value, Sequence) and len(value.items) > 1

    def _converted(self, name: str) -> Edits | None:
        wanted = shape_at(shape(), (*self.misplaced.path, name))
        style = self.document.style

        def change(tree: Tree) -> None:
            item = tree.item_of(self.misplaced.field.value)
            quote = '"' if (item.key or "").startswith('"') else ""
            item.key = f"{quote}{name}{quote}"
            assert item.parent is not None
            replace_value(item, item.value)
            try:
                convert(item, wanted, style, written_out)
            except UnfaithfulError:
                split_over(item)

        return restructure(self.document, change)


def _notation(entry: Entry, place: Destination) -> Notation | None:
    """What an entry says at a place, where it is in the notation of another tool."""
    wanted = shape_at(shape(), (*place.path, entry.name or ""))
    return None if fits_wholly(entry.value, wanted) else read_notations(entry.value, wanted, entry.name or "")


def _has_one_reading(entry: Entry, place: Destination) -> bool:
    wanted = shape_at(shape(), (*place.path, entry.name or ""))
    notation = _notation(entry, place)
    return notation.is_certain if notation is not None else fits_wholly(entry.value, wanted)


_MAKERS: dict[Reading, Callable[[MisplacedFixes], Iterator[Fix]]] = {
    Reading.STATUS: MisplacedFixes.status,
    Reading.EVERYTHING: MisplacedFixes.everything,
    Reading.NAMESPACES: MisplacedFixes.namespaces,
    Reading.KEY_VALUE: MisplacedFixes.key_value,
    Reading.PROTOCOL: MisplacedFixes.protocol,
    Reading.DOUBLED: MisplacedFixes.doubled,
    Reading.MOVED: MisplacedFixes.moved,
    Reading.LABEL: MisplacedFixes.moved,
    Reading.MISSPELT: MisplacedFixes.misspelt,
    Reading.FOREIGN: MisplacedFixes.misspelt,
}


def move_title(misplaced: Misplaced, place: Destination, entries: tuple[Entry, ...]) -> str:
    """An imperative sentence that says what moves where."""
    key = next((step for step in reversed(place.path) if isinstance(step, str)), None)
    if misplaced.reading is Reading.LABEL:
        return f"Put the labels under `{key}`"
    names = [f"`{one.name}`" for one in entries]
    what = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if key is None:
        return f"Move {what} to the top level"
    last = place.path[-1]
    if place.is_taken:
        return (
            f"Add it to `{misplaced.name}` of `{key}`"
            if isinstance(last, str)
            else f"Add it to the `{misplaced.name}` there"
        )
    if not isinstance(last, int):
        return f"Move {what} under `{key}`"
    if place.common >= len(place.path):
        return f"Move {what} beside `{_passed(misplaced, place)}`"
    if last == NEW:
        return f"Make {what} an item of `{key}`"
    return f"Move {what} into the item of `{key}` above, where both must match"


def _passed(misplaced: Misplaced, place: Destination) -> str:
    """The key next to which a field that moves up will be."""
    rest = [step for step in misplaced.path[len(place.path) :] if isinstance(step, str)]
    return rest[0] if rest else ""
