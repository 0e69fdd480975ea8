"""What manifests tell of the cluster's network plugin and platform."""

import pytest

from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.extract_platform import hints_of
from netpol_lsp.workspace.platform_hints import HintKind, PlatformHint, decide
from netpol_lsp.workspace.platform_signs import may_hint


def daemon_set(name: str, *images: str, namespace: str = "kube-system", extra: str = "") -> str:
    containers = ", ".join(f"{{name: c{number}, image: '{image}'{extra}}}" for number, image in enumerate(images))
    return (
        "apiVersion: apps/v1\nkind: DaemonSet\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{template: {{spec: {{containers: [{containers}]}}}}}}\n"
    )


def seen(text: str, name: str = "a.yaml") -> list[tuple[str, str]]:
    return [(str(hint.kind), hint.value) for hint in hints_of(make_source(name, text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (daemon_set("kube-flannel-ds", "ghcr.io/flannel-io/flannel:v0.25.1"), "flannel"),
        (daemon_set("calico-node", "docker.io/calico/node:v3.28.1"), "calico@3.28.1"),
        (daemon_set("canal", "docker.io/calico/node:v3.28.1", "flannel/flannel:v0.25.1"), "canal"),
        (daemon_set("calico-node", "calico/node:v3.28.1", "flannel:v0.25"), "canal"),
        (daemon_set("cilium", "quay.io/cilium/cilium:v1.15.3@sha256:0123"), "cilium@1.15.3"),
        (daemon_set("cilium", "registry.example/cilium/cilium@sha256:0123"), "cilium"),
        (daemon_set("antrea-agent", "antrea/antrea-agent-ubuntu:v2.1.0"), "antrea@2.1.0"),
        (daemon_set("kube-router", "docker.io/cloudnativelabs/kube-router:v2.2.1"), "kube-router@2.2.1"),
        (daemon_set("kube-router", "docker.io/cloudnativelabs/kube-router"), "kube-router"),
        (daemon_set("aws-node", "602401143452.dkr.ecr.example/amazon-k8s-cni:v1.18.1"), "aws-vpc-cni@1.18.1"),
        (daemon_set("weave-net", "weaveworks/weave-kube:2.8.1"), "weave"),
        (daemon_set("kube-flannel-ds", "flannel:v0.26", "kube-network-policies:v0.6"), "flannel-netpol"),
    ],
)
def test_daemon_sets_of_network_plugins(text: str, found: str) -> None:
    assert seen(text) == [("cni", found)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: {name: default}\n", [("cni", "calico")]),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\n"
            'data: {enable-network-policy-controller: "true"}\n',
            [("cni", "aws-vpc-cni"), ("switched-on", "aws-vpc-cni"), ("switched-on", "eks-auto")],
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: amazon-vpc-cni, namespace: kube-system}\n"
            'data: {enable-network-policy-controller: "false"}\n',
            [],
        ),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cilium-config}\n", [("cni", "cilium")]),
        ("apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n", [("platform", "kind"), ("cni", "kindnet")]),
        (
            "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnetworking: {disableDefaultCNI: true}\n",
            [("platform", "kind")],
        ),
        ("apiVersion: k3d.io/v1alpha5\nkind: Simple\n", [("platform", "k3d"), ("cni", "k3s")]),
        (
            "apiVersion: k3d.io/v1alpha5\nkind: Simple\n"
            "options: {k3s: {extraArgs: [{arg: --flannel-backend=none, nodeFilters: ['server:*']}]}}\n",
            [("platform", "k3d")],
        ),
        (
            "apiVersion: eks.amazonaws.com/v1\nkind: NodeClass\nmetadata: {name: default}\n",
            [("platform", "eks-auto"), ("cni", "eks-auto")],
        ),
        ("apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n", [("platform", "eks")]),
        (
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nautoModeConfig: {enabled: true}\n",
            [("platform", "eks-auto")],
        ),
        ("apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: web}\n", [("platform", "openshift")]),
        ("apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n", [("platform", "openshift")]),
        (
            "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\n"
            "spec: {networkType: OVNKubernetes}\n",
            [("platform", "openshift"), ("cni", "ovn-kubernetes")],
        ),
        (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cni}\n"
            "spec: {chart: {spec: {chart: cilium, version: 1.15.3}}}\n",
            [("cni", "cilium@1.15.3")],
        ),
        (
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cni}\n"
            "spec: {source: {chart: tigera-operator, targetRevision: v3.28.0}}\n",
            [("cni", "calico@3.28.0")],
        ),
        (
            "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: cni}\nspec: {chart: cilium/cilium}\n",
            [("cni", "cilium")],
        ),
        (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cni}\n"
            "spec: {chart: {spec: {chart: flannel}}, values: {netpol: {enabled: true}}}\n",
            [("cni", "flannel-netpol")],
        ),
    ],
)
def test_other_objects(text: str, found: list[tuple[str, str]]) -> None:
    assert seen(text) == found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("cilium/values.yaml", "# cilium\nkubeProxyReplacement: true\n", ["cilium"]),
        ("cilium/values-prod.yaml", "kubeProxyReplacement: true\nx: cilium\n", ["cilium"]),
        ("calico/values.yaml", "installation: {}\ntigeraOperator: {image: tigera/operator}\n", ["calico"]),
        ("antrea-values.yaml", "trafficEncapMode: encap\n", ["antrea"]),
        ("values.yaml", "flannel: {}\npodCidr: 10.244.0.0/16\n", ["flannel"]),
        ("values.yaml", "flannel: {}\npodCidr: 10.244.0.0/16\nnetpol: {enabled: true}\n", ["flannel-netpol"]),
        ("values.yaml", "cilium: {enabled: true}\n", []),
        ("notes.yaml", "kubeProxyReplacement: true\nx: cilium\n", []),
        ("Chart.yaml", "name: net\ndependencies:\n  - {name: cilium, version: 1.16.1}\n", ["cilium@1.16.1"]),
        ("Chart.yaml", "name: net\ndependencies:\n  - {name: cilium, version: ~1.16}\n", ["cilium"]),
    ],
)
def test_charts_and_their_values(name: str, text: str, found: list[str]) -> None:
    assert [value for _, value in seen(text, name)] == found


