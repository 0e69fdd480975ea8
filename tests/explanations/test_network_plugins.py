"""The page of all network plugins."""

import re
from pathlib import Path

import pytest

from netpol_lsp.capabilities.fact import Capability, Support
from netpol_lsp.capabilities.profiles import all_profiles, find_profile
from netpol_lsp.explanations.network_plugins import (
    TITLES,
    WORDS,
    anchor,
    capability_rows,
    meanings,
    plugins_page,
    short_answer,
)

PAGE = plugins_page()
ROOT = Path(__file__).resolve().parents[2]


def test_the_page_in_the_repository_is_this_one() -> None:
    assert (ROOT / "docs/cni.md").read_text("utf-8") == PAGE


@pytest.mark.parametrize(
    "name", ["flannel", "calico", "canal", "weave", "contiv", "opencontrail", "romana", "nsx-t", "kube-router"]
)
def test_each_plugin_that_everybody_reads_of_has_a_row_with_sources(name: str) -> None:
    profile = find_profile(name)
    assert profile is not None
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| [{name}](#")]
    answers = [cell.strip() for cell in row.split("|")[3:5]]
    assert answers == [short_answer(profile, capability) for capability in (Capability.INGRESS, Capability.EGRESS)]
    assert "?" not in answers
    section = PAGE.partition(f"\n## {profile.title}\n")[2].partition("\n## ")[0]
    assert section.count("https://") >= 2
    for capability, found in profile.facts.items():
        for versioned in found:
            assert f"| {TITLES[capability]} | " in section
            assert versioned.fact.text in section


def test_every_link_of_the_matrix_leads_to_a_heading() -> None:
    anchors = {anchor(heading) for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


def test_every_capability_has_a_title_and_a_meaning() -> None:
    assert set(TITLES) == set(meanings()) == set(Capability)
    assert set(WORDS) == set(Support)


def test_short_answers_show_the_newest_and_that_older_ones_differ() -> None:
    answers = {profile.name: short_answer(profile, Capability.END_PORT) for profile in all_profiles()}
    assert (answers["cilium"], answers["calico"], answers["romana"]) == ("yes*", "yes", "?")
    assert answers["flannel"] == "no"


def test_rows_have_no_markup() -> None:
    from netpol_lsp.capabilities.profiles import capabilities_of

    assert all("`" not in "".join(row) for row in capability_rows(capabilities_of("weave")))
