"""What we read of a policy against what the API server would store of it (shared/parity)."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from netpol_lsp.kube.objects import objects_of
from netpol_lsp.lint.schema import shape
from netpol_lsp.policies.networkpolicy.defaulted_object import defaulted_object
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.semantics_reader import semantics_of
from netpol_lsp.yaml.documents import parse_document, split

PARITY = Path(__file__).resolve().parents[2].parent / "shared" / "parity"
pytestmark = pytest.mark.skipif(not PARITY.is_dir(), reason="the parity data of ../shared is not there")


def read(name: str) -> list[dict]:
    with gzip.open(PARITY / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def policies_of(text: str) -> list[NetworkPolicy]:
    return [
        NetworkPolicy(found)
        for chunk in split(text)
        for found in objects_of(parse_document(chunk.text, shape=shape()).root)
    ]


def test_every_accepted_policy_is_read_as_the_server_reads_it():
    manifests = {
        case["id"]: case["yaml"] for name in ("generated", "edited", "kubernetes-tests") for case in read(name)
    }
    objects = read("objects")
    assert len(objects) > 4000
    wrong = {case["id"]: found for case in objects if (found := _difference(case["object"], manifests[case["id"]]))}
    assert not wrong, f"{len(wrong)} differ, as {dict(list(wrong.items())[:3])}"


def test_facts_are_the_same_before_and_after_storing():
    for name in ("generated", "edited", "kubernetes-tests"):
        for case in read(name):
            if not case["accepted"]["1.37"]:
                continue
            policy = policies_of(case["yaml"])[0]
            again = policies_of(json.dumps(defaulted_object(policy)))[0]
            before, after = semantics_of(policy, "default"), semantics_of(again)
            assert before == after, case["id"]
            assert not before.unknown, case["id"]


def _difference(expected: dict, text: str) -> str | None:
    policies = policies_of(text)
    if not policies:
        return "no policy found"
    found = defaulted_object(policies[0])
    # The server alone knows these: its counter, and the random end of a generated name.
    del expected["metadata"]["generation"]
    if "name" not in found["metadata"]:
        assert expected["metadata"].pop("name").endswith("x7k2q")
    if found == expected:
        return None
    return f"{json.dumps(found, sort_keys=True)} instead of {json.dumps(expected, sort_keys=True)}"
