"""Comments and where they stand."""

import pytest

from netpol_lsp.yaml.comments import find_comments
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.item_comments import comments_on
from netpol_lsp.yaml.nodes import Mapping, Sequence
from tests.steps import steps_of


def comments(text: str) -> list[tuple[str, bool]]:
    return [(comment.text, comment.is_alone) for comment in parse_document(text).comments]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# a\nb: c\n", [("a", True)]),
        ("b: c  # a\n", [("a", False)]),
        ("b: c#d\n", []),
        ("b: '#c'  #d\n", [("d", False)]),
        ('b: "c # d"\n', []),
        ('b: "c # d"  # e\n', [("e", False)]),
        ("b: ['c # d', 'e # f']  # g # h\n", [("g # h", False)]),
        ("b: |\n  # c\n  d\n# e\n", [("e", True)]),
        ("b: |  # c\n  d\n", [("c", False)]),
        ("b: c\r\n  # d\r\ne: f # g\r\n", [("d", True), ("g", False)]),
        ("b: c\r# d\re: f\r", [("d", True)]),
        ("b:\n  - c  # 注释 𝔘\n", [("注释 𝔘", False)]),
        ("# a\u2028b: c\n", [("a", True)]),
        ("---  # a\nb: c\n", [("a", False)]),
        ("b: [c, # d\n  e]\n", [("d", False)]),
        ("#\n", [("", True)]),
        ("b: c # d", [("d", False)]),
    ],
)
def test_comments(text: str, found: list[tuple[str, bool]]) -> None:
    assert comments(text) == found


def test_spans_are_the_written_comment() -> None:
    text = "a: b  # c d\n# e\n"
    assert [text[comment.span.start : comment.span.end] for comment in parse_document(text).comments] == [
        "# c d",
        "# e",
    ]


def test_comments_of_a_broken_document() -> None:
    assert comments("a: b  # c\nd e\nf: g  # h\n") == [("c", False), ("h", False)]


def test_what_holds_no_comment_is_not_walked_through() -> None:
    few, many = (parse_document("# a\n" + "".join(f"k{i}: {{x: [1, 2, 3]}}\n" for i in range(n))) for n in (10, 500))
    assert many.root is not None
    steps = [
        steps_of(lambda document=document: find_comments(document.text, document.root)) for document in (few, many)
    ]
    assert steps[1] == steps[0]


def test_a_sign_in_a_value_far_inside_is_no_comment() -> None:
    text = "a:\n  - b: {c: ['x # y', \"#\"]}\n  - |\n    # z\n    w\nd: &e '# f'\ng: *e  # h\n"
    assert comments(text) == [("h", False)]


def test_the_comments_on_an_item_take_no_look_at_all_others() -> None:
    def steps(count: int) -> int:
        document = parse_document("a:\n" + "".join(f"  # c{i}\n  - b{i}  # d{i}\n" for i in range(count)))
        assert isinstance(document.root, Mapping)
        items = document.root.entries[0].value
        assert isinstance(items, Sequence)
        comments_on(document, items.items[0])
        return steps_of(lambda: comments_on(document, items.items[3]))

    assert steps(800) <= steps(100) + 6  # one more step of a search by halves for each doubling, twice
