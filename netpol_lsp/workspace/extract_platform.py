"""What a file tells of the cluster's network plugin and platform: a DaemonSet of Calico, a chart of Cilium, a kind config.

Only what is written out counts, never what a template decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.manifest_reader import find, mappings, text, texts
from netpol_lsp.workspace.platform_hints import HintKind, PlatformHint
from netpol_lsp.workspace.platform_signs import VALUES_NAME, may_hint
from netpol_lsp.yaml.documents import parse_document, split
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar
from netpol_lsp.yaml.scalars import resolve

_LARGEST = 2_000_000
"""Longer documents, such as a cluster's whole state, are not read a second time for a hint."""
# DaemonSets of network plugins by the names that their own manifests and charts give them.
_DAEMON_SETS = {
    "kube-flannel-ds": "flannel",
    "kube-flannel": "flannel",
    "calico-node": "calico",
    "canal": "canal",
    "rke2-canal": "canal",
    "cilium": "cilium",
    "cilium-agent": "cilium",
    "antrea-agent": "antrea",
    "kube-router": "kube-router",
    "aws-node": "aws-vpc-cni",
    "weave-net": "weave",
    "kindnet": "kindnet",
    "kube-network-policies": "kube-network-policies",
    "ovnkube-node": "ovn-kubernetes",
    "kube-ovn-cni": "kube-ovn",
    "azure-npm": "azure-npm",
    "terway": "ack-terway",
    "terway-eniip": "ack-terway",
}
# The image of the container whose tag is the plugin's version, as the end of its name.
_IMAGES = {
    "calico": "calico/node",
    "cilium": "cilium/cilium",
    "antrea": "antrea/antrea-agent-ubuntu",
    "kube-router": "cloudnativelabs/kube-router",
    "aws-vpc-cni": "amazon-k8s-cni",
}
# Helm charts of network plugins whose version is the plugin's own.
_CHARTS = {
    "cilium": "cilium",
    "tigera-operator": "calico",
    "antrea": "antrea",
    "flannel": "flannel",
    "kube-ovn": "kube-ovn",
    "aws-vpc-cni": "aws-vpc-cni",
}
# Keys at the top of a values file that only one chart has, all of which must be there.
_VALUES = (
    (("kubeProxyReplacement",), "cilium"),
    (("ipam", "hubble"), "cilium"),
    (("installation", "tigeraOperator"), "calico"),
    (("trafficEncapMode",), "antrea"),
    (("flannel", "podCidr"), "flannel"),
)
_OPENSHIFT = ("route.openshift.io", "apps.openshift.io", "config.openshift.io", "operator.openshift.io")
_OPENSHIFT_GROUPS = frozenset(
    {*_OPENSHIFT, "machineconfiguration.openshift.io", "security.openshift.io", "project.openshift.io"}
)
_VERSION_TAG = re.compile(r"v?(\d+\.\d+(?:\.\d+)?)\b")


def hints_of(source: Source) -> tuple[PlatformHint, ...]:
    """The hints in a file; never raises."""
    if not may_hint(source.text, source.uri):
        return ()
    found: list[PlatformHint] = []
    for chunk in split(source.text):
        if len(chunk.text) > _LARGEST or not may_hint(chunk.text, source.uri):
            continue
        document = parse_document(chunk.text, source.uri)
        root = mapping_of(document.root)
        if root is None or document.error is not None:
            continue
        line = source.lines.position(chunk.start + root.start)[0] + 1
        for kind, value, what in _of_root(root, document.root, source.uri):
            found.append(PlatformHint(kind, value, what, source.uri, line))
    return tuple(dict.fromkeys(found))


_Found = tuple[HintKind, str, str]


def _of_root(root: Mapping, node: Node | None, uri: str) -> Iterator[_Found]:
    if root.get("kind") is None:
        yield from _of_values(root, uri)
        yield from _of_chart(root, uri)
        return
    for obj in objects_of(node):
        if obj.kind is None:
            continue
        group = (obj.api_version or "").rpartition("/")[0]
        reader = _READERS.get((group, obj.kind))
        if reader is not None:
            yield from reader(obj)
        elif group in _OPENSHIFT_GROUPS:
            name = f" `{obj.name}`" if obj.name else ""
            yield HintKind.PLATFORM, "openshift", f"{obj.kind}{name} of {group}"


def _of_daemon_set(obj: KubeObject) -> Iterator[_Found]:
    cni = _DAEMON_SETS.get(obj.name or "")
    if cni is None:
        return
    what = f"DaemonSet `{obj.name}`"
    pod = find(obj.node, "spec", "template", "spec")
    names = []
    for _, container in mappings(find(pod, "containers")):
        image = text(find(container, "image")) or ""
        names.append(image)
        arguments = (*texts(find(container, "args")), *texts(find(container, "command")))
        if cni == "aws-vpc-cni" and "--enable-network-policy=true" in arguments:
            yield HintKind.SWITCHED_ON, cni, what
    if cni == "calico" and any("flannel" in name for name in names):
        cni = "canal"
    elif cni == "flannel" and any("kube-network-policies" in name for name in names):
        cni = "flannel-netpol"
    yield HintKind.CNI, _with_version(cni, names), what


def _with_version(cni: str, images: Iterable[str]) -> str:
    ending = _IMAGES.get(cni)
    for image in images:
        name, _, tag = image.partition("@")[0].rpartition(":")
        version = _VERSION_TAG.match(tag)
        if ending is not None and version is not None and name.endswith(ending):
            return f"{cni}@{version[1]}"
    return cni


