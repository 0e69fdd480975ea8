"""Aliases and merge keys: copies that stand at the alias, and none that explode."""

import pytest

from netpol_lsp.yaml.nodes import Mapping, Scalar, walk
from netpol_lsp.yaml.parser import Parsed, parse
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.to_python import to_python


def messages(parsed: Parsed) -> list[tuple[ProblemKind, str]]:
    return [(problem.kind, problem.message) for problem in parsed.problems]


def test_an_alias_is_a_copy_at_its_own_place() -> None:
    text = "a: &x {b: c}\nd: *x\n"
    root = parse(text).root
    assert isinstance(root, Mapping)
    original, copy = (entry.value for entry in root.entries)
    assert copy.origin is original
    assert isinstance(copy, Mapping)
    assert text[copy.start : copy.end] == "*x"
    value = copy.entries[0].value
    assert (value.start, value.end) == (copy.start, copy.end)
    assert isinstance(value, Scalar)
    assert value.value == "c"


def test_the_anchor_above_counts() -> None:
    root = parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").root
    assert to_python(root).value == {"a": 1, "b": 1, "c": 2, "d": 2}


@pytest.mark.parametrize(
    ("text", "part"),
    [("a: *x\n", "no anchor `&x`"), ("a: &x [*x]\n", "inside the value"), ("a: &x {b: {c: *x}}\n", "inside the value")],
)
def test_bad_aliases(text: str, part: str) -> None:
    parsed = parse(text)
    assert parsed.error is None
    [(kind, message)] = messages(parsed)
    assert kind is ProblemKind.ALIAS
    assert part in message
    assert text[parsed.problems[0].span.start] == "*"


def test_many_small_aliases_are_fine() -> None:
    text = "a: &x {b: c}\nl:\n" + "- *x\n" * 300
    assert parse(text).problems == ()


def test_an_alias_bomb_is_one_problem_and_few_nodes() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    parsed = parse("\n".join(lines))
    assert [kind for kind, _ in messages(parsed)] == [ProblemKind.ALIAS]
    assert parsed.root is not None
    assert sum(1 for _ in walk(parsed.root)) < 3_000_000


def test_merged_keys_come_behind_own_ones() -> None:
    root = parse("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  e: 3\n").root
    assert to_python(root).value["d"] == {"e": 3, "b": 1, "c": 2}


def test_a_list_of_merges() -> None:
    root = parse("a: &x {b: 1}\nc: &y {d: 2}\ne: {<<: [*x, *y]}\n").root
    assert to_python(root).value["e"] == {"b": 1, "d": 2}


def test_an_override_is_a_duplicate_for_the_strict_decoder() -> None:
    parsed = parse("a: &x {b: 1}\nc:\n  <<: *x\n  b: 2\n")
    [(kind, message)] = messages(parsed)
    assert kind is ProblemKind.DUPLICATE
    assert "`b`" in message
    assert parsed.problems[0].field == "b"


def test_merging_what_is_no_mapping_is_an_error() -> None:
    parsed = parse("a: {<<: b}\n")
    assert [kind for kind, _ in messages(parsed)] == [ProblemKind.SYNTAX]


def test_quoted_merge_signs_are_keys() -> None:
    root = parse("a: {'<<': b}\n").root
    assert to_python(root).value == {"a": {"<<": "b"}}
