"""Parse, analyse and lint, by pytest-benchmark: `python -m pytest benchmarks`."""

import random

import pytest
from corpus import policy
from pytest_benchmark.fixture import BenchmarkFixture

from netpol_lsp.config.config import FileConfig, default_file_config
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.source import make_source
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.parser import parse

RNG = random.Random(7)
TEXTS = [policy(RNG, number) for number in range(200)]


@pytest.fixture(scope="module")
def analyses() -> list[Analysis]:
    return [analyse(make_source("policy.yaml", text)) for text in TEXTS]


def test_parse_200_policies(benchmark: BenchmarkFixture) -> None:
    assert all(parsed.error is None for parsed in benchmark(lambda: [parse(text) for text in TEXTS]))


def test_documents_200_policies(benchmark: BenchmarkFixture) -> None:
    assert all(document.root for document in benchmark(lambda: [parse_document(text) for text in TEXTS]))


def test_analyse_200_policies(benchmark: BenchmarkFixture) -> None:
    found = benchmark(lambda: [analyse(make_source("policy.yaml", text)) for text in TEXTS])
    assert sum(analysis.policies for analysis in found) == 200


def test_recommended_rules_on_200_policies(benchmark: BenchmarkFixture, analyses: list[Analysis]) -> None:
    config = default_file_config()
    fresh = benchmark.pedantic(
        lambda found: [lint(analysis, config) for analysis in found],
        setup=lambda: (([analyse(make_source("policy.yaml", text)) for text in TEXTS],), {}),
        rounds=10,
    )
    assert len(fresh) == len(analyses)


def test_all_rules_on_200_policies(benchmark: BenchmarkFixture) -> None:
    config = FileConfig(frozenset(rule.info.code for rule in all_rules()))
    assert benchmark.pedantic(
        lambda found: [lint(analysis, config) for analysis in found],
        setup=lambda: (([analyse(make_source("policy.yaml", text)) for text in TEXTS],), {}),
        rounds=10,
    )
