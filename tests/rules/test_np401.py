"""NP401 metadata-service-reachable."""

import pytest

from netpol_lsp.findings.diagnostic import Severity
from tests.builders import policy_text


def policy(peers: str, name: str = "web", namespace: str = "shop", ports: str = "") -> str:
    spec = f"{{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{peers}]{ports}}}]}}"
    return policy_text(spec, name, namespace)


WORLD = "{ipBlock: {cidr: 0.0.0.0/0}}"
INTERNET = "{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}}"


@pytest.mark.parametrize(
    ("peers", "cloud", "severity"),
    [
        (WORLD, "aws", Severity.WARNING),
        (WORLD, "unknown", Severity.INFO),
        (INTERNET, "aws", Severity.INFO),
    ],
)
def test_severity(find, peers, cloud, severity):
    (found,) = find("NP401", policy(peers), cloud=cloud)
    assert found.severity is severity


@pytest.mark.parametrize(
    "peers",
    [
        "{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}",
        "{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}",
        "{ipBlock: {cidr: 169.254.0.0/16}}",
        "{ipBlock: {cidr: 0.0.0.0/0, except: [$METADATA]}}",
        "{ipBlock: {cidr: 10.0.0.0/8}}",
    ],
)
def test_silent(find, peers):
    assert find("NP401", policy(peers), cloud="aws") == []


def test_no_cloud(find):
    assert find("NP401", policy(WORLD), cloud="none") == []


def test_the_addresses_of_the_configuration_count(find):
    text = policy("{ipBlock: {cidr: 100.64.0.0/10}}")
    assert find("NP401", text) == []
    (found,) = find("NP401", text, cloud="alibaba", metadata_addresses=("100.100.100.200",))
    assert "100.100.100.200" in found.message


def test_once_a_namespace(find):
    two = f"{policy(WORLD)}---\n{policy(WORLD, 'api')}---\n{policy(WORLD, 'web', 'other')}"
    found = find("NP401", two)
    assert [(one.object.namespace, one.object.name) for one in found] == [("shop", "web"), ("other", "web")]


def test_the_first_that_really_reaches_it_speaks(find):
    ports = ", ports: [{port: 443}]"
    found = find("NP401", f"{policy(WORLD, ports=ports)}---\n{policy(WORLD, 'api')}")
    assert [one.object.name for one in found] == ["api"]


def test_beside_a_rule_that_allows_everything(find):
    text = policy(WORLD).replace("egress: [", "egress: [{}, ")
    assert find("NP401", text) == []
    (found,) = find("NP401", f"{text}---\n{policy(WORLD, 'api')}")
    assert found.object.name == "api"
