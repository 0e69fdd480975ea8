"""NP241 namespaces-are-not-the-internet."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.meant_for_outside import outside_word
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.policy import TrafficRule
from netpol_lsp.policies.networkpolicy.prose import peers_words, ports_words
from netpol_lsp.policies.networkpolicy.semantics import RuleSemantics
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.yaml.edit.entries import replace_entry
from netpol_lsp.yaml.nodes import Mapping, head_span


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
            said = outside_word(ctx, rule, stored)
            if said is None:
                continue
            place = head_span(rule.peers[0].node)
            fixes = partial(_fix, ctx, rule)
            yield ctx.finding(place, _message(ctx, rule, stored, said), label="pods only", fixes=fixes)


def _message(ctx: PolicyContext, rule: TrafficRule, stored: RuleSemantics, said: str) -> str:
    is_egress = rule.direction is Direction.EGRESS
    others, way = ("destinations", "to") if is_egress else ("clients", "from")
    ports, who = ports_words(stored.ports), peers_words(rule, ctx.namespace)
    return f"`{said}` suggests {others} that are not pods, but this rule allows {ports} {way} pods only: {who}"


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
