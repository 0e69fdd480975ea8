"""NP120 non-canonical-cidr."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.kube.net.cidr import Cidr, is_strict_subset, parse_cidr
from netpol_lsp.kube.typed_field import Field
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, Trigger, policy_rule
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import replace_scalar


@policy_rule("NP120", category="api", severity=Severity.ERROR, on_partial=True, needs=Trigger.IP_BLOCKS)
def non_canonical_cidr(ctx: PolicyContext) -> Diagnostics:
    """An address range is not written in its one canonical form.

    ## Why
    `10.0.0.5/8` means 10.0.0.0/8: the bits after the prefix are ignored, which is rarely what was meant.
    `010.0.0.0/8` is octal for some readers, and `::ffff:10.0.0.0/104` is IPv4 in disguise. From Kubernetes 1.36 on
    the API server refuses these; from 1.33 it warns. IPv6 with capital letters or needless zeros is a warning only.

    ## Fix safety
    Safe: the canonical form means the same to the API server. Where host bits are dropped, the single address is
    offered too, as unsafe, in case that was meant.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      egress:
        - to:
            - ipBlock:
                cidr: 10.20.30.40/16  # <- NP120
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      egress:
        - to:
            - ipBlock:
                cidr: 10.20.0.0/16
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      egress:
        - to:
            - ipBlock:
                cidr: 10.20.0.0/16
    ```
    """
    for block in ctx.policy.ip_blocks:
        outer = _read(block.cidr)
        for field in (block.cidr, *block.excepts):
            cidr = _read(field)
            if field is not None and cidr is not None and (cidr.non_canonical_ipv6 or not cidr.is_strict):
                is_range = field is block.cidr
                if not is_range and outer is not None and not is_strict_subset(outer, cidr):
                    continue  # refused in any case: NP113 tells
                has_excepts = is_range and bool(block.excepts)
                yield _finding(ctx, field, cidr, None if is_range else outer, has_excepts=has_excepts)


_REFUSED_SINCE = (1, 36)


def _read(field: Field[str] | None) -> Cidr | None:
    cidr = parse_cidr(field.value) if field is not None and field.value else None
    return cidr if isinstance(cidr, Cidr) else None


def _finding(ctx: PolicyContext, field: Field[str], cidr: Cidr, outer: Cidr | None, *, has_excepts: bool) -> Diagnostic:
    """`outer` is the range that it is an exception of; `has_excepts`: it has exceptions itself."""
    is_refused = not cidr.is_strict and ctx.settings.kubernetes_version >= _REFUSED_SINCE
    fixes = []
    canonical = parse_cidr(cidr.canonical)
    # Some odd forms pass as exceptions where their canonical form does not: then there is no fix.
    if outer is None or (isinstance(canonical, Cidr) and is_strict_subset(outer, canonical)):
        fixes.append(_fix(ctx, field, cidr.canonical, Applicability.SAFE))
    single = parse_cidr(cidr.single)
    if cidr.host_bits and isinstance(single, Cidr) and (is_strict_subset(outer, single) if outer else not has_excepts):
        fixes.append(_fix(ctx, field, cidr.single, Applicability.UNSAFE))
    return ctx.finding(
        field,
        f"`{cidr.text}` {_why(cidr)}: it means {cidr.canonical}",
        severity=Severity.ERROR if is_refused else Severity.WARNING,
        label="refused from Kubernetes 1.36 on" if not cidr.is_strict else "",
        fixes=fixes,
    )


def _why(cidr: Cidr) -> str:
    if cidr.host_bits:
        return "has bits set after its prefix"
    if cidr.leading_zeros:
        return "has leading zeros"
    if cidr.ipv4_mapped:
        return "is an IPv4 range written as IPv6"
    return "is not the usual form of an IPv6 range"


def _fix(ctx: PolicyContext, field: Field[str], text: str, applicability: Applicability) -> Fix | None:
    edits = replace_scalar(ctx.document, field.node, text)
    return ctx.fix(f"Write `{text}`", edits, applicability)
