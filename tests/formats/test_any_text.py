"""Whatever stands in a file, it can be shown."""

import json
import re
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from netpol_lsp.findings.diagnostic import Category, Diagnostic, Related, Severity
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.formats.terminal_text import show_line, width_of
from netpol_lsp.lint.report import FileReport, make_report
from netpol_lsp.text.edits import Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

CHARS = st.one_of(st.sampled_from("a :\n\r\t中🚀\u0301\u200d\ufe0f\x1b\u202e\u2028\x85\ufeff<&"), st.characters())
ACTING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What acts on a terminal, ends a line, or turns the order of what is shown."""
COMMANDS = st.sampled_from(["::error file=a::b", " ::set-output name=a::b", "\n::stop-commands::x", "##[add-mask]x"])
TEXTS = COMMANDS | st.text(CHARS, max_size=60)


@st.composite
def reports(draw):
    text = draw(TEXTS)
    source = make_source(draw(TEXTS), text)
    offsets = st.integers(0, len(source.text))
    spans = st.tuples(offsets, offsets).map(lambda pair: Span(min(pair), max(pair)))
    found = Diagnostic(
        "NP103", "x", Category.API, Severity.ERROR, draw(TEXTS) or "x", draw(spans), label=draw(TEXTS),
        related=(Related(draw(spans), draw(TEXTS)),), fixes=(Fix(draw(TEXTS), (TextEdit(draw(spans), draw(TEXTS)),)),),
    )  # fmt: skip
    return make_report([FileReport(source, 1, 1, (found,))])


@settings(max_examples=150)
@given(reports(), st.sampled_from([None, 10, 40]))
def test_every_format_shows_it(report, width):
    options = RenderOptions(width=width, rules=())
    shown = {name: render(report, options) for name, render in FORMATS.items()}
    for text in shown.values():
        text.encode()
    for name in ("text", "concise"):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown[name])
    for name in ("text", "concise", "github", "junit", "checkstyle"):
        assert not ACTING.search(shown[name])
    assert not re.search(r"^\s*(::|##)", shown["concise"] + shown["text"], re.MULTILINE)
    assert [line[:2] for line in shown["github"].splitlines()] == ["::"]
    assert shown["github"].startswith("::error ")
    assert len(shown["concise"].splitlines()) == 1
    assert len(shown["jsonl"].splitlines()) == 1
    for name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(shown[name])
    for name in ("junit", "checkstyle"):
        ET.fromstring(shown[name])


@settings(max_examples=150)
@given(st.text(CHARS.filter(lambda char: char not in "\r\n"), max_size=80), st.data())
def test_cut_lines_have_their_width(text, data):
    line = show_line(text)
    assert line.width == sum(width_of(cell) for cell in line.cells)
    assert list(line.columns) == sorted(line.columns)
    start = data.draw(st.integers(0, line.width))
    end = data.draw(st.integers(start, line.width))
    # Joiners have other neighbours once a line is cut, and a tab before them is blanks then.
    if end - start >= 4 and not {"\u200c", "\u200d"} & set(text):
        assert sum(width_of(cell) for cell in show_line(line.cut(start, end)).cells) == end - start