def _of_config_map(obj: KubeObject) -> Iterator[_Found]:
    if obj.name == "amazon-vpc-cni" and obj.namespace in ("kube-system", None):
        what = "ConfigMap `amazon-vpc-cni`"
        if _is_true(find(obj.node, "data", "enable-network-policy-controller")):
            yield HintKind.CNI, "aws-vpc-cni", what
            yield HintKind.SWITCHED_ON, "aws-vpc-cni", what
            yield HintKind.SWITCHED_ON, "eks-auto", what
    elif obj.name == "cilium-config":
        yield HintKind.CNI, "cilium", "ConfigMap `cilium-config`"


def _of_installation(obj: KubeObject) -> Iterator[_Found]:
    yield HintKind.CNI, "calico", f"Installation `{obj.name}` of operator.tigera.io"


def _of_kind_config(obj: KubeObject) -> Iterator[_Found]:
    yield HintKind.PLATFORM, "kind", "a config of kind"
    if not _is_true(find(obj.node, "networking", "disableDefaultCNI")):
        yield HintKind.CNI, "kindnet", "a config of kind"


def _of_k3d_config(obj: KubeObject) -> Iterator[_Found]:
    yield HintKind.PLATFORM, "k3d", "a config of k3d"
    given = [text(find(one, "arg")) or "" for _, one in mappings(find(obj.node, "options", "k3s", "extraArgs"))]
    if not any(one.startswith(("--flannel-backend=none", "--disable-network-policy")) for one in given):
        yield HintKind.CNI, "k3s", "a config of k3d"


def _of_eks_auto(obj: KubeObject) -> Iterator[_Found]:
    what = f"{obj.kind} `{obj.name}` of eks.amazonaws.com"
    yield HintKind.PLATFORM, "eks-auto", what
    yield HintKind.CNI, "eks-auto", what


def _of_openshift_network(obj: KubeObject) -> Iterator[_Found]:
    what = f"Network `{obj.name}` of OpenShift"
    yield HintKind.PLATFORM, "openshift", what
    spec, status = (text(find(obj.node, part, "networkType")) for part in ("spec", "status"))
    cni = _OPENSHIFT_NETWORKS.get(spec or status or "")
    if cni is not None:
        yield HintKind.CNI, cni, what


def _of_eksctl(obj: KubeObject) -> Iterator[_Found]:
    is_auto = _is_true(find(obj.node, "autoModeConfig", "enabled"))
    yield HintKind.PLATFORM, "eks-auto" if is_auto else "eks", "a ClusterConfig of eksctl"


def _of_release(obj: KubeObject) -> Iterator[_Found]:
    """A HelmRelease of Flux, a HelmChart of k3s, an Application of Argo CD."""
    spec = find(obj.node, "spec")
    chart, version, values = (
        (find(spec, "chart", "spec", "chart"), find(spec, "chart", "spec", "version"), find(spec, "values"))
        if obj.kind == "HelmRelease"
        else (find(spec, "source", "chart"), find(spec, "source", "targetRevision"), find(spec, "source", "helm"))
        if obj.kind == "Application"
        else (find(spec, "chart"), find(spec, "version"), None)
    )
    name = (text(chart) or "").rpartition("/")[2]
    yield from _of_named_chart(name, text(version) or "", values, f"{obj.kind} `{obj.name}`")


def _of_named_chart(name: str, version: str, values: Node | None, what: str) -> Iterator[_Found]:
    cni = _CHARTS.get(name)
    if cni is None:
        return
    if cni == "flannel" and _is_true(find(values, "netpol", "enabled")):
        cni = "flannel-netpol"
    number = _VERSION_TAG.fullmatch(version)
    is_version_of_plugin = cni in ("cilium", "calico", "antrea") and number is not None
    yield HintKind.CNI, f"{cni}@{number[1]}" if is_version_of_plugin and number else cni, what


def _of_values(root: Mapping, uri: str) -> Iterator[_Found]:
    """A values file of a plugin's own chart."""
    if not VALUES_NAME.search(uri):
        return
    keys = {entry.name for entry in root.all_entries()}
    what = f"values `{uri.rpartition('/')[2]}`"
    for wanted, cni in _VALUES:
        if keys.issuperset(wanted):
            has_policies = cni == "flannel" and _is_true(find(root, "netpol", "enabled"))
            yield HintKind.CNI, "flannel-netpol" if has_policies else cni, what
            return


def _of_chart(root: Mapping, uri: str) -> Iterator[_Found]:
    """A chart that depends on a plugin's chart."""
    if uri.rpartition("/")[2] != "Chart.yaml":
        return
    for item in items_of(find(root, "dependencies")):
        name, version = text(find(item, "name")) or "", text(find(item, "version")) or ""
        yield from _of_named_chart(name, version, None, f"Chart `{text(find(root, 'name'))}`")


def _is_true(node: Node | None) -> bool:
    """Whether a value is true, or the text `true`."""
    value = resolve(node) if isinstance(node, Scalar) else None
    return value is True or value == "true"


_OPENSHIFT_NETWORKS = {"OVNKubernetes": "ovn-kubernetes", "OpenShiftSDN": "openshift-sdn", "Calico": "calico"}
_READERS: dict[tuple[str, str], Callable[[KubeObject], Iterator[_Found]]] = {
    ("apps", "DaemonSet"): _of_daemon_set,
    ("", "ConfigMap"): _of_config_map,
    ("operator.tigera.io", "Installation"): _of_installation,
    ("kind.x-k8s.io", "Cluster"): _of_kind_config,
    ("config.openshift.io", "Network"): _of_openshift_network,
    ("k3d.io", "Simple"): _of_k3d_config,
    ("eks.amazonaws.com", "NodeClass"): _of_eks_auto,
    ("eksctl.io", "ClusterConfig"): _of_eksctl,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _of_release,
    ("helm.cattle.io", "HelmChart"): _of_release,
    ("argoproj.io", "Application"): _of_release,
}
