"""What a run found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.text.edits import Applicability
from netpol_lsp.text.source import Source

_BEST_FIRST = (Applicability.SAFE, Applicability.UNSAFE, Applicability.DISPLAY)


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in one file: how many documents and NetworkPolicies it has, and its findings in order."""

    source: Source
    documents: int
    policies: int
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of findings. Suppressed ones count as `suppressed` only.

    `fixable` findings have a fix that can be applied: `safe` of them a safe one, `unsafe` only unsafe ones.
    """

    error: int = 0
    warning: int = 0
    info: int = 0
    hint: int = 0
    suppressed: int = 0
    safe: int = 0
    unsafe: int = 0

    @property
    def fixable(self) -> int:
        """How many findings can be fixed by the tool."""
        return self.safe + self.unsafe

    @property
    def total(self) -> int:
        """How many findings are not suppressed."""
        return self.error + self.warning + self.info + self.hint


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found: counts, and one result a file, sorted by path.

    `context` are sources that findings may point to although they were not linted themselves.
    """

    files: int
    documents: int
    policies: int
    results: tuple[FileReport, ...]
    context: tuple[Source, ...] = ()

    @property
    def summary(self) -> Summary:
        """The counts of all findings."""
        return summarise(self.results)

    def sources(self) -> dict[str, Source]:
        """The texts that findings may point to, by URI."""
        found = {source.uri: source for source in self.context}
        found.update((result.source.uri, result.source) for result in self.results)
        return found


def make_report(results: Iterable[FileReport], context: Iterable[Source] = ()) -> Report:
    """The report of a run over the files of `results`."""
    kept = tuple(results)
    documents = sum(result.documents for result in kept)
    policies = sum(result.policies for result in kept)
    return Report(len(kept), documents, policies, kept, tuple(context))


def unsuppressed(report: FileReport) -> FileReport:
    """The report with every finding counted, whatever suppresses it."""
    return replace(report, diagnostics=tuple(replace(found, suppressed=None) for found in report.diagnostics))


def summarise(results: Iterable[FileReport]) -> Summary:
    """The counts of the findings of some files."""
    severities: Counter[Severity] = Counter()
    applicabilities: Counter[Applicability | None] = Counter()
    suppressed = 0
    for result in results:
        for found in result.diagnostics:
            if found.suppressed is not None:
                suppressed += 1
                continue
            severities[found.severity] += 1
            applicabilities[best_applicability(found)] += 1
    return Summary(
        error=severities[Severity.ERROR],
        warning=severities[Severity.WARNING],
        info=severities[Severity.INFO],
        hint=severities[Severity.HINT],
        suppressed=suppressed,
        safe=applicabilities[Applicability.SAFE],
        unsafe=applicabilities[Applicability.UNSAFE],
    )


def best_applicability(found: Diagnostic) -> Applicability | None:
    """How far the most trustworthy fix of a finding may be trusted; None when it has no fix."""
    offered = {fix.applicability for fix in found.fixes}
    return next((applicability for applicability in _BEST_FIRST if applicability in offered), None)
