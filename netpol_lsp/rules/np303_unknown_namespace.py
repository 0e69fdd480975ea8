"""NP303 unknown-namespace."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.pods import exact_names
from netpol_lsp.yaml.edit.mappings import replace_scalar

_ALWAYS = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})


@policy_rule("NP303", category="workspace", severity=Severity.WARNING, uses_resources=True)
def unknown_namespace(ctx: PolicyContext) -> Diagnostics:
    """The policy names a namespace that is not there.

    ## Why
    A policy in a namespace that does not exist is refused when it is applied. A peer that names one matches nothing, and
    no one is told.

    A warning where a namespace that is known differs by a slip, and where a snapshot of the cluster (`--context`) shows all
    namespaces. Otherwise nothing is said: the namespace may be made elsewhere.

    ## Fix safety
    Unsafe: the peer then allows other pods.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitorng  # <- NP303
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: monitoring
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: monitoring
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: monitoring
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: api
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - namespaceSelector:
                matchLabels:
                  kubernetes.io/metadata.name: ingress-nginx
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: monitoring
    ```
    """
    view = ctx.workspace
    own = ctx.policy.object.namespace_field
    known = view.seen_namespaces | _ALWAYS
    if own is not None and own.value and own.value not in known and ctx.located.policy.namespace == own.value:
        yield from _check(ctx, own, known, "the policy is for namespace `{}`, which is not there")
    if _NAMES.isdisjoint(ctx.policy.key_texts):
        return
    for peer in ctx.policy.peers:
        selector = peer.namespace_selector
        if selector is None or exact_names(read_selector(selector)) is None:
            continue
        for value in _values(selector):
            if value.value and value.value not in known and view.namespace(value.value) is None:
                yield from _check(ctx, value, known, "namespace `{}` does not exist, so the peer matches nothing")


_NAMES = frozenset({METADATA_NAME, f"\0{METADATA_NAME}"})
"""The label that names a namespace, as the texts of a policy's keys have it: with a NUL where it has a tag."""


def _values(selector: Selector) -> Iterator[Field[str]]:
    for label in selector.labels:
        if label.key.value == METADATA_NAME:
            yield label.value
    for requirement in selector.requirements:
        yield from requirement.values


def _check(ctx: PolicyContext, value: Field[str], known: frozenset[str], message: str) -> Diagnostics:
    name = value.value or ""
    near = _nearest(name, known)
    if near is None and not ctx.workspace.knows_all_namespaces:
        return
    facts = ctx.workspace.namespace(near)
    yield ctx.finding(
        value,
        message.format(name) + (f": did you mean `{near}`?" if near is not None else ""),
        related=[ctx.related_fact(facts.origin, f"namespace `{near}`")]
        if facts is not None and facts.origin.end
        else [],
        fixes=partial(_fix, ctx, value, near),
    )


@lru_cache(maxsize=1024)
def _nearest(name: str, known: frozenset[str]) -> str | None:
    """The same few names are in most policies."""
    from netpol_lsp.workspace.near_miss import nearest  # noqa: PLC0415 - start-up is a feature, and few findings need it

    return nearest(name, known)


def _fix(ctx: PolicyContext, value: Field[str], near: str | None) -> Fix | None:
    if near is None:
        return None
    return ctx.fix(f"Write `{near}`", replace_scalar(ctx.document, value.node, near), Applicability.UNSAFE)
