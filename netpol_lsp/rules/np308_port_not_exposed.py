"""NP308 port-not-exposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, Trigger, policy_rule
from netpol_lsp.policies.direction import Direction
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.prose import join_words
from netpol_lsp.workspace.pods import services_here, workload_words

if TYPE_CHECKING:
    from netpol_lsp.lint.rule_pods import RulePods


@policy_rule(
    "NP308",
    category="workspace",
    severity=Severity.INFO,
    uses_resources=True,
    needs_known=ResourceTrigger.WORKLOADS,
    needs=Trigger.PORTS,
)
def port_not_exposed(ctx: PolicyContext) -> Diagnostics:
    """A rule allows a port that none of the pods lists.

    ## Why
    Containers may listen on ports that they do not list, so this is no mistake by itself. But where each of the pods lists
    some ports, and not this one, and no Service sends anything to it, the number is often a leftover or a slip.

    Reported where all pods that are meant are known, and the rule is about single ports. All pods of a namespace are known only
    where its manifests are: beside a snapshot of the cluster, or where the configuration says so.

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
            - port: 8081  # <- NP308
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
    """
    from netpol_lsp.lint.rule_pods import rules_with_pods  # noqa: PLC0415 - only beside workloads

    for found in rules_with_pods(ctx):
        pods = found.pods
        if pods.perhaps or any(one.has_unknown_ports or not one.ports or one.pod_annotations for one in pods.sure):
            continue
        if _may_be_for_others(ctx, found):
            continue
        if len(found.rule.ports) > 1 and any(_is_listed(found, port) for port in found.rule.ports):
            continue  # one of several ports of an application: the others may well be there
        for port in found.rule.ports:
            if port.number is not None and not _is_listed(found, port) and not _is_served(ctx, found, port.number):
                yield from _report(ctx, found, port)


def _may_be_for_others(ctx: PolicyContext, found: RulePods) -> bool:
    """Whether the rule is for all pods of a namespace of which only some are known."""
    is_egress = found.rule.direction is Direction.EGRESS
    selectors = [peer.pods for peer in found.meaning.peers or ()] if is_egress else [ctx.semantics.pod_selector]
    is_broad = any(selector is None or selector.selects_everything for selector in selectors)
    return is_broad and not all(ctx.is_known_whole(where.namespace) for where in found.places)


def _is_listed(found: RulePods, port: Port) -> bool:
    """Whether a pod lists a port that an item of the rule allows; what cannot be read counts as listed."""
    first, last = port.number, port.last
    if first is None or last is None:
        return True
    return any(
        first <= one.number <= last and one.protocol == port.effective_protocol
        for workload in found.pods.sure
        for one in workload.ports
    )


def _is_served(ctx: PolicyContext, found: RulePods, number: int) -> bool:
    """Whether a Service sends traffic to this port of the pods, or has it as its own (that is NP309's)."""
    from netpol_lsp.lint.rule_pods import serves, target_number  # noqa: PLC0415 - only beside workloads

    for where in found.places:
        for service in services_here(ctx.workspace, where):
            for workload in found.pods.sure:
                if serves(service, workload) and any(
                    number in (port.port, target_number(port, workload)) for port in service.ports
                ):
                    return True
    return False


def _report(ctx: PolicyContext, found: RulePods, port: Port) -> Diagnostics:
    if port.port is None:
        return
    listed = sorted({(one.number, one.protocol) for workload in found.pods.sure for one in workload.ports})
    names = join_words(f"{number}/{protocol}" for number, protocol in listed[:4])
    more = f" and {len(listed) - 4} more" if len(listed) > 4 else ""
    yield ctx.finding(
        port.port,
        f"{workload_words(found.pods.sure)} {'declares' if len(found.pods.sure) == 1 else 'declare'} {names}{more}, "
        f"but not {port.number}/{port.effective_protocol}",
        related=[ctx.related_fact(one.origin, "a port that is listed") for one in found.pods.sure[0].ports[:1]],
    )
