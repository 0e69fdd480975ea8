"""Findings that depend on the other manifests of a run, and on context."""

import json

import pytest

DENY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"""
ALLOW_DNS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-dns, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
      ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
"""


@pytest.fixture
def shop(folder):
    folder.write(".netpol-lint.yaml", "select: [NP216]\n")
    folder.write("deny.yaml", DENY)
    folder.write("dns/allow.yaml", ALLOW_DNS)
    return folder


def codes(done) -> list[str]:
    return [found["code"] for found in json.loads(done.out)["findings"] if not found["suppressed"]]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_policies_of_a_run_are_judged_together(shop, jobs: str) -> None:
    options = ["--format", "json", "--jobs", jobs]
    assert codes(shop.run("deny.yaml", *options)) == ["NP216"]
    assert codes(shop.run("deny.yaml", "dns", *options)) == []


def test_context_counts_but_is_not_linted(shop) -> None:
    assert codes(shop.run("deny.yaml", "--context", "dns", "--format", "json")) == []
    shop.write(".netpol-lint.yaml", "select: [NP216]\ncontext: [dns/allow.yaml]\n")
    done = shop.run("deny.yaml", "--format", "json")
    assert (codes(done), json.loads(done.out)["files"]) == ([], 1)


def test_context_of_the_command_line_and_of_the_config_add_up(shop) -> None:
    """A hook that names the repository does not take away what the project names."""
    shop.write(".netpol-lint.yaml", "select: [NP216]\nexclude: [dns]\ncontext: [dns/allow.yaml]\n")
    shop.write("other/nothing.yaml", "a: 1\n")
    assert codes(shop.run("deny.yaml", "--context", "other", "--format", "json")) == []
    assert codes(shop.run("deny.yaml", "--context", ".", "--format", "json")) == []
    shop.write(".netpol-lint.yaml", "select: [NP216]\nexclude: [dns]\n")
    assert codes(shop.run("deny.yaml", "--context", ".", "--format", "json")) == ["NP216"]


def test_a_copy_in_the_context_gives_way_to_what_is_linted(shop) -> None:
    shop.write("live.yaml", ALLOW_DNS.replace("allow-dns", "default-deny"))
    assert codes(shop.run("deny.yaml", "--context", "live.yaml", "--format", "json")) == ["NP216"]


def test_context_of_the_config_is_relative_to_it(shop, monkeypatch) -> None:
    shop.write(".netpol-lint.yaml", "select: [NP216]\ncontext: [dns]\n")
    shop.write("sub/deny.yaml", DENY)
    monkeypatch.chdir(shop.path / "sub")
    assert codes(shop.run("deny.yaml", "--format", "json")) == []


def test_namespace_option_places_policies_without_one(shop) -> None:
    shop.write("bare.yaml", DENY.replace(", namespace: shop", ""))
    options = ["bare.yaml", "dns", "--format", "json"]
    assert codes(shop.run(*options, "--namespace", "shop")) == []
    assert codes(shop.run(*options, "--namespace", "other")) == ["NP216"]


def test_a_fix_is_judged_with_the_others(shop) -> None:
    assert shop.run("deny.yaml", "dns", "--fix", "--unsafe-fixes").err == "nothing fixed\n"
    assert shop.run("deny.yaml", "--fix", "--unsafe-fixes").code == 0
    assert "port: 53" in (shop.path / "deny.yaml").read_text()


def test_the_cache_notices_other_files(shop, monkeypatch) -> None:
    monkeypatch.setattr("netpol_lsp.cli.check.WORTHWHILE", 1)
    monkeypatch.setattr("netpol_lsp.project.disk_cache._SETTLED_NS", -(10**18))
    for _ in range(2):
        assert codes(shop.run("deny.yaml", "dns", "--format", "json")) == []
    shop.write("dns/allow.yaml", ALLOW_DNS.replace("53", "54"))
    assert codes(shop.run("deny.yaml", "dns", "--format", "json")) != []
    shop.write("dns/allow.yaml", ALLOW_DNS)
    assert codes(shop.run("deny.yaml", "dns", "--format", "json")) == []
    assert codes(shop.run("deny.yaml", "--format", "json")) == ["NP216"]
    assert codes(shop.run("deny.yaml", "--context", "dns", "--format", "json")) == []
    shop.write("dns/allow.yaml", ALLOW_DNS.replace("53", "54"))
    assert codes(shop.run("deny.yaml", "--context", "dns", "--format", "json")) == ["NP216"]


def test_the_cache_notices_what_the_context_means_now(shop, monkeypatch) -> None:
    monkeypatch.setattr("netpol_lsp.cli.check.WORTHWHILE", 1)
    monkeypatch.setattr("netpol_lsp.project.disk_cache._SETTLED_NS", -(10**18))
    shop.write("sub/.netpol-lint.yaml", "select: [NP216]\n")
    shop.write("sub/deny.yaml", DENY)
    shop.write("other.yaml", "kind: ConfigMap\n")
    shop.write("cluster/dns.yaml", ALLOW_DNS.replace(", namespace: shop", ""))
    for namespace, expected in (("shop", []), ("bank", ["NP216"]), ("shop", [])):
        shop.write(".netpol-lint.yaml", f"context: [cluster]\ndefault-namespace: {namespace}\n")
        assert codes(shop.run("sub", "other.yaml", "--format", "json")) == expected
