"""Policies of several files are judged together: however many processes, and whatever the cache knows."""

import json

import pytest

from netpol_lsp.project import disk_cache as cache_module
from netpol_lsp.project.disk_cache import WORTHWHILE

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {}\n  namespace: {}\nspec:\n"
WEB = HEAD.format("web", "shop") + (
    "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
    "  egress:\n    - to: [{podSelector: {matchLabels: {app: db}}}]\n"
)
DNS = HEAD.format("allow-dns", "shop") + (
    "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n"
    "    - ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\n"
)
DENY = HEAD.format("default-deny", "shop") + "  podSelector: {}\n  policyTypes: [Egress]\n"


@pytest.fixture
def shop(folder, monkeypatch):
    """Enough files for a cache, one of which needs DNS."""
    monkeypatch.setattr(cache_module, "_SETTLED_NS", -(10**18))
    for number in range(WORTHWHILE):
        folder.good(f"other/p{number:02}.yaml")
    folder.write("apps/web.yaml", WEB)
    return folder


def found(folder, *options: str) -> list[tuple[str, str, str]]:
    done = folder.run("--select", "NP216", "--format", "json", "--verbose", *options)
    return [(item["path"], item["object"]["name"], item["severity"]) for item in json.loads(done.out)["findings"]]


GAP = [("apps/web.yaml", "web", "warning")]


@pytest.mark.parametrize("options", [(), ("--jobs", "1"), ("--jobs", "3"), ("--no-cache",)])
def test_a_file_that_allows_dns_is_enough(shop, options) -> None:
    assert found(shop, *options) == GAP
    shop.write("cluster/dns.yaml", DNS)
    assert found(shop, *options) == []
    assert found(shop, *options) == []
    shop.write("cluster/dns.yaml", DNS.replace("shop", "bank"))
    assert found(shop, *options) == GAP
    assert found(shop, *options) == GAP


def test_a_file_that_is_gone_no_longer_helps(shop) -> None:
    path = shop.write("cluster/dns.yaml", DNS)
    assert found(shop) == []
    path.unlink()
    assert found(shop) == GAP


def test_other_files_of_the_run_are_those_that_are_named(shop) -> None:
    shop.write("cluster/dns.yaml", DNS)
    assert found(shop, "apps") == GAP
    assert found(shop, "apps", "cluster") == []
    assert found(shop, "apps", "--context", "cluster") == []


def test_a_policy_of_the_context_is_not_the_one_that_is_named(shop) -> None:
    shop.write("cluster/deny.yaml", DENY)
    assert found(shop) == [("cluster/deny.yaml", "default-deny", "warning")]
    assert found(shop, "apps", "--context", "cluster") == GAP


def test_a_default_deny_beside_allow_dns(shop) -> None:
    shop.write("cluster/deny.yaml", DENY)
    shop.write("cluster/dns.yaml", DNS)
    assert found(shop) == []
    assert found(shop, "cluster/deny.yaml") == [("cluster/deny.yaml", "default-deny", "info")]


def test_standard_input_is_one_of_the_files(shop) -> None:
    shop.write("cluster/dns.yaml", DNS)
    options = ("--select", "NP216", "--format", "json", "cluster", "-")
    assert json.loads(shop.run(*options, stdin=WEB.encode()).out)["findings"] == []
    other = WEB.replace("shop", "bank").encode()
    assert len(json.loads(shop.run(*options, stdin=other).out)["findings"]) == 1


def test_a_namespace_that_the_command_line_gives(folder) -> None:
    folder.write("a/web.yaml", WEB.replace("  namespace: shop\n", ""))
    folder.write("b/dns.yaml", DNS)
    assert found(folder) == [("a/web.yaml", "web", "warning")]
    assert found(folder, "--namespace", "shop") == []
    # In one folder it may be the same namespace.
    folder.write("a/dns.yaml", DNS)
    assert found(folder) == []


def test_the_fix_of_one_file_is_enough_for_all(folder) -> None:
    folder.write("a.yaml", DENY)
    folder.write("b.yaml", WEB)
    done = folder.run("--select", "NP216,NP217", "--fix", "--unsafe-fixes")
    assert done.code == 0
    assert (folder.path / "b.yaml").read_text() == WEB
    assert "k8s-app: kube-dns" in (folder.path / "a.yaml").read_text()
