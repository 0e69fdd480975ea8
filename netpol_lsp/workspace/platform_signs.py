"""A quick look whether a text can tell of the cluster's network plugin or platform. Imports nothing, for runs that only look."""

from __future__ import annotations

import re

_WORDS = (
    *("flannel", "calico", "tigera", "cilium", "antrea", "kube-router", "aws-node", "amazon-vpc-cni", "weave-net"),
    *("ovnkube", "kindnet", "kind.x-k8s.io", "k3d.io", "openshift.io", "eks.amazonaws.com", "eksctl.io"),
    *("kube-network-policies", "canal", "azure-npm", "kube-ovn", "terway", "trafficEncapMode"),
)
_BYTES = tuple(word.encode() for word in _WORDS)
_KINDS = re.compile(
    r"""kind["']?:[ ]*["']?(?:DaemonSet|ConfigMap|Installation|Cluster|Simple|NodeClass|ClusterConfig|HelmRelease|HelmChart"""
    r"""|Application)\b"""
)
_BYTE_KINDS = re.compile(_KINDS.pattern.encode())
VALUES_NAME = re.compile(r"(?:^|/)[\w.-]*values[\w.-]*\.ya?ml\Z")
"""Files of values of Helm charts."""


def may_hint(content: str | bytes, path: str) -> bool:
    """A quick look: whether a text, or its bytes, can hold a hint. Few files have the right kind, and fewer the right words."""
    is_chart = path.endswith("Chart.yaml") or VALUES_NAME.search(path) is not None
    if isinstance(content, bytes):
        if not (is_chart or _BYTE_KINDS.search(content) or b"openshift.io/" in content):
            return False
        return any(word in content for word in _BYTES)
    if not (is_chart or _KINDS.search(content) or "openshift.io/" in content):
        return False
    return any(word in content for word in _WORDS)
