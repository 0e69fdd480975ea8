"""NP309 service-port-not-target-port."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.port_set import port_range
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.workspace.pods import services_here
from netpol_lsp.yaml.edit.mappings import replace_scalar

if TYPE_CHECKING:
    from netpol_lsp.lint.rule_pods import RulePods
    from netpol_lsp.workspace.resources import ServiceFacts, ServicePort


@policy_rule(
    "NP309",
    category="workspace",
    severity=Severity.WARNING,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
    needs=Trigger.PORTS,
)
def service_port_not_target_port(ctx: PolicyContext) -> Diagnostics:
    """A rule lists the port of a Service where the pods listen on another.

    ## Why
    What is sent to a Service reaches a pod on the Service's `targetPort`: the address and the port are rewritten before
    network policies look at the packet. A rule with the Service's own port allows a port that no one listens on, and
    the port that counts stays closed.

    Reported where a Service of the manifests sends the port on to another one, no pod that is meant lists the port
    itself, and no rule of the policy allows the port that counts.

    ## Fix safety
    Unsafe: the rule then allows the port that the pods listen on.

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
            - port: 80  # <- NP309
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
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
            - containerPort: 8080
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
            - port: 8080
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
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
            - containerPort: 8080
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
            - port: 8080
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
    ```
    """
    from netpol_lsp.lint.rule_pods import rules_with_pods  # noqa: PLC0415 - only beside workloads

    for found in rules_with_pods(ctx):
        if found.pods.perhaps:
            continue
        for port in found.rule.ports:
            if port.number is None or port.last != port.number or port.port is None:
                continue
            wrong = _service_of(ctx, found, port)
            if wrong is None:
                continue
            service, entry, target = wrong
            shown = f"`{entry.target_port}` ({target})" if isinstance(entry.target_port, str) else f"{target}"
            yield ctx.finding(
                port.port,
                f"{port.number} is the port of Service `{service.name}`; its pods listen on {shown}, "
                "which is what policies see",
                label="the Service's port",
                related=[ctx.related_fact(entry.origin, f"the Service sends this port on to {target}")],
                fixes=partial(_fix, ctx, port, target),
            )


def _service_of(ctx: PolicyContext, found: RulePods, port: Port) -> tuple[ServiceFacts, ServicePort, int] | None:
    """The Service whose port this is, and the one number that its pods listen on instead; None when the rule may be right."""
    from netpol_lsp.lint.rule_pods import serves, target_number  # noqa: PLC0415 - only beside workloads

    number, protocol = port.number, port.effective_protocol
    if number is None or protocol is None:
        return None
    listed = [one for workload in found.pods.sure for one in workload.ports if one.protocol == protocol]
    if any(one.number == number for one in listed):
        return None
    answer: tuple[ServiceFacts, ServicePort, int] | None = None
    for where in found.places:
        for service in services_here(ctx.workspace, where):
            served = [workload for workload in found.pods.sure if serves(service, workload)]
            for entry in service.ports if served else ():
                if entry.protocol != protocol:
                    continue
                targets = {target_number(entry, workload) for workload in served}
                if number in targets or None in targets:
                    return None
                if entry.port == number and len(targets) == 1:
                    answer = answer or (service, entry, next(iter(targets)) or 0)
    if answer is None or _is_allowed(ctx, found, protocol, answer[2]):
        return None
    return answer


def _is_allowed(ctx: PolicyContext, found: RulePods, protocol: str, number: int) -> bool:
    """Whether a rule of the policy allows the port that counts."""
    wanted = port_range(protocol, number, number)
    return any(
        meaning.has_unknown_ports or bool(meaning.ports.names) or meaning.ports.covers(wanted)
        for _, meaning in ctx.rules(found.rule.direction)
    )


def _fix(ctx: PolicyContext, port: Port, target: int) -> Fix | None:
    if port.port is None:
        return None
    return ctx.fix(
        f"Write {target}, where the pods listen",
        replace_scalar(ctx.document, port.port.node, target),
        Applicability.UNSAFE,
    )
