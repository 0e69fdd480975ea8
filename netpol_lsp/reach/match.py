"""Whether a selector selects a pod or namespace of which we know something: yes, no or unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from netpol_lsp.kube.label_selector import LabelRequirement, LabelSelector, Operator
from netpol_lsp.policies.ir import AllOf, AnyOf, SelectorTree
from netpol_lsp.workspace.ternary import Ternary, all_of, any_of


def selects(
    tree: SelectorTree, labels: Mapping[str, str], *, has_all: bool, open_keys: Collection[str] = ()
) -> Ternary:
    """Whether a selector selects something with these labels.

    They are all there are when `has_all`, but for `open_keys`, which may be there with any value.
    """
    if isinstance(tree, LabelSelector):
        return _conjunction(tree, labels, has_all, open_keys)
    if isinstance(tree, AllOf):
        return all_of(selects(part, labels, has_all=has_all, open_keys=open_keys) for part in tree.parts)
    if isinstance(tree, AnyOf):
        return any_of(selects(part, labels, has_all=has_all, open_keys=open_keys) for part in tree.parts)
    return negation(selects(tree.part, labels, has_all=has_all, open_keys=open_keys))


def _conjunction(
    selector: LabelSelector,
    labels: Mapping[str, str],
    has_all: bool,  # noqa: FBT001 - as above
    open_keys: Collection[str],
) -> Ternary:
    result = Ternary.UNKNOWN if selector.is_partial else Ternary.YES
    for key, values in selector.allowed:
        if values.is_empty:
            return Ternary.NO
        if key in labels or (has_all and key not in open_keys):
            if not values.contains(labels.get(key)):
                return Ternary.NO
        else:
            result = Ternary.UNKNOWN
    return result


def negation(answer: Ternary) -> Ternary:
    """YES for NO and NO for YES."""
    if answer is Ternary.UNKNOWN:
        return answer
    return Ternary.NO if answer is Ternary.YES else Ternary.YES


def keys_of(tree: SelectorTree) -> Iterator[str]:
    """The label keys that a selector asks for."""
    if isinstance(tree, LabelSelector):
        yield from (key for key, _ in tree.allowed)
    elif isinstance(tree, AllOf | AnyOf):
        for part in tree.parts:
            yield from keys_of(part)
    else:
        yield from keys_of(tree.part)


def missed(tree: SelectorTree, labels: Mapping[str, str]) -> tuple[LabelRequirement, ...]:
    """The requirements of a conjunction that these labels do not meet; none for another form."""
    if not isinstance(tree, LabelSelector):
        return ()
    return tuple(item for item in tree.requirements if not item.allowed.contains(labels.get(item.key)))


def label_for(requirement: LabelRequirement) -> str | None:
    """A label that would meet a requirement, as in `app=web`; None when a label has to go instead."""
    if requirement.operator is Operator.IN and requirement.values:
        return f"{requirement.key}={requirement.values[0]}"
    if requirement.operator is Operator.EXISTS:
        return requirement.key
    return None
