"""Where an unknown field of an object belongs, and what to say of it: the reading that NP101 and its fixes share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from netpol_lsp.kube.net.port_set import PROTOCOLS
from netpol_lsp.lint.notations import read_notation, read_notations
from netpol_lsp.lint.schema import SchemaFinding, shape
from netpol_lsp.policies.networkpolicy.foreign_fields import FOREIGN_FIELDS, NAMES_OF_NAMESPACES, SYNONYMS, TWINS
from netpol_lsp.text.edit_distance import closest, distance
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, is_null
from netpol_lsp.yaml.paths import Path, lookup
from netpol_lsp.yaml.placement import NEW, Destination, destinations, fits, free_keys, shape_at
from netpol_lsp.yaml.recovery.schema_shape import FieldShape, ObjectShape, field_names
from netpol_lsp.yaml.scalars import resolve

# Candidates that are no further away than this are as likely.
_AS_NEAR = 0.2
# Beyond this distance, a word in a selector is rather a label.
_NEAR = 2.0
_KEYS_OF_CONDITIONS = frozenset({"key", "operator", "values"})


class Reading(StrEnum):
    """What an unknown field is taken for."""

    STATUS = "status"
    """What a cluster adds to an object."""
    EVERYTHING = "everything"
    """`any: true`, which is `{}` here."""
    NAMESPACES = "namespaces"
    """Names of namespaces in a selector."""
    KEY_VALUE = "key=value"
    """A label in the notation of kubectl."""
    PROTOCOL = "protocol"
    """A protocol as the key of its port."""
    DOUBLED = "doubled"
    """The key that it is already below."""
    MOVED = "moved"
    """A field of another place."""
    LABEL = "label"
    """A label without the key that holds labels."""
    FOREIGN = "foreign"
    """Something that NetworkPolicy does not have."""
    MISSPELT = "misspelt"
    """A field of this place under another name."""
    UNKNOWN = "unknown"
    """No one knows."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """An unknown field: what it is taken for, the places for it (the likeliest first) or the names that it may have.

    `entries` are the fields that move together, this one among them; `field` is the one that the finding is about.
    `is_certain`: nothing else can be meant.
    """

    reading: Reading
    found: SchemaFinding
    holder: Mapping
    field: Entry
    entries: tuple[Entry, ...] = ()
    places: tuple[Destination, ...] = ()
    names: tuple[str, ...] = ()
    is_certain: bool = False

    @property
    def path(self) -> Path:
        """The path of the mapping that does not take the field."""
        return self.found.path[:-1]

    @property
    def name(self) -> str:
        """The field's name."""
        return self.field.name or ""


@dataclass(frozen=True, slots=True)
class Groups:
    """What is known of the unknown fields of mappings, worked out once for all of them; mappings and fields are told apart by `id`.

    `unknown` are a mapping's unknown fields, `labels` those of them that may be labels, `places` where a field may
    belong, `going` the fields of a mapping that may go to a place.
    """

    unknown: dict[int, tuple[Entry, ...]] = field(default_factory=dict)
    labels: dict[int, tuple[Entry, ...]] = field(default_factory=dict)
    places: dict[int, list[Destination]] = field(default_factory=dict)
    going: dict[tuple[int, Path], tuple[Entry, ...]] = field(default_factory=dict)


def read_misplaced(found: SchemaFinding, groups: Groups) -> Misplaced | None:
    """What an unknown field of an object is taken for; None where the field is not written in the mapping itself.

    `groups` is shared by the findings of one document.
    """
    holder, _ = lookup(found.object_node, found.path[:-1])
    if not isinstance(holder, Mapping) or found.entry is None:
        return None
    return _Reader(found, holder, found.entry, groups).read()


