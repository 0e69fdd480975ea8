"""Which rules run: by the configuration, and by what there is for them to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from netpol_lsp.config.config import FileConfig
from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.findings.rule_info import RuleInfo
from netpol_lsp.findings.trigger import ResourceTrigger, Trigger
from netpol_lsp.lint.context import ConfiguredRule
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.rule import DocumentRule, PolicyRule, Rule
from netpol_lsp.text.memo import Memo


class Scope(StrEnum):
    """What the answer of a rule depends on."""

    DOCUMENT = "document"
    """The document alone: its findings hold as long as its text does."""
    WORKSPACE = "workspace"
    """Other policies, too."""


Check = Callable[[Any], Iterator[Diagnostic]]
Planned = tuple[Check, ConfiguredRule]


# What a policy does is not known while a part of it is out of place.
_EFFECTS = frozenset({Category.INTENT, Category.WORKSPACE, Category.SECURITY, Category.PLATFORM})


def needs_whole_policy(info: RuleInfo) -> bool:
    """Whether a rule speaks of what a policy does, as a whole or in a part of it."""
    return info.category in _EFFECTS and not info.on_partial


class _Situation(NamedTuple):
    """What decides which rules can find something."""

    is_policy: bool
    there: frozenset[Trigger]
    known: frozenset[ResourceTrigger]
    is_partial: bool
    is_misplaced: bool


class Plan:
    """The rules that run under a configuration, by what is there for them to look at."""

    def __init__(self, documents: list[Planned], policies: list[Planned]) -> None:
        self._documents = documents
        self._policies = policies
        self._chosen: dict[_Situation, tuple[Planned, ...]] = {}

    def for_document(self, there: frozenset[Trigger], *, is_partial: bool) -> tuple[Planned, ...]:
        """Those for a document."""
        return self._choose(_Situation(False, there, frozenset(), is_partial, False))

    def for_policy(
        self,
        there: frozenset[Trigger],
        known: frozenset[ResourceTrigger],
        *,
        is_partial: bool,
        is_misplaced: bool,
    ) -> tuple[Planned, ...]:
        """Those for a policy. `is_misplaced`: a part of it is there, but not where it belongs."""
        return self._choose(_Situation(True, there, known, is_partial, is_misplaced))

    def _choose(self, situation: _Situation) -> tuple[Planned, ...]:
        chosen = self._chosen.get(situation)
        if chosen is None:
            is_policy, there, known, is_partial, is_misplaced = situation
            chosen = self._chosen[situation] = tuple(
                (check, setup)
                for check, setup in (self._policies if is_policy else self._documents)
                if setup.info.needs in (*there, None)
                and setup.info.needs_known in (*known, None)
                and (setup.info.on_partial or not is_partial)
                and not (is_misplaced and needs_whole_policy(setup.info) and not setup.info.is_local)
            )
        return chosen


def plan_of(config: FileConfig, scope: Scope | None) -> Plan:
    """The plan for a configuration, made once; `scope` None: for all rules."""
    plans = _PLANS.of(config)
    plan = plans.get(scope)
    if plan is None:
        plan = plans[scope] = _make_plan(config, scope)
    return plan


_PLANS: Memo[FileConfig, Scope | None, Plan] = Memo()


def _make_plan(config: FileConfig, scope: Scope | None) -> Plan:
    documents: list[Planned] = []
    policies: list[Planned] = []
    for rule in all_rules():
        info = rule.info
        if info.code in config.enabled and scope in (None, _scope_of(rule)):
            severity, wants_facts = config.severities.get(info.code), info.code not in config.quiet
            setup = ConfiguredRule(info, config.options_of(info), severity, wants_facts)
            (documents if isinstance(rule, DocumentRule) else policies).append((rule.check, setup))
    return Plan(documents, policies)


def _scope_of(rule: Rule) -> Scope:
    return Scope.WORKSPACE if isinstance(rule, PolicyRule) and rule.uses_workspace else Scope.DOCUMENT
