"""The identity of findings: what stays the same when a file is reformatted or moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netpol_lsp.findings.diagnostic import Diagnostic

LENGTH = 24
"""Hexadecimal digits of a fingerprint: 96 bits, so that two of a million findings never meet."""


def fingerprint(found: Diagnostic) -> str:
    """The identity of a finding: its code, object and field, and its number among those of a file that share these."""
    from hashlib import sha256  # noqa: PLC0415 - start-up is a feature, and few formats show fingerprints

    parts = [found.code, *_object(found), found.field]
    if found.number:
        parts.append(str(found.number))
    # With their lengths in front, different parts never give the same text.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def with_occurrence_index(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The findings of one file, those that are otherwise alike with_occurrence_index in their order."""
    seen: dict[object, int] = {}
    result = []
    for diagnostic in found:
        alike = (diagnostic.code, diagnostic.field, diagnostic.object)
        number = seen.get(alike, 0)
        seen[alike] = number + 1
        result.append(replace(diagnostic, number=number) if number else diagnostic)
    return result


def _object(found: Diagnostic) -> tuple[str, str, str]:
    reference = found.object
    if reference is None:
        return "", "", ""
    return reference.kind or "", reference.namespace or "", reference.name or ""
