"""Label selectors as sets of label sets: matching, contradictions, and proofs of inclusion.

Each requirement on a key allows a set of values, where "the label is not there" counts as one more value.
Such a set is finite (`In`, `DoesNotExist`) or everything but a finite set (`NotIn`, `Exists`), and so are
intersections; keys are independent of each other. So inclusion is decided key by key, exactly. Follows
the semantics of k8s.io/apimachinery/pkg/labels: `NotIn` and `DoesNotExist` also match where the label is absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

ABSENT = None
"""The value that a missing label has among the values of its key."""


class Operator(StrEnum):
    """An operator of matchExpressions."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The values that a key may have: exactly `values`, or everything but them. `None` stands for the missing label."""

    values: frozenset[str | None]
    is_complement: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return not self.values and not self.is_complement

    def contains(self, value: str | None) -> bool:
        """Whether a label with this value (None: without the label) is allowed."""
        return (value in self.values) is not self.is_complement

    def intersection(self, other: ValueSet) -> ValueSet:
        """The values of both."""
        if self.is_complement:
            if other.is_complement:
                return ValueSet(self.values | other.values, is_complement=True)
            return ValueSet(other.values - self.values)
        return ValueSet(self.values - other.values if other.is_complement else self.values & other.values)

    def intersects(self, other: ValueSet) -> bool:
        """Whether a value is in both; there are more label values than any two lists can name."""
        if self.is_complement:
            return other.is_complement or not other.values <= self.values
        return not (self.values <= other.values if other.is_complement else self.values.isdisjoint(other.values))

    def covers(self, other: ValueSet) -> bool:
        """Whether every value of `other` is in this set; there are more label values than any list can name."""
        if self.is_complement:
            return self.values <= other.values if other.is_complement else self.values.isdisjoint(other.values)
        return not other.is_complement and other.values <= self.values


@dataclass(frozen=True, slots=True)
class LabelRequirement:
    """One condition as written: `operator` In with one value for an entry of matchLabels.

    `index` counts the entries of matchLabels first, then the items of matchExpressions; `is_expression`: it is one of these.
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()
    index: int = field(default=0, compare=False)
    is_expression: bool = field(default=False, compare=False)

    @property
    def allowed(self) -> ValueSet:
        """The values it allows."""
        if self.operator is Operator.IN:
            return ValueSet(frozenset(self.values))
        if self.operator is Operator.NOT_IN:
            return ValueSet(frozenset(self.values), is_complement=True)
        return ValueSet(_ONLY_ABSENT, is_complement=self.operator is Operator.EXISTS)

    def __str__(self) -> str:
        """As kubectl writes it: `app=web`, `app in (a, b)`, `app notin (a)`, `app`, `!app`."""
        if self.operator is Operator.EXISTS:
            return self.key
        if self.operator is Operator.DOES_NOT_EXIST:
            return f"!{self.key}"
        if self.operator is Operator.IN and len(self.values) == 1:
            return f"{self.key}={self.values[0]}"
        return f"{self.key} {'in' if self.operator is Operator.IN else 'notin'} ({', '.join(self.values)})"


_ONLY_ABSENT: frozenset[str | None] = frozenset({ABSENT})


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Which label sets are selected: those whose every key has an allowed value.

    `allowed` is the normal form, sorted by key: equal selectors match the same label sets. `is_partial`: a
    template or mistake hides some requirements, so what is really selected may be less, never more.
    `requirements` are the conditions as written.
    """

    allowed: tuple[tuple[str, ValueSet], ...] = ()
    is_partial: bool = False
    requirements: tuple[LabelRequirement, ...] = field(default=(), compare=False)

    @property
    def selects_everything(self) -> bool:
        """Whether there is no condition at all."""
        return not self.allowed and not self.is_partial

    def __str__(self) -> str:
        """The requirements as kubectl writes them, joined with commas; `everything` without any."""
        return ",".join(map(str, self.requirements)) or ("unknown" if self.is_partial else "everything")


EVERYTHING = LabelSelector()
"""The empty selector `{}`."""

UNKNOWN_SELECTOR = LabelSelector(is_partial=True)
"""A selector of which nothing is known."""


