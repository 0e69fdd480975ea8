"""Selectors: codes, starts of codes, names, categories, profiles."""

import pytest

from netpol_lsp.config.selection import choose, match_selector, profile_codes
from netpol_lsp.findings.diagnostic import Category, Severity
from netpol_lsp.findings.rule_info import RuleInfo


def info(code: str, name: str, category: Category, **details: bool) -> RuleInfo:
    return RuleInfo(code, name, category, Severity.WARNING, "Text.", **details)


RULES = (
    info("NP101", "unknown-field", Category.API),
    info("NP210", "peers-or-not-and", Category.INTENT),
    info("NP216", "egress-without-dns", Category.INTENT),
    info("NP405", "sensitive-port-open", Category.SECURITY, opt_in=True),
    info("NP407", "namespace-label-trust", Category.SECURITY, opt_in=True, audit_only=True),
)
ALL = frozenset(rule.code for rule in RULES)


@pytest.mark.parametrize(
    ("selector", "codes"),
    [
        ("NP216", {"NP216"}),
        ("np216", {"NP216"}),
        ("egress-without-dns", {"NP216"}),
        ("NP2", {"NP210", "NP216"}),
        ("NP21", {"NP210", "NP216"}),
        ("NP", ALL),
        ("intent", {"NP210", "NP216"}),
        ("Security", {"NP405", "NP407"}),
        ("NP8", set()),
        ("recommended", {"NP101", "NP210", "NP216"}),
        ("strict", ALL - {"NP407"}),
        ("audit", ALL),
    ],
)
def test_what_a_selector_means(selector: str, codes: set[str]) -> None:
    assert match_selector(selector, RULES).codes == codes


@pytest.mark.parametrize(
    ("selector", "near"), [("NP261", "NP216"), ("egress-without-dn", "egress-without-dns"), ("securty", "security")]
)
def test_unknown_selector_names_the_nearest(selector: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"unknown rule `{selector}`, did you mean `{near}`"):
        match_selector(selector, RULES)


@pytest.mark.parametrize("selector", ["", "NP99", "XY", "2", "NP2160", "zzzzzz"])
def test_what_is_no_selector(selector: str) -> None:
    with pytest.raises(ValueError, match="unknown rule"):
        match_selector(selector, RULES)


def test_profiles() -> None:
    assert profile_codes("recommended", RULES) == {"NP101", "NP210", "NP216"}
    assert profile_codes("strict", RULES) == ALL - {"NP407"}
    assert profile_codes("audit", RULES) == ALL


@pytest.mark.parametrize(
    ("select", "ignore", "left"),
    [
        (None, [], {"NP101", "NP216"}),
        (None, ["NP2"], {"NP101"}),
        (["NP2"], [], {"NP210", "NP216"}),
        (["NP2"], ["NP216"], {"NP210"}),
        (["NP216"], ["NP2"], {"NP216"}),
        (["intent"], ["NP21"], set()),
        (["NP21"], ["intent"], {"NP210", "NP216"}),
        (["NP216"], ["NP216"], set()),
        (["NP216"], ["egress-without-dns"], set()),
        (["audit"], ["security"], {"NP101", "NP210", "NP216"}),
        ([], [], set()),
    ],
)
def test_more_exact_selectors_win(select: list[str] | None, ignore: list[str], left: set[str]) -> None:
    assert choose(frozenset({"NP101", "NP216"}), select, ignore, RULES) == left