class _Reader:
    def __init__(self, found: SchemaFinding, holder: Mapping, entry: Entry, groups: Groups) -> None:
        self.groups = groups
        self.found = found
        self.holder = holder
        self.entry = entry
        self.name = entry.name or ""
        self.value = entry.value
        self.root = found.object_node
        self.shape = shape()
        self.path = found.path[:-1]
        self.place = shape_at(self.shape, self.path)

    def read(self) -> Misplaced:
        if self.name == "status" and not self.path:
            return self.made(Reading.STATUS, is_certain=True)
        return self.special() or self.by_place() or self.made(Reading.UNKNOWN)

    def made(self, reading: Reading, *, entries: tuple[Entry, ...] = (), **details: object) -> Misplaced:
        return Misplaced(reading, self.found, self.holder, self.entry, entries or (self.entry,), **details)  # type: ignore[arg-type]

    def unknown_entries(self) -> tuple[Entry, ...]:
        """The fields of the mapping that it does not take, this one among them."""
        key, known = id(self.holder), self.groups.unknown
        if key not in known:
            known[key] = tuple(one for one in self.holder.entries if one.name not in self.place.fields)
        return known[key]

    def unknown_labels(self) -> tuple[Entry, ...]:
        """Those of them that may be labels."""
        key, known = id(self.holder), self.groups.labels
        if key not in known:
            known[key] = tuple(one for one in self.unknown_entries() if self.is_label(one))
        return known[key]

    def destinations(self, entry: Entry) -> list[Destination]:
        """The places where a field of the mapping may belong."""
        key, known = id(entry), self.groups.places
        if key not in known:
            known[key] = destinations(
                self.root, self.shape, self.path, entry, lambda value, place: takes(value, place, entry.name or "")
            )
        return known[key]

    @property
    def is_selector(self) -> bool:
        """Whether the mapping chooses things by labels: it has one field for free keys."""
        return len(free_keys(self.place)) == 1

    def special(self) -> Misplaced | None:
        """What is written so in other formats."""
        if self.is_selector and self.name == "any" and _is_true(self.value):
            return self.made(Reading.EVERYTHING)
        is_names = self.name in NAMES_OF_NAMESPACES and self.path[-1:] == ("namespaceSelector",)
        if self.is_selector and is_names and words_of(self.value):
            return self.made(Reading.NAMESPACES)
        if self.is_selector and "=" in self.name and is_null(self.value):
            notes = tuple(one for one in self.unknown_entries() if "=" in (one.name or "") and is_null(one.value))
            return self.made(Reading.KEY_VALUE, entries=notes, is_certain=True)
        is_port = {"port", "protocol"} <= self.place.fields.keys() and len(self.holder.entries) == 1
        if is_port and self.name.upper() in PROTOCOLS and not isinstance(self.value, Mapping):
            return self.made(Reading.PROTOCOL)
        return None

    def by_place(self) -> Misplaced | None:
        if self.is_doubled():
            return self.made(Reading.DOUBLED, is_certain=True)
        twins = self.renames(only_synonyms=True) if self.name in TWINS else ()
        if twins:
            return self.made(Reading.MISSPELT, names=twins, is_certain=True)
        places = self.destinations(self.entry)
        labels = self.labels()
        free = [one for one in places if not one.is_taken]
        if labels and not (free and free[0].cost <= _NEAR):
            return labels
        if free or (places and self.name not in FOREIGN_FIELDS and self.merges(places[0])):
            return self.moved(places)
        if self.name in FOREIGN_FIELDS:
            return self.made(Reading.FOREIGN, names=self.renames(only_synonyms=True))
        names = self.renames()
        if names:
            is_certain = len(names) == 1 and self.name not in SYNONYMS and not self.may_be_foreign(names[0])
            return self.made(Reading.MISSPELT, names=names, is_certain=is_certain)
        return None

    def is_doubled(self) -> bool:
        """Whether the mapping is the value of the same key, or an item of its list."""
        holder = next((step for step in reversed(self.path) if isinstance(step, str)), None)
        if holder != self.name or not isinstance(self.value, Mapping | Sequence):
            return False
        depth = len(self.path) - 1 if isinstance(self.path[-1], str) else len(self.path) - 2
        outer = shape_at(self.shape, self.path[: depth + 1])
        # In a list the inner list's items take the place of the item, in a mapping the inner mapping takes its place.
        wanted = Sequence if isinstance(self.path[-1], int) else Mapping
        return isinstance(self.value, wanted) and fits(self.value, outer)

    def labels(self) -> Misplaced | None:
        """The field as a label."""
        if not self.is_selector or not self.is_label(self.entry):
            return None
        key = free_keys(self.place)[0]
        if closest(self.name, self.place.fields) or self.name in SYNONYMS:
            return None
        there = self.holder.get(key)
        together = self.unknown_labels()
        path = (*self.path, key)
        place = Destination(path, len(path) - (there is None), len(self.path), is_taken=False, cost=1.0)
        is_certain = self.name not in field_names(self.shape) or self.name == "name"
        return self.made(Reading.LABEL, entries=together, places=(place,), is_certain=is_certain)

    def is_label(self, entry: Entry) -> bool:
        return (
            isinstance(entry.value, Scalar) and entry.name not in _KEYS_OF_CONDITIONS and "=" not in (entry.name or "")
        )

    def merges(self, place: Destination) -> bool:
        """Whether the value can be added to what is at a place already."""
        there, _ = lookup(self.root, (*place.path, self.name))
        return isinstance(there, Mapping | Sequence) and type(there) is type(self.value)

    def moved(self, places: list[Destination]) -> Misplaced | None:
        free = [one for one in places if not one.is_taken]
        best = (free or places)[0]
        is_rival = any(one.cost <= best.cost + _AS_NEAR for one in free if one is not best)
        is_rival = is_rival or any(one.is_taken and one.cost < best.cost for one in places)
        merging = [one for one in places if one.is_taken and one.cost < best.cost and self.merges(one)]
        entries = self.together(best)
        is_certain = bool(free) and not is_rival and self.is_beyond_doubt(best)
        near = [one for one in free if one.cost <= best.cost + 1.0][: 1 if is_certain else 3]
        if self.path and isinstance(self.path[-1], int) and len(entries) == len(self.holder.entries):
            # A whole item of a list stays one.
            near.sort(key=lambda one: one.path[-1:] != (NEW,))
        chosen = [*near, *merging] if free else [best]
        return self.made(Reading.MOVED, entries=entries, places=tuple(chosen), is_certain=is_certain)

    def together(self, place: Destination) -> tuple[Entry, ...]:
        """The fields of the mapping that go to the same place."""
        key, known = (id(self.holder), place.path), self.groups.going
        if key not in known:
            known[key] = tuple(one for one in self.unknown_entries() if self.goes_to(one, place.path))
        going = known[key]
        if any(one is self.entry for one in going):
            return going
        wanted = {id(one) for one in (*going, self.entry)}
        return tuple(one for one in self.unknown_entries() if id(one) in wanted)

    def goes_to(self, entry: Entry, path: Path) -> bool:
        """Whether a field of the mapping may go to a place that does not have it yet."""
        if self.is_selector and self.is_label(entry) and entry.name not in field_names(self.shape):
            return False
        return any(other.path == path and not other.is_taken for other in self.destinations(entry))

    def is_beyond_doubt(self, place: Destination) -> bool:
        """Whether a place is the only one that may be meant: not an item of a list that has others."""
        for number, step in enumerate(place.path):
            if isinstance(step, int) and step >= 0 and number >= place.common:
                return False
        there, _ = lookup(self.root, place.path[: place.existing])
        if place.existing > place.common and isinstance(there, Mapping) and not there.entries:
            return False  # `{}` is an answer, too
        above = self.path[len(place.path) :]
        for number, step in enumerate(above):
            if isinstance(step, int):
                items, _ = lookup(self.root, (*place.path, *above[:number]))
                if isinstance(items, Sequence) and len(items.items) > 1:
                    return False  # what is said of one item would hold for all
        return True

    def renames(self, *, only_synonyms: bool = False) -> tuple[str, ...]:
        """The fields of this place that it may be meant for, as far as they are not there yet."""
        known = [name for name in self.place.fields if self.holder.get(name) is None]
        meant = [name for name in SYNONYMS.get(self.name, ()) if name in known]
        if not meant and not only_synonyms:
            meant = closest(self.name, known)
        fitting = [name for name in meant if self.fits_as(self.place.fields[name])]
        return tuple(fitting[:3])

    def may_be_foreign(self, name: str) -> bool:
        """Whether something that NetworkPolicy does not have is spelt about as much like it as a field."""
        word, known = self.name.casefold(), name.casefold()
        if word.startswith(known) or known.startswith(word):
            return False
        limit = distance(word, known, 3) + 1
        return any(distance(word, other.casefold(), 3) <= min(limit, 3) for other in FOREIGN_FIELDS)

    def fits_as(self, wanted: ObjectShape) -> bool:
        """Whether the value is, or can be made, what a field takes."""
        return fits(self.value, wanted) or is_convertible(self.value, wanted, self.name)


