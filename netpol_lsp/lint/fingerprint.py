"""The identity of findings: what stays the same when a file is reformatted or moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from netpol_lsp.lint.diagnostic import Diagnostic

LENGTH = 24
"""Hexadecimal digits of a fingerprint: 96 bits, so that two of a million findings never meet."""


def fingerprint(found: Diagnostic, nth: int = 0) -> str:
    """The identity of a finding: its code, object and field; `nth` counts findings of one file that share these."""
    parts = [found.code, *_object(found), found.field]
    if nth:
        parts.append(str(nth))
    # With their lengths in front, different parts never give the same text.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def with_fingerprints(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of one file, each with its fingerprint; their order numbers those that are otherwise alike."""
    seen: Counter[str] = Counter()
    result = []
    for diagnostic in found:
        base = fingerprint(diagnostic)
        nth = seen[base]
        seen[base] += 1
        result.append(replace(diagnostic, fingerprint=fingerprint(diagnostic, nth) if nth else base))
    return result


def _object(found: Diagnostic) -> tuple[str, str, str]:
    reference = found.object
    if reference is None:
        return "", "", ""
    return reference.kind or "", reference.namespace or "", reference.name or ""
