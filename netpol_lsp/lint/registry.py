"""Finds the rules: every module of the rules package."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Iterable
from functools import cache, lru_cache
from types import ModuleType

from netpol_lsp import rules as builtin_rules
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.lint.rule import DocumentRule, PolicyRule, Rule

_LOADING = threading.Lock()


@cache
def all_rules() -> tuple[Rule, ...]:
    """The built-in rules, sorted by code."""
    # Two threads that load the same hundred modules at once would wait for each other at each of them.
    with _LOADING:
        return _load()


def _load() -> tuple[Rule, ...]:
    names = [info.name for info in pkgutil.iter_modules(builtin_rules.__path__) if info.name.startswith("np")]
    modules = (importlib.import_module(f"{builtin_rules.__name__}.{name}") for name in names)
    return _sorted(rule for module in modules for rule in _rules_of(module))


def rule_by_code(code_or_name: str) -> Rule | None:
    """The rule with this code or name, in any case; former ones count."""
    wanted = code_or_name.strip()
    return _called(wanted) if len(wanted) <= _LONGEST_NAME else None


_LONGEST_NAME = 100


@lru_cache(maxsize=1000)
def _called(name: str) -> Rule | None:
    return next((rule for rule in all_rules() if rule.info.is_called(name)), None)


def rule_info(code: str) -> RuleInfo:
    """What is fixed about the rule with exactly this code; raises KeyError when there is none."""
    return _infos()[code]


@cache
def _infos() -> dict[str, RuleInfo]:
    return {rule.info.code: rule.info for rule in all_rules()}


@cache
def structure_codes() -> frozenset[str]:
    """The codes of the rules whose findings depend on where a line belongs."""
    return frozenset(rule.info.code for rule in all_rules() if rule.info.judges_structure)


@cache
def codes_said_once() -> frozenset[str]:
    """The codes of the rules that say once a file what holds for all of it."""
    return frozenset(rule.info.code for rule in all_rules() if rule.info.once_a_file)


@cache
def restoring_codes() -> frozenset[str]:
    """The codes of the rules whose fix makes a text anew."""
    return frozenset(rule.info.code for rule in all_rules() if rule.info.restores)


@cache
def codes_never_traded() -> frozenset[str]:
    """The codes of what no change may bring about."""
    return frozenset(rule.info.code for rule in all_rules() if rule.info.never_traded)


def forget_rules() -> None:
    """Look for the rules again when they are next asked for: another folder of rules may have come or gone."""
    for known in (all_rules, _called, _infos, structure_codes, codes_said_once, restoring_codes, codes_never_traded):
        known.cache_clear()


def _rules_of(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, DocumentRule | PolicyRule)]


def _sorted(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    ordered = tuple(sorted(rules, key=lambda rule: rule.info.code))
    codes = [rule.info.code for rule in ordered]
    if len(set(codes)) != len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        message = f"two rules have the code {twice}"
        raise ValueError(message)
    return ordered
