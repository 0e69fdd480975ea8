"""A difference of connectivity as data (schemas/diff.schema.json describes it) and as SARIF."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from netpol_lsp import __version__
from netpol_lsp.explanations.connection import end_title
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.reach.diff_text import TITLES, BothPlaces
from netpol_lsp.formats.reach.places import Place
from netpol_lsp.formats.reach.why_json import end_data, policy_data, traffic_data
from netpol_lsp.reach.diff import Cause, Change, ChangeClass, Difference
from netpol_lsp.reach.engine import Verdict
from netpol_lsp.reach.traffic import describe

VERSION = 1
Data = dict[str, Any]
_LEVELS = {ChangeClass.OPENED_WORLD: "warning", ChangeClass.OPENED_CROSS: "warning"}


def render(difference: Difference, places: BothPlaces) -> str:
    """The difference as JSON."""
    data = {
        "version": VERSION,
        "changes": [_change(change, places) for change in difference.changes],
        "added": list(difference.added),
        "removed": list(difference.removed),
    }
    return dump(data, depth=2) + "\n"


def _change(change: Change, places: BothPlaces) -> Data:
    return {
        "source": end_data(change.source),
        "destination": end_data(change.destination),
        "classes": [kind.value for kind in change.classes],
        "opened": traffic_data(change.opened),
        "closed": traffic_data(change.closed),
        "uncertain": traffic_data(change.uncertain),
        "before": _verdict(change.before),
        "after": _verdict(change.after),
        "because": [_cause(cause, places) for cause in change.causes],
    }


def _verdict(verdict: Verdict | None) -> Data | None:
    if verdict is None:
        return None
    return {"allow": traffic_data(verdict.allow), "unknown": traffic_data(verdict.unknown)}


def _cause(cause: Cause, places: BothPlaces) -> Data:
    side = places.before if cause.is_before else places.after
    return {
        "side": "before" if cause.is_before else "after",
        "kind": "opened" if cause.kind is ChangeClass.OPENED_INSIDE else cause.kind.value,
        "text": cause.text,
        "policy": policy_data(cause.reason.policy),
        **side.json(cause.reason.origin),
    }


def sarif(difference: Difference, places: BothPlaces) -> str:
    """A SARIF log with a result for each change that has a line in the state after."""
    rules = [
        {"id": f"connectivity-{kind.value}", "name": kind.value, "shortDescription": {"text": TITLES[kind]}}
        for kind in ChangeClass
    ]
    results = [result for change in difference.changes for result in _results(change, places)]
    run: Data = {
        "tool": {"driver": {"name": "netpol-lint", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return dump(log, depth=4) + "\n"


def _results(change: Change, places: BothPlaces) -> list[Data]:
    found = []
    for kind in change.classes:
        traffic = {ChangeClass.CLOSED: change.closed, ChangeClass.UNCERTAIN: change.uncertain}.get(kind, change.opened)
        ends = f"{end_title(change.source)} -> {end_title(change.destination)}"
        result: Data = {
            "ruleId": f"connectivity-{kind.value}",
            "level": _LEVELS.get(kind, "note"),
            "message": {"text": f"{TITLES[kind]}: {ends}, {describe(traffic)}"},
        }
        spots = [
            spot
            for cause in change.causes_of(kind)
            if not cause.is_before and (spot := places.after.find(cause.reason.origin))
        ]
        if spots:
            result["locations"] = [_location(spots[0])]
            result["relatedLocations"] = [{"id": number, **_location(spot)} for number, spot in enumerate(spots[1:], 1)]
        found.append(result)
    return found


def _location(place: Place) -> Data:
    region = {
        "startLine": place.start[0],
        "startColumn": place.start[1],
        "endLine": place.end[0],
        "endColumn": place.end[1],
    }
    return {"physicalLocation": {"artifactLocation": {"uri": quote(place.path)}, "region": region}}
