"""Finds the rules: every module of the rules package."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from types import ModuleType

from netpol_lsp import rules as builtin_rules
from netpol_lsp.lint.rule import DocumentRule, PolicyRule, Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """The built-in rules, sorted by code."""
    names = [info.name for info in pkgutil.iter_modules(builtin_rules.__path__) if info.name.startswith("np")]
    modules = (importlib.import_module(f"{builtin_rules.__name__}.{name}") for name in names)
    return _sorted(rule for module in modules for rule in _rules_of(module))


def rule_by_code(code_or_name: str) -> Rule | None:
    """The rule with this code (in any case) or name."""
    wanted = code_or_name.strip()
    for rule in all_rules():
        if rule.info.code == wanted.upper() or rule.info.name == wanted.lower():
            return rule
    return None


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
