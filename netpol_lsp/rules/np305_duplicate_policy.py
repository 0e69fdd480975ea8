"""NP305 duplicate-policy."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from itertools import islice
from typing import NamedTuple

from netpol_lsp.findings.diagnostic import Related, Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.networkpolicy.semantics import NetworkPolicySemantics
from netpol_lsp.policies.origin import Origin
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.reads import Read, remember
from netpol_lsp.workspace.samples import is_markdown, is_sample, unflattened
from netpol_lsp.workspace.snapshot import LocatedPolicy, WorkspaceSnapshot

_WORD = re.compile(r"[a-z0-9]+")
_LISTED = 5
"""How many of the others are named."""


@policy_rule("NP305", category="workspace", severity=Severity.WARNING, uses_resources=True)
def duplicate_policy(ctx: PolicyContext) -> Diagnostics:
    """Another manifest defines a policy of the same name in the same namespace.

    ## Why
    An object is known by its kind, namespace and name. Of two manifests that say the same three, the one that is applied
    last replaces the other: its rules are silently gone.

    Reported for manifests that are applied together: in one file, in one folder, in one kustomization. The base and the
    overlay of a kustomization are one policy, and manifests of other folders may be for other clusters. Files of one folder
    that are variants of each other are not applied together: their names differ by one word (`install`, `install-openshift`),
    or they have several policies in common; so are the examples of a Markdown document. Tests and other examples, going by the names of files and folders, are applied one by
    one, unless numbers before the names give an order.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP305
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP305
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector: {}
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
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: default-deny
      namespace: billing
    spec:
      podSelector: {}
      policyTypes: [Ingress]
    ```
    """
    name = ctx.policy.object.name_field
    me = ctx.located
    if name is None or not me.policy.name or me.policy.is_namespace_unknown:
        return
    scope = ctx.workspace.index.delivery.scope_of(me.uri)
    if ctx.document.is_template or scope.is_chart or scope.is_patch:
        return  # what is there together is decided when it is rendered; a patch changes another one
    known = ctx.workspace.policies_named(me.policy.namespace, me.policy.name)
    if not known or (len(known) == 1 and known[0].uri == me.uri):
        return  # nearly always: there is this one only
    same = _of_this_name(ctx.workspace, me)
    mine = same.find(me)
    count = len(same.policies) - (mine is not None)
    if not count:
        return
    others = islice((other for other in same.policies if other is not mine), _LISTED)
    makers = "another manifest also defines" if count == 1 else f"{count} other manifests also define"
    others_words = "the other" if count == 1 else "the others"
    where = f"namespace `{me.policy.namespace}`" if me.policy.namespace else "the same namespace"
    if ctx.policy.object.namespace not in (None, me.policy.namespace):
        where += ", where a kustomization puts this one"
    yield ctx.finding(
        name,
        f"{makers} policy `{name.value}` in {where}: the one applied last replaces {others_words}",
        label="not the only one of this name",
        related=[_related(ctx, other) for other in others],
    )


class _Same(NamedTuple):
    """The policies of one name that are applied together, and the first of each meaning in the file at hand."""

    policies: tuple[LocatedPolicy, ...]
    own: Mapping[tuple[NetworkPolicySemantics, str], LocatedPolicy]

    def find(self, me: LocatedPolicy) -> LocatedPolicy | None:
        """The one that a policy of the file is among them."""
        return self.own.get((me.policy, me.path), next(iter(self.own.values()), None))


# One answer for all policies of a name in a file: thousands of them are not compared with one another.
_SAME: Memo[WorkspaceSnapshot, Hashable, tuple[_Same, frozenset[Read]]] = Memo()


def _of_this_name(view: WorkspaceSnapshot, me: LocatedPolicy) -> _Same:
    policy = me.policy
    key = (me.uri, policy.namespace, policy.name, policy.pod_selector)
    return remember(_SAME.of(view), key, lambda: _find_same(view, me))


def _find_same(view: WorkspaceSnapshot, me: LocatedPolicy) -> _Same:
    delivery = view.index.delivery
    groups = delivery.scope_of(me.uri).groups
    same = tuple(
        other
        for other in view.policies_named(me.policy.namespace, me.policy.name)
        if not other.is_context
        and not delivery.scope_of(other.uri).is_patch
        and (
            other.uri == me.uri
            or (_are_in_one_folder(me, other) and _are_together(groups, delivery.scope_of(other.uri).groups))
        )
        and (other.uri == me.uri or not _are_variants(view, me, other))
    )
    own: dict[tuple[NetworkPolicySemantics, str], LocatedPolicy] = {}
    for other in same:
        if other.uri == me.uri:
            own.setdefault((other.policy, other.path), other)
    return _Same(same, own)


def _are_in_one_folder(me: LocatedPolicy, other: LocatedPolicy) -> bool:
    """Whether names do not say that files of one folder come from several ones."""
    if "__" not in me.uri and "__" not in other.uri:
        return True
    return unflattened(me.uri).rpartition("/")[0] == unflattened(other.uri).rpartition("/")[0]


def _are_together(groups: frozenset[str], others: frozenset[str]) -> bool:
    """Whether two files are surely applied together: by the same kustomizations, or as files of one folder that no kustomization takes in."""
    mine = {group for group in groups if not group.startswith("folder ")}
    theirs = {group for group in others if not group.startswith("folder ")}
    return bool(mine & theirs) if mine or theirs else bool(groups & others)


def _are_variants(view: WorkspaceSnapshot, me: LocatedPolicy, other: LocatedPolicy) -> bool:
    """Whether the files of two policies are alternatives rather than parts of one whole.

    Tests and examples are, unless their files are numbered: each is applied by itself. A word more in the name of one
    makes a variant; another word does so for the same pods, else it was copied and its policy not renamed.
    """
    if is_markdown(me.uri) or is_markdown(other.uri):
        return True
    is_example = is_sample(view.index, me.uri) or is_sample(view.index, other.uri)
    if is_example and not (_words_of(me.uri)[0].isdigit() and _words_of(other.uri)[0].isdigit()):
        return True
    odd = set(_words_of(me.uri)) ^ set(_words_of(other.uri))
    is_same_subject = me.policy.pod_selector == other.policy.pod_selector
    if not all(word.isdigit() for word in odd) and (len(odd) == 1 or (len(odd) == 2 and is_same_subject)):
        return True
    names = {(one.policy.namespace, one.policy.name) for one in view.policies_of_file(me.uri)}
    return len(names & {(one.policy.namespace, one.policy.name) for one in view.policies_of_file(other.uri)}) > 1


def _words_of(uri: str) -> list[str]:
    return _WORD.findall(uri.rpartition("/")[2].rpartition(".")[0].lower()) or [""]


def _related(ctx: PolicyContext, other: LocatedPolicy) -> Related:
    policy = other.policy
    origin = Origin(other.uri, other.document, other.path, "metadata.name", policy.start, policy.end)
    return ctx.related_fact(origin, "the same kind, namespace and name")
