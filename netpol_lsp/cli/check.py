"""`netpol-lint check`: find, lint, fix, report."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from netpol_lsp.cli import console
from netpol_lsp.cli.baseline import DEFAULT_NAME, apply_baseline, read_baseline, write_baseline
from netpol_lsp.cli.cache import WORTHWHILE, Cache, cache_path, tool_key
from netpol_lsp.cli.context import ContextFiles, load_context
from netpol_lsp.cli.fixes import Fixed, fix_targets, render_diff, write_changes
from netpol_lsp.cli.layer import UsageError
from netpol_lsp.cli.main import FAILED, FOUND, OK
from netpol_lsp.cli.options import check_parser
from netpol_lsp.cli.output import write_report, write_text
from netpol_lsp.cli.progress import ProgressBar
from netpol_lsp.cli.runner import Runner, RunResult
from netpol_lsp.cli.setup import find_manifests, load_configs, report_config_problems
from netpol_lsp.cli.targets import Overlay, Target, make_targets
from netpol_lsp.files.config_files import ConfigFiles
from netpol_lsp.files.reading import ReadProblem, decode
from netpol_lsp.files.writing import WriteError, encode_text
from netpol_lsp.lint.diagnostic import Severity
from netpol_lsp.lint.report import FileReport, make_report

INTERNAL_ERROR = "NP990"


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    console.use_utf8()
    options = check_parser().parse_intermixed_args(arguments)
    try:
        return _Check(options).run()
    except (UsageError, WriteError) as error:
        console.complain(str(error))
        return FAILED


class _Check:
    """One run of the command; `failed` notes that something could not be read or written."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.failed = False
        self.overlay = Overlay()

    def run(self) -> int:
        """Do what the options ask for."""
        configs = load_configs(self.options)
        targets = self.find(configs)
        if report_config_problems(configs):
            return FAILED
        self.tell(f"{len(targets)} files; " + _used_configs(targets))
        with ProgressBar(wanted=not self.options.quiet) as progress:
            context = load_context(targets)
            self.complain(*context.problems)
            runner = Runner(
                self.cache(targets), self.overlay, self.options.jobs, progress.update, self.named(), context
            )
            fixed = self.lint(runner, targets)
        self.complain(*map(str, fixed.result.problems))
        self.tell(f"{fixed.result.cached} of {len(fixed.result.reports)} files known from the cache")
        if self.options.diff:
            write_text(render_diff(fixed.changes), self.options.output)
            self.say(f"{_fixes(fixed)} would be applied to {len(fixed.changes)} files" if fixed.changes else "no fixes")
            return FAILED if self.failed else FOUND if fixed.changes else OK
        if self.options.fix:
            self.complain(*write_changes(fixed.changes))
            self.say(f"{_fixes(fixed)} applied to {len(fixed.changes)} files" if fixed.changes else "no fixes applied")
        return self.finish(fixed.result, targets, context)

    def find(self, configs: ConfigFiles) -> list[Target]:
        """The files to lint; standard input is read into the overlay."""
        found = find_manifests(self.options.paths, configs, force_exclude=self.options.force_exclude)
        self.complain(*found.problems)
        targets = make_targets(found.paths, configs, self.options.stdin_filename)
        if targets and targets[0].is_stdin:
            read = decode(sys.stdin.buffer.read(), targets[0].path)
            if isinstance(read, ReadProblem):
                self.complain(str(read))
                return targets[1:]
            self.overlay.put(targets[0], read)
        return targets

    def named(self) -> frozenset[str]:
        """The paths as they are reported of what the command line names."""
        return frozenset(path.removeprefix("./") for path in self.options.paths)

    def cache(self, targets: Sequence[Target]) -> Cache:
        """The cache, where it is wanted and worth it."""
        fixes = self.options.fix or self.options.diff
        if self.options.no_cache or fixes or len(targets) < WORTHWHILE:
            return Cache(None, "")
        return Cache(cache_path(os.getcwd()), tool_key())

    def lint(self, runner: Runner, targets: Sequence[Target]) -> Fixed:
        """Lint the files, and fix them in memory when that is asked for."""
        if self.options.fix or self.options.diff:
            return fix_targets(runner, targets, unsafe=self.options.unsafe_fixes)
        return Fixed(runner.run(targets))

    def finish(self, result: RunResult, targets: Sequence[Target], context: ContextFiles) -> int:
        """Report what was found; the exit code."""
        options = self.options
        reports = result.reports
        if options.write_baseline:
            path = options.baseline or DEFAULT_NAME
            self.say(f"{write_baseline(path, reports)} findings written to {path}")
            return FAILED if self.failed else OK
        if options.baseline:
            reports, stale = apply_baseline(reports, read_baseline(options.baseline))
            for known in stale:
                self.tell(f"{options.baseline}: no longer found: {known.path} {known.code} {known.message}")
        stdin = next((target for target in targets if target.is_stdin), None)
        text = self.overlay.get(stdin) if stdin is not None and options.fix else None
        if text is not None:
            # The mended manifest is what goes on through the pipe, so the report steps aside.
            console.write_bytes(encode_text(text))
        write_report(make_report(reports, context.sources), options, to_stderr=text is not None)
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

    def complain(self, *messages: str) -> None:
        """Say what went wrong; the exit code will be 2."""
        for message in messages:
            console.complain(message)
            self.failed = True

    def say(self, message: str) -> None:
        """A line on standard error, unless --quiet."""
        if not self.options.quiet:
            console.note(message)

    def tell(self, message: str) -> None:
        """A line on standard error with --verbose."""
        if self.options.verbose:
            console.note(message)


def _fixes(fixed: Fixed) -> str:
    count = fixed.applied.total()
    return f"{count} fix" if count == 1 else f"{count} fixes"


def _used_configs(targets: Sequence[Target]) -> str:
    paths = sorted({target.loaded.path for target in targets if target.loaded.path})
    return "config files: " + (", ".join(map(console.shorten, paths)) or "none")
