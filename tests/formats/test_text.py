import re

import pytest

from netpol_lsp.findings.diagnostic import Related, Severity
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.formats.terminal_text import width_of
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span


def text(report, **options):
    return FORMATS["text"](report, RenderOptions(**options))


def picture(report, **options):
    """The rows between the place and the notes, without the first, empty one."""
    lines = text(report, **options).split("\n")
    assert lines[1].lstrip().startswith("--> ")
    assert lines[2].strip() == "|"
    return lines[3 : next(index for index, line in enumerate(lines) if line.lstrip().startswith("= "))]


def test_as_the_contract_shows_it(one):
    from netpol_lsp.findings.diagnostic import ObjectRef

    manifest = "a: 1\n" * 7 + "  podSelector: {matchLabels: {app: true}}\n"
    report = one(
        manifest,
        "true",
        message="label value `true` is a boolean, not a string",
        label="the API server refuses this",
        uri="examples/shop/web.yaml",
        object=ObjectRef("NetworkPolicy", "shop", "web"),
        fixes=(Fix('Write "true"', (TextEdit(Span(70, 74), '"true"'),)),),
    )
    assert text(report, summary=False) == (
        "error[NP103]: label value `true` is a boolean, not a string\n"
        "  --> examples/shop/web.yaml:8:36   NetworkPolicy shop/web\n"
        "   |\n"
        " 8 |   podSelector: {matchLabels: {app: true}}\n"
        "   |                                    ^^^^ the API server refuses this\n"
        '   = fix (safe): write "true"\n'
        "   = unquoted-label-value: netpol-lint rule NP103\n"
    )


@pytest.mark.parametrize("before", ["", "  ", "中文", "🚀", "e\u0301", "\t", "👩\u200d👩\u200d👧", "\x01", "\u202e"])
def test_marks_stand_under_their_text(one, before):
    line, mark = picture(one(f"{before}true\n", "true"))
    assert width_of(line[: line.index("true")]) == mark.index("^")
    assert mark.count("^") == 4


def test_mark_under_wide_text_is_as_wide(one):
    assert picture(one("a: 中文\n", "中文"))[1] == "   |    ^^^^"


def test_empty_span_gets_a_caret(one):
    assert picture(one("a:\nb:\n", Span(2, 2))) == [" 1 | a:", "   |   ^"]


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_end_of_file(one, end):
    manifest = f"a: 1{end}"
    report = one(manifest, Span(len(manifest), len(manifest)))
    assert picture(report) == ([" 2 |", "   | ^"] if end else [" 1 | a: 1", "   |     ^"])


def test_empty_file(one):
    assert picture(one("", Span(0, 0))) == [" 1 |", "   | ^"]


def test_offsets_behind_the_text_do_no_harm(one):
    assert picture(one("a: 1", Span(40, 50))) == [" 1 | a: 1", "   |     ^"]


def test_line_ending_in_the_span_does_not_make_it_long(one):
    assert picture(one("a: 1\nb: 2\n", Span(0, 5))) == [" 1 | a: 1", "   | ^^^^"]


def test_carriage_returns_and_separators_end_no_wrong_line(one):
    assert picture(one("a\rb\u2028c\n", "c")) == [" 2 | b\\u2028c", "   |        ^"]


def test_long_span_from_the_start_of_a_line(one):
    assert picture(one("a:\n  b: 1\n  c: 2\nd: 3\n", "a:\n  b: 1\n  c: 2\n", label="all")) == [
        " 1 | / a:",
        " 2 | |   b: 1",
        " 3 | |   c: 2",
        "   | |______^ all",
    ]


def test_long_span_from_within_a_line(one):
    assert picture(one("x: {a:\n  1}\n", "{a:\n  1}")) == [
        " 1 |   x: {a:",
        "   |  ____^",
        " 2 | |   1}",
        "   | |____^",
    ]


def test_very_long_span_leaves_lines_out(one):
    manifest = "".join(f"k{number}: 1\n" for number in range(100))
    assert picture(one(manifest, Span(0, len(manifest)))) == [
        "   1 | / k0: 1",
        "   2 | | k1: 1",
        "...    |",
        " 100 | | k99: 1",
        "     | |______^",
    ]


def test_related_place_on_the_same_line(one):
    report = one("a: 1, b: 2\n", "b", related=(Related(Span(0, 1), "first"),), label="second")
    assert picture(report) == [" 1 | a: 1, b: 2", "   |       ^ second", "   | - first"]


