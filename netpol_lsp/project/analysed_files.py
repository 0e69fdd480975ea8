"""Reads the files of a run one after another, for commands that look at manifests without linting them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netpol_lsp.config.config import FileConfig
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.lint.analysis import Analysis, analyse
from netpol_lsp.project.inputs import (
    InputFile,
    StdinOverlay,
    decode_input,
    is_of_another_kind,
    may_hold_policies,
    read_input,
)


@dataclass(frozen=True, slots=True)
class AnalysedFile:
    """A file that may hold policies: where it is, the configuration that holds for it, and what is known of it."""

    input: InputFile
    config: FileConfig
    analysis: Analysis


def analyse_files(inputs: Iterable[InputFile], overlay: StdinOverlay) -> Iterator[AnalysedFile | ReadProblem]:
    """Each file that may hold policies, or why it cannot be read; standard input comes from the overlay."""
    for file in inputs:
        text = overlay.get(file)
        if text is None:
            data = read_input(file)
            if isinstance(data, ReadProblem):
                yield data
                continue
            if not may_hold_policies(data):
                continue
            decoded = decode_input(file, data)
            if isinstance(decoded, ReadProblem):
                if not is_of_another_kind(file, decoded):
                    yield decoded
                continue
            text = decoded
        yield AnalysedFile(file, file.loaded.config.for_file(file.absolute), analyse(text.source))
