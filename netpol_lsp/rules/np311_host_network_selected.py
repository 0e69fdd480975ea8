"""NP311 host-network-selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netpol_lsp.capabilities.fact import Support
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.workspace.pods import find_pods, place_of, workload_words

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import WorkloadFacts


@policy_rule(
    "NP311", category="workspace", severity=Severity.WARNING, uses_resources=True, needs_known=ResourceTrigger.WORKLOADS
)
def host_network_selected(ctx: PolicyContext) -> Diagnostics:
    """A selector means pods that use the network of their node.

    ## Why
    Pods with `hostNetwork: true` have the addresses of their node. The specification leaves open what a policy does to
    them, and most network plugins cannot tell their traffic from that of the node: the policy is not enforced for
    them, and as a peer they are not recognised. To restrict them, or to let them in, name the nodes' addresses in
    an `ipBlock`, or use the firewall of the node.

    Reported for selectors that ask for labels; that a policy for every pod of a namespace has no effect on some is
    normal.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: share
      namespace: files
    spec:
      podSelector:  # <- NP311
        matchLabels:
          app: share
      policyTypes: [Ingress]
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata:
      name: share
      namespace: files
    spec:
      selector:
        matchLabels:
          app: share
      template:
        metadata:
          labels:
            app: share
        spec:
          hostNetwork: true
          containers:
            - name: samba
              image: samba
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: share
      namespace: files
    spec:
      podSelector:
        matchLabels:
          app: share
      policyTypes: [Ingress]
    ---
    apiVersion: apps/v1
    kind: DaemonSet
    metadata:
      name: share
      namespace: files
    spec:
      selector:
        matchLabels:
          app: share
      template:
        metadata:
          labels:
            app: share
        spec:
          containers:
            - name: samba
              image: samba
    ```
    """
    from netpol_lsp.lint.peer_targets import peer_targets, pods_of  # noqa: PLC0415 - only beside workloads

    fact = ctx.settings.capabilities.host_network_pods
    if fact.support is Support.YES:
        return
    reason = fact.text if fact.support is Support.NO else "most plugins do not enforce policies there"
    written = ctx.policy.pod_selector
    if written is not None and not written.is_empty:
        pods = find_pods(ctx.workspace, place_of(ctx.workspace, ctx.located), ctx.semantics.pod_selector)
        hosts = _hosts(pods.sure)
        if hosts:
            what = "uses" if len(hosts) == 1 else "use"
            yield ctx.finding(
                written.span,
                f"{workload_words(hosts)} {what} the network of the node (`hostNetwork`): {reason}",
                label="selects hostNetwork pods",
                related=[ctx.related_fact(one.origin, "hostNetwork: true") for one in hosts[:3]],
            )
    for target in peer_targets(ctx):
        selector = target.peer.pod_selector
        if selector is None or selector.is_empty:
            continue
        matches = pods_of(ctx, target)
        hosts = _hosts(matches.sure)
        if hosts and len(hosts) == len(matches.sure) and not matches.perhaps:
            yield ctx.finding(
                selector.span,
                f"the peer means {workload_words(hosts)} only, with the network of the node (`hostNetwork`): most plugins "
                "do not recognise such pods as a peer",
                related=[ctx.related_fact(one.origin, "hostNetwork: true") for one in hosts[:3]],
            )


def _hosts(workloads: tuple[WorkloadFacts, ...]) -> tuple[WorkloadFacts, ...]:
    return tuple(one for one in workloads if one.host_network)
