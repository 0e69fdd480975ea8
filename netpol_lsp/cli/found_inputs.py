"""The files that a command other than `check` reads."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from netpol_lsp.cli.common import read_stdin
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.inputs import InputFile, StdinOverlay, find_manifests, make_inputs


@dataclass(frozen=True, slots=True)
class FoundInputs:
    """The files that a command reads, with the text of standard input, and what cannot be read or found."""

    targets: list[InputFile]
    overlay: StdinOverlay
    problems: list[str]


def find_inputs(options: argparse.Namespace, configs: ConfigFiles) -> FoundInputs:
    """The files of the arguments `paths`; standard input is read."""
    discovered = find_manifests(options.paths, configs)
    targets = make_inputs(discovered.paths, configs, options.stdin_filename)
    problems = [str(problem) for problem in discovered.problems]
    overlay = StdinOverlay()
    if targets and targets[0].is_stdin:
        read = read_stdin(targets[0])
        if isinstance(read, ReadProblem):
            problems.append(str(read))
            targets = targets[1:]
        else:
            overlay.put(targets[0], read)
    return FoundInputs(targets, overlay, problems)
