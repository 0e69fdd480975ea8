"""NP307 named-port-differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.prose import join_words

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import ContainerPort


@policy_rule(
    "NP307",
    category="workspace",
    severity=Severity.INFO,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
    needs=Trigger.PORTS,
)
def named_port_differs(ctx: PolicyContext) -> Diagnostics:
    """A named port stands for different numbers in different pods.

    ## Why
    A named port is looked up in each pod by itself. Where pods that one rule is about list different numbers under the
    name, the rule opens another port in each: that can be meant, and is easily overlooked when one of them changes. Some
    network plugins do not support named ports at all, or look them up once.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          tier: web
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: http  # <- NP307
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: front
      namespace: shop
      labels:
        tier: web
    spec:
      containers:
        - name: front
          image: nginx
          ports:
            - name: http
              containerPort: 80
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: admin
      namespace: shop
      labels:
        tier: web
    spec:
      containers:
        - name: admin
          image: nginx
          ports:
            - name: http
              containerPort: 8080
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
          tier: web
      policyTypes: [Ingress]
      ingress:
        - ports:
            - port: http
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: front
      namespace: shop
      labels:
        tier: web
    spec:
      containers:
        - name: front
          image: nginx
          ports:
            - name: http
              containerPort: 8080
    ```
    """
    from netpol_lsp.lint.rule_pods import rules_with_pods  # noqa: PLC0415 - only beside workloads

    if not any(port.name for port in ctx.policy.ports):
        return
    for found in rules_with_pods(ctx):
        for port in found.rule.ports:
            if not port.name or port.port is None:
                continue
            numbers: dict[int, tuple[str, ContainerPort]] = {}
            for workload in found.pods.sure:
                for one in workload.ports:
                    if one.name == port.name and one.protocol == port.effective_protocol:
                        numbers.setdefault(one.number, (f"{workload.kind} `{workload.name}`", one))
            if len(numbers) > 1:
                listed = join_words(f"{number} in {owner}" for number, (owner, _) in sorted(numbers.items()))
                yield ctx.finding(
                    port.port,
                    f"port `{port.name}` is {listed}",
                    related=[
                        ctx.related_fact(one.origin, f"{number} in {owner}")
                        for number, (owner, one) in sorted(numbers.items())
                    ],
                )
