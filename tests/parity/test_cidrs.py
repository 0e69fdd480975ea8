"""CIDR blocks against the API server's verdicts (shared/parity)."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from netpol_lsp.kube.net.cidr import Cidr, CidrProblem, is_strict_subset, parse_cidr

PARITY = Path(__file__).resolve().parents[2].parent / "shared" / "parity"
pytestmark = pytest.mark.skipif(not PARITY.is_dir(), reason="the parity data of ../shared is not there")

SETS = ("generated", "edited", "kubernetes-tests")


def read(name: str) -> Iterator[dict]:
    with gzip.open(PARITY / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def refused(detail: str) -> set[str]:
    """The texts that the server refuses at 1.37 with this detail."""
    return {
        str(error["bad"])
        for name in SETS
        for case in read(name)
        for error in case["errors"]
        if detail in error["detail"] and error.get("bad") is not None and re.search(r"cidr|except", error["field"])
    }


def test_refused_in_every_version():
    texts = refused("must be a valid CIDR value")
    assert len(texts) > 20
    assert {text for text in texts if not isinstance(parse_cidr(text), CidrProblem)} == set()


@pytest.mark.parametrize(
    ("detail", "flag"),
    [("leading 0s", "leading_zeros"), ("IPv4-mapped", "ipv4_mapped"), ("bits set beyond", "host_bits")],
)
def test_refused_since_1_36(detail, flag):
    texts = refused(detail)
    assert len(texts) > 3
    assert {text for text in texts if not getattr(parse_cidr(text), flag)} == set()


def test_stored_blocks_are_strict_and_their_excepts_inside():
    count = 0
    for case in read("objects"):
        for block in _blocks(case["object"]["spec"]):
            parsed = parse_cidr(block["cidr"])
            assert isinstance(parsed, Cidr), block
            assert parsed.is_strict, block
            for text in block.get("except", ()):
                hole = parse_cidr(text)
                assert isinstance(hole, Cidr), block
                assert is_strict_subset(parsed, hole), block
                count += 1
    assert count > 1000


def test_warnings_of_1_35_name_the_same_form():
    seen = set()
    for name in SETS:
        for case in read(name):
            for version in ("1.35", "1.37"):
                for warning in case["warnings"][version]:
                    match = re.search(r'(IPv6|non-standard) CIDR value "([^"]*)".* \(?"([^"]*)"\)?$', warning)
                    if match:
                        seen.add(match.groups())
    assert len(seen) > 20
    for kind, text, meant in seen:
        parsed = parse_cidr(text)
        assert isinstance(parsed, Cidr), text
        assert parsed.canonical == meant
        assert parsed.non_canonical_ipv6 == (kind == "IPv6")


def _blocks(data: object) -> Iterator[dict]:
    if isinstance(data, dict):
        if "ipBlock" in data:
            yield data["ipBlock"]
        for value in data.values():
            yield from _blocks(value)
    elif isinstance(data, list):
        for value in data:
            yield from _blocks(value)
