"""The results of connectivity tests: text, JSON (schemas/test.schema.json), JUnit, SARIF and GitHub's annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from netpol_lsp import __version__
from netpol_lsp.explanations.intents import because, expected, which_pair
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.reach.places import Place, Places
from netpol_lsp.formats.xml import HEADER, element, escape, parent
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import Checked
from netpol_lsp.reach.intents import Intent

VERSION = 1
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """The engine that answered, and the places of what it read."""

    engine: Engine
    places: Places

    def find(self, origin: Origin) -> Place | None:
        """Where an origin is."""
        return self.places.find(origin)

    def json(self, origin: Origin) -> Data:
        """The place as data."""
        return self.places.json(origin)


def as_json(results: Sequence[Checked], places: Answered) -> str:
    """All results."""
    passed = sum(item.passed for item in results)
    data = {
        "version": VERSION,
        "tests": [_row(item, places) for item in results],
        "passed": passed,
        "failed": len(results) - passed,
    }
    return dump(data, depth=2) + "\n"


def intent_data(intent: Intent) -> Data:
    """A test as someone wrote it."""
    return {
        "name": intent.name,
        "from": intent.source,
        "to": intent.destination,
        "port": intent.port,
        "expect": intent.expectation,
    }


def _row(item: Checked, places: Answered) -> Data:
    return {
        **intent_data(item.intent),
        "actual": item.actual.value,
        "passed": item.passed,
        "because": [{**places.json(origin), "text": text} for text, origin in because(item, places.engine)],
    }


def as_text(results: Sequence[Checked], places: Answered, pen: Pen, *, is_verbose: bool = False) -> str:
    """The tests that fail with their reasons (all of them when `is_verbose`), and how many there are."""
    lines: list[str] = []
    for item in results:
        if item.passed and not is_verbose:
            continue
        mark = pen.write("ok  ", "fix") if item.passed else pen.write("FAIL", "error")
        what = expected(item)
        lines.append(f"{mark} {item.intent.name}: {what}{which_pair(item)}")
        spot = places.find(item.intent.origin)
        if spot is not None:
            lines.append(f"      {pen.write('-->', 'gutter')} {spot}")
        for text, origin in because(item, places.engine):
            found = places.find(origin) if origin is not item.intent.origin else None
            where = f"   {pen.write('-->', 'gutter')} {found}   {pen.write(found.text.strip(), 'dim')}" if found else ""
            lines.append(f"      {text}{where}")
    passed = sum(item.passed for item in results)
    lines.append(f"{passed} passed, {len(results) - passed} failed")
    return pen.lines(lines)


def as_junit(results: Sequence[Checked], places: Answered) -> str:
    """A test case for each test."""
    cases = []
    for item in results:
        spot = places.find(item.intent.origin)
        attributes: Data = {"name": item.intent.name, "classname": spot.path if spot else "connectivity", "time": 0}
        if spot is not None:
            attributes |= {"file": spot.path, "line": spot.start[0]}
        children = []
        if not item.passed:
            message = expected(item)
            detail = "\n".join(_with_place(text, origin, places) for text, origin in because(item, places.engine))
            children.append(element("failure", {"message": message, "type": "connectivity"}, escape(detail)))
        cases.append(parent("testcase", attributes, children) if children else element("testcase", attributes))
    failures = sum(not item.passed for item in results)
    attributes = {"name": "netpol-lint test", "tests": len(results), "failures": failures, "errors": 0, "time": 0}
    return HEADER + parent("testsuites", attributes, [parent("testsuite", attributes, cases)]) + "\n"


def _with_place(text: str, origin: Origin, places: Answered) -> str:
    found = places.find(origin)
    return f"{found}: {text}" if found is not None else text


def as_github(results: Sequence[Checked], places: Answered) -> str:
    """An error annotation for each test that fails, at the test; the reasons are in its text."""
    lines = []
    for item in results:
        if item.passed:
            continue
        text = "\n".join(
            [
                f"{item.intent.name}: {expected(item)}",
                *(_with_place(text, origin, places) for text, origin in because(item, places.engine)),
            ]
        )
        spot = places.find(item.intent.origin)
        where = f" file={_property(spot.path)},line={spot.start[0]},title=connectivity test" if spot else ""
        lines.append(f"::error{where}::{text.translate(_DATA)}")
    return "".join(f"{line}\n" for line in lines)


_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})


def _property(text: str) -> str:
    return text.translate(_DATA).replace(":", "%3A").replace(",", "%2C")


def as_sarif(results: Sequence[Checked], places: Answered) -> str:
    """A result for each test that fails, with the deciding lines as related locations."""
    found: list[Data] = []
    for item in results:
        if item.passed:
            continue
        text = f"{item.intent.name}: {expected(item)}"
        result: Data = {"ruleId": "connectivity-test", "level": "error", "message": {"text": text}}
        spot = places.find(item.intent.origin)
        if spot is not None:
            result["locations"] = [_location(spot)]
        related = [
            (text, place) for text, origin in because(item, places.engine) if (place := places.find(origin)) is not None
        ]
        result["relatedLocations"] = [
            {"id": number, **_location(place), "message": {"text": text}}
            for number, (text, place) in enumerate(related, 1)
        ]
        found.append(result)
    rule = {"id": "connectivity-test", "shortDescription": {"text": "A connection is not as a team wants it"}}
    run: Data = {
        "tool": {"driver": {"name": "netpol-lint", "version": __version__, "rules": [rule]}},
        "columnKind": "unicodeCodePoints",
        "results": found,
    }
    return (
        dump({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}, depth=4)
        + "\n"
    )


def _location(place: Place) -> Data:
    region = {
        "startLine": place.start[0],
        "startColumn": place.start[1],
        "endLine": place.end[0],
        "endColumn": place.end[1],
    }
    return {"physicalLocation": {"artifactLocation": {"uri": quote(place.path)}, "region": region}}
