"""Reports of files with the findings of what was rendered from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.lint.report import FileReport
from netpol_lsp.project.rendered_findings import FileFindings, RenderedFinding, by_file, join
from netpol_lsp.project.renderings import Renderings
from netpol_lsp.text.source import Source

_NOTHING = FileFindings()


def with_rendered(
    reports: Sequence[FileReport],
    found: Sequence[RenderedFinding],
    renderings: Renderings,
    configs: Mapping[str, FileConfig],
) -> list[FileReport]:
    """The reports with what renderings add and refute; files that were not linted get a report where something is shown in them.

    `configs`: what holds for each file that was linted, by its name in the report.
    """
    known = {report.source.uri: report for report in reports}
    paths = {**renderings.paths, **{renderings.name_file(one.path): one.path for one in renderings.problems}}
    paths |= {renderings.name_file(path): path for text in renderings.texts for path in text.rendering.inputs}

    def read(uri: str) -> Source | None:
        if uri in known:
            return known[uri].source
        source = read_source(paths[uri]) if uri in paths else None
        return None if source is None or isinstance(source, ReadProblem) else replace(source, uri=uri)

    by_uri = by_file(found, renderings, read)
    result = [
        _with_more(report, by_uri.get(report.source.uri, _NOTHING), renderings, configs.get(report.source.uri))
        for report in reports
    ]
    fallback = next((text.config for text in renderings.texts), None)
    for uri, more in by_uri.items():
        source = None if uri in known else read(uri)
        if source is not None and (more.rendered or more.failures):
            config = next(iter(configs.values()), None) or fallback
            result.append(_with_more(FileReport(source, 0, 0, ()), more, renderings, config))
    return result


def _with_more(report: FileReport, more: FileFindings, renderings: Renderings, config: FileConfig | None) -> FileReport:
    is_concerned = more.rendered or more.failures or (report.diagnostics and report.source.uri in renderings.stands_for)
    if config is None or not is_concerned:
        return report
    return replace(report, diagnostics=join(report.source, report.diagnostics, more, renderings, config))
