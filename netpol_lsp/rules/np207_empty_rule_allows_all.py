"""NP207 empty-rule-allows-all."""

from __future__ import annotations

from netpol_lsp.lint.diagnostic import Severity
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule
from netpol_lsp.model.fields import Field
from netpol_lsp.model.policy import Direction, PolicyRule, Port
from netpol_lsp.syntax.nodes import Mapping, Node, Sequence, is_null
from netpol_lsp.syntax.rewrite import remove_item
from netpol_lsp.syntax.rewrite_items import empty_list, has_comment
from netpol_lsp.syntax.templates import is_unknown
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span


@policy_rule("NP207", category="intent", severity=Severity.INFO)
def empty_rule_allows_all(ctx: PolicyContext) -> Diagnostics:
    """An empty rule allows everyone on every port.

    ## Why
    A rule that says neither who nor which port allows everything in its direction: `ingress: [{}]` is the opposite of
    `ingress: []`, which allows nothing. Written as `- {}` that is usually meant, so it is only an information.

    A bare dash is null, and the API server reads it as `{}`, too. That is a warning: it is more likely a slip than a
    wish to open everything. The same holds for a bare dash in `ports`, which is every TCP port.

    ## Fix safety
    Unsafe: a bare dash is removed, which closes what it opened; or written out as `{}` if it was meant.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector: {}
        -  # <- NP207
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress:
        - from:
            - podSelector: {}
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: open
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress, Egress]
      ingress:
        - {}  # <- NP207
      egress:
        - ports:
            - {}  # <- NP207
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: closed
      namespace: shop
    spec:
      podSelector: {}
      policyTypes: [Ingress]
      ingress: []
    ```
    """
    policy = ctx.policy
    for rule in policy.all_rules:
        if not policy.has_unknown_types and rule.direction not in policy.effective_types:
            continue
        if _is_empty(rule.node):
            who = "from anyone" if rule.direction is Direction.INGRESS else "to anywhere"
            what = "an item without a value" if is_null(rule.node) else "an empty rule"
            message = f"{what} allows all {rule.direction.rules_key}, {who} on every port"
            yield ctx.finding(
                _place(ctx, rule.node),
                message,
                severity=Severity.WARNING if is_null(rule.node) else None,
                label="allows everything",
                fixes=_fixes(ctx, policy.rules_field(rule.direction), rule.node),
            )
        yield from _ports(ctx, rule)


def _ports(ctx: PolicyContext, rule: PolicyRule) -> Diagnostics:
    for port in rule.ports:
        if _is_empty(port.node):
            what = "an item without a value" if is_null(port.node) else "an empty item"
            yield ctx.finding(
                _place(ctx, port.node),
                f"{what} of `ports` allows every TCP port",
                severity=Severity.WARNING if is_null(port.node) else None,
                label="every TCP port",
                fixes=_port_fixes(ctx, rule, port),
            )


def _is_empty(node: Node) -> bool:
    if isinstance(node, Mapping):
        return not any(True for _ in node.all_entries())
    return is_null(node) and not is_unknown(node)


def _place(ctx: PolicyContext, node: Node) -> Span:
    """The item; its dash where nothing is written behind it."""
    if node.end > node.start:
        return node.span
    dash = max(ctx.document.text.rfind("-", 0, node.start), 0)
    return Span(dash, dash + 1)


def _fixes(ctx: PolicyContext, rules: Field[list[Node]] | None, node: Node) -> list[Fix | None]:
    if not is_null(node) or rules is None or rules.entry is None:
        return []
    if len(rules.value or ()) == 1:
        edits = empty_list(ctx.document, rules.entry)
        removal = (
            Fix(f"Write `{rules.entry.name}: []`, which allows nothing", edits, Applicability.UNSAFE) if edits else None
        )
    else:
        removal = _removal(ctx, rules.node, node)
    return [removal, _write_out(node)]


def _port_fixes(ctx: PolicyContext, rule: PolicyRule, port: Port) -> list[Fix | None]:
    if not is_null(port.node) or rule.ports_field is None:
        return []
    removal = _removal(ctx, rule.ports_field.node, port.node) if len(rule.ports_field.value or ()) > 1 else None
    return [removal, _write_out(port.node)]


def _removal(ctx: PolicyContext, items: Node, node: Node) -> Fix | None:
    if not isinstance(items, Sequence):
        return None
    lines = ctx.source.lines
    line = lines.line_of(node.start)
    if has_comment(ctx.document, Span(lines.line_start(line), lines.line_end(line))):
        return None
    edits = remove_item(ctx.document, items, node)
    return Fix("Remove the empty item", edits, Applicability.UNSAFE) if edits else None


def _write_out(node: Node) -> Fix | None:
    if node.origin is not None:
        return None
    text = "{}" if node.end > node.start else " {}"
    return Fix("Write `{}`, if everything is meant", (TextEdit(node.span, text),), Applicability.UNSAFE)
