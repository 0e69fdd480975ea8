"""Fixing in rounds: pure text in, text out."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from netpol_lsp.config.config import FileConfig, default_file_config
from netpol_lsp.findings.diagnostic import Category, Diagnostic, Severity, Suppression
from netpol_lsp.lint import fixer
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.fix_choice import choose_fix
from netpol_lsp.lint.fixer import FixResult, fix_source
from netpol_lsp.lint.report import FileReport
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.source import make_source
from netpol_lsp.text.span import Span

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: true}}
  policyTypes: [ingress]
"""
SAFE, UNSAFE, DISPLAY = Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY


def fix(text: str, *, unsafe: bool = False, config: FileConfig | None = None) -> FixResult:
    return fix_source(make_source("a.yaml", text), config or default_file_config(), unsafe=unsafe)


def finding(start: int, end: int, replacements: Iterable[tuple[str, Applicability]], code: str = "NP299") -> Diagnostic:
    fixes = tuple(Fix(f"write {text}", (TextEdit(Span(start, end), text),), how) for text, how in replacements)
    return Diagnostic(code, "made-up", Category.INTENT, Severity.WARNING, "message", Span(start, end), fixes=fixes)


def test_several_findings_in_one_go() -> None:
    result = fix(POLICY)
    assert result.source.text == POLICY.replace("true", '"true"').replace("ingress", "Ingress")
    assert result.applied == {"NP103": 1, "NP105": 1}
    assert result.count == 2
    assert result.report.source is result.source
    assert [d.code for d in result.report.diagnostics if d.is_refused] == []


def test_fixing_again_changes_nothing() -> None:
    once = fix(POLICY)
    again = fix(once.source.text)
    assert (again.source.text, again.count) == (once.source.text, 0)


def test_a_text_without_findings_comes_back() -> None:
    assert fix("a: 1\n").source.text == "a: 1\n"


def test_byte_order_mark_is_remembered() -> None:
    source = make_source("a.yaml", "\ufeff" + POLICY)
    assert fix_source(source, default_file_config()).source.has_bom


def test_safe_before_unsafe_and_never_display() -> None:
    mixed = finding(0, 1, [("d", DISPLAY), ("u", UNSAFE), ("s", SAFE), ("s2", SAFE)])
    unsafe_only = finding(0, 1, [("d", DISPLAY), ("u", UNSAFE)])
    shown_only = finding(0, 1, [("d", DISPLAY)])
    assert titles(mixed) == ("write s", "write s")
    assert titles(unsafe_only) == (None, "write u")
    assert titles(shown_only) == (None, None)


def titles(diagnostic: Diagnostic) -> tuple[str | None, str | None]:
    safe, unsafe = choose_fix(diagnostic), choose_fix(diagnostic, unsafe=True)
    return safe and safe.title, unsafe and unsafe.title


def test_suppressed_findings_have_no_fix() -> None:
    found = Diagnostic(
        "NP299", "made-up", Category.INTENT, Severity.WARNING, "m", Span(0, 1),
        fixes=(Fix("write", (TextEdit(Span(0, 1), "x"),)),), suppressed=Suppression("comment"),
    )  # fmt: skip
    assert choose_fix(found, unsafe=True) is None


