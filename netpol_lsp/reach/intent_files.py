"""The tests in a text, whatever it is written as: ConnectivityTest documents, and NetAssert files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from netpol_lsp.reach.intent_reader import is_intent_file, read_intents
from netpol_lsp.reach.intents import IntentFile, IntentProblem
from netpol_lsp.reach.netassert import is_netassert, read_netassert
from netpol_lsp.yaml.documents import Document, parse_document, split
from netpol_lsp.yaml.problems import ProblemKind

_KIND = re.compile(r"(?:^|[{,])[ \t]*[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?ConnectivityTest\b", re.MULTILINE)
_VERSION = re.compile(r"(?:^|[{,])[ \t]*[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?netpol-lint/", re.MULTILINE)


def may_hold_tests(text: str) -> bool:
    """Whether a text can hold tests: a quick look before it is parsed."""
    return "ConnectivityTest" in text or ("k8sResource" in text and "src" in text and "dst" in text)


def looks_like_tests(text: str) -> bool:
    """Whether a line says that a document is a ConnectivityTest: good enough while it is being written."""
    return "ConnectivityTest" in text and _KIND.search(text) is not None


def read_tests(text: str, uri: str, index: int = 0) -> IntentFile | None:
    """The tests of the text of one YAML document; None when it is something else.

    After a syntax error, the tests that can still be read are there, and the error is all that is wrong: what else seems
    to be may only follow from it.
    """
    if not may_hold_tests(text):
        return None
    document = parse_document(text, uri)
    errors = tuple(
        IntentProblem(problem.message + (f"; {problem.hint}" if problem.hint else ""), problem.span)
        for problem in document.problems
        if problem.is_error and problem.kind is not ProblemKind.DUPLICATE
    )
    found = _read(document, index)
    if found is None:
        is_ours = bool(errors and _VERSION.search(text) and looks_like_tests(text))
        return IntentFile(problems=errors) if is_ours else None
    return replace(found, problems=errors) if errors else found


def _read(document: Document, index: int) -> IntentFile | None:
    if is_intent_file(document.root):
        return read_intents(document, index)
    return read_netassert(document, index) if is_netassert(document.root) else None


def tests_in(text: str, uri: str) -> Iterator[tuple[int, IntentFile]]:
    """The documents of a file that hold tests, with their numbers."""
    for chunk in split(text) if may_hold_tests(text) else ():
        found = read_tests(chunk.text, uri, chunk.index)
        if found is not None:
            yield chunk.index, found
