"""NP101 unknown-field."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.text.edits import Fix
from netpol_lsp.yaml.paths import render_path

if TYPE_CHECKING:
    from netpol_lsp.lint.misplaced import Misplaced
    from netpol_lsp.lint.schema import SchemaFinding


@document_rule(
    "NP101", category="api", severity=Severity.ERROR, judges_structure=True, on_partial=True, needs=Trigger.VIOLATIONS
)
def unknown_field(ctx: Context) -> Diagnostics:
    """A field that NetworkPolicy does not have.

    ## Why
    The API server refuses unknown fields, and so does kubectl. Where an older client drops them silently, the policy
    becomes wider than it was meant: a selector without its labels selects everything. Field names are case sensitive.

    The message says where the field belongs: one or more levels further out or in, under a key that is missing, in an
    item of a list, or under another name. What belongs to another kind of policy (`nodeSelector`, `toFQDNs`, `icmps`) is
    called so. Until the field is in its place, nothing is said of what seems to be missing in the policy.

    ## Fix safety
    Each move and each rename is tried first: it is offered when the API server has less to refuse after it. Safe where
    one place or name is left and the value fits it (`matchLables`, `to` under ingress, labels without `matchLabels`, a
    peer without `from`, `policyTypes` below `podSelector`, `TCP: 80` among ports, a `status` left in); otherwise unsafe.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector:
        matchLables:  # <- NP101
          app: web
      ingress:
        - from:
            - podSelector:
                app: frontend  # <- NP101
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
      ingress:
        - from:
            - podSelector:
                matchLabels:
                  app: frontend
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
      ingress:
        - podSelector: {}  # <- NP101
          port: 80  # <- NP101
          protocol: TCP  # <- NP101
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
        - from:
            - podSelector: {}
          ports:
            - port: 80
              protocol: TCP
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
    ```
    """
    from netpol_lsp.lint.misplaced import Groups, misplaced_fields, read_misplaced  # noqa: PLC0415 - start-up is a feature
    from netpol_lsp.lint.misplaced_words import explain_misplaced  # noqa: PLC0415 - start-up is a feature

    groups = Groups()
    for found in misplaced_fields(ctx.schema):
        assert found.entry is not None
        if found.detail == "status" and not found.path[:-1] and ctx.settings.kubernetes_version in _WITH_STATUS:
            continue
        parent = render_path(found.path[:-1])
        # As the API server spells it: the name with its dots, odd characters escaped.
        name = "".join(_escaped(char) for char in found.detail)
        misplaced = read_misplaced(found, groups)
        yield ctx.finding(
            found.entry.key,
            _message(found, explain_misplaced(misplaced) if misplaced is not None else ""),
            label="unknown field",
            fixes=partial(_fixes, ctx, misplaced) if misplaced is not None else (),
            field=f"{parent}.{name}" if parent else name,
        )


# These versions had `status`; it was taken away again.
_WITH_STATUS = frozenset((1, minor) for minor in range(24, 28))


def _escaped(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    if char.isprintable():
        return char
    return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\u{ord(char):04x}")


def _message(found: SchemaFinding, hint: str) -> str:
    names = [step for step in found.path[:-1] if isinstance(step, str)]
    place = names[-1] if names else "NetworkPolicy"
    return f"unknown field `{found.detail}` in `{place}`" + (f": {hint}" if hint else "")


def _fixes(ctx: Context, misplaced: Misplaced) -> list[Fix]:
    from netpol_lsp.lint.misplaced_fixes import MisplacedFixes  # noqa: PLC0415 - start-up is a feature, and few findings need it

    return MisplacedFixes(ctx.analysis, ctx.settings, misplaced).fixes()
