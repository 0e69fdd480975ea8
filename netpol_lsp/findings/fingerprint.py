"""The identity of findings: what stays the same when a file is reformatted or moved."""

from __future__ import annotations

LENGTH = 24
"""Hexadecimal digits of a fingerprint: 96 bits, so that two of a million findings never meet."""


def fingerprint(parts: tuple[str, ...]) -> str:
    """The identity of a finding made of its parts: `LENGTH` hexadecimal digits."""
    from hashlib import sha256  # noqa: PLC0415 - start-up is a feature, and few formats show fingerprints

    # With their lengths before them, different parts never give the same string.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]
