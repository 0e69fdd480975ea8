"""NP313 namespace-without-default-deny."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import dns_label_problem
from netpol_lsp.lint.known_cluster import KnownCluster, known_cluster
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.direction import DIRECTIONS, Direction
from netpol_lsp.policies.networkpolicy.prose import join_words
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.style import scalar_text


@policy_rule("NP313", category="workspace", severity=Severity.INFO, opt_in=True, uses_resources=True)
def namespace_without_default_deny(ctx: PolicyContext) -> Diagnostics:
    """No policy of the namespace isolates all of its pods.

    ## Why
    Pods that no policy selects are open. A default deny (`podSelector: {}` and the directions in `policyTypes`) closes what no one
    thought of, pods that come later among them; all other policies then say what is allowed.

    Reported once a namespace, at its first policy. A policy for all pods counts whatever its rules are.

    ## Fix safety
    The fix adds a policy that denies both directions to every pod of the namespace that no other policy allows more: it is
    unsafe.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP313
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress, Egress]
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress, Egress]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes:
        - Ingress
        - Egress
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
    ```
    """
    from netpol_lsp.reach.cluster import NAMELESS  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

    known = known_cluster(ctx)
    policy = known.policy_of(ctx)
    if policy is None or policy.namespace is None or not known.is_first_of_namespace(policy):
        return
    written = ctx.policy.object.namespace_field
    if written is not None and not written.is_null and (written.value is None or dns_label_problem(written.value)):
        return  # the API server refuses it: there is no such namespace
    if not known.knows_all_policies:
        return
    missing = [direction for direction in DIRECTIONS if not _has_default_deny(known, policy.namespace, direction)]
    if missing:
        words = join_words([direction.value.lower() for direction in missing])
        where = "this namespace" if policy.namespace.startswith(NAMELESS) else f"namespace `{policy.namespace}`"
        yield ctx.finding(
            ctx.policy.span,
            f"no policy of {where} isolates all pods for {words}",
            label="no default deny",
            fixes=[_fix(ctx, missing)],
        )


def _has_default_deny(known: KnownCluster, namespace: str, direction: Direction) -> bool:
    for one in known.policies_in(namespace):
        semantics = one.direction(direction)
        if semantics is None or semantics.applies is False:
            continue
        if getattr(one.subject.pods, "selects_everything", True):
            return True
    return False


def _fix(ctx: PolicyContext, missing: list[Direction]) -> Fix | None:
    """Add the policy after this one; none where the document is JSON or a template."""
    document = ctx.document
    if document.is_template or document.text.lstrip()[:1] == "{" or ctx.policy.object.path:
        return None
    newline = document.source.newline
    name = "default-deny" if len(missing) > 1 else f"default-deny-{missing[0].value.lower()}"
    named = ctx.policy.object.namespace
    lines = [
        "---",
        "apiVersion: networking.k8s.io/v1",
        "kind: NetworkPolicy",
        "metadata:",
        f"  name: {name}",
        *([f"  namespace: {scalar_text(named)}"] if named else []),
        "spec:",
        "  podSelector: {}",
        "  policyTypes:",
        *(f"    - {direction.value}" for direction in missing),
    ]
    end = len(document.text)
    start = newline if document.text and not document.text.endswith("\n") else ""
    text = start + newline.join(lines) + newline
    return Fix("Add a default deny for the namespace", (TextEdit(Span(end, end), text),), Applicability.UNSAFE)
