"""Which fact holds for which version."""

import pytest

from netpol_lsp.capabilities.fact import Capability, Effect, Support
from netpol_lsp.capabilities.platforms import find_platform
from netpol_lsp.capabilities.profiles import capabilities_of, find_profile, resolve
from netpol_lsp.capabilities.versions import VersionRange, parse_version


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.15", (1, 15)), ("v1.15.3", (1, 15, 3)), ("1.20.0-pre.4", (1, 20, 0)), ("2", (2,)), ("x", None), ("1.", None)],
)
def test_versions_are_read(text: str, version: tuple[int, ...] | None) -> None:
    assert parse_version(text) == version


@pytest.mark.parametrize(
    ("version", "covers", "overlaps"),
    [
        ((1, 15), True, True),
        ((1, 14), True, True),
        ((1, 15, 9), True, True),
        ((1, 16), False, False),
        ((1, 13), False, False),
        ((1,), False, True),
    ],
)
def test_a_range_holds_its_first_version_and_not_its_end(
    version: tuple[int, ...], covers: bool, overlaps: bool
) -> None:
    known = VersionRange((1, 14), (1, 16))
    assert (known.covers(version), known.overlaps(version)) == (covers, overlaps)
    assert str(known) == "from 1.14, before 1.16"


@pytest.mark.parametrize(
    ("cni", "support"),
    [
        ("cilium@1.15", Support.NO),
        ("cilium@1.15.12", Support.NO),
        ("cilium@1.16", Support.YES),
        ("cilium@1.20.0-pre.4", Support.YES),
        ("cilium", Support.UNKNOWN),
        ("cilium@1", Support.UNKNOWN),
        ("calico", Support.YES),
        ("calico@3.30", Support.YES),
        ("no-such-plugin", Support.UNKNOWN),
        (None, Support.UNKNOWN),
    ],
)
def test_the_version_decides(cni: str | None, support: Support) -> None:
    assert capabilities_of(cni).end_port.support is support


def test_without_a_version_the_fact_names_what_it_depends_on() -> None:
    fact = capabilities_of("cilium").end_port
    assert fact.text.startswith("it depends on the version: before Cilium 1.16")
    assert len(fact.sources) == 3
    assert fact.effect is None


def test_a_version_between_two_known_ones_is_unknown() -> None:
    assert capabilities_of("nsx-t@3.5").fact(Capability.MATCH_EXPRESSIONS).support is Support.UNKNOWN
    assert capabilities_of("nsx-t@3.2").fact(Capability.MATCH_EXPRESSIONS).support is Support.NO


def test_aliases_mean_the_same() -> None:
    assert find_profile("Weave-Net") is find_profile("weave")
    assert find_profile("../profiles/weave") is None
    assert capabilities_of("terway").name == "ack-terway"
    assert find_platform("OKD") is find_platform("openshift")


def test_facts_are_inherited_but_for_those_that_nobody_knows() -> None:
    canal = capabilities_of("canal@3.30")
    assert canal.named_ports == capabilities_of("calico").named_ports
    assert canal.ipv6.support is Support.UNKNOWN
    assert canal.enforces("Ingress").text == "Canal enforces policies with Calico"


@pytest.mark.parametrize("name", ["flannel", "bridge", "kubenet", "azure-cni"])
def test_some_enforce_nothing(name: str) -> None:
    assert capabilities_of(name).enforces_nothing
    assert capabilities_of(name).enforces("Egress").effect is Effect.NOT_ENFORCED


@pytest.mark.parametrize(
    "name", ["canal", "calico", "kube-router", "cilium", "antrea", "romana", "kindnet", "standard"]
)
def test_others_enforce_something_or_may(name: str) -> None:
    assert not capabilities_of(name).enforces_nothing


@pytest.mark.parametrize(("name", "nothing"), [("kindnet@0.23", True), ("kindnet@0.24", False), ("aws@1.13", True)])
def test_old_versions_enforce_nothing(name: str, nothing: bool) -> None:
    assert capabilities_of(name).enforces_nothing is nothing


def test_the_cluster_s_version_counts_where_the_profile_says_so() -> None:
    assert capabilities_of("huawei-cce", (1, 21)).has(Capability.EGRESS) is False
    assert capabilities_of("huawei-cce@1.25", (1, 21)).has(Capability.EGRESS) is None
    assert resolve("cilium", None, (1, 21)) == resolve("cilium")


def test_what_kubernetes_lacks_no_plugin_enforces() -> None:
    old = capabilities_of("calico", (1, 20))
    assert old.end_port.support is Support.NO
    assert "1.22" in old.end_port.text
    assert capabilities_of(None, (1, 20)).end_port.support is Support.NO
    assert capabilities_of("calico", (1, 22)).end_port.support is Support.YES
