"""NP241 namespaces-are-not-the-internet."""

from __future__ import annotations

import re
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import intersects
from netpol_lsp.kube.net.port_set import PortSet, port_range, union_of
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.ir import Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.prose import peers_words, ports_words
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics, RuleSemantics
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.workspace.snapshot import isolates_direction
from netpol_lsp.workspace.ternary import Ternary
from netpol_lsp.yaml.edit.entries import replace_entry
from netpol_lsp.yaml.item_comments import comment_text, comments_on
from netpol_lsp.yaml.nodes import Mapping, head_span

_API_SERVER_PORT = 6443
_PORTS = union_of(port_range("TCP", port, port) for port in (25, 80, 443, 465, 587, _API_SERVER_PORT))
_OUTSIDE = re.compile(
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
# What is in the cluster after all.
_INSIDE = re.compile(
    r"\b(?:internal(?:ly)?|in-?cluster|inside the cluster|within the cluster|pods?|namespaces|other services|ingress)\b",
    re.IGNORECASE,
)


@policy_rule("NP241", category="intent", severity=Severity.WARNING, uses_resources=True, needs=Trigger.PEERS)
def namespaces_are_not_the_internet(ctx: PolicyContext) -> Diagnostics:
    """Egress that is meant for outside the cluster is opened towards pods only.

    ## Why
    `namespaceSelector: {}` and `podSelector: {}` select pods: all pods of the cluster, or of the namespace. The
    internet, the services of a cloud, mail servers and the API server (which is in the network of its node) are no pods, so
    that a rule with nothing but such a peer does not reach them: these connections stay refused. For addresses outside
    write an `ipBlock`, or leave `to` out.

    Told where the ports are those of web, mail or API servers, a comment or the policy's name speaks of someone
    outside, and no other rule that is known allows these ports towards addresses.

    ## Fix safety
    Unsafe: the rule then allows every address, without the metadata service of clouds.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: scraper
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: scraper
      policyTypes: [Egress]
      egress:
        - ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
        # external HTTPS
        - to:
            - namespaceSelector: {}  # <- NP241
          ports:
            - {protocol: TCP, port: 443}
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: scraper
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: scraper
      policyTypes: [Egress]
      egress:
        - ports:
            - {protocol: UDP, port: 53}
            - {protocol: TCP, port: 53}
        # external HTTPS
        - to:
            - ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}
          ports:
            - {protocol: TCP, port: 443}
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: scraper
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: scraper
      policyTypes: [Egress]
      egress:
        # every pod that serves HTTPS
        - to:
            - namespaceSelector: {}
          ports:
            - {protocol: TCP, port: 443}
    ```
    """
    policy = ctx.policy
    if not policy.surely_isolates(Direction.EGRESS):
        return
    for rule, stored in ctx.rules(Direction.EGRESS):
        if not _names_all_pods(stored) or not _has_outside_ports(stored):
            continue
        said = _what_is_said(ctx, rule)
        if said is None or _may_reach_addresses(ctx, stored.ports):
            continue
        message = f"`{said}` is no pod, and this rule allows {ports_words(stored.ports)} to {peers_words(rule, ctx.namespace)} only"
        peer = rule.peers[0].node
        yield ctx.finding(head_span(peer), message, label="pods only", fixes=partial(_fix, ctx, rule))


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


def _has_outside_ports(rule: RuleSemantics) -> bool:
    return not rule.ports.names and not rule.ports.is_empty and _PORTS.covers(rule.ports)


def _what_is_said(ctx: PolicyContext, rule: TrafficRule) -> str | None:
    """The word of a comment on the rule, or of the policy's name, for someone outside; None when there is none."""
    comment = comment_text(comments_on(ctx.document, rule.node))
    for text in (comment, (ctx.policy.object.name or "").replace("-", " ")):
        found = _OUTSIDE.search(text)
        if found is not None and _INSIDE.search(text) is None:
            return found.group()
        if text == comment and text:
            return None  # the comment says what the rule is for
    return None


def _may_reach_addresses(ctx: PolicyContext, ports: PortSet) -> bool:
    """Whether this policy, or another one for its pods, may allow some of the ports towards addresses."""
    located = ctx.located
    policies: list[NetworkPolicySemantics] = [ctx.semantics]
    for other in ctx.workspace.neighbours(located):
        isolates = isolates_direction(other.policy, Direction.EGRESS) is not Ternary.NO
        if isolates and intersects(other.policy.pod_selector, located.policy.pod_selector):
            policies.append(other.policy)
    return any(_allows_addresses(rule, ports) for policy in policies for rule in policy.egress)


def _allows_addresses(rule: RuleSemantics, ports: PortSet) -> bool:
    if not rule.has_unknown_ports and not rule.ports.may_intersect(ports):
        return False
    if rule.peers is None or rule.has_unknown_peers:
        return True
    return any(peer.addresses is not None or peer.is_unknown for peer in rule.peers)


def _fix(ctx: PolicyContext, rule: TrafficRule) -> Fix | None:
    """Every address instead of the peer, which is the only one."""
    peer = rule.peers[0].node
    if len(rule.peers) > 1 or not isinstance(peer, Mapping) or not peer.entries or peer.origin is not None:
        return None
    block = {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}
    edits: tuple[TextEdit, ...] | None = None
    if len(peer.entries) == 1:
        edits = replace_entry(ctx.document, peer, peer.entries[0], "ipBlock", block)
    return ctx.fix("Allow every address instead (an `ipBlock`)", edits, Applicability.UNSAFE)