def label_selector(requirements: Iterable[LabelRequirement], *, is_partial: bool = False) -> LabelSelector:
    """The selector with these requirements, all of which must hold."""
    written = tuple(requirements)
    if len(written) == 1:
        only = written[0]
        return LabelSelector(((only.key, only.allowed),), is_partial, written)
    allowed: dict[str, ValueSet] = {}
    for requirement in written:
        known = allowed.get(requirement.key)
        values = requirement.allowed
        allowed[requirement.key] = values if known is None else known.intersection(values)
    return LabelSelector(tuple(sorted(allowed.items(), key=_key)), is_partial, written)


def match_labels(labels: Mapping[str, str]) -> LabelSelector:
    """The selector that asks for these labels."""
    items = enumerate(labels.items())
    return label_selector(LabelRequirement(key, Operator.IN, (value,), index) for index, (key, value) in items)


def matches(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Whether a pod or namespace with these labels is selected. True means "perhaps" for a partial selector."""
    return all(values.contains(labels.get(key)) for key, values in selector.allowed)


def is_satisfiable(selector: LabelSelector) -> bool:
    """Whether some label set can match. True means "perhaps" for a partial selector."""
    for _, values in selector.allowed:  # noqa: SIM110 - asked for each two selectors, a generator takes three times as long
        if not values.values and not values.is_complement:
            return False
    return True


def contradiction(selector: LabelSelector) -> tuple[LabelRequirement, ...]:
    """The fewest requirements that exclude each other, in the order of the text; () for a satisfiable selector.

    They are all about one key, and none of them can be left out.
    """
    for key, values in selector.allowed if not is_satisfiable(selector) else ():
        if values.is_empty:
            return _shrink([requirement for requirement in selector.requirements if requirement.key == key])
    return ()


def includes(a: LabelSelector, b: LabelSelector) -> bool:
    """Whether it is proven that every label set that `b` selects is selected by `a`, too.

    Exact for selectors that are fully known; a partial `a` proves nothing unless `b` selects nothing.
    """
    if a.is_partial:
        return not is_satisfiable(b)
    # Written out, without a generator: asked for each two selectors, most of which have one or two keys.
    known = dict(b.allowed)
    for key, values in a.allowed:
        if not values.covers(known.get(key, _ANY_VALUE)):
            return not is_satisfiable(b)
    return True


def intersects(a: LabelSelector, b: LabelSelector) -> bool:
    """Whether some label set can be selected by both. True means "perhaps" when one of them is partial."""
    if a.allowed and b.allowed:
        known = dict(b.allowed)
        for key, values in a.allowed:
            other = known.get(key)
            if other is not None and not values.intersects(other):
                return False
    return is_satisfiable(a) and is_satisfiable(b)


def intersection(a: LabelSelector, b: LabelSelector) -> LabelSelector:
    """The selector of what both select; its requirements are those of `a`, then those of `b`."""
    allowed = dict(a.allowed)
    for key, values in b.allowed:
        known = allowed.get(key)
        allowed[key] = values if known is None else known.intersection(values)
    ordered = tuple(sorted(allowed.items(), key=_key))
    return LabelSelector(ordered, a.is_partial or b.is_partial, a.requirements + b.requirements)


def selector_to_json(selector: LabelSelector) -> dict[str, Any]:
    """Plain data, for `selector_from_json`."""
    written = [
        [item.key, item.operator.value, list(item.values), item.index, item.is_expression]
        for item in selector.requirements
    ]
    return {"requirements": written, "partial": True} if selector.is_partial else {"requirements": written}


def selector_from_json(data: Mapping[str, Any]) -> LabelSelector:
    """The selector that `selector_to_json` wrote. Raises KeyError, TypeError or ValueError for other data."""
    return label_selector(
        (
            LabelRequirement(key, Operator(operator), tuple(values), index, is_expression)
            for key, operator, values, index, is_expression in data["requirements"]
        ),
        is_partial=bool(data.get("partial", False)),
    )


_ANY_VALUE = ValueSet(frozenset(), is_complement=True)


def _shrink(requirements: list[LabelRequirement]) -> tuple[LabelRequirement, ...]:
    """Leave out what the contradiction does not need; later requirements go first."""
    for requirement in reversed(requirements.copy()):
        rest = [other for other in requirements if other is not requirement]
        if _is_contradictory(rest):
            requirements = rest
    return tuple(requirements)


def _is_contradictory(requirements: list[LabelRequirement]) -> bool:
    values = _ANY_VALUE
    for requirement in requirements:
        values = values.intersection(requirement.allowed)
    return values.is_empty


def _key(item: tuple[str, ValueSet]) -> str:
    return item[0]
