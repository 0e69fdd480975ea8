"""`netpol-lint why` takes the network plugin into account and names the fact that the answer rests on."""

import json

import pytest

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.244.1.5, podIPs: [{ip: 10.244.1.5}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {app: client}}
spec: {containers: [{name: c}]}
status: {podIP: 10.244.2.6, podIPs: [{ip: 10.244.2.6}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
"""
INGRESS = "  policyTypes: [Ingress]\n"
RANGE = INGRESS + "  ingress: [{ports: [{port: 8000, endPort: 8010}]}]\n"
NAMED = INGRESS + "  ingress: [{ports: [{port: http}]}]\n"
BLOCK = INGRESS + "  ingress: [{from: [{ipBlock: {cidr: 10.244.2.0/24}}]}]\n"
SCTP = INGRESS + "  ingress: [{ports: [{protocol: SCTP, port: 3868}]}]\n"
UNLISTED = "  policyTypes: [Egress]\n  egress: [{}]\n  ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]\n"


def why(folder, rest: str, port: str, cni: str | None) -> tuple[str, set[str]]:
    """The verdict, and the capabilities whose facts are named."""
    folder.write("c.yaml", PODS + rest)
    plugin = ["--cni", cni] if cni else []
    done = folder.run("why", "shop/client", f"shop/web:{port}", "c.yaml", "--format", "json", *plugin)
    assert done.code == 0, done.err
    data = json.loads(done.out)
    (connection,) = data["connections"]
    sides = [side for side in (connection["egress"], connection["ingress"]) if side is not None]
    facts = [fact for side in sides for fact in side["networkPlugin"]]
    assert all(fact["text"] and fact["sources"] for fact in facts)
    return data["verdict"], {fact["capability"] for fact in facts}


@pytest.mark.parametrize(
    ("rest", "port", "cni", "before", "verdict", "facts"),
    [
        (INGRESS, "80", "flannel", "deny", "allow", {"ingress", "egress"}),
        (RANGE, "8005", "cilium@1.15", "allow", "deny", {"end-port"}),
        (RANGE, "8005", "huawei-cce-turbo", "allow", "unknown", {"end-port"}),
        (NAMED, "22", "ovn-kubernetes", "deny", "allow", {"named-ports"}),
        (NAMED, "8080", "weave", "allow", "unknown", {"named-ports"}),
        (BLOCK, "80", "calico", "unknown", "allow", {"ip-block-matches-pods"}),
        (BLOCK, "80", "cilium", "unknown", "deny", {"ip-block-matches-pods"}),
        (SCTP, "3868/SCTP", "nsx-t", "allow", "unknown", {"sctp"}),
        (UNLISTED, "80", "cilium", "allow", "deny", {"policy-types"}),
    ],
)
def test_a_verdict_changes_and_the_fact_is_named(
    folder, rest: str, port: str, cni: str, before: str, verdict: str, facts: set[str]
) -> None:
    assert why(folder, rest, port, None) == (before, set())
    assert why(folder, rest, port, cni) == (verdict, facts)


@pytest.mark.parametrize("cni", ["calico", "antrea", "standard", "gke-dataplane-v2"])
def test_where_the_plugin_does_what_the_specification_says_nothing_is_named(folder, cni: str) -> None:
    for rest, port in ((RANGE, "8005"), (NAMED, "8080"), (UNLISTED, "80"), (INGRESS, "80")):
        assert why(folder, rest, port, cni) == (why(folder, rest, port, None)[0], set())


def test_facts_that_do_not_concern_the_connection_are_not_named(folder) -> None:
    assert why(folder, RANGE, "53/UDP", "cilium@1.15") == ("deny", set())
    assert why(folder, NAMED, "53/UDP", "weave") == ("deny", set())


def test_the_text_names_the_fact_with_its_source(folder) -> None:
    folder.write("c.yaml", PODS + RANGE)
    done = folder.run("why", "shop/client", "shop/web:8005", "c.yaml", "--cni", "cilium@1.15")
    assert "    the network plugin: before Cilium 1.16 endPort is silently ignored" in done.out
    assert "--> https://github.com/cilium/cilium/issues/28684\n" in done.out
    markdown = folder.run(
        "why", "shop/client", "shop/web:8005", "c.yaml", "--cni", "cilium@1.15", "--format", "markdown"
    )
    assert "  - the network plugin: before Cilium 1.16 `endPort` is silently ignored" in markdown.out


def test_the_plugin_is_found_in_the_manifests(folder) -> None:
    flannel = "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: kube-flannel-ds, namespace: kube-flannel}\n"
    folder.write("c.yaml", PODS + INGRESS + flannel)
    done = folder.run("why", "shop/client", "shop/web:80", "c.yaml")
    assert done.out.startswith("allow: ")
    assert "cni: flannel, found in DaemonSet `kube-flannel-ds` (c.yaml:" in done.err
    assert folder.run("why", "shop/client", "shop/web:80", "c.yaml", "--cni", "calico").out.startswith("deny: ")


def test_tests_follow_the_plugin_and_name_the_fact(folder) -> None:
    folder.write("c.yaml", PODS + RANGE)
    folder.write(
        "netpol-tests.yaml",
        "apiVersion: netpol-lint/v1\nkind: ConnectivityTest\ntests:\n"
        "  - {name: range, from: shop/client, to: shop/web, port: 8005/TCP, expect: allow}\n",
    )
    assert folder.run("test", "netpol-tests.yaml", "c.yaml").code == 0
    done = folder.run("test", "netpol-tests.yaml", "c.yaml", "--cni", "cilium@1.15", "--format", "json")
    assert done.code == 1
    (found,) = json.loads(done.out)["tests"]
    assert (found["actual"], found["passed"]) == ("deny", False)
    assert any("before Cilium 1.16 `endPort` is silently ignored" in item["text"] for item in found["because"])


def test_connectivity_follows_the_plugin(folder) -> None:
    folder.write("c.yaml", PODS + INGRESS)
    without, flannel = (
        folder.run("connectivity", "c.yaml", "--format", "csv", *plugin).out for plugin in ([], ["--cni", "flannel"])
    )
    assert without != flannel
    assert "client" in flannel
