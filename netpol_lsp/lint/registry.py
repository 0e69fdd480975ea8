"""Finds the rules: every module of a rules package, and of folders that a project adds."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

from netpol_lsp import rules as builtin_rules
from netpol_lsp.lint.rule import DocumentRule, PolicyRule, Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """The built-in rules, sorted by code."""
    names = [info.name for info in pkgutil.iter_modules(builtin_rules.__path__) if info.name.startswith("np")]
    modules = (importlib.import_module(f"{builtin_rules.__name__}.{name}") for name in names)
    return _sorted(rule for module in modules for rule in _rules_of(module))


def rules_of_folder(folder: Path) -> tuple[Rule, ...]:
    """The rules in the Python files of a folder, sorted by code; raises what the files raise on import."""
    found: list[Rule] = []
    for path in sorted(folder.glob("np*.py")):
        spec = importlib.util.spec_from_file_location(f"netpol_lsp_extra_{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += _rules_of(module)
    return _sorted(found)


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
