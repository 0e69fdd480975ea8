"""NP320 node-port-closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.net.port_set import port_range, union_of
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.workspace.snapshot import is_same, selects_all_of
from netpol_lsp.workspace.ternary import Ternary

if TYPE_CHECKING:
    from netpol_lsp.lint.closed_ports import ClosedPort


@policy_rule(
    "NP320", category="workspace", severity=Severity.INFO, uses_resources=True, needs_known=ResourceTrigger.SERVICES
)
def node_port_closed(ctx: PolicyContext) -> Diagnostics:
    """The pods of a NodePort or LoadBalancer Service let in pods only.

    ## Why
    Clients that come through a NodePort or a load balancer are not pods: no selector matches them, whatever namespace it
    asks for. Where each rule for the port asks for pods, connections from outside are refused (unless the client's
    address is replaced by the node's, and the plugin lets nodes in). An `ipBlock`, or a rule without `from`, lets
    them in.

    All policies that select the pods are judged together. Silent where one of another kind, or a manifest that cannot be
    read, may let them in, and for cloud load balancers that are internal. Where a comment on the rule says that it is for
    clients from outside, NP314 reports it as a warning.

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
        - from:  # <- NP320
            - podSelector: {}
          ports:
            - port: 8080
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      type: NodePort
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
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
        - from:
            - podSelector: {}
            - ipBlock:
                cidr: 203.0.113.0/24
          ports:
            - port: 8080
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web
      namespace: shop
    spec:
      type: NodePort
      selector:
        app: web
      ports:
        - port: 80
          targetPort: 8080
    ```
    """
    from netpol_lsp.lint.closed_ports import closed_ports  # noqa: PLC0415 - only beside workloads

    for closed in closed_ports(ctx):
        if closed.is_meant_for_outside:
            continue  # NP314 reports it
        if _is_told_before(ctx, closed):
            continue
        field = closed.rule.peers_field
        assert field is not None
        service = closed.service
        yield ctx.finding(
            field.key_span,
            f"Service `{service.name}` is a {service.type}, but only pods are let in on {closed.number}: "
            "clients from outside are not pods",
            label="pods only",
            related=[ctx.related_fact(service.origin, f"a {service.type}")],
        )
        return


def _is_told_before(ctx: PolicyContext, closed: ClosedPort) -> bool:
    """Whether a policy that comes first lets in pods on the same port of the same pods, so that it is reported there."""
    own, view = ctx.located, ctx.workspace
    ports = union_of(port_range(protocol, closed.number, closed.number) for protocol in ("TCP", "UDP"))
    here = [(one.policy.namespace, one.policy.name) for one in view.policies_of_file(own.uri)]
    me = (own.policy.namespace, own.policy.name)
    for other in view.neighbours(own):
        key = (other.policy.namespace, other.policy.name)
        is_first = other.uri < own.uri or (
            other.uri == own.uri and me in here and key in here and here.index(key) < here.index(me)
        )
        if (
            is_first
            and not is_same(other, own)
            and selects_all_of(other, own) is not Ternary.NO
            and any(rule.peers is not None and rule.ports.may_intersect(ports) for rule in other.policy.ingress)
        ):
            return True
    return False
