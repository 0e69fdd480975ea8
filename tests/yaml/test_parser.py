"""The parser: exact spans, values as YAML has them, and no text that makes it raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence, children, walk
from netpol_lsp.yaml.parser import BEST_BACKEND, MAX_DEPTH, Backend, first_error_offset, parse, using_backend

PIECES = st.sampled_from(
    ["a", "b: ", "- ", "\n", "  ", "{", "}", "[", "]", ", ", "#c", "&x ", "*x", "|\n", ">-\n", '"', "'", "!t ", "\t"]
    + ["? ", ": ", "\r\n", "\r", "\x85", "\u2028", "\u00a0", "\U0001d518", "é", "---\n", "...\n", "%YAML 1.2\n", "\x07"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


def value_of(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [value_of(item) for item in node.items]
    assert isinstance(node, Mapping)
    return [(value_of(entry.key), value_of(entry.value)) for entry in node.entries]


def root_of(text: str, backend: Backend = BEST_BACKEND) -> Node:
    with using_backend(backend):
        parsed = parse(text)
    assert parsed.error is None
    assert parsed.root is not None
    return parsed.root


def check_nesting(node: Node, start: int, end: int) -> None:
    assert start <= node.start <= node.end <= end
    for child in children(node):
        if child.origin is None:
            check_nesting(child, node.start, node.end)


@given(TEXTS, st.sampled_from(Backend))
def test_no_text_makes_it_raise_and_spans_nest(text: str, backend: Backend) -> None:
    with using_backend(backend):
        parsed = parse(text)
    if parsed.root is not None:
        check_nesting(parsed.root, 0, len(text))
    if parsed.error is not None:
        assert 0 <= parsed.error.span.start <= parsed.error.span.end <= len(text)
        assert parsed.error.message


def test_libyaml_is_used() -> None:
    assert BEST_BACKEND is Backend.LIBYAML


@pytest.mark.parametrize("backend", list(Backend))
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: b\n", [("a", "b")]),
        ("a:\n- b\n- c\n", [("a", ["b", "c"])]),
        ("a:\r\n  - b\r\n", [("a", ["b"])]),
        ("{a: [b, {c: d}]}", [("a", ["b", [("c", "d")]])]),
        ("a: |\n  b\n  c\n\nd: e\n", [("a", "b\nc\n"), ("d", "e")]),
        ("a: >-\n  b\n  c\n", [("a", "b c")]),
        ("a: 'it''s'\nb: \"\\u00e9\"\n", [("a", "it's"), ("b", "é")]),
        ("a:\nb: ~\n", [("a", ""), ("b", "~")]),
        ("cidrs: [fd00::/8, a:b]\n", [("cidrs", ["fd00::/8", "a:b"])]),
        ("{cidr: fd00::/8, 1:2: x:y}\n", [("cidr", "fd00::/8"), ("1:2", "x:y")]),
        ("a: [b:c, 'd:e', {f: g:h}]  # i:j\n", [("a", ["b:c", "d:e", [("f", "g:h")]])]),
        ("? a\n: b\n", [("a", "b")]),
    ],
)
def test_values(text: str, wanted: object, backend: Backend) -> None:
    assert value_of(root_of(text, backend)) == wanted


@pytest.mark.parametrize("text", ["a: [::1]\n", "a: [fd00::/8, ::1]\n", "{a: ::/0}\n"])
def test_a_colon_that_starts_an_item_in_brackets_is_none(text: str) -> None:
    """As for go-yaml."""
    assert parse(text).error is not None


def test_colons_in_many_bracketed_words_are_read_at_once() -> None:
    words = [f"fd00:{number:x}::/64" for number in range(2000)]
    assert value_of(root_of(f"a: [{', '.join(words)}]\n")) == [("a", words)]


@pytest.mark.parametrize("backend", list(Backend))
@pytest.mark.parametrize(
    ("text", "path", "shown"),
    [
        ("a: b # c\n", (0,), "b"),
        ("a: &x !t b\n", (0,), "b"),
        ("a: &x\n  c: d\n", (0,), "c: d"),
        ("a:\n  - b\n  # c\n\nd: e\n", (0,), "- b"),
        ("a: |\n  b\n\n\nc: d\n", (0,), "|\n  b"),
        ("a: 'b'\n", (0,), "'b'"),
        ("a: [b,\n c]  # d\n", (0,), "[b,\n c]"),
        ("𝔘: 𝔘é\n", (0,), "𝔘é"),
        ("a:\n  b: c\n  d:\ne: f\n", (0,), "b: c\n  d:"),
    ],
)
def test_spans_are_the_written_text(text: str, path: tuple[int, ...], shown: str, backend: Backend) -> None:
    node = root_of(text, backend)
    for number in path:
        assert isinstance(node, Mapping)
        node = node.entries[number].value
    assert text[node.start : node.end] == shown


@pytest.mark.parametrize("text", ["a:\nb: c\n", "a:   # d\nb: c\n", "- a:\n- b\n", "{a: , b: c}", "a:"])
def test_a_value_that_is_not_written_stands_behind_its_colon(text: str) -> None:
    empty = next(node for node in walk(root_of(text)) if isinstance(node, Scalar) and not node.value)
    assert empty.start == empty.end
    assert text[empty.start - 1] == ":"


def test_an_empty_item_stands_behind_its_dash() -> None:
    root = root_of("-\n- a\n")
    assert isinstance(root, Sequence)
    assert (root.items[0].start, root.items[0].end) == (1, 1)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "--- # x\n"])
def test_nothing(text: str) -> None:
    parsed = parse(text)
    assert parsed.error is None
    assert parsed.root is None or value_of(parsed.root) == ""


def test_anchors_tags_and_styles_are_kept() -> None:
    root = root_of("a: &x !!str 1\nb: 'c'\n")
    assert isinstance(root, Mapping)
    first, second = (entry.value for entry in root.entries)
    assert (first.anchor, first.tag) == ("x", "tag:yaml.org,2002:str")
    assert isinstance(second, Scalar)
    assert (second.style, second.is_plain) == ("'", False)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_ends_with_a_problem(opening: str) -> None:
    parsed = parse(opening * (MAX_DEPTH + 50))
    assert parsed.error is not None
    assert parsed.root is not None


def test_control_characters_are_named() -> None:
    parsed = parse("a: b\nc: \x07d\n")
    assert parsed.error is not None
    assert "U+0007" in parsed.error.message
    assert parsed.error.span.start == 8


def test_what_follows_the_end_of_the_document_is_an_error() -> None:
    parsed = parse("  a: b\nc: d\n")
    assert parsed.has_ended
    assert parsed.error is not None
    assert parsed.root is not None
    assert value_of(parsed.root) == [("a", "b")]


def test_nodes_before_an_error_are_kept() -> None:
    parsed = parse("a: b\nc: [d\ne: f\n")
    assert parsed.error is not None
    assert parsed.root is not None
    assert value_of(parsed.root)[0] == ("a", "b")  # type: ignore[index]


@pytest.mark.skipif(BEST_BACKEND is Backend.PURE, reason="only libyaml can be asked without making nodes")
@pytest.mark.parametrize(
    "text", ["a: [\nb: c\n", "a: b: c\n", 'a: "x\n', "a:\n  - b\n c: d\n", "\ta: b\n", "a: 1\n  b: 2\n"]
)
def test_where_the_parser_stops_is_known_without_nodes(text):
    error = parse(text).error
    stop = first_error_offset(text)
    assert error is not None
    assert stop is not None
    assert text.count("\n", 0, stop) == text.count("\n", 0, error.span.start)


@given(TEXTS)
def test_who_stops_reads_not_to_the_end(text):
    if first_error_offset(text) is not None:
        assert parse(text).error is not None


@pytest.mark.parametrize(
    "text", ["a: b\n", "", "- {cidr: fd00::/8}\n", "a: \x07\n", "0\n---\n{", "0\n...\n{", "0\x85---\n{"]
)
def test_a_text_that_is_read_or_that_only_parse_can_judge(text):
    assert first_error_offset(text) is None
    with using_backend(Backend.PURE):
        assert first_error_offset(text) is None
