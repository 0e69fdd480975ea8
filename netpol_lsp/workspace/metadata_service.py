"""Which policies let pods reach the metadata service of a cloud, and which of them speaks for its namespace."""

from __future__ import annotations

from functools import lru_cache

from netpol_lsp.kube.net.address_set import CidrSet, address_set
from netpol_lsp.kube.net.port_set import port_range
from netpol_lsp.kube.well_known import METADATA_SERVICES
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot, is_same

HTTP = port_range("TCP", 80, 80)
_SMALL = {4: 2**16, 6: 2**80}
"""How many addresses of a family a range may have that names the service on purpose: a /16, a /48."""


@lru_cache(maxsize=64)
def metadata_blocks(addresses: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The addresses of metadata services as CIDR blocks: the given ones, or the first of each family that is well known."""
    if not addresses:
        return tuple(blocks[0] for blocks in METADATA_SERVICES.values())
    return tuple(f"{address}/{128 if ':' in address else 32}" for address in addresses)


def reached_service(addresses: CidrSet, services: tuple[str, ...]) -> str | None:
    """The first of the services that a broad set of addresses includes, as a CIDR block."""
    for service in services:
        wanted = address_set(service)
        if wanted is not None and is_broad(addresses, 6 if wanted.v6 else 4) and addresses.covers(wanted):
            return service
    return None


def is_broad(addresses: CidrSet, family: int) -> bool:
    """Whether a set has so many addresses of a family that none of them is meant in particular."""
    blocks = addresses.v6 if family == 6 else addresses.v4
    return sum(last - first + 1 for first, last in blocks) > _SMALL[family]


def speaks_for_namespace(view: WorkspaceSnapshot, located: LocatedPolicy, services: tuple[str, ...]) -> bool:
    """Whether a policy is the first of its namespace, by file, whose egress reaches one of the services.

    Policies that name no namespace count as those of one.
    """
    if located.policy.is_namespace_unknown:
        return True
    known = _FIRST.of(view)
    key = (located.policy.namespace, services)

    def find() -> LocatedPolicy | None:
        policies = (one for one in view.policies_in(key[0]) if not one.is_context and _reaches(one.policy, services))
        return min(policies, key=lambda one: (one.uri, one.document, one.path), default=None)

    first = remember(known, key, find)
    return first is None or is_same(first, located)


_FIRST: Memo[WorkspaceSnapshot, tuple[str | None, tuple[str, ...]], tuple[LocatedPolicy | None, frozenset[Read]]] = (
    Memo()
)


def _reaches(policy: NetworkPolicySemantics, services: tuple[str, ...]) -> bool:
    if policy.is_partial or policy.has_unknown_types or Direction.EGRESS not in policy.types:
        return False
    if any(rule.allows_everything for rule in policy.egress):
        return False
    return any(_rule_reaches(rule, services) for rule in policy.egress)


def _rule_reaches(rule: RuleSemantics, services: tuple[str, ...]) -> bool:
    if not rule.ports.may_intersect(HTTP):
        return False
    return any(
        peer.addresses is not None and reached_service(peer.addresses, services) is not None
        for peer in rule.peers or ()
    )
