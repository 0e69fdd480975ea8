"""NP603 required-labels."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.rule_info import Option
from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.yaml.nodes import is_open
from netpol_lsp.yaml.templates.masking import is_unknown


@policy_rule(
    "NP603",
    category="style",
    severity=Severity.HINT,
    opt_in=True,
    options=(Option("labels", list[str], [], "label keys that every policy must carry"),),
)
def required_labels(ctx: PolicyContext) -> Diagnostics:
    """A policy lacks a label that the team asks for.

    ## Why
    Labels say who owns a policy and find it again. The option `labels` lists the keys; without it the rule is silent.

    ```yaml bad {"labels": ["team"]}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP603
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml good {"labels": ["team"]}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
      labels:
        team: shop
    spec:
      podSelector: {}
    ```
    """
    missing = [key for key in ctx.options["labels"] if key not in ctx.policy.object.labels]
    if missing and not _are_hidden(ctx.policy.object):
        listed = ", ".join(f"`{key}`" for key in missing)
        yield ctx.finding(ctx.policy.object, f"the policy lacks the label{'s' if len(missing) > 1 else ''} {listed}")


def _are_hidden(kube_object: KubeObject) -> bool:
    """Whether a template may add labels."""
    metadata = kube_object.metadata
    if metadata is None:
        entry = kube_object.node.get("metadata")
        return kube_object.node.is_open or (entry is not None and is_unknown(entry.value))
    labels = metadata.get("labels")
    return metadata.is_open if labels is None else is_open(labels.value) or is_unknown(labels.value)
