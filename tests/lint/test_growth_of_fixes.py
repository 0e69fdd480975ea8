"""What fixes cost grows with the text, however many of them there are: a counted budget, and halves instead of one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.excerpts import excerpt_around
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.lint.gate import most_of
from netpol_lsp.text.edits import Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from tests.lint.test_growth import HEAD
from tests.steps import steps_of

RUN_TOGETHER = (
    "Version: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nname: a\nnamespace: b\nspec:\npodSelector:\n"
)
MISPLACED = "  - podSelector: {matchLabels: {app: a{i}}}\n    port: 80\n"

GROWING: dict[str, Callable[[int], str]] = {
    "policies run together": lambda size: RUN_TOGETHER * (size // len(RUN_TOGETHER)),
    "peers beside ports": lambda size: (
        HEAD + "  ingress:\n" + "".join(MISPLACED.replace("{i}", str(number)) for number in range(size // 60))
    ),
    "words for lists": lambda size: HEAD + "  ingress:\n" + "  - from: {podSelector: {}}\n" * (size // 28),
    "lists twice": lambda size: HEAD + "  ingress: []\n" * (size // 14),
}


@pytest.mark.slow
@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_twice_the_text_takes_about_twice_the_steps_to_fix(make: Callable[[int], str]) -> None:
    def fix(size: int) -> None:
        fix_source(make_source("a.yaml", make(size)), default_file_config())

    fix(200)
    few, more = (steps_of(lambda size=size: fix(size)) for size in (2000, 4000))
    assert more < 3 * few


@pytest.mark.slow
def test_so_it_is_with_unsafe_fixes() -> None:
    def fix(size: int) -> None:
        make = GROWING["peers beside ports"]
        fix_source(make_source("a.yaml", make(size)), default_file_config(), unsafe=True)

    fix(200)
    few, more = (steps_of(lambda size=size: fix(size)) for size in (600, 1200))
    assert more < 3 * few


def test_a_bad_fix_among_many_is_found_in_few_steps() -> None:
    fixes = [Fix(str(number), (TextEdit(Span(number, number), "x"),)) for number in range(1000)]
    bad = {fixes[17], fixes[600]}
    asked = 0

    def hold(some: Sequence[Fix]) -> bool:
        nonlocal asked
        asked += 1
        return bad.isdisjoint(some)

    assert most_of(fixes, hold) == [fix for fix in fixes if fix not in bad]
    assert asked < 50


LIST = (
    "apiVersion: v1\nitems:\n"
    + "".join(
        f"# the {name}\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {{name: {name}, namespace: b}}\n"
        f"  spec:\n    podSelector: {{}}\n    ingress:\n    - podSelector: {{}}\n"
        for name in ("one", "two", "three")
    )
    + "kind: List\nmetadata: {}\n"
)


def test_of_a_list_the_item_is_read_that_changes() -> None:
    analysis = analyse(make_source("a.yaml", LIST)).parts[0].analysis
    assert analysis is not None
    at = LIST.index("name: two")
    excerpt = excerpt_around(analysis, [TextEdit(Span(at, at), "x")])
    assert not excerpt.is_whole
    assert excerpt.text.count("kind: NetworkPolicy") == 1
    (moved,) = excerpt.moved([TextEdit(Span(at, at + 9), "x")])
    assert excerpt.text[moved.span.start : moved.span.end] == "name: two"
    across = [TextEdit(Span(at, at), "x"), TextEdit(Span(LIST.index("name: three"), LIST.index("name: three")), "x")]
    assert excerpt_around(analysis, across).is_whole
    last = excerpt_around(analysis, across[1:])
    assert "kind: List" in last.text
    assert "metadata: {}" not in last.text


def test_items_of_a_list_are_fixed_as_policies_of_their_own_are() -> None:
    fixed = fix_source(make_source("a.yaml", LIST), default_file_config())
    assert fixed.applied["NP101"] == 3
    assert "NP101" not in [one.code for one in lint_text(fixed.source.text).diagnostics]
    with_anchor = LIST.replace("metadata: {}", "metadata: &a {}")
    assert fix_source(make_source("a.yaml", with_anchor), default_file_config()).applied["NP101"] == 3
