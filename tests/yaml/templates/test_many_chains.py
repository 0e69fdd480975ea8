"""A text of thousands of conditions is read in fewer ways, so that the work ends; one of hundreds is read as ever."""

from __future__ import annotations

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.yaml.templates.branches import build
from netpol_lsp.yaml.templates.go import lex
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


def test_twice_the_conditions_take_about_twice_the_steps() -> None:
    def text(count: int) -> str:
        return HEAD + "  {{- if .x }}\n" * count

    lint_text(text(10))
    few, many = (steps_of(lambda count=count: lint_text(text(count))) for count in (1000, 2000))
    assert many < 2.6 * few
