"""What the command finds out about the cluster by itself, and says."""

import json

import pytest

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: [{ports: [{port: 8000, endPort: 8010}]}]
"""
FLANNEL = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-flannel-ds, namespace: kube-flannel}
spec: {template: {spec: {containers: [{name: flannel, image: "flannel:v0.25.1"}]}}}
"""
CILIUM = FLANNEL.replace("kube-flannel-ds", "cilium").replace("flannel:v0.25.1", "quay.io/cilium/cilium:v1.15.3")
SAID = "cni: flannel, found in DaemonSet `kube-flannel-ds` (infra/flannel.yaml:1)\n"


@pytest.fixture(autouse=True)
def _all_rules(folder) -> None:
    folder.write("../.netpol-lint.yaml", "")


def codes(done) -> list[str]:
    found = json.loads(done.out)["findings"]
    return sorted({item["code"] for item in found if item["code"].startswith("NP50")})


def test_manifests_of_the_network_plugin_are_enough(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write("infra/flannel.yaml", FLANNEL)
    done = folder.run("check", "--format", "json")
    assert codes(done) == ["NP501"]
    assert done.err == SAID
    assert folder.run("check", "--quiet").err == ""


@pytest.mark.parametrize("config", ["cni: calico", "detect: false"])
def test_the_configuration_wins(folder, config: str) -> None:
    folder.config(config + "\n")
    folder.write("a.yaml", POLICY)
    folder.write("infra/flannel.yaml", FLANNEL)
    done = folder.run("check", "--format", "json")
    assert (codes(done), done.err) == ([], "")


def test_the_command_line_wins(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write("infra/flannel.yaml", FLANNEL)
    done = folder.run("check", "--format", "json", "--cni", "cilium@1.15")
    assert (codes(done), done.err) == (["NP502"], "")


def test_the_version_comes_from_the_image(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write("infra/cilium.yaml", CILIUM)
    assert codes(folder.run("check", "--format", "json")) == ["NP502"]
    folder.write("infra/cilium.yaml", CILIUM.replace("1.15.3", "1.16.0"))
    assert codes(folder.run("check", "--format", "json")) == []


def test_manifests_of_several_clusters_say_nothing(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write("one/cilium.yaml", CILIUM)
    folder.write("two/calico.yaml", FLANNEL.replace("kube-flannel-ds", "calico-node"))
    done = folder.run("check", "--format", "json")
    assert (codes(done), done.err) == ([], "")


def test_context_counts_too(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write(
        "cluster.json",
        json.dumps({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "kube-flannel-ds"}}),
    )
    folder.write(".gitignore", "cluster.json\n")
    done = folder.run("check", "a.yaml", "--format", "json", "--context", "cluster.json")
    assert codes(done) == ["NP501"]


def test_the_switch_of_a_plugin_is_found(folder) -> None:
    folder.config("cni: eks-auto\n")
    folder.write("a.yaml", POLICY)
    assert codes(folder.run("check", "--format", "json")) == ["NP504"]
    folder.write(
        "cni.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\n"
        'data: {enable-network-policy-controller: "true"}\n',
    )
    assert codes(folder.run("check", "--format", "json")) == []


def test_a_config_of_kind_is_not_taken_for_a_cluster_without_a_cloud(folder) -> None:
    folder.write("kind.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n")
    settings = json.loads(folder.run("config", "--format", "json").out)["settings"]
    assert settings["platform"]["value"] == "kind"
    assert (settings["cni"]["value"], settings["cni"]["origin"]) == ("kindnet", "a config of kind (kind.yaml:1)")
    assert settings["cloud"]["value"] == "unknown"


def test_routes_of_openshift_do_not_forbid_the_usual_dns(folder) -> None:
    dns = (
        "  egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}],"
        " ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}, {to: [{podSelector: {}}]}]\n"
    )
    folder.write("a.yaml", POLICY.replace("[Ingress]", "[Ingress, Egress]") + dns)
    folder.write("route.yaml", "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: web}\n")

    def found(*arguments: str) -> set[str]:
        return {
            item["code"] for item in json.loads(folder.run("check", "--format", "json", *arguments).out)["findings"]
        }

    assert "NP216" not in found()
    assert "NP216" in found("--platform", "openshift")
    # Nor do they tell the plugin: charts for every cluster have them, too.
    settings = json.loads(folder.run("config", "--format", "json").out)["settings"]
    assert (settings["platform"]["value"], settings["cni"]["value"]) == ("openshift", None)


def test_the_fix_fits_either_cluster_where_openshift_is_only_found(folder) -> None:
    folder.write("a.yaml", POLICY.replace("[Ingress]", "[Ingress, Egress]") + "  egress: [{to: [{podSelector: {}}]}]\n")
    folder.write("route.yaml", "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: web}\n")
    shown = folder.run("check", "--select", "NP216", "--diff", "--unsafe-fixes").out
    for part in ("openshift-dns", "kube-system", "5353", "53"):
        assert part in shown


def test_the_cache_knows_what_was_found(folder, monkeypatch) -> None:
    from netpol_lsp.cli import check

    monkeypatch.setattr(check, "WORTHWHILE", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.path.parent / "cache"))
    folder.write("a.yaml", POLICY)
    folder.write("infra/flannel.yaml", FLANNEL)
    first = folder.run("check", "--format", "json")
    again = folder.run("check", "--format", "json")
    assert (again.out, again.err) == (first.out, first.err)
    assert codes(again) == ["NP501"]
    (folder.path / "infra/flannel.yaml").unlink()
    assert codes(folder.run("check", "--format", "json")) == []


def test_the_configuration_shows_what_was_found_and_where(folder) -> None:
    folder.write("infra/flannel.yaml", FLANNEL)
    assert "DaemonSet `kube-flannel-ds` (infra/flannel.yaml:1)" in folder.run("config").out
