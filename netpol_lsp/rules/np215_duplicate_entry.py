"""NP215 duplicate-entry."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import partial
from typing import Any

from netpol_lsp.findings.diagnostic import Diagnostic, Severity, Tag
from netpol_lsp.kube.net.port_index import PortIndex
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy, TrafficRule
from netpol_lsp.policies.networkpolicy.prose import ports_words
from netpol_lsp.policies.networkpolicy.semantics_reader import port_set
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.items import has_own_comment
from netpol_lsp.yaml.edit.mappings import remove_item
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence, head_span, is_null, walk
from netpol_lsp.yaml.templates.masking import is_unknown
from netpol_lsp.yaml.to_python import content_key, to_python


@policy_rule("NP215", category="intent", severity=Severity.INFO)
def duplicate_entry(ctx: PolicyContext) -> Diagnostics:
    """An entry of a list is there twice.

    ## Why
    Rules, peers, ports, conditions, values and policy types that are there twice do no more than once. Often one of the
    copies was meant to be edited.

    It is the meaning that counts for ports: `port: 80` is `{protocol: TCP, port: 80}`, and 80 is part of 80 to 90. Peers
    and rules that others cover without being equal are NP213's and NP214's.

    ## Fix safety
    Safe: the later copy is removed, which changes nothing; unsafe where it has a comment of its own, which would stay over the
    next entry. There is no fix for a port that is part of a range.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - protocol: TCP
              port: 80
            - protocol: TCP  # <- NP215
              port: 80
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - protocol: TCP
              port: 80
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - ports:
            - protocol: TCP
              port: 80
            - protocol: UDP
              port: 80
    ```
    """
    spec = ctx.plain.get("spec")
    if isinstance(spec, dict) and (_may_hold_copies(spec) or _may_repeat_values(ctx.policy)):
        for node in _lists(ctx):
            if isinstance(node, Sequence) and len(node.items) > 1 and node.origin is None:
                yield from _copies(ctx, node)
    for rule in ctx.policy.all_rules:
        if len(rule.ports) > 1 and _may_be_covered(rule.ports):
            yield from _covered_ports(ctx, rule)


# Longer lists are looked at closely right away.
_FEW = 16
_MOST_COMPARED = 400_000


def _lists(ctx: PolicyContext) -> Iterator[Node]:
    """The lists of a policy in which an entry counts once."""
    policy = ctx.policy
    fields = [policy.policy_types_field, policy.ingress_field, policy.egress_field]
    for rule in policy.all_rules:
        fields += [rule.peers_field, rule.ports_field]
    yield from (field.node for field in fields if field is not None)
    entries = [
        peer.ip_block.except_entry for rule in policy.all_rules for peer in rule.peers if peer.ip_block is not None
    ]
    for selector in policy.selectors:
        if selector.items:
            entries.append(selector.node.get("matchExpressions"))
        entries += [requirement.values_entry for requirement in selector.requirements]
    yield from (entry.value for entry in entries if entry is not None)


def _may_hold_copies(spec: dict[str, Any]) -> bool:
    """A quick look at plain data: whether the types, the rules, or the peers or ports of a rule have equal items."""
    if _has_equal(spec.get("policyTypes")):
        return True
    for rules in (spec.get("ingress"), spec.get("egress")):
        if rules.__class__ is not list:
            continue
        if _has_equal(rules):
            return True
        for rule in rules:
            if rule.__class__ is dict and any(map(_has_equal, rule.values())):
                return True
    return False


def _may_repeat_values(policy: NetworkPolicy) -> bool:
    """A quick look: whether a condition may be there twice, or a value of one, or a hole of an ipBlock."""
    for one in policy.requirements:
        if len(one.values) > 1 and len({field.value for field in one.values}) < len(one.values):
            return True
    return any(len(selector.items) > 1 for selector in policy.selectors) or any(
        len(block.excepts) > 1 for block in policy.ip_blocks
    )


def _may_be_covered(ports: tuple[Port, ...]) -> bool:
    """A quick look: whether one of the ports is a range, stands for all, or is there twice."""
    written = {
        (port.effective_protocol, port.port.value)
        for port in ports
        if port.port is not None and port.port.value is not None and port.end_port is None
    }
    return len(written) < len(ports)


def _has_equal(items: Any) -> bool:
    """Whether a list of plain data may have equal items; False for anything else."""
    if items.__class__ is not list or len(items) < 2:
        return False
    if len(items) == 2:
        return bool(items[0] == items[1])
    return len(items) > _FEW or any(item in items[:number] for number, item in enumerate(items))


def _copies(ctx: PolicyContext, node: Sequence) -> Diagnostics:
    if not _has_equal([to_python(item).value for item in node.items]):
        return
    seen: dict[Hashable, Node] = {}
    for item in node.items:
        first = seen.setdefault(content_key(item), item)
        # An empty rule or peer has findings of its own; what a template decides may differ.
        if first is not item and not _is_empty(item) and not any(map(is_unknown, walk(item))):
            yield _finding(ctx, node, item, first, "this entry is in the list already")


def _covered_ports(ctx: PolicyContext, rule: TrafficRule) -> Diagnostics:
    """Ports that another item of the list holds, too, though it is written otherwise."""
    node = rule.ports_field.node if rule.ports_field is not None else None
    if not isinstance(node, Sequence) or node.origin is not None:
        return
    known = [
        (port.node, found)
        for port in rule.ports
        if not _is_empty(port.node) and (found := port_set(port)) and not found.is_empty
    ]
    written: set[Hashable] = set()
    budget = Budget(_MOST_COMPARED, f"{len(known):,} ports are too many to compare each with each")
    index = PortIndex([ports for _, ports in known], budget)
    for number, (item, ports) in enumerate(known):
        content = content_key(item)
        if content in written:
            continue
        written.add(content)
        for place in index.candidates(ports):
            other, more = known[place]
            if place == number or not more.covers(ports):
                continue
            is_equal = ports.covers(more)
            if not is_equal:
                message = f"{ports_words(ports)} is in the list already, in {ports_words(more)}"
                yield _finding(ctx, node, item, other, message, is_fixable=False)
                break
            if place < number:
                yield _finding(ctx, node, item, other, f"{ports_words(ports)} is in the list already")
                break


def _finding(
    ctx: PolicyContext, node: Sequence, item: Node, first: Node, message: str, *, is_fixable: bool = True
) -> Diagnostic:
    return ctx.finding(
        head_span(item),
        message,
        related=[ctx.related(head_span(first), "here")],
        fixes=partial(_fix, ctx, node, item) if is_fixable else (),
        tags=[Tag.UNNECESSARY],
    )


def _fix(ctx: PolicyContext, node: Sequence, item: Node) -> Fix | None:
    edits = remove_item(ctx.document, node, item)
    # A comment that belongs to it would be over the next item then.
    is_safe = node.flow or not has_own_comment(ctx.document, item)
    return ctx.fix("Remove the copy", edits, Applicability.SAFE if is_safe else Applicability.UNSAFE)


def _is_empty(item: Node) -> bool:
    return is_null(item) or (isinstance(item, Mapping) and not item.entries)
