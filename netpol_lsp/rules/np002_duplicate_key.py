"""NP002 duplicate-key."""

from __future__ import annotations

from functools import partial

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.lint.rule import Context, Diagnostics, Trigger, document_rule
from netpol_lsp.lint.syntax_findings import problems_of
from netpol_lsp.text.edits import Applicability, Fix, TextEdit
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.edit.mappings import remove_entry
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, walk
from netpol_lsp.yaml.paths import path_at, path_of, render_path
from netpol_lsp.yaml.problems import ProblemKind, SyntaxProblem
from netpol_lsp.yaml.to_python import to_python


@document_rule(
    "NP002",
    category="syntax",
    severity=Severity.ERROR,
    judges_structure=True,
    on_partial=True,
    needs=Trigger.PROBLEMS,
    never_traded=True,
)
def duplicate_key(ctx: Context) -> Diagnostics:
    """A key is set twice in one mapping.

    ## Why
    The API server refuses the manifest, but `kubectl apply` does not let it come to that: it keeps the last value and
    silently drops the earlier one. Often a dash is missing, so that two list items became one, or a key was
    copied and the first copy forgotten. Where `apiVersion` and `kind` are set twice, a `---` is missing.

    A key that overrides one from `<<` counts as a duplicate, too.

    ## Fix safety
    The fix removes the earlier one: what stays is what `kubectl apply` would keep. It is safe when both have the same
    value, else unsafe, since the other one may be meant. Other fixes keep both: two items for two addresses, ports or
    peers, one list of two lists, `In` for two values of a label; unsafe, too. A missing `---` is inserted safely.

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
            - port: 80
              port: 443  # <- NP002
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
            - port: 443
    ```

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    apiVersion: networking.k8s.io/v1  # <- NP002
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
    ```

    ```yaml fixed
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: web
      namespace: shop
    ---
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: db
      namespace: shop
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
            - port: 443
    ```
    """
    problems = list(problems_of(ctx, ProblemKind.DUPLICATE))
    entries = _entries(ctx.document.root) if problems else {}
    glued = _glued_objects(ctx, problems)
    for first, *_ in glued:
        yield _missing_separator(ctx, first)
    said = {id(problem) for group in glued for problem in group}
    for problem in problems:
        if id(problem) not in said:
            yield _duplicate(ctx, problem, entries)


_HEADS = ("apiVersion", "kind")


def _path(ctx: Context, span: Span) -> str:
    """The path of the mapping whose `<<` is at a span."""
    owner = next((found for found in ctx.objects if found.node.span.covers(span)), None)
    return render_path(path_at(owner.node, span)) if owner is not None else ""


def _entries(root: Node | None) -> dict[int, tuple[Mapping, Entry]]:
    """Each entry that is written, by where its key starts, with its mapping."""
    found: dict[int, tuple[Mapping, Entry]] = {}
    for node in walk(root) if root is not None else ():
        if isinstance(node, Mapping) and node.origin is None:
            for entry in node.entries:
                found.setdefault(entry.key.start, (node, entry))
    return found


def _glued_objects(ctx: Context, problems: list[SyntaxProblem]) -> list[list[SyntaxProblem]]:
    """Duplicates that mean that another object starts: a new `apiVersion` with its `kind`, at the top level."""
    root = ctx.document.root
    if not isinstance(root, Mapping) or root.flow:
        return []
    top = {entry.key.start: entry.name or "" for entry in root.entries}
    twice = [problem for problem in problems if problem.span.start in top]
    if not {top[problem.span.start] for problem in twice} >= set(_HEADS):
        return []
    groups: list[list[SyntaxProblem]] = []
    names: set[str] = set()
    for problem in sorted(twice, key=lambda one: one.span.start):
        name = top[problem.span.start]
        if name in _HEADS and (not groups or name in names):
            groups.append([])
            names = set()
        if groups:
            groups[-1].append(problem)
            names.add(name)
    return [group for group in groups if len(group) > 1]


def _missing_separator(ctx: Context, problem: SyntaxProblem) -> Diagnostic:
    start = _start_with_comments(ctx, ctx.source.lines.line_of(problem.span.start))
    edit = TextEdit(Span(start, start), f"---{ctx.source.newline}")
    related = [ctx.related(problem.related, "the first object starts here")] if problem.related else []
    return ctx.finding(
        problem.span,
        "another object starts here without `---` before it: kubectl apply silently keeps only the last one",
        label="no `---`",
        related=related,
        fixes=[Fix("Insert `---`", (edit,))],
    )


def _start_with_comments(ctx: Context, line: int) -> int:
    """Where a line starts, or the comments right above it, which are about it."""
    lines = ctx.source.lines
    while line and ctx.source.text.startswith("#", lines.line_start(line - 1)):
        line -= 1
    return lines.line_start(line)


def _duplicate(ctx: Context, problem: SyntaxProblem, entries: dict[int, tuple[Mapping, Entry]]) -> Diagnostic:
    if problem.field:
        return _overridden(ctx, problem, entries)
    if problem.related is None or problem.span.start not in entries or problem.related.start not in entries:
        return ctx.finding(problem.span, problem.message, label="set twice")
    mapping, earlier = entries[problem.related.start]
    _, later = entries[problem.span.start]
    same = to_python(earlier.value).value == to_python(later.value).value
    edits = remove_entry(ctx.document, mapping, earlier)
    fix = ctx.fix("Remove the earlier one", edits, Applicability.SAFE if same else Applicability.UNSAFE)
    effect = "with the same value" if same else "and kubectl apply silently keeps the last one"
    return ctx.finding(
        later.key,
        f"key `{later.name}` is set twice in this mapping, {effect}",
        label="second time",
        related=[ctx.related(earlier.key, "first time")],
        fixes=[fix] if same else partial(_different, ctx, fix, mapping, earlier, later),
    )


def _different(ctx: Context, fix: Fix | None, mapping: Mapping, earlier: Entry, later: Entry) -> list[Fix | None]:
    """Remove the earlier one, or keep what both say."""
    from netpol_lsp.lint.duplicate_fixes import keep_both  # noqa: PLC0415 - start-up is a feature, and few findings need it

    owner = next((found for found in ctx.objects if found.node.span.covers(mapping.span)), None)
    path = path_of(owner.node, mapping) if owner is not None else None
    if path is None:
        return [fix]
    return [fix, *keep_both(ctx.analysis, ctx.settings, mapping, earlier, later, path)]


def _overridden(ctx: Context, problem: SyntaxProblem, entries: dict[int, tuple[Mapping, Entry]]) -> Diagnostic:
    """A key that is there already when `<<` brings it in."""
    mapping, _ = entries.get(problem.span.start, (None, None))
    own = next((entry for entry in mapping.entries if entry.name == problem.field), None) if mapping else None
    parent = _path(ctx, problem.span)
    return ctx.finding(
        problem.span,
        problem.message,
        label="set twice",
        related=[ctx.related(own.key, "set here, too")] if own is not None else [],
        field=f"{parent}.{problem.field}" if parent else problem.field,
    )
