"""NP110 invalid-port."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.names import port_name_problem
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.policies.networkpolicy.peer import Port
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.yaml.edit.mappings import insert_entry, replace_scalar
from netpol_lsp.yaml.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from netpol_lsp.lint.port_notation import WrittenPort

_RANGE = re.compile(r"\s*\d{1,5}\s*[-:]\s*\d{1,5}\s*")


@policy_rule("NP110", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.PORTS)
def invalid_port(ctx: PolicyContext) -> Diagnostics:
    """A port is neither a number from 1 to 65535 nor the name of a container port.

    ## Why
    A port in quotes is a name, and a name needs a letter: `"80"` is refused. Names have at most 15 lower-case
    letters, digits and hyphens. A range is written with `endPort`, not as `80-90`.

    ## Fix safety
    Safe for digits in quotes and for upper case in a name; a range (`80-90`, `80:90`) becomes `port` and `endPort`, a list
    (`80,443`) an item for each, and `53/udp` gets its protocol, safe too, since nothing else can be meant. `*` is left
    out, unsafe: it may mean every port of one protocol or of all.

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
            - port: "80"  # <- NP110
            - port: HTTP  # <- NP110
            - port: 8080-8090  # <- NP110
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
            - port: 80
            - port: http
            - port: 8080
              endPort: 8090
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
            - port: 80
            - port: http
    ```
    """
    for rule in ctx.policy.all_rules:
        for port in rule.ports:
            field = port.port
            if field is None or field.value is None or not isinstance(field.node, Scalar):
                continue
            value = field.value
            if isinstance(value, int):
                if not 1 <= value <= 65535 and -(2**31) <= value < 2**31:
                    yield ctx.finding(field, f"port `{value}` is not between 1 and 65535", label="not a port")
            elif problem := port_name_problem(value):
                message = (
                    f"port `{value}` in quotes is a name, and a name needs a letter"
                    if _is_number(value)
                    else f"`{value}` is not a port: a range is written as `port` and `endPort`"
                    if _RANGE.fullmatch(value)
                    else f"port name `{value}` {problem}"
                )
                yield ctx.finding(field, message, label="not a port", fixes=partial(_fixes, ctx, port, value))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535


def _fixes(ctx: PolicyContext, port: Port, value: str) -> Fix | None:
    assert port.port is not None
    node = port.port.node
    assert isinstance(node, Scalar)
    if node.origin is not None:
        return None
    if _is_number(value):
        return Fix("Write the port as a number", (TextEdit(node.span, str(int(value))),))
    from netpol_lsp.lint.port_notation import read_port  # noqa: PLC0415 - start-up is a feature, and few findings need it

    written = read_port(value)
    if written is None:
        lower = value.strip().lower()
        edits = None if lower == value or port_name_problem(lower) else replace_scalar(ctx.document, node, lower)
        return ctx.fix(f"Write `{lower}`", edits)
    if len(written) == 1 and written[0].protocol is None and written[0].last is not None:
        first, last = written[0].first, written[0].last
        return _range_fix(ctx, port, int(first), last) if first is not None else None
    return _rewritten(ctx, node, written)


def _rewritten(ctx: PolicyContext, node: Scalar, written: list[WrittenPort]) -> Fix | None:
    """The item with what the notation says, once for each port in it."""
    title = (
        "Make an item of each"
        if len(written) > 1
        else "Write port and protocol"
        if written[0].first
        else "Leave the port out"
    )
    from netpol_lsp.lint.port_rewriting import write_ports  # noqa: PLC0415 - start-up is a feature, and few findings need it
    from netpol_lsp.lint.refusals import Outcome, may_try, outcome  # noqa: PLC0415
    from netpol_lsp.yaml.cst.change import restructure  # noqa: PLC0415

    is_tried = may_try(ctx.analysis)
    edits = restructure(ctx.document, lambda tree: write_ports(tree, node, written)) if is_tried else None
    if not edits or outcome(ctx.analysis, edits, ctx.settings, "spec") is not Outcome.ACCEPTED_MORE:
        return None
    # Without a number every port of a protocol is meant, or of all: who knows.
    return Fix(title, edits, Applicability.SAFE if all(one.first for one in written) else Applicability.UNSAFE)


def _range_fix(ctx: PolicyContext, port: Port, first: int, last: int) -> Fix | None:
    if port.end_port is not None or port.port is None or not isinstance(port.node, Mapping):
        return None
    added = insert_entry(ctx.document, port.node, "endPort", last, after=port.port.entry)
    if added is None:
        return None
    edit = TextEdit(port.port.node.span, str(first))
    if added[0].span.start == port.port.node.end:
        return Fix("Write it as a range", (TextEdit(edit.span, edit.text + added[0].text),))
    return Fix("Write it as a range", (edit, *added))
