"""NP241 namespaces-are-not-the-internet."""

from __future__ import annotations

import re
from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import intersects
from netpol_lsp.kube.net.port_set import PortSet, port_range, union_of
from netpol_lsp.lint.closed_ports import closed_ports
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
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
# What surely means outside: fewer words, as a "public" port may be one for all teams of the cluster.
_CLIENTS = re.compile(
    r"""\b(?:
        external(?:ly)? | internet | outside[ ](?:of[ ])?(?:the[ ])?(?:k8s[ ]|kubernetes[ ])?(?:cluster|world)
        | load[ -]?balancers? | node[ -]?ports?
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What is in the cluster after all.
_INSIDE = re.compile(
    r"""\b(?:
        internal(?:ly)? | in-?cluster | inside[ ]the[ ]cluster | within[ ]the[ ]cluster | pods? | namespaces?
        | other[ ]services | ingress(?![ ](?:traffic[ ])?from) | controllers? | external[ -](?:dns|secrets?|snapshotter)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
# What takes clients in at the edge of the cluster, and runs in pods.
_EDGE = re.compile(
    r"\b(?:nginx|traefik|haproxy|envoy|istio|kong|contour|gateways?|prox(?:y|ies)|routers?|mesh|tunnels?|cloudflared)\b",
    re.IGNORECASE,
)


@policy_rule("NP241", category="intent", severity=Severity.WARNING, uses_resources=True, needs=Trigger.PEERS)
def namespaces_are_not_the_internet(ctx: PolicyContext) -> Diagnostics:
    """A rule that is meant for outside the cluster names pods only.

    ## Why
    `namespaceSelector: {}` and `podSelector: {}` select pods: all pods of the cluster, or of the namespace. The
    internet, the services of a cloud, mail servers, load balancers and the API server (which uses the network of its node)
    are not pods, so a rule with nothing but such a peer does not include them: these connections are still refused. For
    addresses outside write an `ipBlock`, or leave `to` (`from`) out.

    Egress is reported where the ports are those of web, mail or API servers, or one of several is and a comment says "external"
    or "internet"; where a comment or the policy's name speaks of someone outside; and where no other rule that is known allows
    these ports towards addresses. Ingress is reported where a comment on the
    rule speaks of external clients or load balancers, and of no ingress controller, proxy or gateway, which are pods.

    ## Fix safety
    Unsafe: the rule then allows every address; for egress all but the metadata service of clouds.

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
    for direction in DIRECTIONS:
        if not ctx.policy.surely_isolates(direction):
            continue
        for rule, stored in ctx.rules(direction):
            if not _names_all_pods(stored):
                continue
            said = _outside_word(ctx, rule, stored)
            if said is None or _may_mean_addresses(ctx, direction, stored.ports):
                continue
            place = head_span(rule.peers[0].node)
            fixes = partial(_fix, ctx, rule)
            yield ctx.finding(place, _message(ctx, rule, stored, said), label="pods only", fixes=fixes)


def _outside_word(ctx: PolicyContext, rule: TrafficRule, stored: RuleSemantics) -> str | None:
    """The word that says that a rule is for someone outside; None when nothing does."""
    if rule.direction is Direction.EGRESS:
        is_usual = _PORTS.covers(stored.ports)
        if stored.ports.names or stored.ports.is_empty or not (is_usual or _PORTS.may_intersect(stored.ports)):
            return None
        comment = comment_text(comments_on(ctx.document, rule.node))
        said = _named(_OUTSIDE if is_usual else _CLIENTS, comment)
        if not is_usual:
            return said
        return said if said or comment else _named(_OUTSIDE, (ctx.policy.object.name or "").replace("-", " "))
    comment = comment_text(comments_on(ctx.document, rule.node))
    said = _named(_CLIENTS, comment)
    if said is None or _EDGE.search(comment) or any(closed.rule.node is rule.node for closed in closed_ports(ctx)):
        return None  # NP314 and NP320 report what they know of Services
    return said


def _named(words: re.Pattern[str], text: str) -> str | None:
    found = words.search(text)
    return found.group() if found is not None and _INSIDE.search(text) is None else None


def _message(ctx: PolicyContext, rule: TrafficRule, stored: RuleSemantics, said: str) -> str:
    is_egress = rule.direction is Direction.EGRESS
    others, way = ("destinations", "to") if is_egress else ("clients", "from")
    ports, who = ports_words(stored.ports), peers_words(rule, ctx.namespace)
    return f"`{said}` suggests {others} that are not pods, but this rule allows {ports} {way} pods only: {who}"


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


def _fix(ctx: PolicyContext, rule: TrafficRule) -> Fix | None:
    """Every address instead of the peer, which is the only one."""
    peer = rule.peers[0].node
    if len(rule.peers) > 1 or not isinstance(peer, Mapping) or not peer.entries or peer.origin is not None:
        return None
    block: dict[str, object] = {"cidr": "0.0.0.0/0"}
    if rule.direction is Direction.EGRESS:
        block["except"] = ["169.254.169.254/32"]
    edits: tuple[TextEdit, ...] | None = None
    if len(peer.entries) == 1:
        edits = replace_entry(ctx.document, peer, peer.entries[0], "ipBlock", block)
    return ctx.fix("Allow every address instead (an `ipBlock`)", edits, Applicability.UNSAFE)
