"""What commands that read manifests do first: load the configuration, read standard input."""

from __future__ import annotations

import argparse
import os
import sys

from netpol_lsp.cli import console
from netpol_lsp.cli.config_layer import layer_of
from netpol_lsp.files.reading import ReadProblem, TextFile, decode
from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.inputs import InputFile


def load_configs(options: argparse.Namespace) -> ConfigFiles:
    """The configurations that the options choose; raises UsageError."""
    only: str | None = options.config
    if only is not None and not os.path.exists(only):
        message = f"--config: {only}: no such file"
        raise UsageError(message)
    return ConfigFiles(
        [layer_of(options)], only=only, ignore_files=options.no_config, allow_outside=options.allow_outside
    )


def read_stdin(target: InputFile) -> TextFile | ReadProblem:
    """The text on standard input. None at all is a problem: what was to write it, as in `kustomize build |`, has failed."""
    read = decode(sys.stdin.buffer.read(), target.path)
    if not isinstance(read, ReadProblem) and not read.source.text.strip():
        return ReadProblem(target.path, "nothing to lint on standard input")
    return read


def report_config_problems(configs: ConfigFiles) -> bool:
    """Print to standard error what is wrong in the config files that were read; whether anything is an error."""
    seen: set[str] = set()
    failed = False
    for loaded in configs.loaded():
        for problem in loaded.problems:
            level = "note" if problem.is_note else "error"
            line = f"{console.shorten(problem.path)}:{problem.line}:{problem.column}: {level}: {problem.message}"
            failed = failed or not problem.is_note
            if line not in seen:
                seen.add(line)
                console.info(line)
    return failed
