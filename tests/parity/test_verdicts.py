"""Promise one: an error of category syntax or api if and only if the API server refuses the manifest."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.config.settings import Settings
from netpol_lsp.files.reading import read_source
from netpol_lsp.findings.diagnostic import Category, Diagnostic
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint, lint_text
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.source import Source, make_source

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
SAMPLE = Path(__file__).parent / "data" / "generated-sample.jsonl.gz"
"""Every twentieth of the policies with human mistakes, with the verdicts of Kubernetes' own code."""
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the parity data of ../shared is not there")

JUDGING = frozenset(
    rule.info.code for rule in all_rules() if rule.info.category in (Category.SYNTAX, Category.API, Category.TOOL)
)
CONFIGS = {
    version: FileConfig(JUDGING, settings=Settings(kubernetes_version=(1, int(version[2:]))))
    for version in ("1.29", "1.35", "1.37")
}

# Refused by the server as it stands, and unknown to us: what a template or placeholder becomes is not in the file.
PLACEHOLDER = re.compile(r"\{\{.*\}\}|\$\{\w+\}|\$\(\w+\)|\$[A-Z_]+\b|\bx\.x\.x\.x\b", re.IGNORECASE)
CORPUS_EXCEPTED = {
    "JJGadgets__Biohazard/.taskfiles__k8s__template__iperf2__client.yaml#2": "${...} of envsubst",
    "JJGadgets__Biohazard/.taskfiles__k8s__template__iperf2__server.yaml#3": "${...} of envsubst",
    "JJGadgets__Biohazard/kube__deploy__core__monitoring__fluentbit__app__netpol.yaml#2": "${...} of Flux",
    "JJGadgets__Biohazard/kube__deploy__core__monitoring__victoria__logs__netpol.yaml#1": "${...} of Flux",
    **{
        f"crossvale-inc__ocp-workshop-network-policies/network-policies__{name}.yaml.template#0": "${...} of envsubst"
        for name in (
            "01_default-deny-bouvier",
            "01_default-deny-burns",
            "01_default-deny-simpson",
            "02_allow-from-openshift-ingress-simpson",
            "03_allow-same-namespace-bouvier",
            "03_allow-same-namespace-burns",
            "03_allow-same-namespace-simpson",
            "04_allow-from-bouviers-to-marge-simpson",
            "05_allow-from-burns-simpson",
        )
    },
    **{
        "ministryofjustice__cloud-platform-environments/namespaces__live.cloud-platform.service.justice.gov.uk__"
        f"laa-data-provider-data-{stage}__04-networkpolicy.yaml#{number}": "a NetworkPolicy of projectcalico.org: another dialect"
        for stage in ("prod", "uat")
        for number in (2, 3)
    },
}


@cache
def rows(name: str) -> list[dict[str, Any]]:
    path = SAMPLE if name == "sample" else SHARED / "parity" / f"{name}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_ours(row: dict[str, Any]) -> bool:
    """As shared/parity/README.md has it: a document without readable kind and group is somebody else's."""
    missing = {"MissingKind", "BadGVK", "MissingAPIVersion"}
    text = row["yaml"]
    # Kinds that could become anything.
    if re.search(r"^['\"]?kind['\"]?: ['\"]?(?:Policy|Networ|Ne)['\"]?(?:\s|\Z)", text, re.MULTILINE):
        return False
    if not row["errors"] or row["errors"][0]["type"] not in missing:
        return True
    kind = re.search(r"^[ \t]*['\"]?kind['\"]?[ \t]*:[ \t]*['\"]?(\S*?)['\"]?\s*(?:#.*)?$", text, re.MULTILINE)
    if kind and re.match(r"net\w*pol", kind[1], re.IGNORECASE) and not re.search(r"^\s+kind:", text, re.MULTILINE):
        return True
    return (
        re.search(r"^[ \t]*['\"]?apiVersion['\"]?[ \t]*:[ \t]*['\"]?networking\.k8s\.io", text, re.MULTILINE)
        is not None
    )


def plain_path(path: str) -> str:
    """Type mismatches have no list indexes in their path."""
    return re.sub(r"\[\d+\]", "", path)


def covers(errors: list[dict[str, Any]], found: list[Diagnostic]) -> bool:
    """Whether a finding lies at or below the path of one of the server's errors; YAML errors have none.

    Of a duplicate key the server tells the key's name only.
    """
    for error in errors:
        path = plain_path(error["field"])
        if error["type"] == "YAMLDuplicateKey":
            path = "." + path
            fields = ["." + d.field.replace("[", ".").rstrip("]") for d in found]
            if any(field.endswith(path) for field in fields):
                return True
        elif any(plain_path(d.field).startswith(path) for d in found):
            return True
    return False


def disagreements(name: str) -> Iterator[str]:
    for row in rows(name):
        if not is_ours(row):
            continue
        analysis = analyse(make_source("policy.yaml", row["yaml"]))
        for version, config in CONFIGS.items():
            diagnostics = lint(analysis, config).diagnostics
            found = [d for d in diagnostics if d.is_refused]
            if any(d.code == "NP990" for d in diagnostics):
                yield f"{row['id']}: internal error"
            elif bool(found) == row["accepted"][version] and not (
                not found and PLACEHOLDER.search(row["yaml"]) is not None
            ):
                yield f"{row['id']} at {version}: accepted is {row['accepted'][version]}, found {found[:2]}"
            elif found and version == "1.37" and not covers(row["errors"], found):
                yield f"{row['id']}: {row['errors'][0]} is at none of {[d.field for d in found]}"


def test_a_sample_of_verdicts_is_that_of_the_api_server() -> None:
    assert len(rows("sample")) == 400
    assert sum(row["accepted"]["1.37"] for row in rows("sample")) > 50
    assert list(disagreements("sample")) == []


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), [("kubernetes-tests", 58), ("generated", 8000), ("edited", 2965)])
def test_verdicts_are_those_of_the_api_server(name: str, count: int) -> None:
    assert len(rows(name)) == count
    assert list(disagreements(name)) == []


@needs_shared
def test_placeholders_are_few() -> None:
    excepted = [row["id"] for row in rows("generated") if PLACEHOLDER.search(row["yaml"])]
    assert len(excepted) < 40


@needs_shared
@pytest.mark.slow
def test_verdicts_on_policies_of_others() -> None:
    verdicts = json.loads((SHARED / "corpus" / "verdicts.json").read_text())
    by_file: dict[str, dict[int, bool]] = defaultdict(dict)
    for key, accepted in verdicts.items():
        name, _, number = key.rpartition("#")
        by_file[name][int(number)] = accepted
    wrong = []
    for name, documents in by_file.items():
        source = read_source(str(SHARED / "corpus" / "policies" / name))
        assert isinstance(source, Source)
        report = lint(analyse(source), CONFIGS["1.37"])
        refused = {d.document for d in report.diagnostics if d.is_refused}
        wrong += [f"{name}#{number}" for number, accepted in documents.items() if accepted == (number in refused)]
    assert set(wrong) == set(CORPUS_EXCEPTED)


def test_an_item_of_a_list_is_judged_as_if_it_stood_alone() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: a}\n  spec: {podSelector: {}}\n"
        "- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: b}\n  spec: {podSelektor: {}}\n"
        "- apiVersion: v1\n  kind: Pod\n  metadata: {name: c}\n  spec: {podSelektor: {}}\n"
    )
    found = [d for d in lint_text(text, config=CONFIGS["1.37"]).diagnostics if d.is_refused]
    assert [(d.code, d.object.name if d.object else None, d.field) for d in found] == [
        ("NP101", "b", "spec.podSelektor")
    ]
