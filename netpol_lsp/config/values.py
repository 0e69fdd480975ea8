"""Single values of the configuration, from text to what the engine uses; each raises ValueError with a plain reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from netpol_lsp.config.selection import PROFILES, did_you_mean, match_selector
from netpol_lsp.config.settings import LATEST_KUBERNETES
from netpol_lsp.findings.diagnostic import Severity

if TYPE_CHECKING:
    from netpol_lsp.findings.rule_info import RuleInfo

OFF = "off"
SEVERITIES = (*(str(severity) for severity in Severity), OFF)
_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.\d+)?(?:[-+].*)?\Z")
_CNI = re.compile(r"[a-z0-9]+(?:[-/][a-z0-9]+)*(?:@v?\d+(?:\.\d+){0,2})?\Z")
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")


def parse_word(words: Iterable[str], what: str) -> Callable[[str], str]:
    """A reader for one of some words."""
    known = tuple(words)

    def read(text: str) -> str:
        if text.strip().lower() in known:
            return text.strip().lower()
        message = f"unknown {what} `{text}`{did_you_mean(text, known) or ': use ' + _one_of(known)}"
        raise ValueError(message)

    return read


parse_profile = parse_word(PROFILES, "profile")
parse_severity = parse_word(SEVERITIES, "severity")
"""A severity by name, or `off`."""


def parse_selector(text: str, rules: Iterable[RuleInfo]) -> str:
    """A selector that means at least a known family of rules, as written."""
    match_selector(text, rules)
    return text.strip()


def parse_version(text: str) -> tuple[int, int]:
    """A Kubernetes version as (major, minor): `1.30`, `v1.30`, `1.30.4`."""
    match = _VERSION.match(text.strip())
    if match is None:
        message = f"`{text}` is not a Kubernetes version such as `{LATEST_KUBERNETES[0]}.{LATEST_KUBERNETES[1]}`"
        raise ValueError(message)
    return int(match[1]), int(match[2])


def parse_cni(text: str) -> str:
    """The name of a CNI plugin, with its version behind `@` where that matters."""
    name = text.strip().lower()
    if not _CNI.match(name):
        message = f"`{text}` is not a CNI such as `calico` or `cilium@1.15`"
        raise ValueError(message)
    return name


def parse_cidr(text: str) -> str:
    """An address range in its canonical form."""
    try:
        return str(ip_network(text.strip()))
    except ValueError as error:
        message = f"`{text}` is not an address range such as `10.0.0.0/8`: {_reason(error)}"
        raise ValueError(message) from None


def parse_address(text: str) -> str:
    """An IP address in its canonical form."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        message = f"`{text}` is not an IP address such as `169.254.20.10`"
        raise ValueError(message) from None


def parse_port(text: str) -> int:
    """A port number."""
    if text.strip().isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    message = f"`{text}` is not a port number from 1 to 65535"
    raise ValueError(message)


def parse_namespace(text: str) -> str:
    """A namespace's name."""
    if not _LABEL.match(text.strip()):
        message = f"`{text}` cannot be the name of a namespace: lower-case letters, digits and `-`, 63 at most"
        raise ValueError(message)
    return text.strip()


def parse_text(text: str) -> str:
    """Any text that is not empty."""
    if not text.strip():
        raise ValueError("an empty text has no meaning here")
    return text


def split_list(text: str) -> list[str]:
    """The parts of a list on the command line, separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _one_of(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words[:-1]) + f" or `{words[-1]}`"


def _reason(error: ValueError) -> str:
    return "it has host bits set" if "host bits" in str(error) else "no range can be read from it"
