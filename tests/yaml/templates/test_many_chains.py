"""A text of thousands of conditions is read in fewer ways, so that the work ends; one of hundreds is read as ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.yaml.templates.branches import build
from netpol_lsp.yaml.templates.go import lex
from netpol_lsp.yaml.templates.read import MOST_ACTIONS
from netpol_lsp.yaml.templates.variants import MOST_VARIANTS, choose
from tests.lint.test_growth import HEAD
from tests.steps import steps_of


def _read(count: int) -> int:
    text = "".join(f"{{{{- if .v{number} }}}}\na: b\n{{{{- end }}}}\n" for number in range(count))
    return len(choose(build(text, lex(text))).variants)


def test_the_number_of_readings_goes_down_with_the_number_of_conditions() -> None:
    few, many = _read(500), _read(40_000)
    assert many < few <= MOST_VARIANTS
    assert many >= 2


GROWING = {
    "branches of one condition": lambda n: (
        HEAD + "  {{- if .x }}\n" + "".join(f"  {{{{- else if .y{i} }}}}\n" for i in range(n))
    ),
    "branches that cannot be": lambda n: HEAD + "  {{- if .x }}\n" + "  {{- else }}\n" * n + "  {{- end }}\n",
    "variables that change": lambda n: (
        HEAD + "".join(f"{{{{ $x{i} = 1 }}}}{{{{ if $x{i} }}}}{{{{ end }}}}\n" for i in range(n))
    ),
    "documents that grow": lambda n: HEAD + "{{- if .x }}\n---\n" * n,
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_twice_the_actions_take_about_twice_the_steps(make: Callable[[int], str]) -> None:
    lint_text(make(10))
    few, many = (steps_of(lambda count=count: lint_text(make(count))) for count in (1200, 2400))
    assert many < 3 * few


def test_more_actions_than_are_read_are_one_finding() -> None:
    text = HEAD + "  {{ .x }}\n" * (MOST_ACTIONS + 1)
    (found,) = [one for one in lint_text(text).diagnostics if one.code == "NP001"]
    assert found.message == "the template has more than 20,000 actions, which is more than is read"


def test_definitions_are_read_as_far_as_that_takes_linear_time() -> None:
    def steps(count: int) -> int:
        text = HEAD + f'{{{{ define "x" }}}}\n{HEAD}{{{{ end }}}}\n' * count
        return steps_of(lambda: lint_text(text))

    lint_text(HEAD)
    assert steps(400) < 3 * steps(200)


def test_twice_the_conditions_take_about_twice_the_steps() -> None:
    def text(count: int) -> str:
        return HEAD + "  {{- if .x }}\n" * count

    lint_text(text(10))
    few, many = (steps_of(lambda count=count: lint_text(text(count))) for count in (1000, 2000))
    assert many <= 2.2 * few
