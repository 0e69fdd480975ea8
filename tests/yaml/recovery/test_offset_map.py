"""The way back from an edited text."""

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.text.edits import Fix, TextEdit, apply_edits
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Mapping
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.recovery.offset_map import OffsetMap, SwapMap, move_back, move_problem


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.text("xy", max_size=3)), max_size=5))
def test_what_was_not_edited_leads_back_to_itself(changes: list[tuple[int, int, str]]) -> None:
    text = "".join(chr(0x100 + number) for number in range(40))
    edits: list[TextEdit] = []
    at = 0
    for gap, length, new in changes:
        start = at + gap % 5 + 1
        if start + length > len(text):
            break
        edits.append(TextEdit(Span(start, start + length), new))
        at = start + length
    after = apply_edits(text, edits)
    offsets = OffsetMap(edits)
    for offset, char in enumerate(after):
        original = offsets.original(offset)
        assert 0 <= original <= len(text)
        if char not in "xy":
            assert text[original] == char
    assert offsets.original(len(after)) == len(text)


def test_swapped_lines() -> None:
    text = "one\ntwo:\nx: y\nend\n"
    first, second = Span(4, 8), Span(9, 13)
    after = "one\nx: y\ntwo:\nend\n"
    offsets = SwapMap(first, second)
    for offset, char in enumerate(after):
        assert text[offsets.original(offset)] == char


def test_nodes_stay_nested_when_lines_change_places() -> None:
    offsets = SwapMap(Span(0, 2), Span(3, 7))
    root = parse("x: y\na:\n  b: c\n").root
    move_back(root, offsets)
    assert isinstance(root, Mapping)
    text = "a:\nx: y\n  b: c\n"
    assert [text[entry.key.start : entry.key.end] for entry in root.entries] == ["x", "a"]
    assert root.start <= min(entry.key.start for entry in root.entries)


def problem(span: Span, *edits: TextEdit) -> SyntaxProblem:
    return SyntaxProblem(ProblemKind.SYNTAX, span, "m", fixes=(Fix("t", edits),))


def test_a_fix_that_the_way_back_would_spoil_is_dropped() -> None:
    offsets = OffsetMap([TextEdit(Span(2, 2), "zz")])
    kept = move_problem(problem(Span(5, 6), TextEdit(Span(5, 6), "q")), offsets)
    assert (kept.span, kept.fixes[0].edits[0].span) == (Span(3, 4), Span(3, 4))
    spoiled = move_problem(problem(Span(2, 4), TextEdit(Span(2, 4), "")), offsets)
    assert (spoiled.span, spoiled.fixes) == (Span(2, 2), ())