@pytest.mark.parametrize(
    ("lines", "between"),
    [(0, []), (1, [" 2 | x: 0"]), (2, ["..."])],
)
def test_lines_between(one, lines, between):
    manifest = "a: 1\n" + "x: 0\n" * lines + "b: 2\n"
    report = one(manifest, "a", related=(Related(Span(len(manifest) - 5, len(manifest) - 4), "too"),))
    assert picture(report)[2:-2] == between


def test_related_place_in_the_file_by_its_own_name(one):
    report = one("a: 1\nb: 2\n", "b", related=(Related(Span(0, 1), "first", "a.yaml"),))
    assert ":::" not in text(report)
    assert picture(report)[:2] == [" 1 | a: 1", "   | - first"]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("where", [0, 1, 500, 999])
@pytest.mark.parametrize("filler", ["x", "中"])
def test_long_lines_are_cut_around_the_span(one, width, where, filler):
    manifest = filler * where + "MARK" + filler * (999 - where)
    line, mark, *more = picture(one(manifest, "MARK", label="look"), width=width)
    assert "MARK" in line
    assert width_of(line) <= width
    assert width_of(line[: line.index("MARK")]) == mark.index("^")
    assert mark.count("^") == 4
    assert mark.endswith(" look")
    assert not more


def test_span_longer_than_the_screen(one):
    line, mark = picture(one("a: " + "x" * 500, "x" * 500), width=50)
    assert width_of(line) <= 50
    assert line.endswith("…")
    assert mark.index("^") == line.index("x")
    assert len(mark) <= 50


def test_label_without_room_stands_below(one):
    _, mark, label = picture(one("a: " + "x" * 30, "x" * 30, label="a rather long label"), width=45)
    assert mark.strip(" |") == "^" * 30
    assert label.strip(" |") == "a rather long label"
    assert len(label) <= 45


def test_colours_only_when_asked(report):
    assert "\x1b" not in text(report)
    colored = text(report, color=True)
    assert "\x1b[1;31merror[NP103]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).split() == text(report).split()


def test_no_terminal_code_of_a_manifest_gets_through(one):
    report = one("a: \x1b[31m\x9b31mtrue\n", "true", message="bad \x1b]0;x\x07", label="\x1b[0m", uri="a\x1b[2J.yaml")
    for name in ("text", "concise", "github"):
        got = FORMATS[name](report, RenderOptions())
        if name == "github":  # the file's name must stay what it is
            got = got.rpartition("::")[2]
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", got), name


def test_titles_keep_names(one):
    fixes = tuple(Fix(title, (), Applicability.DISPLAY) for title in ("DNS is missing", "Allow it", "`x` goes", ""))
    got = [line for line in text(one("a: 1\n", "1", fixes=fixes)).split("\n") if "= fix" in line]
    assert [line.partition("): ")[2] for line in got] == ["DNS is missing", "allow it", "`x` goes", ""]


def summary(report, **options):
    return text(report, **options).rstrip("\n").split("\n")[-1]


def test_summary(report):
    assert summary(report) == (
        "5 files, 3 policies: 4 errors, 1 warning, 1 info, 1 hint (shown with --min-severity hint), 1 suppressed; "
        "3 can be fixed: 2 with `netpol-lint --fix`, 1 more with `netpol-lint --fix --unsafe-fixes`"
    )
    assert "shown with" not in summary(report, min_severity=Severity.HINT)


def test_summary_of_nothing(one):
    from netpol_lsp.lint.report import make_report

    assert text(make_report([])) == "0 files, 0 policies: 0 errors, 0 warnings, 0 infos, 0 suppressed\n"
    assert text(make_report([]), summary=False) == ""
    unsafe = Fix("Do it", (TextEdit(Span(0, 0), "x"),), Applicability.UNSAFE)
    assert summary(one("a: 1\n", "1", fixes=(unsafe,))).endswith(
        "; 1 can be fixed with `netpol-lint --fix --unsafe-fixes`"
    )
    safe = Fix("Do it", (TextEdit(Span(0, 0), "x"),))
    assert summary(one("a: 1\n", "1", fixes=(unsafe, safe))).endswith("; 1 can be fixed with `netpol-lint --fix`")


def test_concise(one):
    report = one("🚀: true\n", "true", message="bad\nvalue")
    assert FORMATS["concise"](report, RenderOptions()) == "a.yaml:1:4: NP103 bad␊value\n"
