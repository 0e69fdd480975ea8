"""The truth tables of Kubernetes' end-to-end tests and of other suites, in our own test format."""

import json
from collections import Counter
from pathlib import Path

import pytest

from netpol_lsp.reach.enforcement import SPECIFICATION, STANDARD
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import check
from netpol_lsp.reach.intent_reader import read_intents
from netpol_lsp.reach.intents import Outcome
from netpol_lsp.reach.names import Names
from netpol_lsp.yaml.documents import parse_document
from tests.reach.loading import load
from tests.reach.suite_files import SHARED

VERDICTS = SHARED / "verdicts"
GROUPS = ("netpol", "podip", "anp", "cnp", "nodes", "calico", "cilium")
pytestmark = pytest.mark.skipif(not VERDICTS.exists(), reason="verdicts are not here")


def outcomes(group: str) -> Counter[tuple[str, str, str]]:
    """How many rows of each file of a group are right, unknown and wrong; wrong ones are shown."""
    found: Counter[tuple[str, str, str]] = Counter()
    for case in sorted((VERDICTS / group).iterdir()):
        cluster = load((case / "manifests.yaml").read_text("utf-8"))
        engine, names = Engine(cluster, STANDARD if group == "podip" else SPECIFICATION), Names(cluster)
        has_more = "more" if cluster.others else "alone"
        for name in ("tests.yaml", "derived.yaml"):
            if (case / name).exists():
                file = read_intents(parse_document((case / name).read_text("utf-8"), name))
                assert not file.problems
                for intent in file.intents:
                    checked = check(engine, names, intent)
                    assert checked.passed or checked.actual is Outcome.UNKNOWN, (case, intent, checked)
                    found[name, has_more, "right" if checked.passed else "unknown"] += 1
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_no_row_is_wrong(group: str) -> None:
    found = outcomes(group)
    assert sum(found.values()) >= 10
    if group in ("netpol", "podip"):
        # What only NetworkPolicies decide is known.
        assert not [key for key in found if key[1:] == ("alone", "unknown")]
    if group == "netpol":
        assert found["tests.yaml", "alone", "right"] > 40_000


def test_the_command_reads_the_files_as_they_are(folder) -> None:
    case = next(iter(sorted((VERDICTS / "netpol").glob("cyc-*"))))
    done = folder.run("test", str(case / "tests.yaml"), str(case / "manifests.yaml"), "--format", "json")
    data = json.loads(done.out)
    assert (done.code, data["failed"], data["passed"]) == (0, 0, len(data["tests"]))
    assert Path(data["tests"][0]["because"][0]["path"]).exists()
