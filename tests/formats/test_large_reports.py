"""Reports of very many findings: made one finding at a time, in time that grows with their number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakSet

import pytest

from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.lint.report import FileReport, Report, make_report
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from tests.steps import steps_of


class Row(dict[str, Any]):
    """An item that can be counted while it is there."""

    __hash__ = object.__hash__


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_iterator_is_written_as_a_list(depth: int, count: int) -> None:
    rows = [{"a": number, "b": [number, "\u2028\u00fc"]} for number in range(count)]
    assert dump(iter(rows), depth) == dump(rows, depth)
    assert json.loads(dump(rows, depth)) == rows
    listed, iterated = ({"first": [], "rows": value, "last": {}} for value in (rows, iter(rows)))
    assert dump(iterated, depth + 1) == dump(listed, depth + 1)
    assert json.loads(dump(listed, depth + 1)) == listed


def test_the_items_of_an_iterator_are_let_go() -> None:
    there: WeakSet[Row] = WeakSet()
    most = 0

    def rows() -> Iterator[Row]:
        nonlocal most
        for number in range(50):
            row = Row(number=number)
            there.add(row)
            most = max(most, len(there))
            yield row

    assert len(json.loads(dump({"rows": rows()}, depth=2))["rows"]) == 50
    assert most <= 3


def _report(count: int) -> Report:
    source = make_source("a.yaml", "a: b\n" * count)
    found = tuple(
        Diagnostic(
            "NP101" if number % 2 else "NP215",
            "unknown-field",
            Category.API,
            Severity.ERROR if number % 2 else Severity.INFO,
            "unknown field `a`",
            Span(5 * number, 5 * number + 1),
            number=number,
        )
        for number in range(count)
    )
    return make_report([FileReport(source, 1, 1, found)])


@pytest.mark.parametrize("render", FORMATS.values(), ids=FORMATS)
def test_twice_the_findings_take_twice_the_steps(render: Callable[[Report, RenderOptions], str]) -> None:
    options = RenderOptions(min_severity=Severity.INFO, fail_on=Severity.WARNING, root="/")

    def steps(count: int) -> int:
        report = _report(count)
        return steps_of(lambda: render(report, options))

    render(_report(2), options)
    few, many = steps(150), steps(300)
    assert many < 2.5 * few
