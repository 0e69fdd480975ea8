"""NP316 redundant-policy."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import includes
from netpol_lsp.lint.applied_together import are_applied_together
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.networkpolicy.name_intent import intent_of_name
from netpol_lsp.policies.networkpolicy.prose import join_words
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics
from netpol_lsp.policies.networkpolicy.subsumption import rule_covers
from netpol_lsp.policies.origin import Origin
from netpol_lsp.workspace.pods import is_near
from netpol_lsp.workspace.samples import is_sample
from netpol_lsp.workspace.snapshot import LocatedPolicy, same_namespace
from netpol_lsp.workspace.ternary import Ternary


@policy_rule("NP316", category="workspace", severity=Severity.INFO, uses_workspace=True)
def redundant_policy(ctx: PolicyContext) -> Diagnostics:
    """Another policy already does all that this one does.

    ## Why
    Policies add up: of two that select the same pods, the one whose rules are all contained in the other's changes nothing. It can go,
    or it was meant to be stricter, which no second policy can be: what one of them allows is allowed.

    Reported where it is proven: the other policy selects at least the same pods, isolates at least the same directions, and
    has a rule for each rule of this one that allows at least as much. Of two equal policies, the later one is reported. A policy
    called a default or a denial is for the pods and policies to come, and is not reported, nor are policies of folders apart,
    which are often variants. Silent
    for policies without rules: a default deny is there for the pods and policies to come. Silent for tests and examples,
    going by the names of files and folders, and for files that name no namespace unless a chart or a kustomization holds both.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: allow-web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector: {}
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: only-web  # <- NP316
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - port: 5432
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: only-web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: db
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: web
          ports:
            - port: 5432
    ```
    """
    own = ctx.located
    policy = own.policy
    if not any(policy.rules(direction) for direction in policy.types):
        return  # a default deny is there for the pods and policies to come
    claim = intent_of_name(ctx.policy.object)
    if claim.is_baseline or claim.denies:
        return  # so is one that allows DNS, say
    if is_sample(ctx.workspace.index, own.uri):
        return  # applied one by one, or a collection to choose from
    if policy.unknown or not ctx.policy.surely_isolates(next(iter(policy.types))):
        return
    other = min(_wider(ctx, own), key=_place, default=None)
    if other is None:
        return
    name = other.policy.name or "another policy"
    added = ctx.delivery.selector_labels
    with_labels = f", with the labels that the kustomization adds ({_written(added)})" if added else ""
    yield ctx.finding(
        ctx.policy.span,
        f"this policy adds nothing: `{name}` already does everything that it does{with_labels}",
        label="changes nothing",
        related=[ctx.related_fact(_origin(other), f"`{name}` covers it")],
    )


def _written(labels: tuple[tuple[str, str], ...]) -> str:
    return join_words(f"`{key}={value}`" for key, value in labels)


def _wider(ctx: PolicyContext, own: LocatedPolicy) -> Iterator[LocatedPolicy]:
    """The policies beside which one changes nothing."""
    policy = own.policy
    for other in ctx.workspace.wider_neighbours(own):
        if (
            other.is_context
            or other.is_possible
            or other.policy.name == policy.name
            or same_namespace(other, own) is not Ternary.YES
            or not _covers(other.policy, policy)
            or is_sample(ctx.workspace.index, other.uri)
        ):
            continue
        if policy.namespace is None and not _are_in_one_place(ctx, other, own):
            continue  # each may be applied to a namespace of its own
        if not are_applied_together(ctx, [other.uri]) or not _is_near(ctx, own, other):
            continue  # folders apart are variants, of which one is applied, or parts that can be used alone
        if not _covers(policy, other.policy) or _is_before(other, own, ctx):
            yield other


def _is_near(ctx: PolicyContext, a: LocatedPolicy, b: LocatedPolicy) -> bool:
    """Whether two policies are in one folder, or a kustomization takes them in from two of which neither holds the other."""
    if a.folder == b.folder:
        return True
    mine, theirs = f"{a.folder}/", f"{b.folder}/"
    is_part = mine.startswith(theirs) or theirs.startswith(mine)
    return not is_part and is_near(ctx.workspace, a.uri, b.uri)


def _place(one: LocatedPolicy) -> tuple[str, int, str]:
    return one.uri, one.document, one.path


def _are_in_one_place(ctx: PolicyContext, a: LocatedPolicy, b: LocatedPolicy) -> bool:
    """Whether two policies without a namespace surely end up in one: by one file, chart or kustomization."""
    if a.uri == b.uri:
        return True
    delivery = ctx.workspace.index.delivery
    shared = delivery.scope_of(a.uri).groups & delivery.scope_of(b.uri).groups
    return any(not group.startswith("folder ") for group in shared)


def _covers(a: NetworkPolicySemantics, b: NetworkPolicySemantics) -> bool:
    """Whether `b` changes nothing where `a` is."""
    if a.is_partial or a.has_unknown_types or not b.types <= a.types or not includes(a.pod_selector, b.pod_selector):
        return False
    return all(
        any(rule_covers(known, rule, b.namespace) for known in a.rules(direction))
        for direction in b.types
        for rule in b.rules(direction)
    )


def _is_before(other: LocatedPolicy, own: LocatedPolicy, ctx: PolicyContext) -> bool:
    """Whether another policy comes first: by file, then by its place in the file."""
    if other.uri != own.uri:
        return other.uri < own.uri
    names = [_key(one) for one in ctx.workspace.policies_of_file(own.uri)]
    mine, theirs = _key(own), _key(other)
    return theirs in names and mine in names and names.index(theirs) < names.index(mine)


def _origin(other: LocatedPolicy) -> Origin:
    policy = other.policy
    return Origin(other.uri, other.document, other.path, "metadata.name", policy.start, policy.end)


def _key(one: LocatedPolicy) -> tuple[str | None, str | None, str]:
    return one.policy.namespace, one.policy.name, one.path
