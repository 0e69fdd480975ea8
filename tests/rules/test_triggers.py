"""Rules are not run where what they need is missing: they must find nothing there when they are run all the same."""

import gzip
import json
from functools import cache
from pathlib import Path

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.findings.trigger import Trigger
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.context import ConfiguredRule, Context, DocumentScope, PolicyContext
from netpol_lsp.lint.examples import examples_of
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.rule import DocumentRule
from netpol_lsp.lint.triggers import features_of_document, features_of_policy
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import EMPTY

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
NEEDY = [rule for rule in all_rules() if rule.info.needs is not None]


@cache
def documents():
    """Our documents out of the pages of all rules and, where they are there, the server's verdicts."""
    texts = [example.text for rule in all_rules() for example in examples_of(rule.info.doc)]
    data = SHARED / "parity" / "edited.jsonl.gz"
    if data.is_file():
        with gzip.open(data, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["yaml"] for line in lines][::5]
    parts = (part for text in texts for part in analyse(make_source("x", text)).parts)
    return [part.analysis for part in parts if part.analysis is not None]


@pytest.mark.parametrize("rule", NEEDY, ids=[rule.info.code for rule in NEEDY])
def test_nothing_is_lost(rule):
    config = default_file_config()
    setup = ConfiguredRule(rule.info, config.options_of(rule.info))
    skipped = 0
    for document in documents():
        around = DocumentScope(document, config.settings, EMPTY)
        if isinstance(rule, DocumentRule):
            contexts = [Context(setup, around)] if rule.info.needs not in features_of_document(document) else []
        else:
            pairs = zip(document.policies, document.plain, strict=True)
            contexts = [
                PolicyContext(setup, around, policy, plain)
                for policy, plain in pairs
                if rule.info.needs not in features_of_policy(policy)
            ]
        for ctx in contexts:
            assert list(rule.check(ctx)) == []
            skipped += 1
    assert skipped > 20


def test_each_need_is_somebodys():
    assert {rule.info.needs for rule in NEEDY} == set(Trigger)
