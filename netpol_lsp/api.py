r"""The public Python API: lint and explain NetworkPolicies from a program of your own.

Everything here is stable: see docs/api.md for what that means. Other modules of the package may change at any time.

    >>> import netpol_lsp
    >>> text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelecto: {}}\n"
    >>> [finding.code for finding in netpol_lsp.lint_text(text) if finding.is_refused]
    ['NP101']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netpol_lsp.config.config import Config
from netpol_lsp.explanations.policy import Explanation, explain_policy
from netpol_lsp.findings.diagnostic import Category, Diagnostic, ObjectRef, Severity
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.project.batch import BatchRun
from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.config_files import load_config as read_config
from netpol_lsp.project.context_inputs import load_context
from netpol_lsp.project.disk_cache import Cache
from netpol_lsp.project.inputs import StdinOverlay, find_manifests, make_inputs
from netpol_lsp.text.edits import Applicability, TextEdit, apply_edits
from netpol_lsp.text.edits import Fix as _Fix
from netpol_lsp.text.source import Source, make_source
from netpol_lsp.text.span import Span

__all__ = [
    "Applicability",
    "Category",
    "Config",
    "ConfigError",
    "Edit",
    "Explanation",
    "Finding",
    "Fix",
    "LintResult",
    "Position",
    "Severity",
    "explain",
    "lint_paths",
    "lint_text",
    "load_config",
]


class ConfigError(ValueError):
    """A config file cannot be used. `problems` are lines as in `.netpol-lint.yaml:3:1: unknown key ...`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text: `line` and `column` from 1, `offset` from 0; columns and offsets count code points.

    A byte order mark at the start of a file does not count.
    """

    line: int
    column: int
    offset: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the text from `start` up to `end` (exclusive) by `text`; equal positions insert."""

    start: Position
    end: Position
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of one file that repair a finding together.

    `title` is an imperative sentence. `applicability`: `safe` keeps what the manifest does, `unsafe` changes which
    traffic is allowed or guesses, `display` is shown but never applied by itself.
    """

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]

    def apply(self, text: str) -> str:
        """The text with the edits made; `text` must be the text that the finding is about, without a byte order mark.

        Raises ValueError when the edits do not fit the text.
        """
        return apply_edits(text, [_text_edit(edit) for edit in self.edits])


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a rule.

    `path` is the file as it was named, `document` the number of the YAML document in it, from 0. The exact token is at
    `start` up to `end` (exclusive). `kind`, `namespace` and `object_name` say which object it is about, None where the
    manifest does not say; `field` is the path in the object, as in `spec.egress[0].to[1]`, "" where there is none.
    `suppressed`: the reason that someone gave for wanting it as it is ("" when they gave none); None: it is reported.
    `fingerprint` identifies the finding whatever its line.
    """

    path: str
    document: int
    code: str
    name: str
    category: Category
    severity: Severity
    message: str
    start: Position
    end: Position
    kind: str | None
    namespace: str | None
    object_name: str | None
    field: str
    fixes: tuple[Fix, ...]
    suppressed: str | None
    fingerprint: str

    @property
    def is_refused(self) -> bool:
        """Whether it says that the API server refuses the manifest."""
        return self.severity is Severity.ERROR and self.category in (Category.SYNTAX, Category.API)


@dataclass(frozen=True, slots=True)
class LintResult:
    """What `lint_paths` found: `findings` by path and position, and how many files and policies were read.

    `unreadable` are sentences about files that could not be read; the others were linted all the same.
    """

    findings: tuple[Finding, ...]
    files: int
    policies: int
    unreadable: tuple[str, ...] = ()


def lint_text(text: str, path: str = "<text>", config: Config | None = None) -> tuple[Finding, ...]:
    """The findings of one text, sorted by position; suppressed ones are among them. Never raises for any text.

    `path` is what the findings call it, and what `overrides` of the configuration are matched against. Only the
    policies of the text itself are known to the rules.
    """
    analysis = analyse(make_source(path, text))
    report = lint(analysis, (config or Config()).for_file(path))
    return tuple(_finding(found, report.source) for found in report.diagnostics)


def lint_paths(paths: Iterable[str] = (".",), config: Config | None = None) -> LintResult:
    """The findings of files and folders, as `netpol-lint check` finds them; suppressed ones are among them.

    `paths` may be globs. Without `config` each file has the nearest `.netpol-lint.yaml` upwards. All policies that are
    found count for each other. Raises ConfigError when a config file is wrong.
    """
    configs = ConfigFiles(config.layers if config is not None else (), ignore_files=config is not None)
    found = find_manifests(list(paths), configs)
    inputs = make_inputs(found.paths, configs, None)
    problems = [str(problem) for loaded in configs.loaded() for problem in loaded.problems if not problem.is_note]
    if problems:
        raise ConfigError(problems)
    context = load_context(inputs)
    result = BatchRun(Cache(None, ""), StdinOverlay(), context=context).run(inputs)
    return LintResult(
        findings=tuple(_finding(one, report.source) for report in result.reports for one in report.diagnostics),
        files=len(result.reports),
        policies=sum(report.policies for report in result.reports),
        unreadable=tuple(map(str, (*found.problems, *context.problems, *result.problems))),
    )


def explain(text: str, namespace: str | None = None) -> tuple[Explanation, ...]:
    """What each policy of a text does, in plain English, in the order of the text.

    `namespace` is what a missing namespace means; None when no one knows.
    """
    analysis = analyse(make_source("<text>", text))
    return tuple(
        explain_policy(found.policy, namespace, is_partial=found.is_partial) for found in policies_in(analysis)
    )


def load_config(path: str) -> Config:
    """The configuration of a config file and of those that it extends.

    Raises ConfigError when one of them cannot be read, or is wrong.
    """
    loaded = read_config(path)
    problems = [str(problem) for problem in loaded.problems if not problem.is_note]
    if problems:
        raise ConfigError(problems)
    return loaded.config


def _finding(found: Diagnostic, source: Source) -> Finding:
    about = found.object or ObjectRef(None, None, None)
    return Finding(
        path=source.uri,
        document=found.document,
        code=found.code,
        name=found.name,
        category=found.category,
        severity=found.severity,
        message=found.message,
        start=_position(source, found.span.start),
        end=_position(source, found.span.end),
        kind=about.kind,
        namespace=about.namespace,
        object_name=about.name,
        field=found.field,
        fixes=tuple(_fix(fix, source) for fix in found.fixes),
        suppressed=None if found.suppressed is None else found.suppressed.reason,
        fingerprint=found.fingerprint,
    )


def _fix(fix: _Fix, source: Source) -> Fix:
    edits = (Edit(_position(source, one.span.start), _position(source, one.span.end), one.text) for one in fix.edits)
    return Fix(fix.title, fix.applicability, tuple(edits))


def _position(source: Source, offset: int) -> Position:
    line, column = source.lines.position(offset)
    return Position(line + 1, column + 1, offset)


def _text_edit(edit: Edit) -> TextEdit:
    return TextEdit(Span(edit.start.offset, edit.end.offset), edit.text)
