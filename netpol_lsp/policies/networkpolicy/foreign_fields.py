"""Fields that people write into a NetworkPolicy and that it does not have: what they are elsewhere, and what to write instead.

From the API references of Cilium, Calico, Antrea, OpenShift, the ClusterNetworkPolicy and AdminNetworkPolicy APIs, and
from the monitors of the Prometheus operator, whose selectors look alike.
"""

from __future__ import annotations

_NO_NODES = (
    "NetworkPolicy cannot choose nodes: use an `ipBlock` with the node addresses (Cilium and Calico can choose nodes)"
)
_NO_SERVICES = (
    "NetworkPolicy cannot choose Services: use a `podSelector` with the labels of their pods (Cilium and Calico can)"
)
_NO_HOST_NAMES = (
    "NetworkPolicy knows no host names: Cilium's `toFQDNs`, Calico's `domains` and OpenShift's EgressFirewall do"
)
_NO_ACCOUNTS = "NetworkPolicy cannot choose service accounts (Calico and Cilium can): use the labels of the pods"
_NO_ICMP = "NetworkPolicy cannot express ICMP (Cilium and Calico can)"
_NO_LAYER_7 = "NetworkPolicy ends at ports: Cilium, Calico and Istio know HTTP"
_NO_ACTION = "NetworkPolicy only allows, and what no rule allows is denied (Calico, Antrea and ClusterNetworkPolicy have actions)"
_NO_ORDER = "NetworkPolicies have no order: all of them add up (Calico, Antrea and ClusterNetworkPolicy have one)"
_NO_DENY = "NetworkPolicy has no rules that deny: what no rule allows is denied (Cilium has them)"
_CILIUM = "this is CiliumNetworkPolicy's"
_CALICO = "this is Calico's"
_NO_NAMESPACES = "NetworkPolicy has no list of namespaces: use a `namespaceSelector`"

FOREIGN_FIELDS = {
    "nodeSelector": _NO_NODES,
    "nodeSelectors": _NO_NODES,
    "nodes": _NO_NODES,
    "toNodes": _NO_NODES,
    "fromNodes": _NO_NODES,
    "serviceSelector": _NO_SERVICES,
    "service": _NO_SERVICES,
    "services": _NO_SERVICES,
    "toServices": _NO_SERVICES,
    "serviceRef": _NO_SERVICES,
    "dnsName": _NO_HOST_NAMES,
    "dnsNames": _NO_HOST_NAMES,
    "fqdn": _NO_HOST_NAMES,
    "fqdns": _NO_HOST_NAMES,
    "toFQDNs": _NO_HOST_NAMES,
    "host": _NO_HOST_NAMES,
    "hosts": _NO_HOST_NAMES,
    "hostname": _NO_HOST_NAMES,
    "hostnames": _NO_HOST_NAMES,
    "domain": _NO_HOST_NAMES,
    "domains": _NO_HOST_NAMES,
    "domainNames": _NO_HOST_NAMES,
    "url": _NO_HOST_NAMES,
    "urls": _NO_HOST_NAMES,
    "serviceAccount": _NO_ACCOUNTS,
    "serviceAccounts": _NO_ACCOUNTS,
    "serviceAccountSelector": _NO_ACCOUNTS,
    "icmp": _NO_ICMP,
    "icmps": _NO_ICMP,
    "notICMP": _NO_ICMP,
    "http": _NO_LAYER_7,
    "l7": _NO_LAYER_7,
    "methods": _NO_LAYER_7,
    "paths": _NO_LAYER_7,
    "action": _NO_ACTION,
    "order": _NO_ORDER,
    "priority": _NO_ORDER,
    "tier": _NO_ORDER,
    "deny": _NO_DENY,
    "ingressDeny": _NO_DENY,
    "egressDeny": _NO_DENY,
    "toEntities": f"{_CILIUM}; NetworkPolicy has `ipBlock` for the world, and selectors for pods",
    "fromEntities": f"{_CILIUM}; NetworkPolicy has `ipBlock` for the world, and selectors for pods",
    "toEndpoints": f"{_CILIUM}; here it is a list `to` of `podSelector`s and `namespaceSelector`s",
    "fromEndpoints": f"{_CILIUM}; here it is a list `from` of `podSelector`s and `namespaceSelector`s",
    "toCIDR": f"{_CILIUM}; here it is a list `to` of `ipBlock`s",
    "toCIDRSet": f"{_CILIUM}; here it is a list `to` of `ipBlock`s",
    "fromCIDR": f"{_CILIUM}; here it is a list `from` of `ipBlock`s",
    "fromCIDRSet": f"{_CILIUM}; here it is a list `from` of `ipBlock`s",
    "toPorts": f"{_CILIUM}; here it is a list `ports`",
    "endpointSelector": f"{_CILIUM}; here it is called `podSelector`",
    "destination": f"{_CALICO}; here it is a list `to` of peers, with `ports` beside it",
    "source": f"{_CALICO}; here it is a list `from` of peers, with `ports` beside it",
    "nets": f"{_CALICO}; here each network is an `ipBlock` of its own",
    "notNets": f"{_CALICO}; here it is `except` of an `ipBlock`",
    "notPorts": f"{_CALICO}; NetworkPolicy cannot exclude ports",
    "notProtocol": f"{_CALICO}; NetworkPolicy cannot exclude protocols",
    "notSelector": f"{_CALICO}; here it is `matchExpressions` with `NotIn` or `DoesNotExist`",
    "appliedTo": "this is Antrea's; here it is `podSelector` of `spec`",
    "subject": "this is ClusterNetworkPolicy's; here it is `podSelector` of `spec`",
    "namespaces": _NO_NAMESPACES,
    "namespaceNames": _NO_NAMESPACES,
    "pods": "NetworkPolicy has no list of pods: use a `podSelector`",
}
"""By field name: a sentence for those that name something which NetworkPolicy does not have, or has in another form."""

SYNONYMS = {
    "labels": ("matchLabels",),
    "label": ("matchLabels",),
    "labelSelector": ("podSelector",),
    "selector": ("podSelector",),
    "expressions": ("matchExpressions",),
    "to": ("from",),
    "from": ("to",),
    "peers": ("from", "to"),
    "targetPort": ("port",),
    "number": ("port",),
    "toPort": ("endPort",),
    "cidrs": ("cidr",),
    "cidrBlock": ("cidr", "ipBlock"),
    "ip": ("cidr",),
    "excepts": ("except",),
    "exceptions": ("except",),
    "excluding": ("except",),
    "ipBlocks": ("ipBlock",),
    "types": ("policyTypes",),
    "endpointSelector": ("podSelector",),
}
"""By field name: what the same thing is called here. Of another word only the other direction is beyond doubt."""

TWINS = frozenset({"from", "to"})
"""Fields of the other direction: beyond doubt."""

NAMES_OF_NAMESPACES = frozenset({"name", "names", "matchName", "matchNames"})
"""Keys of a selector that name namespaces in the monitors of the Prometheus operator, and in many heads."""
