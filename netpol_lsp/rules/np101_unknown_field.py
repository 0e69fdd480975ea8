"""NP101 unknown-field."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.schema import SchemaFinding
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.text.edits import Applicability, Fix
from netpol_lsp.yaml.edit.mappings import remove_entry, rename_key
from netpol_lsp.yaml.edit.move_keys import nest_entries
from netpol_lsp.yaml.nodes import Mapping, Scalar
from netpol_lsp.yaml.paths import lookup, render_path


@document_rule(
    "NP101", category="api", severity=Severity.ERROR, judges_structure=True, on_partial=True, needs=Trigger.VIOLATIONS
)
def unknown_field(ctx: Context) -> Diagnostics:
    """A field that NetworkPolicy does not have.

    ## Why
    The API server refuses unknown fields, and so does kubectl. Where an older client drops them silently, the policy
    becomes wider than it was meant: a selector without its labels selects everything. Field names are case sensitive.

    ## Fix safety
    Safe where one field of this place is meant beyond doubt (`matchLables`, `to` under ingress, labels without
    `matchLabels`, a `status` left in); otherwise unsafe.

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
    for found in ctx.schema:
        if found.keyword == "additionalProperties" and found.entry is not None:
            parent = render_path(found.path[:-1])
            # As the API server spells it: the name with its dots, odd signs escaped.
            name = "".join(_escaped(char) for char in found.detail)
            field = f"{parent}.{name}" if parent else name
            yield ctx.finding(
                found.entry.key, _message(found), label="unknown field", fixes=partial(_fixes, ctx, found), field=field
            )


_SELECTORS = ("podSelector", "namespaceSelector")
# Fields of the other direction, and what they are called in this one.
_TWINS = {"from": "to", "to": "from"}


def _escaped(char: str) -> str:
    if char in '\\"':
        return f"\\{char}"
    if char.isprintable():
        return char
    return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\u{ord(char):04x}")


def _message(found: SchemaFinding) -> str:
    name, place = found.detail, _place(found)
    if name == "status" and not found.path[:-1]:
        return "NetworkPolicy has no `status`: what a cluster once added must not be applied again"
    if _needs_match_labels(found):
        return f"unknown field `{name}` in `{place}`: labels stand under `matchLabels`"
    hint = _hint(found)
    return f"unknown field `{name}` in `{place}`" + (f": {hint}" if hint else "")


def _place(found: SchemaFinding) -> str:
    names = [step for step in found.path[:-1] if isinstance(step, str)]
    return names[-1] if names else "NetworkPolicy"


def _hint(found: SchemaFinding) -> str:
    name, known = found.detail, _known(found)
    if _TWINS.get(name) in known:
        return f"it is called `{_TWINS[name]}` here"
    if name in ("cidr", "except") and "ipBlock" in known:
        return "it belongs under `ipBlock`"
    if name in ("ports", "port", "protocol", "endPort") and "ipBlock" in known:
        return "`ports` stands beside the list of peers, not in a peer"
    if name in ("port", "protocol", "endPort") and "ports" in known:
        return "it belongs to an item of `ports`"
    candidates = closest(name, known)
    return f"did you mean {_any_of(candidates)}?" if candidates else ""


def _any_of(words: list[str]) -> str:
    return " or ".join(f"`{word}`" for word in words[:2])


def _known(found: SchemaFinding) -> tuple[str, ...]:
    return tuple(found.parent.get("properties", {}))


def _needs_match_labels(found: SchemaFinding) -> bool:
    """Whether it is a label that stands in a selector without its matchLabels."""
    if not _is_selector(found) or found.detail in ("key", "operator", "values"):
        return False
    return isinstance(found.node, Scalar) and not closest(found.detail, _known(found))


def _is_selector(found: SchemaFinding) -> bool:
    return len(found.path) > 1 and found.path[-2] in _SELECTORS


def _fixes(ctx: Context, found: SchemaFinding) -> list[Fix]:
    holder, _ = lookup(found.object_node, found.path[:-1])
    if not isinstance(holder, Mapping) or found.entry is None or found.entry.key.origin is not None:
        return []
    if found.detail == "status" and not found.path[:-1]:
        edits = remove_entry(ctx.document, holder, found.entry)
        return [Fix("Remove the status", edits)] if edits else []
    if _needs_match_labels(found):
        names = frozenset(entry.name or "" for entry in holder.entries) - {"matchLabels", "matchExpressions"}
        edits = nest_entries(ctx.document, holder, names, "matchLabels")
        return [Fix("Put the labels under `matchLabels`", edits)] if edits else []
    if found.detail in ("cidr", "except") and "ipBlock" in _known(found):
        edits = nest_entries(ctx.document, holder, frozenset({"cidr", "except"}), "ipBlock")
        return [Fix("Put it under `ipBlock`", edits)] if edits else []
    return _renames(ctx, found, holder)


def _renames(ctx: Context, found: SchemaFinding, holder: Mapping) -> list[Fix]:
    """The fields that it may be meant for, as far as they are not there yet."""
    assert found.entry is not None
    known = [name for name in _known(found) if holder.get(name) is None]
    twin = _TWINS.get(found.detail)
    candidates = [twin] if twin in known else closest(found.detail, known)
    applicability = Applicability.SAFE if len(candidates) == 1 else Applicability.UNSAFE
    fixes = []
    for name in candidates[:3]:
        edits = rename_key(ctx.document, found.entry, name)
        if edits:
            fixes.append(Fix(f"Rename it to `{name}`", edits, applicability))
    return fixes
