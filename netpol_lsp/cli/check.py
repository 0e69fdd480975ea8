"""`netpol-lint check`: find, lint, fix, report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, read_stdin, report_config_problems
from netpol_lsp.cli.main import COMMANDS, FAILED, FOUND, OK
from netpol_lsp.cli.options import parse_check
from netpol_lsp.cli.output import FOR_PEOPLE, format_name, write_report, write_text
from netpol_lsp.cli.progress import ProgressBar
from netpol_lsp.files.discovery import BASELINE_NAME
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.files.writing import WriteError, encode_text
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.findings.tool_codes import INTERNAL_ERROR, NOT_READ
from netpol_lsp.lint.report import FileReport, make_report, unsuppressed
from netpol_lsp.project.batch import BatchRun, unread_report
from netpol_lsp.project.batch_items import BatchResult
from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.context_inputs import ContextFiles, load_context
from netpol_lsp.project.disk_cache import WORTHWHILE, Cache, cache_path, digest, tool_key
from netpol_lsp.project.errors import PoolError, UsageError
from netpol_lsp.project.inputs import InputFile, StdinOverlay, find_manifests, make_inputs
from netpol_lsp.project.platform_detection import describe
from netpol_lsp.project.report_replay import ReportCache
from netpol_lsp.text.visible import visible_lines

if TYPE_CHECKING:
    from netpol_lsp.cli.fix_output import Fixed

_REPORT_OPTIONS = ("format", "min_severity", "quiet", "fail_on", "exit_zero", "no_ignores")
_BESIDE_REPORT = ("output", "statistics", "baseline", "write_baseline", "verbose", "strict")
"""Options with which a run does or says something besides its report on standard output."""


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    console.use_utf8()
    options = parse_check(arguments)
    try:
        return _Check(options).run()
    except (UsageError, PoolError, WriteError) as error:
        console.error(str(error))
        return FAILED


class _Check:
    """One run of the command; `failed` notes that something could not be read or written, `report` what was printed."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.failed = False
        self.overlay = StdinOverlay()
        self.report = ""
        self.renders = False

    def run(self) -> int:
        """Do what the options ask for."""
        configs = load_configs(self.options)
        self.choose_baseline()
        targets = self.find(configs)
        if report_config_problems(configs):
            return FAILED
        self.debug(f"{console.count(len(targets), 'file')}; " + _used_configs(targets))
        context = load_context(targets)
        self.error(*context.problems)
        self.renders = configs.asks_for_rendering
        with ProgressBar(wanted=not self.options.quiet) as progress:
            runner = BatchRun(
                self.cache(targets), self.overlay, self.options.jobs, progress.update, self.named(), context
            )
            runner.max_file_size = self.options.max_file_size or None
            if self.options.fix or self.options.diff:
                runner.keeps_workspace = True
                return self.fix(runner, targets, configs)
            self.render(runner, targets, configs)
            return self.lint(runner, targets, progress)

    def render(self, runner: BatchRun, targets: Sequence[InputFile], configs: ConfigFiles) -> None:
        """Render what is asked for, so that it is linted as well."""
        if not self.renders:
            return
        from netpol_lsp.project.render_inputs import render_inputs  # noqa: PLC0415 - most runs render nothing

        runner.renderings = render_inputs(targets, configs)
        self.error(*runner.renderings.refused)
        count = len(runner.renderings.texts)
        self.debug(f"rendered: {console.count(count, 'chart or kustomization')}")

    def lint(self, runner: BatchRun, targets: Sequence[InputFile], progress: ProgressBar) -> int:
        """Lint and report; print the last report again when nothing has changed since."""
        opened = runner.open(targets)
        self.report_detected(targets)
        path = self.report_path(runner)
        kept = ReportCache(path, self.circumstances(runner.cache.tool) if path is not None else "")
        replayed = kept.replay(runner.key_of(opened))
        if replayed is not None:
            runner.save(opened)
            data, code = replayed
            console.write_bytes(data)
            return code
        result = runner.lint(opened)
        progress.stop()
        self.error(*map(str, result.problems))
        self.debug(f"{result.cached} of {len(result.reports)} files known from the cache")
        code = self.finish(result, runner.context)
        if code != FAILED:
            kept.keep(runner.key_of(opened), self.report, code)
        return code

    def report_path(self, runner: BatchRun) -> str | None:
        """Where reports are kept; None when the run does or says something besides its report."""
        is_plain = not self.failed and not any(getattr(self.options, name) for name in _BESIDE_REPORT)
        return runner.cache.path if is_plain else None

    def circumstances(self, tool: str) -> str:
        """What a report depends on besides the findings: the tool, options, the terminal and the folder."""
        color = console.wants_color(self.options.color, sys.stdout)
        terminal = (color, console.width(sys.stdout), os.environ.get("GITHUB_ACTIONS"))
        options = [repr(getattr(self.options, name)) for name in _REPORT_OPTIONS]
        return digest(tool, *options, repr(terminal), os.getcwd())

    def fix(self, runner: BatchRun, targets: Sequence[InputFile], configs: ConfigFiles) -> int:
        """Lint and fix; write the fixes or show them; report what is left."""
        from netpol_lsp.cli.fix_output import fix_targets, render_diff, write_changes  # noqa: PLC0415 - needs the engine

        fixed = fix_targets(runner, targets, unsafe=self.options.unsafe_fixes)
        self.error(*map(str, fixed.result.problems))
        self.report_detected(targets)
        if self.options.diff:
            patch = render_diff(fixed.changes)
            # A patch must apply; what a terminal shows must not act on it.
            is_shown = not self.options.output and console.is_terminal(sys.stdout)
            write_text(visible_lines(patch) if is_shown else patch, self.options.output)
            self.info(fixed.describe("could be fixed"))
            self.warn_of_rest(fixed)
            return FAILED if self.failed else FOUND if fixed.changes else OK
        self.error(*write_changes(fixed, runner, targets))
        if self.renders:
            # What is rendered now comes of the fixed files.
            self.render(runner, targets, configs)
            fixed.result = runner.run(targets)
        stdin = next((target for target in targets if target.is_stdin), None)
        text = self.overlay.get(stdin) if stdin is not None else None
        if text is not None:
            # The repaired manifest is what goes on through the pipe, so the report steps aside.
            console.write_bytes(encode_text(text))
        code = self.finish(fixed.result, runner.context, aside=text is not None)
        self.info(fixed.describe("fixed"))
        self.warn_of_rest(fixed)
        return code

    def warn_of_rest(self, fixed: Fixed) -> None:
        """Say where fixing has to go on."""
        rest = fixed.describe_rest()
        if rest:
            console.error(rest)

    def choose_baseline(self) -> None:
        """Where no baseline is named, the one that --write-baseline has written counts."""
        options = self.options
        if not options.baseline and not options.no_ignores and os.path.isfile(BASELINE_NAME):
            options.baseline = BASELINE_NAME
            self.debug(f"baseline: {BASELINE_NAME}")

    def find(self, configs: ConfigFiles) -> list[InputFile]:
        """The files to lint; standard input is read into the overlay."""
        seen: list[str] = []
        found = find_manifests(self.options.paths, configs, force_exclude=self.options.force_exclude, seen=seen)
        self.report_unmatched_globs(configs, seen)
        self.error(*(problem + _command_like(problem) for problem in found.problems))
        targets = make_inputs(found.paths, configs, self.options.stdin_filename)
        if targets and targets[0].is_stdin:
            read = read_stdin(targets[0])
            if isinstance(read, ReadProblem):
                self.error(str(read))
                return targets[1:]
            self.overlay.put(targets[0], read)
        return targets

    def report_unmatched_globs(self, configs: ConfigFiles, seen: Sequence[str]) -> None:
        """Name the globs of config files that are about none of the files that were seen."""
        walked = [path for path in self.options.paths or ["."] if os.path.isdir(path)]
        if not walked or not any(loaded.path for loaded in configs.loaded()):
            return
        from netpol_lsp.project.unmatched_globs import unmatched_globs  # noqa: PLC0415 - for config files only

        for glob in unmatched_globs(configs, walked, seen):
            self.info(str(replace(glob, path=console.shorten(glob.path))))

    def named(self) -> frozenset[str]:
        """The paths as they are reported of what the command line names."""
        return frozenset(path.removeprefix("./") for path in self.options.paths)

    def cache(self, targets: Sequence[InputFile]) -> Cache:
        """The cache, where it is wanted and worth it."""
        fixes = self.options.fix or self.options.diff
        if self.options.no_cache or fixes or self.renders or len(targets) < WORTHWHILE:
            return Cache(None, "")
        return Cache(cache_path(os.getcwd()), tool_key())

    def finish(self, result: BatchResult, context: ContextFiles, *, aside: bool = False) -> int:
        """Report what was found; the exit code."""
        reports = result.reports
        if format_name(self.options.format) not in FOR_PEOPLE:
            # People have been told; who reads the report of a machine must learn of these files, too.
            reports = sorted([*reports, *map(unread_report, result.problems)], key=lambda report: report.source.uri)
        if self.options.strict:
            self.error(*_not_read(reports))
        if self.options.no_ignores:
            reports = [unsuppressed(report) for report in reports]
        if self.options.write_baseline or (self.options.baseline and not self.options.no_ignores):
            from netpol_lsp.cli import baseline  # noqa: PLC0415 - for runs with a baseline only

            if self.options.write_baseline:
                path = self.options.baseline or BASELINE_NAME
                self.info(f"{console.count(baseline.write_baseline(path, reports), 'finding')} written to {path}")
                return FAILED if self.failed else OK
            reports, stale = baseline.apply_baseline(reports, baseline.read_baseline(self.options.baseline))
            for known in stale:
                self.debug(f"{self.options.baseline}: no longer found: {known.path} {known.code} {known.message}")
        self.report = write_report(
            make_report(reports, [text.source for text in context.texts]), self.options, to_stderr=aside
        )
        return self.exit_code(reports)

    def exit_code(self, reports: Sequence[FileReport]) -> int:
        """0, 1 or 2."""
        found = [diagnostic for report in reports for diagnostic in report.diagnostics]
        if self.failed or any(diagnostic.code == INTERNAL_ERROR for diagnostic in found):
            return FAILED
        if self.options.exit_zero or self.options.fail_on == "never":
            return OK
        limit = Severity(self.options.fail_on)
        is_bad = any(item.suppressed is None and item.severity.at_least(limit) for item in found)
        return FOUND if is_bad else OK

    def error(self, *messages: str) -> None:
        """Say what went wrong; the exit code will be 2."""
        for message in messages:
            console.error(message)
            self.failed = True

    def report_detected(self, targets: Sequence[InputFile]) -> None:
        """What the manifests tell of the cluster, and where."""
        configs = {id(target.loaded): target.loaded for target in targets}
        for line in describe(configs.values(), console.shorten):
            self.info(line)

    def info(self, message: str) -> None:
        """A line on standard error, unless --quiet."""
        if not self.options.quiet:
            console.info(message)

    def debug(self, message: str) -> None:
        """A line on standard error with --verbose."""
        if self.options.verbose:
            console.info(message)


def _command_like(problem: str) -> str:
    """A hint when a path that is not there looks like a misspelt command."""
    from netpol_lsp.config.selection import did_you_mean  # noqa: PLC0415 - for mistakes only

    near = did_you_mean(problem.partition(":")[0], COMMANDS)
    return near.replace("did you mean", "did you mean the command")


def _not_read(reports: Sequence[FileReport]) -> list[str]:
    """What --strict says of the files that could not be read as YAML, or in part only."""
    paths = [one.source.uri for one in reports if any(found.code in NOT_READ for found in one.diagnostics)]
    return [f"{console.shorten(path)}: cannot be read as YAML, or in part only (--strict)" for path in paths]


def _used_configs(targets: Sequence[InputFile]) -> str:
    paths = sorted({target.loaded.path for target in targets if target.loaded.path})
    return "config files: " + (", ".join(map(console.shorten, paths)) or "none")
