"""The kinds of manifests that facts are kept of, and a quick look that tells whether a text may hold any.

Imports nothing of the package, for runs that only look.
"""

from __future__ import annotations

import re
from functools import cache

GATEWAY_ROUTES = ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
# (group, kind) of the kinds that decide on a pod's connections, and whether they are cluster-wide.
OTHER_POLICY_KINDS: dict[tuple[str, str], bool] = {
    ("cilium.io", "CiliumNetworkPolicy"): False,
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): True,
    ("crd.projectcalico.org", "NetworkPolicy"): False,
    ("crd.projectcalico.org", "GlobalNetworkPolicy"): True,
    ("projectcalico.org", "NetworkPolicy"): False,
    ("projectcalico.org", "GlobalNetworkPolicy"): True,
    ("policy.networking.k8s.io", "AdminNetworkPolicy"): True,
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"): True,
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"): True,
    ("crd.antrea.io", "NetworkPolicy"): False,
    ("crd.antrea.io", "ClusterNetworkPolicy"): True,
    ("crd.antrea.tanzu.vmware.com", "NetworkPolicy"): False,
    ("crd.antrea.tanzu.vmware.com", "ClusterNetworkPolicy"): True,
    ("security.antrea.tanzu.vmware.com", "NetworkPolicy"): False,
    ("security.antrea.tanzu.vmware.com", "ClusterNetworkPolicy"): True,
    ("k8s.ovn.org", "EgressFirewall"): False,
    ("k8s.cni.cncf.io", "MultiNetworkPolicy"): False,
    ("networking.k8s.aws", "ApplicationNetworkPolicy"): False,
    ("networking.k8s.aws", "ClusterNetworkPolicy"): True,
    ("nsx.vmware.com", "SecurityPolicy"): False,
}
# What renders manifests later, which no one can read here: (group, kind) and where it says the namespace.
RENDERED_LATER = {
    ("helm.toolkit.fluxcd.io", "HelmRelease"): ("spec", "targetNamespace"),
    ("helm.cattle.io", "HelmChart"): ("spec", "targetNamespace"),
    ("argoproj.io", "Application"): ("spec", "destination", "namespace"),
    ("argoproj.io", "ApplicationSet"): ("spec", "template", "spec", "destination", "namespace"),
    ("operators.coreos.com", "Subscription"): ("metadata", "namespace"),
}
WEBHOOK_KINDS = (
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "CustomResourceDefinition",
)
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MEMBER_KEYS = ("resources", "bases", "components")
"""The fields of a kustomization that name the files and folders it takes in."""
CHART_NAME = "Chart.yaml"
VALUES_NAME = "values.yaml"

_KINDS = frozenset(
    {
        "Namespace",
        "Project",
        "Service",
        "Endpoints",
        "EndpointSlice",
        "Ingress",
        "Route",
        "ServiceMonitor",
        "PodMonitor",
        "Node",
        *GATEWAY_ROUTES,
        *WEBHOOK_KINDS,
        *(kind for _, kind in OTHER_POLICY_KINDS),
        *(kind for _, kind in RENDERED_LATER),
        "Kustomization",
        "PolicyGenerator",
    }
)


@cache
def _kind() -> re.Pattern[str]:
    """The line of a kind that facts are kept of, or of one that nobody knows."""
    return re.compile(rf"""kind["']?[ \t]*:[ \t]*["']?(?:(?:{"|".join(sorted(_KINDS))})(?:List)?\b|[{{$])""")


_WEBHOOK_CALLS = "clientConfig"


_SPEAKS_OF_POLICIES = re.compile(r"net(?:work)?[-_]?pol", re.IGNORECASE)


def may_hold_resources(written: str, uri: str = "") -> bool:
    """Whether a document's text can hold an object that facts are kept of: a quick look before parsing.

    Anything that makes pods has `containers` (KubeVirt's machines have a `domain`).
    """
    if "containers" in written or "kubevirt.io" in written or is_delivery_file(uri):
        return True
    if is_values_file(uri) and _SPEAKS_OF_POLICIES.search(written):
        return True
    if "kind" not in written:
        return "{{" in written and "include" in written
    if "sops" in written and "ENC[" in written:
        return True
    found = _kind().search(written)
    if found is not None and found.group().endswith("CustomResourceDefinition") and _WEBHOOK_CALLS not in written:
        return any(
            not one.group().endswith("CustomResourceDefinition") for one in _kind().finditer(written, found.end())
        )
    return found is not None


def is_values_file(uri: str) -> bool:
    """Whether a file's name is that of a chart's default values."""
    return uri.rpartition("/")[2] == VALUES_NAME


def is_delivery_file(uri: str) -> bool:
    """Whether a file's name says that it is about the delivery of others."""
    return uri.rpartition("/")[2] in _DELIVERY_NAMES


_DELIVERY_NAMES = frozenset({*KUSTOMIZATION_NAMES, CHART_NAME})
