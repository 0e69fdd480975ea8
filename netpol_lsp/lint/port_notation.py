"""Ports as other tools write them: `8000-9000`, `8000:9000`, `80,443`, `53/udp`, `*`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netpol_lsp.kube.names import port_name_problem
from netpol_lsp.kube.net.port_set import PROTOCOLS

_ANY = frozenset({"*", "any", "all", "-1"})
_RANGE = re.compile(r"(\d{1,5})\s*(?:-|:|\.\.|–)\s*(\d{1,5})\Z", re.ASCII)
_SEPARATORS = re.compile(r"\s*[,;|]\s*|\s+")


@dataclass(frozen=True, slots=True)
class WrittenPort:
    """One port of a notation: a number or name (None: any), the last port of a range, and its protocol where it is said."""

    first: str | None
    last: int | None = None
    protocol: str | None = None


def read_port(text: str) -> list[WrittenPort] | None:
    """What a notation says; None where it is not one, or says a port as NetworkPolicy does."""
    ports = read_ports(text)
    return None if ports == [WrittenPort(text)] else ports


def read_ports(text: str) -> list[WrittenPort] | None:
    """The ports that a text says, in whatever notation; None where it says something else."""
    stripped = text.strip().strip("[]")
    if _RANGE.match(stripped):
        found = _one(stripped)
        return [found] if found is not None else None
    parts = [part for part in _SEPARATORS.split(stripped) if part]
    ports = [_one(part) for part in parts]
    known = [port for port in ports if port is not None]
    return known if known and len(known) == len(ports) else None


def _one(text: str) -> WrittenPort | None:
    number, slash, protocol = text.partition("/")
    if slash and number.upper() in PROTOCOLS:
        number, protocol = protocol, number
    if slash and protocol.upper() not in PROTOCOLS:
        return None
    said = protocol.upper() if slash else None
    if number.lower() in _ANY:
        return WrittenPort(None, protocol=said)
    between = _RANGE.match(number)
    if between:
        first, last = int(between[1]), int(between[2])
        return WrittenPort(str(first), last, said) if 1 <= first <= last <= 65535 else None
    if number.isascii() and number.isdigit():
        return WrittenPort(str(int(number)), protocol=said) if len(number) < 6 and 1 <= int(number) <= 65535 else None
    return None if port_name_problem(number) else WrittenPort(number, protocol=said)
