"""Which rules a selector means: a code, the start of codes, a name, a category or a profile."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from netpol_lsp.findings.diagnostic import Category
from netpol_lsp.findings.rule_info import RuleInfo, RuleStatus

PROFILES = ("recommended", "strict", "audit")
_PREFIX = re.compile(r"NP\d{0,2}\Z", re.IGNORECASE)
_PROFILE_WEIGHT, _CATEGORY_WEIGHT, _EXACT_WEIGHT = 0, 1, 9


@dataclass(frozen=True, slots=True)
class Match:
    """The codes that a selector means; of two selectors the one with the greater `weight` is the more exact."""

    codes: frozenset[str]
    weight: int


def match_selector(selector: str, rules: Iterable[RuleInfo]) -> Match:
    """What `selector` means among `rules`; raises ValueError, with the nearest known word, when nothing."""
    infos = tuple(rules)
    text = selector.strip()
    if text.lower() in PROFILES:
        return Match(profile_codes(text.lower(), infos), _PROFILE_WEIGHT)
    if text.lower() in list(Category):
        return Match(frozenset(rule.code for rule in infos if rule.category == text.lower()), _CATEGORY_WEIGHT)
    exact = frozenset(rule.code for rule in infos if rule.is_called(text))
    if exact:
        return Match(exact, _EXACT_WEIGHT)
    started = frozenset(rule.code for rule in infos if rule.code.startswith(text.upper()))
    # `NP7` is a family of codes even where no rule of it is known yet.
    if _PREFIX.match(text) and (started or len(text) <= 3):
        return Match(started, len(text))
    raise ValueError(f"unknown rule `{selector}`" + did_you_mean(text, _words(infos)))


def redirected(selector: str, rules: Iterable[RuleInfo]) -> RuleInfo | None:
    """The rule that `selector` names by a former code or name."""
    return next((rule for rule in rules if rule.is_redirected_from(selector.strip())), None)


def profile_codes(profile: str, rules: Iterable[RuleInfo]) -> frozenset[str]:
    """The codes of a profile: `recommended` leaves out the rules one opts in to, `strict` those for audits only.

    Which facts are reported is another question: see `fact_codes`.
    """
    if profile == "audit":
        return frozenset(rule.code for rule in rules)
    if profile == "strict":
        return frozenset(rule.code for rule in rules if not _is_for_audits(rule))
    return frozenset(rule.code for rule in rules if not rule.opt_in and not _is_for_audits(rule))


def _is_for_audits(rule: RuleInfo) -> bool:
    return rule.audit_only or rule.status is RuleStatus.PREVIEW


def fact_codes(selector: str, rules: Iterable[RuleInfo]) -> frozenset[str]:
    """The codes of the rules whose facts a selector asks for: those of `strict` and `audit`, or of a rule named exactly."""
    text = selector.strip().lower()
    if text in PROFILES:
        return frozenset() if text == "recommended" else profile_codes(text, rules)
    return frozenset(rule.code for rule in rules if text in (rule.code.lower(), rule.name))


def choose(
    chosen: frozenset[str], select: Iterable[str] | None, ignore: Iterable[str], rules: Iterable[RuleInfo]
) -> frozenset[str]:
    """The rules of `chosen` (or of `select`, when that is given) without the ignored ones.

    Where a rule is both selected and ignored, the more exact selector wins, and ignoring wins a tie.
    """
    infos = tuple(rules)
    picked = dict.fromkeys(chosen, _PROFILE_WEIGHT) if select is None else _weigh(select, infos)
    dropped = _weigh(ignore, infos)
    return frozenset(code for code, weight in picked.items() if dropped.get(code, -1) < weight)


def did_you_mean(text: str, words: Iterable[str]) -> str:
    """A tail for a message: the known word next to `text`, or nothing."""
    import difflib  # noqa: PLC0415 - for mistakes only

    known = {word.lower(): word for word in words}
    near = difflib.get_close_matches(text.lower(), known, n=1)
    return f", did you mean `{known[near[0]]}`?" if near else ""


def _weigh(selectors: Iterable[str], infos: tuple[RuleInfo, ...]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for selector in selectors:
        match = match_selector(selector, infos)
        for code in match.codes:
            weights[code] = max(weights.get(code, -1), match.weight)
    return weights


def _words(infos: tuple[RuleInfo, ...]) -> list[str]:
    return [*(rule.code for rule in infos), *(rule.name for rule in infos), *Category, *PROFILES]
