"""The formats that CI servers and review tools read."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from netpol_lsp.findings.diagnostic import Category, Related, Severity
from netpol_lsp.formats import FORMATS, RenderOptions
from netpol_lsp.formats.positions import path_below, replacement
from netpol_lsp.lint.report import make_report
from netpol_lsp.text.edits import Applicability, Fix, TextEdit, apply_edits
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span
from netpol_lsp.text.visible import visible


def rendered(name, report, **options):
    return FORMATS[name](report, RenderOptions(**options))


def from_bytes(text, position):
    """The offset of a place whose column counts bytes of UTF-8 from 1."""
    lines = text.split("\n")
    line = lines[position["line"] - 1].encode()[: position["column"] - 1].decode()
    return sum(len(item) + 1 for item in lines[: position["line"] - 1]) + len(line)


def test_github_escapes(one):
    report = one("a: true\n", "true", uri="a,b:c%.yaml", message="50%\r\nnext: ok, fine")
    assert rendered("github", report) == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=4,endColumn=8,title=NP103 unquoted-label-value"
        "::a,b:c%25.yaml:1:4: NP103 50%25%0Anext: ok, fine\n"
    )


def test_github_gives_no_columns_for_several_lines(one):
    got = rendered("github", one("a:\n  b\n", Span(0, 6)))
    assert "line=1,endLine=2,title=" in got
    assert "col=" not in got


@pytest.mark.parametrize(
    ("severity", "github", "gitlab", "checkstyle", "rdjson"),
    [
        (Severity.ERROR, "error", "critical", "error", "ERROR"),
        (Severity.WARNING, "warning", "minor", "warning", "WARNING"),
        (Severity.INFO, "notice", "info", "info", "INFO"),
        (Severity.HINT, "notice", "info", "info", "INFO"),
    ],
)
def test_severities(one, severity, github, gitlab, checkstyle, rdjson):
    report = one("a: 1\n", "1", severity=severity)
    options = {"min_severity": Severity.HINT}
    assert rendered("github", report, **options).startswith(f"::{github} ")
    assert json.loads(rendered("gitlab", report, **options))[0]["severity"] == gitlab
    assert ET.fromstring(rendered("checkstyle", report, **options)).find("file/error").get("severity") == checkstyle
    assert json.loads(rendered("rdjson", report, **options))["diagnostics"][0]["severity"] == rdjson


def test_gitlab_error_that_the_api_server_accepts(one):
    report = one("a: 1\n", "1", category=Category.INTENT)
    assert json.loads(rendered("gitlab", report))[0]["severity"] == "major"


def test_gitlab_has_what_gitlab_needs(report):
    issues = json.loads(rendered("gitlab", report))
    assert len(issues) == 6
    for issue in issues:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= set(issue)
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1
        assert re.fullmatch("[0-9a-f]{32}", issue["fingerprint"])


def test_gitlab_fingerprints_are_unique(one):
    result = one("a: 1\n", "1").results[0]
    twice = replace(result, diagnostics=result.diagnostics * 2)
    other = replace(result, source=make_source("b.yaml", "a: 1\n"))
    issues = json.loads(rendered("gitlab", make_report([twice, other])))
    assert len({issue["fingerprint"] for issue in issues}) == 3


def test_gitlab_fingerprint_does_not_follow_lines(one):
    first, second = (
        json.loads(rendered("gitlab", one(text, "true")))[0] for text in ("a: true\n", "# new\n\na:   true\n")
    )
    assert first["fingerprint"] == second["fingerprint"]
    assert first["location"]["lines"] != second["location"]["lines"]


def test_paths_below_the_root(one):
    report = one("a: 1\n", "1", uri="/repo/shop/a.yaml")
    assert json.loads(rendered("gitlab", report, root="/repo"))[0]["location"]["path"] == "shop/a.yaml"
    assert "file=shop/a.yaml," in rendered("github", report, root="/repo/")


@pytest.mark.parametrize(
    ("uri", "root", "path"),
    [
        ("a.yaml", None, "a.yaml"),
        ("./a.yaml", None, "a.yaml"),
        (".//a/b.yaml", "/r", "a/b.yaml"),
        ("../a.yaml", "/r", "../a.yaml"),
        ("/r/a.yaml", "/r", "a.yaml"),
        ("/rest/a.yaml", "/r", "/rest/a.yaml"),
        ("/a.yaml", "/", "a.yaml"),
        ("<stdin>", "/r", "<stdin>"),
    ],
)
def test_path_below(uri, root, path):
    assert path_below(uri, root) == path


def test_junit(report):
    root = ET.fromstring(rendered("junit", report))
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [result.source.uri for result in report.results]
    for suite in suites:
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases) >= 1
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert len({case.get("name") for case in cases}) == len(cases)
    assert int(root.get("tests")) == len(root.findall("testsuite/testcase"))
    assert int(root.get("failures")) == len(root.findall("testsuite/testcase/failure")) == 6
    clean = suites[0]
    assert clean.get("failures") == "0"
    assert clean.find("testcase").get("name") == "no findings"


@pytest.mark.parametrize("limit", [None, *Severity])
def test_what_fails_in_junit_is_what_fails_the_run(report, limit):
    found = [
        one
        for result in report.results
        for one in result.diagnostics
        if one.suppressed is None and one.severity.at_least(Severity.HINT)
    ]
    failing = [one for one in found if limit is not None and one.severity.at_least(limit)]
    root = ET.fromstring(FORMATS["junit"](report, RenderOptions(min_severity=Severity.HINT, fail_on=limit)))
    assert int(root.get("failures")) == len(root.findall("testsuite/testcase/failure")) == len(failing)
    output = "".join(one.text for one in root.findall("testsuite/system-out"))
    codes = [re.search(r":\d+: (NP\d+)", line).group(1) for line in output.splitlines() if line.strip()]
    assert sorted(codes) == sorted(one.code for one in found if one not in failing)
    assert all(suite.findall("testcase") for suite in root.findall("testsuite"))


@pytest.mark.parametrize("name", ["junit", "checkstyle"])
@pytest.mark.parametrize("char", ["\x00", "\x0b", "\x1b", "\ufffe", "\uffff", "\ud800", "\x7f", "\U0001f680"])
def test_xml_holds_no_illegal_character(one, name, char):
    got = rendered(name, one("a: 1\n", "1", message=f"<{char}&\"'>\n\t]]>", uri=f"a{char}.yaml"))
    root = ET.fromstring(got)
    place = root.find("testsuite/testcase/failure") if name == "junit" else root.find("file/error")
    shown = {"\ufffe": "", "\uffff": "", "\ud800": "\\ud800", "\U0001f680": char}.get(char) or visible(char)
    shown = "" if char in "\ufffe\uffff" else shown
    assert place.get("message") == f"<{shown}&\"'>␊␉]]>"
    got.encode()


def test_checkstyle_leaves_clean_files_out(report):
    files = ET.fromstring(rendered("checkstyle", report)).findall("file")
    assert [item.get("name") for item in files] == ["end.yaml", "long line, 100%.json", "shop/web.yaml"]
    error = files[1].find("error")
    assert (error.get("line"), error.get("source")) == ("1", "netpol-lint.NP103.unquoted-label-value")


def test_rdjson_columns_are_bytes(report):
    web = next(result.source.text for result in report.results if result.source.uri == "shop/web.yaml")
    found = next(
        item
        for item in json.loads(rendered("rdjson", report))["diagnostics"]
        if item["location"]["path"] == "shop/web.yaml"
    )
    ends = found["location"]["range"]
    assert ends["start"] == {"line": 6, "column": len('  podSelector: {matchLabels: {"🚀": 中文, app: '.encode()) + 1}
    assert web[from_bytes(web, ends["start"]) : from_bytes(web, ends["end"])] == "true"


def test_rdjson_suggestions_do_what_the_fix_does(one):
    text = "🚀: a\nx: 中 b\ny: c\n"
    edits = (TextEdit(Span(3, 4), "A"), TextEdit(Span(10, 10), "é"), TextEdit(Span(15, 16), ""))
    fixes = (Fix("Do it", edits), Fix("Look", edits, Applicability.DISPLAY), Fix("Nothing", ()))
    (found,) = json.loads(rendered("rdjson", one(text, "b", fixes=fixes)))["diagnostics"]
    (suggestion,) = found["suggestions"]
    start, end = (from_bytes(text, suggestion["range"][key]) for key in ("start", "end"))
    assert text[:start] + suggestion["text"] + text[end:] == apply_edits(text, edits)


def test_replacement_refuses_bad_edits():
    source = make_source("a", "0123456789")
    with pytest.raises(ValueError, match="overlap"):
        replacement(source, Fix("x", (TextEdit(Span(0, 5), ""), TextEdit(Span(3, 6), ""))))
    with pytest.raises(ValueError, match="leave"):
        replacement(source, Fix("x", (TextEdit(Span(0, 50), ""),)))


def test_rdjson_related_places(one):
    related = (Related(Span(0, 1), "here"), Related(Span(0, 1), "lost", "gone.yaml"))
    (found,) = json.loads(rendered("rdjson", one("🚀: 1\n", "1", related=related)))["diagnostics"]
    (item,) = found["related_locations"]
    assert item["message"] == "here"
    assert item["location"]["range"]["end"] == {"line": 1, "column": 5}
