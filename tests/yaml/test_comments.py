"""Comments and where they stand."""

import pytest

from netpol_lsp.yaml.documents import parse_document


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
