import pytest

from netpol_lsp.formats.terminal_text import show_line, width_of
from netpol_lsp.text.visible import visible


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("中文", 4),
        ("e\u0301", 1),
        ("🚀", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("ｆ", 2),
        ("\u3000", 2),
        ("a\tb", 5),
        ("abcd\tb", 9),
        ("中\tb", 5),
        ("\x00", 1),
        ("\u202e", 6),
        ("\u00a0", 6),
        ("\U000e0001", 10),
    ],
)
def test_widths(text, width):
    line = show_line(text)
    assert line.width == width
    assert len(line.cells) == len(text)
    assert len(line.columns) == len(text) + 1
    assert width_of("".join(line.cells)) == width


def test_columns():
    line = show_line("a中e\u0301🚀\tz")
    assert [line.column(i) for i in range(8)] == [0, 1, 3, 4, 4, 6, 8, 9]
    assert line.column(99) == 9
    assert line.column(-1) == 0


def test_tab_goes_to_the_next_stop():
    assert "".join(show_line("ab\tc\t\td").cells) == "ab  c       d"


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x1b", "␛"),
        ("\n", "␊"),
        ("\x7f", "␡"),
        ("\x9b", "\\u009b"),
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u200b", "\\u200b"),
        ("\ufeff", "\\ufeff"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("é", "é"),
        ("\u200d", "\u200d"),
        ("\ue000", "\ue000"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(char, shown):
    assert visible(f"a{char}b") == f"a{shown}b"


@pytest.mark.parametrize("before", ["", "\u202e", "\t", "\x00"])
@pytest.mark.parametrize("mark", ["\u0301", "\ufe0f", "\u200d"])
def test_marks_on_nothing_are_made_visible(before, mark):
    line = show_line(f"{before}{mark}")
    assert line.cells[-1] == f"\\u{ord(mark):04x}"
    assert line.width == show_line(before).width + 6


@pytest.mark.parametrize("text", ["0123456789", "中文中文中", "a\u0301b\u0301cdefghij", "ab中\tcd🚀"])
def test_cut_keeps_its_width(text):
    line = show_line(text)
    for start in range(line.width):
        for end in range(start + 4, line.width + 1):
            cut = line.cut(start, end)
            assert width_of(cut) == end - start
            assert cut.startswith("…") == (start > 0)
            assert cut.endswith("…") == (end < line.width)


def test_cut_of_everything_is_everything():
    assert show_line("中文 x").cut(0, 6) == "中文 x"
    assert show_line("0123456789").cut(3, 8) == "…456…"


def test_joiners_that_join_nothing_are_made_visible():
    assert "".join(show_line("app\u200d: x\u200cy").cells) == "app\\u200d: x\\u200cy"
    assert "".join(show_line("👩\u200d x").cells) == "👩\\u200d x"
    assert "".join(show_line("👩\u200d👧 می\u200cخواهم").cells) == "👩\u200d👧 می\u200cخواهم"
