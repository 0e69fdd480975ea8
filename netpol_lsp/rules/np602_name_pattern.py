"""NP602 name-pattern."""

from __future__ import annotations

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.rule_info import Option
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, policy_rule


def _check(pattern: str) -> None:
    from netpol_lsp.text.pattern import PatternError, compile_pattern  # noqa: PLC0415 - where a pattern is set

    try:
        compile_pattern(pattern)
    except PatternError as error:
        message = f"is not a valid regular expression: {error}"
        raise ValueError(message) from None


@policy_rule(
    "NP602",
    category="style",
    severity=Severity.HINT,
    opt_in=True,
    on_partial=True,
    options=(Option("pattern", str, "", "a regular expression that names must match from start to end", _check),),
)
def name_pattern(ctx: PolicyContext) -> Diagnostics:
    """The name of a policy does not follow the team's pattern.

    ## Why
    Names that follow a pattern can be found. The option `pattern` says which; without it the rule is silent.

    ```yaml bad {"pattern": "(allow|deny)-.*"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web  # <- NP602
      namespace: shop
    spec:
      podSelector: {}
    ```

    ```yaml good {"pattern": "web.*"}
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    spec:
      podSelector: {}
    ```
    """
    name = ctx.policy.object.name_field
    pattern = ctx.options["pattern"]
    if not pattern or name is None or not name.value:
        return
    from netpol_lsp.text.pattern import compile_pattern  # noqa: PLC0415 - where a pattern is set

    if not compile_pattern(pattern).fullmatch(name.value):
        yield ctx.finding(name, f"name `{name.value}` does not follow the pattern `{pattern}`")
