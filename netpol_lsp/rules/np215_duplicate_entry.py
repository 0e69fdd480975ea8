"""NP215 duplicate-entry."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import partial

from netpol_lsp.lint.diagnostic import Diagnostic, Severity, Tag
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.policy import PolicyRule
from netpol_lsp.model.stored import port_set
from netpol_lsp.model.words import ports_words
from netpol_lsp.syntax.nodes import Mapping, Node, Sequence, head_span, is_null, walk
from netpol_lsp.syntax.plain import content_key
from netpol_lsp.syntax.rewrite import remove_item
from netpol_lsp.syntax.templates import is_unknown
from netpol_lsp.text.edits import Fix


@policy_rule("NP215", category="intent", severity=Severity.INFO)
def duplicate_entry(ctx: PolicyContext) -> Diagnostics:
    """An entry of a list stands there twice.

    ## Why
    Rules, peers, ports, conditions, values and policy types that stand there twice do no more than once. Often one of the
    copies was meant to be edited.

    It is the meaning that counts for ports: `port: 80` is `{protocol: TCP, port: 80}`, and 80 is part of 80 to 90. Peers
    and rules that others cover without being equal are NP213's and NP214's.

    ## Fix safety
    Safe: the later copy is removed, which changes nothing. There is no fix for a port that is part of a range.

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
    for node in _lists(ctx):
        if isinstance(node, Sequence) and len(node.items) > 1 and node.origin is None:
            yield from _copies(ctx, node)
    for rule in ctx.policy.all_rules:
        if len(rule.ports) > 1:
            yield from _covered_ports(ctx, rule)


# Signs of comments, aliases, escapes and block texts, behind which the letters do not tell.
_OPAQUE = frozenset("#*&\\|>")
# Signs that lay out what is said.
_LAYOUT = b" \t\r\n'\"{}[],:?-"


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


def _may_hold_copies(ctx: PolicyContext, node: Sequence) -> bool:
    """A quick look at the letters: entries with the same content have the same sum, however they are laid out."""
    text = ctx.document.text
    sums = set()
    for item in node.items:
        written = text[item.start : item.end]
        if not _OPAQUE.isdisjoint(written):
            return True
        sums.add(sum(written.encode("utf-8", "replace").translate(None, _LAYOUT)))
    return len(sums) < len(node.items)


def _copies(ctx: PolicyContext, node: Sequence) -> Diagnostics:
    if not _may_hold_copies(ctx, node):
        return
    seen: dict[Hashable, Node] = {}
    for item in node.items:
        # An empty rule or peer has findings of its own; what a template decides may differ.
        if _is_empty(item) or any(is_unknown(part) for part in walk(item)):
            continue
        first = seen.setdefault(content_key(item), item)
        if first is not item:
            yield _finding(ctx, node, item, first, "this entry stands in the list already")


def _covered_ports(ctx: PolicyContext, rule: PolicyRule) -> Diagnostics:
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
    for number, (item, ports) in enumerate(known):
        content = content_key(item)
        if content in written:
            continue
        written.add(content)
        for place, (other, more) in enumerate(known):
            if place == number or not more.covers(ports):
                continue
            is_equal = ports.covers(more)
            if not is_equal:
                message = f"{ports_words(ports)} stands in the list already, in {ports_words(more)}"
                yield _finding(ctx, node, item, other, message, is_fixable=False)
                break
            if place < number:
                yield _finding(ctx, node, item, other, f"{ports_words(ports)} stands in the list already")
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
    return Fix("Remove the copy", edits) if edits else None


def _is_empty(item: Node) -> bool:
    return is_null(item) or (isinstance(item, Mapping) and not item.entries)