class Rules:
    """Stands for the engine: findings of a text by a function of the test, beside what the API server refuses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rule) -> None:
        self.rounds = 0
        self._rule = rule
        monkeypatch.setattr(fixer, "lint", self.lint)

    def lint(self, analysis, _config, _workspace) -> FileReport:
        self.rounds += 1
        refused = [replace(d, fixes=()) for d in lint(analysis, default_file_config()).diagnostics if d.is_refused]
        return FileReport(analysis.source, 1, 1, (*self._rule(analysis.source.text), *refused))


def test_fixes_that_make_room_for_each_other(monkeypatch) -> None:
    Rules(monkeypatch, lambda text: [finding(0, 1, [(text[0].upper() + "!", SAFE)])] if text[0].islower() else [])
    assert fix("abc").source.text == "A!bc"


def test_overlapping_fixes_take_turns(monkeypatch) -> None:
    def rule(text: str) -> list[Diagnostic]:
        found = [finding(0, 2, [("xx", SAFE)], "NP298")] if text.startswith("a") else []
        return [*found, finding(1, 3, [("yy", SAFE)])] if "c" in text else found

    Rules(monkeypatch, rule)
    result = fix("abcd")
    assert result.source.text == "xyyd"
    assert result.applied == {"NP298": 1, "NP299": 1}


def test_fixes_that_undo_each_other_come_to_an_end(monkeypatch) -> None:
    rules = Rules(monkeypatch, lambda text: [finding(0, 1, [("b" if text[0] == "a" else "a", SAFE)])])
    assert fix("a").source.text in ("a", "b")
    assert rules.rounds <= 2 * fixer.MAX_ROUNDS


def test_a_fix_that_breaks_the_yaml_is_left_out_and_others_are_made(monkeypatch) -> None:
    def rule(text: str) -> list[Diagnostic]:
        found = []
        if "shop" in text:
            start = text.index("shop")
            found.append(finding(start, start + 4, [("[", SAFE)], "NP298"))
        if "web" in text:
            start = text.index("web")
            found.append(finding(start, start + 3, [("www", SAFE)]))
        return found

    Rules(monkeypatch, rule)
    result = fix(POLICY)
    assert result.source.text == POLICY.replace("web", "www")
    assert result.applied == {"NP299": 1}


def test_a_fix_that_the_api_would_refuse_is_left_out(monkeypatch) -> None:
    good = POLICY.replace("true", "web").replace("ingress", "Ingress")
    start = good.index("podSelector")

    def rule(text: str) -> list[Diagnostic]:
        return [finding(start, start + 11, [("podSelectorr", SAFE)])] if "podSelector:" in text else []

    Rules(monkeypatch, rule)
    result = fix(good)
    assert (result.source.text, result.count) == (good, 0)


def test_fixes_that_are_only_harmful_together_are_made_one_at_a_time(monkeypatch) -> None:
    """A name or a generateName is enough, but one of them must stay."""
    text = (
        POLICY.replace("ingress", "Ingress").replace("true", "web").replace("name: web,", "name: web, generateName: w,")
    )

    def rule(current: str) -> list[Diagnostic]:
        places = [
            (current.find(key), len(key), code)
            for key, code in (("name: web, ", "NP298"), ("generateName: w, ", "NP299"))
        ]
        return [finding(start, start + length, [("", SAFE)], code) for start, length, code in places if start >= 0]

    Rules(monkeypatch, rule)
    result = fix(text, unsafe=True)
    assert "{generateName: w, namespace: shop}" in result.source.text
    assert result.applied == {"NP298": 1}


def test_the_same_edit_for_two_findings_is_made_once(monkeypatch) -> None:
    Rules(
        monkeypatch,
        lambda text: [finding(0, 1, [("b", SAFE)], "NP298"), finding(0, 1, [("b", SAFE)])] if text[0] == "a" else [],
    )
    result = fix("a")
    assert (result.source.text, result.count) == ("b", 1)


def test_edits_outside_the_text_are_left_out(monkeypatch) -> None:
    Rules(monkeypatch, lambda _text: [finding(50, 60, [("x", SAFE)])])
    assert fix("abc").source.text == "abc"


def test_mending_yaml_may_reveal_what_the_api_refuses(monkeypatch) -> None:
    broken = POLICY.replace("spec:\n", "spec:\n  x: [\n")
    start = broken.index("  x: [\n")
    Rules(monkeypatch, lambda text: [finding(start, start + 7, [("", SAFE)])] if "x: [" in text else [])
    assert fix(broken).source.text == POLICY


def test_a_fix_is_judged_by_rules_that_are_switched_off_too(monkeypatch) -> None:
    good = POLICY.replace("true", "web").replace("ingress", "Ingress")
    start = good.index("Ingress")
    config = replace(default_file_config(), enabled=frozenset({"NP299"}))

    def only_ours(analysis, used, workspace=None) -> FileReport:
        report = lint(analysis, used)
        ours = [finding(start, start + 7, [("None", SAFE)])] if "NP299" in used.enabled else []
        return replace(report, diagnostics=(*ours, *report.diagnostics))

    monkeypatch.setattr(fixer, "lint", only_ours)
    result = fix(good, config=config)
    assert (result.source.text, result.count) == (good, 0)


@pytest.mark.parametrize("comment", ["", "# für alle, die 名前 haben\n"])
def test_words_of_any_language_in_comments_leave_no_fix_out(comment: str) -> None:
    peers = "".join(
        f"    - podSelector:\n      matchLabels:\n        app: web-{number}\n        tier: a-rather-long-value\n"
        for number in range(12)
    )
    head = POLICY.replace("{matchLabels: {app: true}}", "{}").replace("ingress", "Ingress")
    result = fix(f"{comment}{head}  ingress:\n  - from:\n{peers}")
    assert result.applied["NP101"] == 12
    assert not any(found.severity is Severity.ERROR for found in result.report.diagnostics)


def test_what_counts_in_columns_waits_for_the_tabs() -> None:
    head = POLICY.replace("{matchLabels: {app: true}}", "{}").replace("ingress", "Ingress")
    text = f"{head}  ingress:\n    - ports:\n        - port: 8080\n".replace("  ", "\t")
    found = {one.code: one for one in lint(analyse(make_source("a.yaml", text)), default_file_config()).diagnostics}
    assert found["NP003"].fixes
    assert not found["NP224"].fixes
    for unsafe in (False, True):
        result = fix(text, unsafe=unsafe)
        assert result.applied.keys() >= {"NP003", "NP224"}
        assert result.source.text.endswith("        - port: 8080\n          protocol: TCP\n")