def takes(node: Node, wanted: ObjectShape, name: str) -> bool:
    """Whether a value may be meant for a field: it fits, or is in the notation of another tool."""
    return fits(node, wanted) or read_notations(node, wanted, name) is not None


def is_convertible(node: Node, wanted: ObjectShape, name: str) -> bool:
    """Whether a value can be turned into what a field takes; see `yaml.cst.convert`."""
    if wanted.form is FieldShape.LIST:
        return wanted.item is not None and fits(node, wanted.item) and not is_null(node)
    if wanted.form is FieldShape.MAPPING:
        if isinstance(node, Sequence):
            is_said = all(read_notation(item, wanted, name) is not None for item in node.items)
            return is_said or all(isinstance(item, Mapping) for item in node.items)
        return read_notation(node, wanted, name) is not None
    return isinstance(node, Sequence) and len(node.items) >= 1 and all(isinstance(item, Scalar) for item in node.items)


def _is_true(node: Node) -> bool:
    return isinstance(node, Scalar) and resolve(node) in (True, "true")


def words_of(node: Node) -> list[str]:
    """The words of a scalar or of a list of scalars; none where it is something else."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    if not all(isinstance(one, Scalar) and not is_null(one) for one in nodes):
        return []
    return [one.value for one in nodes if isinstance(one, Scalar)]


def misplaced_fields(findings: tuple[SchemaFinding, ...]) -> Iterator[SchemaFinding]:
    """The unknown fields among what the schemas say."""
    for found in findings:
        if found.keyword == "additionalProperties" and found.entry is not None:
            yield found
