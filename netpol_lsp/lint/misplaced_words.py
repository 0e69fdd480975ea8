"""What to say of an unknown field: what it is taken for, and where it belongs."""

from __future__ import annotations

from itertools import pairwise

from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.misplaced import Misplaced, Reading
from netpol_lsp.policies.networkpolicy.foreign_fields import FOREIGN_FIELDS, SYNONYMS
from netpol_lsp.yaml.nodes import Mapping, is_null
from netpol_lsp.yaml.paths import lookup
from netpol_lsp.yaml.placement import Destination


def explain_misplaced(misplaced: Misplaced) -> str:
    """What an unknown field is meant for, as the end of a sentence; "" where no one knows."""
    name = misplaced.name
    fixed = {
        Reading.STATUS: "what a cluster once added must not be applied again",
        Reading.EVERYTHING: "`{}` selects everything here",
        Reading.NAMESPACES: f"namespaces are chosen by their labels, and each has its name as `{METADATA_NAME}`",
        Reading.KEY_VALUE: "this is kubectl's notation: here it is `key: value` under `matchLabels`",
        Reading.PROTOCOL: f"the protocol is a value: `protocol: {name.upper()}`, with `port` beside it",
        Reading.DOUBLED: f"it is in a `{name}` already",
        Reading.FOREIGN: FOREIGN_FIELDS.get(name, ""),
    }.get(misplaced.reading)
    if fixed is not None:
        return fixed
    if misplaced.reading is Reading.LABEL:
        return f"labels belong under `{misplaced.places[0].path[-1]}`"
    if misplaced.reading is Reading.MOVED:
        return _moved(misplaced, misplaced.places[0])
    if misplaced.reading is Reading.MISSPELT:
        names = _any_of(misplaced.names)
        return f"it is called {names} here" if name in SYNONYMS else f"did you mean {names}?"
    return ""


def _any_of(words: tuple[str, ...]) -> str:
    return " or ".join(f"`{word}`" for word in words[:2])


def _moved(misplaced: Misplaced, place: Destination) -> str:
    here = next((step for step in reversed(misplaced.path) if isinstance(step, str)), "")
    if place.common == len(place.path):
        return _further_out(misplaced, place, here)
    levels, last = place.levels, place.path[-1]
    lists = frozenset(step for step, after in pairwise(place.path) if isinstance(step, str) and isinstance(after, int))
    if place.common < len(misplaced.path):
        beside = f" of `{place.path[place.common]}`" if len(levels) > 1 else ""
        under = "in an item of" if isinstance(last, int) else "under"
        return (
            f"it belongs {under} `{levels[-1]}`{beside}: move it out of `{here}`"
            if here
            else _plain(levels, last, lists)
        )
    if isinstance(last, int):
        return _plain(levels, last, lists)
    others = [
        one for one in misplaced.places[1:] if len(one.path) == len(place.path) and one.path[:-1] == place.path[:-1]
    ]
    value, _ = lookup(misplaced.found.object_node, place.path)
    if value is not None and is_null(value) and isinstance(misplaced.holder, Mapping):
        return f"it belongs under the `{levels[-1]}` above: indent it"
    if others and not misplaced.is_certain and not any(one.is_taken for one in others):
        names = " or ".join(f"`{one}`" for one in (levels[-1], *(str(other.path[-1]) for other in others)))
        return f"it belongs under {names}"
    return _plain(levels, last, lists)


def _further_out(misplaced: Misplaced, place: Destination, here: str) -> str:
    rest = misplaced.path[len(place.path) :]
    if not place.path:
        return f"it belongs at the top level: move it out of `{here}`"
    holder = next((step for step in reversed(place.path) if isinstance(step, str)), "")
    if any(isinstance(step, int) for step in rest) or isinstance(place.path[-1], int):
        return (
            f"it belongs beside `{rest[0]}`: move it out of {'its item' if isinstance(rest[-1], int) else f'`{here}`'}"
        )
    return f"it belongs under `{holder}`: move it out of `{here}`"


def _plain(levels: tuple[str, ...], last: str | int, lists: frozenset[str]) -> str:
    """As in: under `ipBlock`, in an item of `from`."""
    words = "it belongs"
    if isinstance(last, int):
        words += f" in an item of `{levels[-1]}`"
    else:
        words += f" under `{levels[-1]}`"
    for level in reversed(levels[:-1]):
        words += f" in an item of `{level}`" if level in lists else f" of `{level}`"
    return words
