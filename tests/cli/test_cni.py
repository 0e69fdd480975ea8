"""`netpol-lint cni`."""

import json
import re

import pytest

from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.capabilities.profiles import all_profiles

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{ipBlock: {cidr: 10.0.0.0/8}}]
      ports: [{port: http}, {port: 8000, endPort: 8010}]
"""


def test_the_list_names_every_profile(folder) -> None:
    done = folder.run("cni")
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line for line in done.out.splitlines() if line}
    assert set(rows) >= {profile.name for profile in all_profiles()}
    assert rows["flannel"].split()[1:] == ["alive", *["no"] * 8]
    assert "eks-auto" in done.out.splitlines()[-1]


def test_the_list_as_json_has_every_fact_with_its_sources(folder) -> None:
    data = json.loads(folder.run("cni", "--format", "json").out)
    assert data["version"] == 1
    by_name = {profile["name"]: profile for profile in data["profiles"]}
    old, new = by_name["cilium"]["capabilities"]["end-port"]
    assert (old["versions"], old["support"], old["effect"]) == ("before 1.16", "no", "first-port-only")
    assert (new["versions"], new["support"]) == ("from 1.16", "yes")
    assert set(by_name["romana"]["capabilities"]) == {str(one) for one in Capability}
    assert by_name["romana"]["capabilities"]["sctp"][0]["support"] == "unknown"
    assert all(
        fact["sources"] for found in by_name["calico"]["capabilities"].values() for fact in found if fact["text"]
    )
    assert {platform["name"] for platform in data["platforms"]} >= {"eks-auto", "openshift"}


def test_the_list_as_markdown_is_the_page(folder) -> None:
    done = folder.run("cni", "--format", "markdown")
    assert done.out.startswith("# What network plugins enforce\n")
    assert "## Weave Net\n" in done.out


def test_one_plugin_in_one_version(folder) -> None:
    old, new = folder.run("cni", "cilium@1.15"), folder.run("cni", "Cilium@1.16")
    assert old.out.startswith("Cilium 1.15 (cni: cilium), alive\n")
    assert re.search(r"^endPort +no +before Cilium 1\.16", old.out, re.MULTILINE)
    assert re.search(r"^endPort +yes +", new.out, re.MULTILINE)
    assert "https://github.com/cilium/cilium/issues/28684" in old.out
    assert "`" not in old.out
    data = json.loads(folder.run("cni", "cilium@1.15", "--format", "json").out)
    assert data["resolved"]["capabilities"]["end-port"]["support"] == "no"
    assert len(data["capabilities"]["end-port"]) == 2
    assert folder.run("cni", "weave", "--format", "markdown").out.startswith("# Weave Net\n")


def test_what_must_be_switched_on_comes_first(folder) -> None:
    assert "\nfirst: EKS Auto Mode enforces nothing until" in folder.run("cni", "eks-auto").out


def test_a_move_names_the_policies_that_mean_something_else(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write("b.yaml", POLICY.replace("{port: http}, {port: 8000, endPort: 8010}", "{port: 80}"))
    done = folder.run("cni", "weave", "cilium@1.17")
    assert done.code == 0
    assert done.out.startswith("From Weave Net (archived: ")
    assert "endPort: no -> yes\n  Weave Net: endPort is not read: only port is open\n" in done.out
    assert "1 policy means something else\n\nNetworkPolicy shop/web\n  a.yaml:9:22: the named port http\n" in done.out
    assert "b.yaml" not in done.out
    data = json.loads(folder.run("cni", "weave", "cilium@1.17", "--format", "json").out)
    (policy,) = data["policies"]
    assert [(one["line"], one["column"], one["capability"], one["sure"]) for one in policy["changes"]] == [
        (9, 22, "named-ports", True),
        (9, 51, "end-port", True),
    ]
    assert "- `a.yaml:9:51` `endPort: 8010`" in folder.run("cni", "weave", "cilium@1.17", "--format", "markdown").out


def test_only_the_manifests_that_are_named_are_looked_at(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.write("more/b.yaml", POLICY)
    done = folder.run("cni", "weave", "cilium@1.17", "--manifests", "more")
    assert "more/b.yaml:9:22" in done.out
    assert "  a.yaml" not in done.out
    gone = folder.run("cni", "weave", "cilium", "--manifests", "gone")
    assert gone.code == 2
    assert "gone" in gone.err


def test_from_nothing_to_something_is_about_directions_alone(folder) -> None:
    folder.write("a.yaml", POLICY)
    data = json.loads(folder.run("cni", "flannel", "canal", "--format", "json").out)
    assert [change["capability"] for change in data["changes"]] == ["ingress", "egress"]
    assert [one["capability"] for one in data["policies"][0]["changes"]] == ["ingress", "egress"]


def test_blocks_of_private_addresses_may_mean_pods(folder) -> None:
    folder.write("a.yaml", POLICY)
    data = json.loads(folder.run("cni", "calico", "cilium@1.17", "--format", "json").out)
    assert [(one["capability"], one["line"]) for one in data["policies"][0]["changes"]] == [
        ("ip-block-matches-pods", 8)
    ]
    folder.config("pod-cidrs: [172.16.0.0/12]\n")
    assert json.loads(folder.run("cni", "calico", "cilium@1.17", "--format", "json").out)["policies"] == []


def test_nothing_follows_from_what_is_unknown(folder) -> None:
    folder.write("a.yaml", POLICY)
    done = folder.run("cni", "gke-dataplane-v2", "kube-ovn")
    assert "Nothing that is known of both differs." in done.out
    assert "No policy here is known to mean something else" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["foo"], "unknown CNI `foo`; known are `ack-terway`, "),
        (["cillium"], "unknown CNI `cillium`, did you mean `cilium`?"),
        (["cilium@x"], "`x` is not a version"),
        (["a", "b", "c"], "3 names are given"),
        (["calico", "--format", "html"], "invalid choice"),
    ],
)
def test_wrong_words_are_said(folder, arguments: list[str], said: str) -> None:
    done = folder.run("cni", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_broken_config_file_is_said(folder) -> None:
    folder.write("a.yaml", POLICY)
    folder.config("cni: foo\n")
    assert folder.run("cni", "calico", "cilium").code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_plugins_and_platforms(folder, shell: str) -> None:
    out = folder.run("completion", shell).out
    assert "kube-router" in out
    assert "eks-auto" in out


KUBECTL = """\
#!/bin/sh
case "$*" in
*version*) echo '{"serverVersion": {"gitVersion": "v1.29.3-eks-abc"}}' ;;
*daemonsets*) echo '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "calico-node"}, "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "calico/node:v3.28.1"}]}}}}, {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "aws-node"}}]}' ;;
*gone*) echo "error: context gone does not exist" >&2; exit 1 ;;
esac
echo "$*" >> asked.txt
"""


@pytest.fixture
def kubectl(folder, monkeypatch) -> None:
    """A kubectl that knows a cluster."""
    program = folder.write("bin/kubectl", KUBECTL)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/bin:/usr/bin")


@pytest.mark.usefixtures("kubectl")
def test_a_running_cluster_is_asked_when_the_user_says_so(folder) -> None:
    done = folder.run("cni", "--kubectl")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "platform: eks  # version v1.29.3-eks-abc\n"
        "cni: calico@3.28.1  # DaemonSet calico-node\n"
        "kubernetes-version: 1.29  # version v1.29.3-eks-abc\n"
    )
    folder.config(done.out)
    assert json.loads(folder.run("config", "--format", "json").out)["settings"]["cni"]["value"] == "calico@3.28.1"
    assert json.loads(folder.run("cni", "--kubectl", "--format", "json").out)["found"]["platform"]["value"] == "eks"
    asked = (folder.path / "asked.txt").read_text().splitlines()
    assert all(line.startswith(("version", "get ")) for line in asked)


@pytest.mark.usefixtures("kubectl")
def test_a_context_of_kubectl_is_passed_on(folder) -> None:
    assert folder.run("cni", "--kubectl", "prod").code == 0
    assert (folder.path / "asked.txt").read_text().startswith("--context prod version")


@pytest.mark.usefixtures("kubectl")
def test_nobody_asks_the_cluster_without_being_told_to(folder) -> None:
    folder.write("a.yaml", POLICY)
    for command in (["cni"], ["cni", "weave"], ["cni", "weave", "cilium"], ["check"], ["config"]):
        folder.run(*command)
    assert not (folder.path / "asked.txt").exists()


def test_a_kubectl_that_fails_or_is_not_there(folder, monkeypatch) -> None:
    program = folder.write("bin/kubectl", "#!/bin/sh\necho noise >&2\necho 'error: no such context' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    done = folder.run("cni", "--kubectl")
    assert (done.code, done.out) == (2, "")
    assert "`kubectl version --output json` failed: error: no such context" in done.err
    monkeypatch.setenv("PATH", str(folder.path))
    assert "there is no kubectl on the PATH" in folder.run("cni", "--kubectl").err
    assert "takes no names" in folder.run("cni", "weave", "--kubectl").err
