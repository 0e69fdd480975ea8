"""Facts of policies of kinds that are not modelled: whom they may be about, and in which direction."""

from __future__ import annotations

from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.typed_field import items_of
from netpol_lsp.workspace.extract_services import selector
from netpol_lsp.workspace.manifest_reader import ManifestReader, text
from netpol_lsp.workspace.resource_kinds import OTHER_POLICY_KINDS
from netpol_lsp.workspace.resources import BOTH_DIRECTIONS, OtherPolicyFacts

_NAMES = frozenset(kind for _, kind in OTHER_POLICY_KINDS)


def is_other_policy(reader: ManifestReader) -> bool:
    """Whether an object is a policy of a kind that is not modelled."""
    return reader.kind in _NAMES and (reader.group, reader.kind) in OTHER_POLICY_KINDS


def other_policy(reader: ManifestReader) -> OtherPolicyFacts:
    """The facts of such a policy."""
    is_cluster_wide = OTHER_POLICY_KINDS[reader.group, reader.kind]
    pods, namespaces = _subject(reader)
    return OtherPolicyFacts(
        kind=reader.kind,
        api_version=reader.api_version,
        namespace=None if is_cluster_wide else reader.namespace,
        name=reader.name,
        is_cluster_wide=is_cluster_wide,
        pod_selector=pods,
        namespace_selector=namespaces,
        directions=_directions(reader),
        is_namespace_unknown=not is_cluster_wide and reader.is_namespace_unknown,
        origin=reader.origin,
    )


def _subject(reader: ManifestReader) -> tuple[LabelSelector | None, LabelSelector | None]:
    """The pods and namespaces that it is about; None where no one knows, or all."""
    node = reader.obj.node
    if reader.kind in ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"):
        if reader.get("spec", "endpointSelector") is None:
            return None, None
        found = selector(node, "spec", "endpointSelector")
        # Keys with a source (`k8s:app`, `reserved:host`) are Cilium's own language.
        return (None if any(":" in key for key, _ in found.allowed) else found), None
    if reader.group == "policy.networking.k8s.io":
        if reader.get("spec", "subject", "pods") is not None:
            pods = selector(node, "spec", "subject", "pods", "podSelector")
            return pods, selector(node, "spec", "subject", "pods", "namespaceSelector")
        if reader.get("spec", "subject", "namespaces") is not None:
            return None, selector(node, "spec", "subject", "namespaces")
    if reader.kind == "MultiNetworkPolicy":
        return selector(node, "spec", "podSelector"), None
    return None, None


def _directions(reader: ManifestReader) -> frozenset[str]:
    if reader.is_open or reader.get("specs") is not None:
        return BOTH_DIRECTIONS
    types = frozenset(found for item in items_of(reader.get("spec", "types")) if (found := text(item)))
    if types and types <= BOTH_DIRECTIONS:
        return types
    written = [
        name
        for name, keys in (("Ingress", ("ingress", "ingressDeny")), ("Egress", ("egress", "egressDeny")))
        if any(reader.get("spec", key) is not None for key in keys)
    ]
    return frozenset(written) or BOTH_DIRECTIONS
