"""Which texts Kubernetes takes as names, label keys, label values and port names.

Each function returns what is wrong in words that follow "`x` ", or None. Follows
k8s.io/apimachinery/pkg/util/validation/validation.go; lengths count bytes, as Go does.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?\Z")
_PORT_NAME = re.compile(r"[-a-z0-9]*\Z")


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=4096)
def subdomain_problem(text: str) -> str | None:
    """As a DNS subdomain (IsDNS1123Subdomain): the names of most objects."""
    if not text:
        return "is empty"
    if _length(text) > 253:
        return f"has {_length(text)} characters, more than 253"
    if _SUBDOMAIN.match(text):
        return None
    if text != text.lower():
        return "has upper-case letters: only lower-case letters, digits, `-` and `.` are allowed"
    return "may only contain lower-case letters, digits, `-` and `.`, and must start and end with a letter or digit"


@lru_cache(maxsize=4096)
def dns_label_problem(text: str) -> str | None:
    """As a DNS label (IsDNS1123Label): the names of namespaces."""
    if not text:
        return "is empty"
    if _length(text) > 63:
        return f"has {_length(text)} characters, more than 63"
    if _LABEL.match(text):
        return None
    if "." in text:
        return "must not contain dots"
    if text != text.lower():
        return "has upper-case letters: only lower-case letters, digits and `-` are allowed"
    return "may only contain lower-case letters, digits and `-`, and must start and end with a letter or digit"


@lru_cache(maxsize=4096)
def qualified_name_problem(text: str) -> str | None:
    """As a label or annotation key (IsQualifiedName): `name` or `prefix/name`."""
    parts = text.split("/")
    if len(parts) > 2:
        return "has more than one `/`"
    if len(parts) == 2:
        problem = subdomain_problem(parts[0])
        if problem:
            return f"has a prefix (`{parts[0]}`) that {problem}" if parts[0] else "has nothing before its `/`"
    name = parts[-1]
    if not name:
        return "has no name after its `/`" if len(parts) == 2 else "is empty"
    if _length(name) > 63:
        return f"has a name of {_length(name)} characters, more than 63"
    if not _QUALIFIED.match(name):
        return "may only contain letters, digits, `-`, `_` and `.`, and must start and end with a letter or digit"
    return None


@lru_cache(maxsize=4096)
def label_value_problem(text: str) -> str | None:
    """As a label value (IsValidLabelValue); the empty text is one."""
    if _length(text) > 63:
        return f"has {_length(text)} characters, more than 63"
    if text and not _QUALIFIED.match(text):
        return "may only contain letters, digits, `-`, `_` and `.`, and must start and end with a letter or digit"
    return None


@lru_cache(maxsize=1024)
def port_name_problem(text: str) -> str | None:
    """As the name of a container port (IsValidPortName)."""
    if not text:
        return "is empty"
    if _length(text) > 15:
        return f"has {_length(text)} characters: a port name has at most 15"
    if not _PORT_NAME.match(text):
        return "may only contain lower-case letters, digits and `-`"
    if not re.search(r"[a-z]", text):
        return "has no letter, which a port name needs"
    if "--" in text:
        return "has two hyphens in a row"
    if text[0] == "-" or text[-1] == "-":
        return "starts or ends with a hyphen"
    return None


def generate_name_problem(text: str) -> str | None:
    """As metadata.generateName: a name that a suffix will follow, so that a hyphen may end it (maskTrailingDash)."""
    if len(text) > 1 and text.endswith("-"):
        text = text[:-2] + "a"
    return subdomain_problem(text)
