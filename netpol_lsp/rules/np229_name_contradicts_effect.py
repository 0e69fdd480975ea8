"""NP229 name-contradicts-effect."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import EVERYTHING
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.name_intent import Claim, intent_of_name, is_silent_claim
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.policies.networkpolicy.prose import directions_words
from netpol_lsp.policies.networkpolicy.semantics import PeerSet
from netpol_lsp.policies.networkpolicy.semantics_reader import rule_semantics
from netpol_lsp.policies.networkpolicy.subsumption import peer_covers


@policy_rule("NP229", category="intent", severity=Severity.WARNING)
def name_contradicts_effect(ctx: PolicyContext) -> Diagnostics:
    """The name says deny and the policy allows everything, or the other way round.

    ## Why
    A policy called `default-deny` with an empty rule (`ingress: [{}]`) lets everything in, and one called `allow-all`
    without a rule (`ingress: []`) lets nothing in. NetworkPolicies have no deny rules at all: a policy denies by
    isolating its pods and allowing little. Whoever reads only the name is misled.

    A name that speaks of namespaces (`block-test-namespace`) says deny in vain where a rule takes in all of them.

    An information where a name says allow (and not "all"), and the policy says `ingress: []` in so many words: only the name
    is wrong.

    Names that say both, or something less plain (`deny-all-except-dns`), are not judged.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny  # <- NP229
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - {}
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-all  # <- NP229
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
      ingress: []
      egress: []
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress: []
    ```
    """
    policy = ctx.policy
    if (
        policy.has_unknown_types
        or policy.spec is None
        or any(_is_hidden(policy, direction) for direction in DIRECTIONS)
    ):
        return
    claim = intent_of_name(policy.object)
    message = None
    if claim.denies:
        message = _open_although_denying(policy, claim)
    elif claim.allows:
        message = _closed_although_allowing(policy, claim)
    if message is not None:
        severity = Severity.INFO if claim.allows and not claim.is_total and _is_written_out(policy) else None
        said = f"`{policy.object.name}` says {message}"
        yield ctx.finding(policy.span, said, severity=severity, label="not what it does")


def _is_hidden(policy: NetworkPolicy, direction: Direction) -> bool:
    field = policy.rules_field(direction)
    return field is not None and field.value is None and not field.is_null


def _open_although_denying(policy: NetworkPolicy, claim: Claim) -> str | None:
    isolated = policy.effective_types
    named = claim.directions or isolated
    opened = {direction for direction in named if direction in isolated and _allows_everything(policy, direction)}
    if opened and (opened == named or claim.directions or claim.is_total):
        return f"deny, but a rule without peers and ports allows all {directions_words(opened)}"
    wide = {direction for direction in named if direction in isolated and _allows_every_namespace(policy, direction)}
    if wide and claim.is_namespaced:
        return f"deny, but a rule allows {directions_words(wide)} for every pod of every namespace"
    ignored = {
        direction
        for direction in claim.directions
        if direction not in isolated and policy.rules_field(direction) is None
    }
    if ignored:
        return f"deny, but the policy does not restrict {directions_words(ignored)}: `policyTypes` does not list it"
    return None


def _closed_although_allowing(policy: NetworkPolicy, claim: Claim) -> str | None:
    isolated = policy.effective_types
    if any(policy.rules(direction) for direction in isolated) or not any(map(claim.concerns, isolated)):
        return None
    if policy.declares_types and is_silent_claim(policy):
        return None  # NP204 looks at the other policies, too
    return f"allow, but the policy has no rule: all {directions_words(isolated)} is denied"


def _is_written_out(policy: NetworkPolicy) -> bool:
    """Whether someone wrote that there is no rule, as `ingress: []`, in each direction that is isolated: it is only the name that is wrong."""
    fields = [policy.rules_field(direction) for direction in policy.effective_types]
    return bool(fields) and all(field is not None and field.value is not None for field in fields)


def _allows_every_namespace(policy: NetworkPolicy, direction: Direction) -> bool:
    """Whether some rule takes in all pods of all namespaces, on every port."""
    rules = (rule_semantics(rule) for rule in policy.rules(direction))
    every = PeerSet(0, namespaces=EVERYTHING)
    return any(
        rule.ports.everything and rule.peers is not None and any(peer_covers(peer, every, None) for peer in rule.peers)
        for rule in rules
    )


def _allows_everything(policy: NetworkPolicy, direction: Direction) -> bool:
    return any(rule_semantics(rule).allows_everything for rule in policy.rules(direction))
