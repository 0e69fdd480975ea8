"""NP226 legacy-namespace-label."""

from __future__ import annotations

import re

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.kube.well_known import METADATA_NAME, OPENSHIFT_NAMED_NAMESPACES
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.text.edits import Applicability
from netpol_lsp.workspace.samples import is_test
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule(
    "NP226",
    category="intent",
    severity=Severity.WARNING,
    on_partial=True,
    uses_resources=True,
    has_facts=True,
    needs=Trigger.PEERS,
)
def legacy_namespace_label(ctx: PolicyContext) -> Diagnostics:
    """A namespace is chosen by the label `name`, which no namespace carries by itself.

    ## Why
    Selectors look at labels, not at names, and nothing sets a label `name` on a namespace; `kubernetes.io/metadata.name`
    is on every namespace (since Kubernetes 1.21). Unless someone labelled the namespace by hand, the selector
    silently matches nothing.

    A warning for kube-system and kube-public, which hardly anybody labels, and where a manifest makes the namespace without
    the label; silent where a manifest makes it with the label; an information for others, which may well be
    labelled so in your cluster, unless the selector asks for a further label: then somebody labels namespaces. Silent, but for the
    profile `strict`, in the inputs of tests. Silent where a comment of the file says that the namespace is to be labelled
    (`kubectl label namespace …`), and for the namespaces that OpenShift itself labels so (openshift-ingress,
    openshift-monitoring and others).

    ## Fix safety
    Unsafe: the selector then really selects the namespace.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - namespaceSelector:
                matchLabels:
                  name: kube-system  # <- NP226
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Egress]
      egress:
        - to:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: kube-system
    ```
    """
    for peer in ctx.policy.peers if "name" in ctx.policy.key_texts else ():
        selector = peer.namespace_selector
        if selector is None:
            continue
        is_only = len(selector.labels) + len(selector.requirements) == 1
        for label in selector.labels:
            if label.key.value == "name":
                yield from _check(ctx, label.key, [label.value], is_only=is_only)
        for requirement in selector.requirements:
            if requirement.key is not None and requirement.key.value == "name":
                yield from _check(ctx, requirement.key, list(requirement.values), is_only=is_only)


# What every cluster makes itself.
_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})


_LABELLING = re.compile(
    r"\b(?:kubectl|oc)\b[^\n]*\blabel (?:--overwrite )?(?:ns|namespaces?)\b[^\n]*\bname="
    r"|#[^\n]*\bnamespaces?\b[^\n]*\b(?:must|needs? to|has to|have to|should|to) (?:be|have|carry)\b[^\n]*\blabel",
    re.IGNORECASE,
)


def _check(ctx: PolicyContext, key: Field[str], values: list[Field[str]], *, is_only: bool) -> Diagnostics:
    names = [value.value for value in values if value.value]
    if names and OPENSHIFT_NAMED_NAMESPACES.issuperset(names):
        return
    made = [facts for name in names if (facts := ctx.workspace.namespace(name)) is not None and facts.origin.end]
    if made and all(facts.labels.get("name") == facts.name or facts.has_unknown_labels for facts in made):
        return  # someone labels it so
    if not ctx.wants_facts and is_test(ctx.workspace.index, ctx.source.uri):
        return  # nobody applies it to a cluster that lasts
    is_system = not _SYSTEM.isdisjoint(names)
    unlabelled = next((facts for facts in made if "name" not in facts.labels and not facts.has_unknown_labels), None)
    if not is_only and not is_system and unlabelled is None:
        return  # who asks for `name` and `environment` has namespaces that are labelled so
    if unlabelled is None and _LABELLING.search(ctx.source.text):
        return  # the author says that somebody labels it
    edits = replace_scalar(ctx.document, key.node, METADATA_NAME)
    fix = ctx.fix(f"Write `{METADATA_NAME}`", edits, Applicability.UNSAFE)
    yield ctx.finding(
        key,
        f"no namespace carries the label `name` by itself: `{METADATA_NAME}` is always there",
        severity=None if is_system or unlabelled is not None else Severity.INFO,
        related=[ctx.related_fact(unlabelled.origin, "this namespace has no such label")] if unlabelled else [],
        fixes=[fix],
    )
