"""NP306 named-port-not-found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.pods import workload_words
from netpol_lsp.yaml.edit.mappings import replace_scalar

if TYPE_CHECKING:
    from netpol_lsp.lint.rule_pods import RulePods


@policy_rule(
    "NP306",
    category="workspace",
    severity=Severity.WARNING,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
    needs=Trigger.PORTS,
)
def named_port_not_found(ctx: PolicyContext) -> Diagnostics:
    """A rule names a port that no container of the pods has.

    ## Why
    A named port stands for the number under which a container lists it, of the same protocol, in each pod that receives the
    traffic: the policy's own pods for ingress, the peer's for egress. Where no container has the name, the rule allows
    nothing. Names of a Service's ports do not count.

    Reported where all pods that are meant are known, with all their ports.

    ## Fix safety
    Unsafe: offered where one name differs by a slip; the rule then allows traffic.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: metric  # <- NP306
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      namespace: shop
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
          ports:
            - name: metrics
              containerPort: 9113
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
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: metrics
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      namespace: shop
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
          ports:
            - name: metrics
              containerPort: 9113
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          app: web
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: http
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: web
      namespace: shop
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx
          ports:
            - name: http
              containerPort: 80
    ```
    """
    from netpol_lsp.lint.rule_pods import rules_with_pods  # noqa: PLC0415 - only beside workloads

    if not any(port.name for port in ctx.policy.ports):
        return
    for found in rules_with_pods(ctx):
        if found.pods.perhaps or any(one.has_unknown_ports for one in found.pods.sure):
            continue
        for port in found.rule.ports:
            if port.name and port.port is not None and port.effective_protocol is not None:
                yield from _check(ctx, found, port, port.name)


def _check(ctx: PolicyContext, found: RulePods, port: Port, name: str) -> Diagnostics:
    assert port.port is not None
    known = [one for workload in found.pods.sure for one in workload.ports if one.name]
    protocol = port.effective_protocol
    if any(one.name == name and one.protocol == protocol for one in known):
        return
    other = next((one for one in known if one.name == name), None)
    from netpol_lsp.workspace.near_miss import nearest  # noqa: PLC0415 - start-up is a feature, and few findings need it

    near = nearest(name, {one.name for one in known if one.name and one.protocol == protocol})
    hint = ""
    if other is not None:
        hint = f": it is a {other.protocol} port there"
    elif near is not None:
        hint = f": did you mean `{near}`?"
    place = other or next((one for one in known if one.name == near), None)
    yield ctx.finding(
        port.port,
        f"no container of {workload_words(found.pods.sure)} has a {protocol} port `{name}`, so this allows nothing{hint}",
        related=[ctx.related_fact(place.origin, f"port `{place.name}`")] if place is not None else [],
        fixes=partial(_fix, ctx, port, near),
    )


def _fix(ctx: PolicyContext, port: Port, near: str | None) -> Fix | None:
    if near is None or port.port is None:
        return None
    return ctx.fix(f"Write `{near}`", replace_scalar(ctx.document, port.port.node, near), Applicability.UNSAFE)
