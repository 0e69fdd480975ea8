"""Which type a scalar has for kubectl and the API server: the rules of go-yaml v2.

Follows `resolve.go` of go-yaml v2, which sigs.k8s.io/yaml uses: YAML 1.1 booleans, numbers in four
bases with underscores, no sexagesimals, dates stay text.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from netpol_lsp.yaml.nodes import NULL_WORDS, Scalar

ScalarValue = str | int | float | bool | None

TRUE_WORDS = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
FALSE_WORDS = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})

_WORDS: dict[str, ScalarValue] = {
    **dict.fromkeys(TRUE_WORDS, True),
    **dict.fromkeys(FALSE_WORDS, False),
    **dict.fromkeys(NULL_WORDS, None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
# Plain text that starts otherwise is always a string: go-yaml's resolveTable.
_HINTS = frozenset("+-.0123456789yYnNtTfFoO~")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_GO_FLOAT_AFTER_DOT = re.compile(r"\.[0-9]+([eE][-+]?[0-9]+)?\Z")
_INTEGERS = (
    (re.compile(r"[-+]?0[xX][0-9a-fA-F]+\Z"), 16),
    (re.compile(r"[-+]?0[bB][01]+\Z"), 2),
    (re.compile(r"[-+]?0[oO][0-7]+\Z"), 8),
    (re.compile(r"[-+]?0[0-7]*\Z"), 8),
    (re.compile(r"[-+]?[1-9][0-9]*\Z"), 10),
)
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?\Z"
)
_INT64_MIN, _UINT64_MAX = -(2**63), 2**64 - 1
_MOST_DIGITS = 64

_CORE = "tag:yaml.org,2002:"


def resolve(scalar: Scalar) -> ScalarValue:
    """The value of a scalar as kubectl reads it.

    An explicit tag that does not fit its text gives the text: `tag_error` tells.
    """
    if scalar.tag is not None:
        return _resolve_tagged(scalar)
    if scalar.style:
        return scalar.value
    return resolve_plain(scalar.value)


@lru_cache(maxsize=4096)
def resolve_plain(text: str) -> ScalarValue:
    """The value of plain text without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if not text or text[0] not in _HINTS:
        return text
    if text[0] == ".":
        return float(text) if _GO_FLOAT_AFTER_DOT.match(text) else text
    if text[0].isalpha() or text[0] == "~":
        return text
    if looks_like_timestamp(text):
        return text
    return _resolve_number(text.replace("_", ""), text)


def looks_like_timestamp(text: str) -> bool:
    """Whether YAML 1.1 would read plain text as a date; kubectl keeps its text."""
    return _TIMESTAMP.match(text) is not None


def is_number_like(value: ScalarValue) -> bool:
    """Whether a resolved value is an int or float (a bool is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def key_string(value: ScalarValue) -> str:
    """How a resolved mapping key is spelled in JSON: `yes` is "true", `1.50` is "1.5", `0x1F` is "31"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return go_float(value)
    return str(value)


def go_float(value: float) -> str:
    """A float key as sigs.k8s.io/yaml spells it: Go's shortest 'g' format, in the precision of a float32."""
    if math.isnan(value):
        return ".nan"
    try:
        single = _as_float32(value)
    except OverflowError:
        single = math.copysign(math.inf, value)
    if math.isinf(single):
        return ".inf" if single > 0 else "-.inf"
    for digits in range(9):
        mantissa, _, exponent = f"{single:.{digits}e}".partition("e")
        if _as_float32(float(f"{mantissa}e{exponent}")) == single:
            break
    # Go turns to exponents below -4 and from 6 on, whatever the number of digits.
    if -4 <= int(exponent) < 6:
        return f"{single:.{max(digits - int(exponent), 0)}f}"
    return f"{mantissa}e{exponent}"


def _as_float32(value: float) -> float:
    """The nearest float32; raises OverflowError when there is none."""
    import struct  # noqa: PLC0415 - start-up is a feature, and floats as keys are rare

    number: float = struct.unpack("f", struct.pack("f", value))[0]
    return number


def tag_error(scalar: Scalar) -> str | None:
    """Why the API server cannot read a tagged scalar, or None when it can."""
    if scalar.tag is None or not scalar.tag.startswith(_CORE):
        return None
    kind = scalar.tag.removeprefix(_CORE)
    if kind == "binary":
        return None if _decode_binary(scalar.value) is not None else "is not valid base64"
    if kind in ("str", "timestamp"):
        return None
    value = resolve_plain(scalar.value)
    fits = {
        "bool": isinstance(value, bool),
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": is_number_like(value),
        "null": value is None,
    }
    return None if fits.get(kind, True) else f"cannot be read as !!{kind}"


def _resolve_tagged(scalar: Scalar) -> ScalarValue:
    tag = scalar.tag or ""
    if not tag.startswith(_CORE) or tag == _CORE + "str":
        return scalar.value
    if tag == _CORE + "binary":
        decoded = _decode_binary(scalar.value)
        return scalar.value if decoded is None else decoded
    value = resolve_plain(scalar.value)
    if tag == _CORE + "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _decode_binary(text: str) -> str | None:
    import base64  # noqa: PLC0415 - start-up is a feature, and `!!binary` is rare

    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except ValueError:
        return None


def _integer(digits: str, base: int) -> int | None:
    """An integer in a base; None when it has more digits than 64 bits hold, which `int` may refuse to read."""
    body = digits.lstrip("+-")
    significant = (body[2:] if body[1:2].lower() in ("x", "b", "o") else body).lstrip("0")
    if len(significant) > _MOST_DIGITS:
        return None
    return int(significant or "0", base) * (-1 if digits[0] == "-" else 1)


def _resolve_number(digits: str, text: str) -> ScalarValue:
    for pattern, base in _INTEGERS:
        if pattern.match(digits):
            number = _integer(digits, base)
            if number is not None and _INT64_MIN <= number <= _UINT64_MAX:
                return number
            break
    if _FLOAT.match(digits):
        value = float(digits)
        return text if math.isinf(value) else value
    return text
