"""Policies that may be there: of kinds that are not modelled, and documents that no one can read here.

Each becomes a policy that is unknown wherever it may say something, so that every question about what "no policy" allows is
answered with "unknown" where one of them may allow it, and no one has to ask for them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from netpol_lsp.kube.label_selector import UNKNOWN_SELECTOR, LabelSelector
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.semantics import UNKNOWN_RULE, NetworkPolicySemantics
from netpol_lsp.workspace.endpoint import match_known
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.ternary import Ternary

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import NamespaceFacts, OtherPolicyFacts, UnknownManifest

RESTRICTING_KINDS = frozenset({"EgressFirewall", "MultiNetworkPolicy"})
"""Kinds that cannot allow what a NetworkPolicy denies: firewalls beside it, and policies for networks of their own."""

ENCRYPTED = "encrypted"


def possible_policy(
    uri: str,
    namespace: str | None,
    *,
    name: str | None = None,
    selector: LabelSelector | None = None,
    directions: frozenset[Direction] = frozenset(Direction),
    is_namespace_unknown: bool = False,
) -> LocatedPolicy:
    """A policy that may allow anything in some directions, to some pods (`selector` None: no one knows which).

    `namespace`: where it may be, None where no namespace is named. `is_namespace_unknown`: in any.
    """
    rules = {direction: (UNKNOWN_RULE,) if direction in directions else () for direction in DIRECTIONS}
    semantics = NetworkPolicySemantics(
        None if is_namespace_unknown else namespace,
        name,
        UNKNOWN_SELECTOR if selector is None else replace(selector, is_partial=True),
        directions,
        ingress=rules[Direction.INGRESS],
        egress=rules[Direction.EGRESS],
        is_namespace_unknown=is_namespace_unknown,
        has_unknown_types=True,
    )
    return LocatedPolicy(semantics, uri, is_possible=True)


def of_other_policy(
    fact: OtherPolicyFacts, namespace: str | None, facts: NamespaceFacts | None
) -> Iterator[LocatedPolicy]:
    """What a policy of another kind may allow to pods of a namespace, of which `facts` are known; nothing, or one policy."""
    if fact.kind in RESTRICTING_KINDS or not concerns(fact, facts):
        return
    directions = frozenset(direction for direction in DIRECTIONS if direction.value in fact.directions)
    is_anywhere = fact.is_cluster_wide or fact.is_namespace_unknown
    yield possible_policy(
        fact.origin.uri,
        namespace if is_anywhere else fact.namespace,
        name=fact.name,
        selector=fact.pod_selector,
        directions=directions,
        is_namespace_unknown=is_anywhere,
    )


def concerns(fact: OtherPolicyFacts, namespace: NamespaceFacts | None) -> bool:
    """Whether a policy of another kind may be about pods of a namespace, of which `namespace` is what is known."""
    if fact.namespace_selector is None or namespace is None:
        return True
    known = match_known(fact.namespace_selector, namespace.labels, has_all=not namespace.has_unknown_labels)
    return known is not Ternary.NO


def of_unknown_manifest(manifest: UnknownManifest) -> LocatedPolicy:
    """The policy that a document may be whose kind no one can read."""
    return possible_policy(
        manifest.origin.uri,
        manifest.namespace,
        name=manifest.name,
        is_namespace_unknown=manifest.is_namespace_unknown,
    )


def may_be_policy(manifest: UnknownManifest, groups: frozenset[str], own_groups: frozenset[str]) -> bool:
    """Whether a document may be a policy that counts for one of `own_groups`; `groups` are the document's own.

    What is encrypted may be of any namespace. What a template or a mistake hides concerns those that it is applied with.
    """
    return manifest.may_be_policy and (manifest.reason == ENCRYPTED or not groups.isdisjoint(own_groups))
