"""Rules that are meant for clients or destinations outside the cluster, and name pods only."""

from __future__ import annotations

import re
from functools import cache

from netpol_lsp.kube.label_selector import intersects
from netpol_lsp.kube.net.port_set import PortSet, port_range, union_of
from netpol_lsp.lint.rule import PolicyContext
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.workspace.snapshot import isolates_direction
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.item_comments import comment_text, comments_on

_API_SERVER_PORT = 6443
_PORTS = union_of(port_range("TCP", port, port) for port in (25, 80, 443, 465, 587, _API_SERVER_PORT))


@cache
def _outside() -> re.Pattern[str]:
    """Words for what is outside the cluster."""
    return re.compile(
        r"""\b(?:
            external(?:ly)? | internet | outside | world | public | third[ -]party | wan | upstream | saas | cdn
            | smtps? | e-?mails? | mail
            | aws | s3 | azure | gcp | gcs | google | cloud(?:flare|front)? | docker[ -]?hub | github | gitlab\.com | quay | pypi
            | npm | stripe | slack | pagerduty | datadog | sentry | openai | twilio | sendgrid | let'?s[ -]?encrypt | acme | oauth
            | load[ -]?balancers?
            | (?:kube(?:rnetes)?[ -]?)?api[ -]?servers? | kube(?:rnetes)?[ -]api | k8s[ -]api
        )\b""",
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _clients() -> re.Pattern[str]:
    """What surely means outside: fewer words, as a "public" port may be one for all teams of the cluster."""
    return re.compile(
        r"""\b(?:
            external(?:ly)? | internet | outside[ ](?:of[ ])?(?:the[ ])?(?:k8s[ ]|kubernetes[ ])?(?:cluster|world)
            | load[ -]?balancers? | node[ -]?ports?
        )\b""",
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _inside() -> re.Pattern[str]:
    """What is in the cluster after all."""
    return re.compile(
        r"""\b(?:
            internal(?:ly)? | in-?cluster | inside[ ]the[ ]cluster | within[ ]the[ ]cluster | pods? | namespaces?
            | other[ ]services | ingress(?![ ](?:traffic[ ])?from) | controllers? | external[ -](?:dns|secrets?|snapshotter)
        )\b""",
        re.IGNORECASE | re.VERBOSE,
    )


@cache
def _edge() -> re.Pattern[str]:
    """What takes clients in at the edge of the cluster, and runs in pods."""
    return re.compile(
        r"\b(?:nginx|traefik|haproxy|envoy|istio|kong|contour|gateways?|prox(?:y|ies)|routers?|mesh|tunnels?|cloudflared)\b",
        re.IGNORECASE,
    )


def outside_word(ctx: PolicyContext, rule: TrafficRule, stored: RuleSemantics) -> str | None:
    """The word that says that a rule, whose peers are all pods, is for someone outside.

    None when nothing says so, and where this policy or another one may allow the same towards, or from, addresses.
    """
    if not _names_all_pods(stored):
        return None
    said = _word(ctx, rule, stored)
    return None if said is None or _may_mean_addresses(ctx, rule.direction, stored.ports) else said


def _word(ctx: PolicyContext, rule: TrafficRule, stored: RuleSemantics) -> str | None:
    if rule.direction is Direction.EGRESS:
        is_usual = _PORTS.covers(stored.ports)
        if stored.ports.names or stored.ports.is_empty or not (is_usual or _PORTS.may_intersect(stored.ports)):
            return None
        comment = comment_text(comments_on(ctx.document, rule.node))
        said = _named(_outside() if is_usual else _clients(), comment)
        if not is_usual:
            return said
        return said if said or comment else _named(_outside(), (ctx.policy.object.name or "").replace("-", " "))
    comment = comment_text(comments_on(ctx.document, rule.node))
    said = _named(_clients(), comment)
    if said is None or _edge().search(comment):
        return None
    from netpol_lsp.lint.closed_ports import closed_ports  # noqa: PLC0415 - few comments speak of clients

    # NP314 and NP320 report what they know of Services.
    return None if any(closed.rule.node is rule.node for closed in closed_ports(ctx)) else said


def _named(words: re.Pattern[str], text: str) -> str | None:
    found = words.search(text)
    return found.group() if found is not None and _inside().search(text) is None else None


def _names_all_pods(rule: RuleSemantics) -> bool:
    """Whether the peers are all pods of the cluster, or of the namespace, and nothing else."""
    if not rule.peers or rule.has_unknown_peers or rule.has_unknown_ports:
        return False
    return all(
        not peer.is_unknown
        and peer.addresses is None
        and (peer.namespaces is None or peer.namespaces.selects_everything)
        and (peer.pods is None or peer.pods.selects_everything)
        for peer in rule.peers
    )


def _may_mean_addresses(ctx: PolicyContext, direction: Direction, ports: PortSet) -> bool:
    """Whether this policy, or another one for its pods, may allow some of the ports towards, or from, addresses."""
    located = ctx.located
    policies: list[NetworkPolicySemantics] = [ctx.semantics]
    for other in ctx.workspace.neighbours(located):
        isolates = isolates_direction(other.policy, direction) is not Ternary.NO
        if isolates and intersects(other.policy.pod_selector, located.policy.pod_selector):
            policies.append(other.policy)
    return any(_allows_addresses(rule, ports) for policy in policies for rule in policy.rules(direction))


def _allows_addresses(rule: RuleSemantics, ports: PortSet) -> bool:
    if not rule.has_unknown_ports and not rule.ports.may_intersect(ports):
        return False
    if rule.peers is None or rule.has_unknown_peers:
        return True
    return any(peer.addresses is not None or peer.is_unknown for peer in rule.peers)
