"""Patterns of the configuration: as Python's, but never slow."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netpol_lsp.text.budget import OverBudgetError
from netpol_lsp.text.pattern import LinearPattern, PatternError
from tests.steps import steps_of

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "-",
        ".",
        "[ab]",
        "[^a]",
        "[a-c]",
        r"\d",
        r"\w",
        r"[\w-]",
        r"\.",
        "^",
        "$",
        r"\b",
        r"\B",
        r"\x61",
        "[]a]",
        "[a-]",
    ]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("".join, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda left, right: f"(?:{left}|{right})", inner, inner),
        st.builds(lambda one, sign: f"(?:{one}){sign}", inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,}", "{,2}", "*?", "{0}"])),
    ),
    max_leaves=6,
)  # fmt: skip


@given(PATTERNS, st.text("abc-.1 ", max_size=7))
def test_as_python(pattern: str, text: str) -> None:
    # Python before 3.14 sees no `\\B` in an empty text.
    assume(text or "\\B" not in pattern)
    assert LinearPattern(pattern).fullmatch(text) is (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(allow|deny)-.*", "allow-web"),
        ("^[a-z]+(-[a-z0-9]+)*$", "allow-from-web-2"),
        ("(?i)ABC", "abc"),
        ("(?P<name>a)(b)", "ab"),
        (r"\Aa\Z", "a"),
        ("é[à-ü]", "éü"),
        ("", ""),
        ("a{2,3}", "aaa"),
        ("{", "{"),
        ("a{x}", "a{x}"),
    ],
)
def test_matches(pattern: str, text: str) -> None:
    assert re.fullmatch(pattern, text)
    assert LinearPattern(pattern).fullmatch(text)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "`(` at position 0 is not closed"),
        ("a)", "`)` at position 1 closes nothing"),
        ("[a", "`[` at position 0 is not closed"),
        ("*a", "there is nothing to repeat"),
        ("a**", "repeats a repetition"),
        ("\\", "nothing after the last"),
        ("[b-a]", "ends before it begins"),
        (r"(a)\1", r"`\1` is not known here"),
        ("(?=a)", "`(?=a` at position 0 is not known here: it cannot be matched in one pass"),
        ("(?x)a", "of the flags only"),
        ("(a{1,9000}){1,9000}", "it is too large"),
        ("a{99999}", "is too often"),
        ("(" * 5000 + "a" + ")" * 5000, "nested more than 50 levels deep"),
        ("a{3,2}", "the smaller number comes first"),
        (r"\x1", "needs 2 hexadecimal digits"),
    ],
)
def test_what_cannot_be_had_is_said(pattern: str, said: str) -> None:
    with pytest.raises(PatternError, match=re.escape(said)):
        LinearPattern(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$x", "(a*)*b", "(a|a)*b", "(a|aa)+b", "(.*a){20}b", "(((a?){9}){9}){9}b"])
def test_nothing_backtracks(pattern: str) -> None:
    compiled = LinearPattern(pattern)
    few, many = (steps_of(lambda n=n: compiled.fullmatch("a" * n)) for n in (100, 200))
    assert many < 2.5 * few


def test_a_text_of_a_million_characters_is_given_up() -> None:
    with pytest.raises(OverBudgetError):
        LinearPattern("(a|b)*c").fullmatch("a" * 1_000_000)


@given(st.text("ab()[]{}*+?|^$\\.-,1x", max_size=12))
def test_any_pattern_is_taken_or_refused(pattern: str) -> None:
    try:
        compiled = LinearPattern(pattern)
    except PatternError:
        return
    compiled.fullmatch("abab")
