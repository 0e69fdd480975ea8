"""The data files: they are what their schemas say, and what the code takes them for."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from netpol_lsp.capabilities.capabilities import ALIVE
from netpol_lsp.capabilities.fact import Capability, Effect, LimitKind, Support
from netpol_lsp.capabilities.kubernetes import features, latest_version, oldest_version
from netpol_lsp.capabilities.platforms import all_platforms
from netpol_lsp.capabilities.profiles import all_profiles, find_profile
from netpol_lsp.capabilities.versions import VersionRange
from netpol_lsp.config.settings import LATEST_KUBERNETES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "netpol_lsp/capabilities"
PROFILES = sorted((FOLDER / "profiles").glob("*.json"))
# Those that the article everybody has read names.
WELL_KNOWN = {
    "flannel",
    "calico",
    "canal",
    "weave",
    "contiv",
    "opencontrail",
    "romana",
    "nsx-t",
    "kube-router",
}


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def schema(name: str) -> Any:
    return read(ROOT / f"schemas/{name}")


def errors(name: str, value: Any) -> list[str]:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    found = jsonschema.Draft202012Validator(schema(name)).iter_errors(value)
    return [f"{list(error.absolute_path)}: {error.message}" for error in found]


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_is_what_its_schema_says(path: Path) -> None:
    assert errors("cni-profile.schema.json", read(path)) == []
    assert read(path)["name"] == path.stem


def test_platforms_and_features_are_what_their_schemas_say() -> None:
    assert errors("platforms.schema.json", read(FOLDER / "platforms.json")) == []
    assert errors("kubernetes-features.schema.json", read(FOLDER / "kubernetes.json")) == []


def test_the_schema_refuses_a_fact_without_a_source() -> None:
    flannel = read(FOLDER / "profiles/flannel.json")
    del flannel["facts"]["ingress"][0]["sources"]
    assert errors("cni-profile.schema.json", flannel) == ["['facts', 'ingress', 0]: 'sources' is a required property"]


def test_the_schema_and_the_code_know_the_same_words() -> None:
    known = schema("cni-profile.schema.json")
    facts = known["properties"]["facts"]["properties"]
    assert list(facts) == known["$defs"]["capability"]["enum"] == [str(one) for one in Capability]
    assert all(len(one["description"]) > 20 for one in facts.values())
    inner = known["$defs"]["facts"]["items"]["properties"]
    assert set(inner["support"]["enum"]) == set(Support)
    assert set(inner["effect"]["enum"]) == set(Effect)
    assert set(known["properties"]["limits"]["items"]["properties"]["kind"]["enum"]) == set(LimitKind)
    assert ALIVE in known["properties"]["status"]["enum"]


def test_every_word_means_one_profile_and_one_platform() -> None:
    words = [word for profile in all_profiles() for word in (profile.name, *profile.aliases)]
    assert len(words) == len(set(words))
    assert all(find_profile(word) for word in words)
    platforms = [word for platform in all_platforms() for word in (platform.name, *platform.aliases)]
    assert len(platforms) == len(set(platforms))


def test_ranges_of_one_capability_do_not_overlap() -> None:
    for profile in all_profiles():
        for found in profile.facts.values():
            ranges = [versioned.versions for versioned in found]
            assert len(found) == 1 or VersionRange() not in ranges
            for earlier, later in pairwise(ranges):
                assert earlier.end is not None
                assert later.first is not None
                assert earlier.end <= later.first, profile.name


def test_the_plugins_that_everybody_reads_of_are_there_with_sources() -> None:
    named = {profile.name: profile for profile in all_profiles()}
    assert set(named) >= WELL_KNOWN
    for name in WELL_KNOWN:
        assert {Capability.INGRESS, Capability.EGRESS} <= set(named[name].facts), name
    assert set(named) >= {"huawei-cce", "ack-terway", "tke-enp", "standard"}


def test_platforms_name_plugins_that_are_known() -> None:
    for platform in all_platforms():
        assert platform.cni is None or find_profile(platform.cni), platform.name
        assert platform.dns_labels or platform.is_dns_on_node, platform.name
    assert {platform.name for platform in all_platforms()} >= {
        *("eks", "eks-auto", "gke", "gke-dpv2", "aks", "openshift", "k3s", "rke2", "kind", "minikube", "k0s", "talos")
    }


def test_the_newest_kubernetes_is_the_one_that_settings_know() -> None:
    assert oldest_version() == (1, 7)
    assert latest_version() == LATEST_KUBERNETES
    assert all(oldest_version() < feature.since <= latest_version() for feature in features().values())