@pytest.mark.parametrize(
    "text",
    [
        daemon_set("fluentd", "cilium/cilium:v1.15"),
        daemon_set("'{{ .Values.name }}-cilium'", "cilium:v1"),
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: cilium}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata: {text: we once had calico-node and kube-flannel}\n",
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cilium\nspec: [\n",
        "# kind: DaemonSet cilium\n",
        "cilium\n",
        "",
        "- cilium\n- kind: DaemonSet\n",
    ],
)
def test_what_only_mentions_a_plugin_tells_nothing(text: str) -> None:
    assert seen(text) == []


def test_each_document_and_item_has_its_own_place() -> None:
    text = "kind: Namespace\n---\n" + daemon_set("calico-node", "calico/node:v3.28.1")
    (hint,) = hints_of(make_source("a.yaml", text))
    assert (hint.what, hint.uri, hint.line) == ("DaemonSet `calico-node`", "a.yaml", 3)
    indented = daemon_set("cilium").replace("\n", "\n    ").rstrip()
    assert seen(f"apiVersion: v1\nkind: List\nitems:\n  - {indented}\n") == [("cni", "cilium")]


def test_a_text_without_the_words_is_not_read() -> None:
    assert not may_hint(daemon_set("fluentd"), "a.yaml")
    assert not may_hint(b"kind: DaemonSet", "a.yaml")
    assert not may_hint(b"kind: Deployment\nname: kube-flannel-ds", "a.yaml")
    assert may_hint(b"kind: DaemonSet\nname: kube-flannel-ds", "a.yaml")
    assert may_hint('{"kind": "DaemonSet", "name": "kube-flannel-ds"}', "a.json")
    assert may_hint(b"trafficEncapMode: encap", "charts/values-prod.yaml")
    assert not may_hint(b"trafficEncapMode: encap", "a.yaml")


def hints(*values: str) -> list[PlatformHint]:
    platforms = ("kind", "eks", "openshift", "eks-auto")
    plugins = [value for value in values if value not in platforms or value == "eks-auto"]
    return [
        PlatformHint(kind, value, value, f"{number}.yaml")
        for kind, words in (
            (HintKind.CNI, plugins),
            (HintKind.PLATFORM, [value for value in values if value in platforms]),
        )
        for number, value in enumerate(words)
    ]


@pytest.mark.parametrize(
    ("values", "cni", "platform"),
    [
        (["flannel"], "flannel", None),
        (["flannel", "calico@3.28"], "canal", None),
        (["flannel", "kube-router"], "kube-router", None),
        (["flannel", "kube-network-policies"], "flannel-netpol", None),
        (["aws-vpc-cni", "calico"], "calico", None),
        (["kindnet", "cilium@1.15", "kind"], "cilium@1.15", "kind"),
        (["cilium@1.15", "cilium"], "cilium@1.15", None),
        (["cilium@1.15", "cilium@1.16"], "cilium", None),
        (["aws-vpc-cni", "eks-auto"], "eks-auto", "eks-auto"),
        (["cilium", "calico"], None, None),
        (["flannel", "kindnet"], None, None),
        (["eks", "openshift"], None, None),
        ([], None, None),
    ],
)
def test_what_all_hints_together_say(values: list[str], cni: str | None, platform: str | None) -> None:
    for order in (values, values[::-1]):
        found = decide(hints(*order))
        assert (found.cni and found.cni.value, found.platform and found.platform.value) == (cni, platform)
