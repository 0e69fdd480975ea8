"""Half-typed and damaged manifests: whatever stands there, no internal error, and findings inside the text."""

import random
from collections.abc import Iterator

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.examples import examples_of
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.edits import apply_edits

ALL = FileConfig(frozenset(rule.info.code for rule in all_rules()))
EXAMPLES = sorted({example.text for rule in all_rules() for example in examples_of(rule.info.doc)})
SIGNS = list(" \t\n:-#{}[],&*!|>'\"%@`?\\~") + [
    "  ",
    "- ",
    ": ",
    "\u00a0",
    "\u200b",
    "：",
    "“",
    "\ufeff",
    "\x07",
    "\x85",
    "\u2028",
]
SIGNS += ["𝔘", "---\n", "...\n", "{{ x }}", "<<: *a", "&a ", "\r\n", "\r", "$X", "\t\t"]


def check(text: str) -> None:
    report = lint_text(text, config=ALL)
    assert [d.message for d in report.diagnostics if d.code == "NP990"] == [], text
    length = len(report.source.text)
    for diagnostic in report.diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= length, (diagnostic.code, text)
        for fix in diagnostic.fixes:
            apply_edits(report.source.text, fix.edits)


def prefixes(chance: random.Random) -> Iterator[str]:
    """The start of each example: up to each line's end, and cut somewhere inside a few lines."""
    for text in EXAMPLES:
        ends = [place for place, char in enumerate(text) if char == "\n"]
        for end in [*chance.sample(ends, min(3, len(ends))), *(chance.randrange(len(text)) for _ in range(3))]:
            yield text[:end]


def test_examples_cut_short() -> None:
    for text in prefixes(random.Random(1)):
        check(text)


@pytest.mark.parametrize("number", [0, len(EXAMPLES) // 2])
def test_every_prefix_of_an_example(number: int) -> None:
    text = EXAMPLES[number]
    for end in range(len(text)):
        check(text[:end])


def test_damaged_examples() -> None:
    chance = random.Random(2)
    for _ in range(300):
        text = chance.choice(EXAMPLES)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(text) + 1)
            removed = chance.choice([0, 0, 1, 5])
            text = text[:place] + chance.choice([*SIGNS, ""]) + text[place + removed :]
        check(text)


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\x85", "\u2028"])
def test_other_line_ends(newline: str) -> None:
    for text in EXAMPLES[::7]:
        check(text.replace("\n", newline))


def test_examples_without_indentation() -> None:
    for text in EXAMPLES[::3]:
        check("\n".join(line.strip() for line in text.split("\n")))
