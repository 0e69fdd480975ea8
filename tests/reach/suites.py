"""What other analysers expect, in their notation: connections between workloads and ranges of addresses, a line each."""

import re
from ipaddress import ip_address

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.reach.traffic import NUMBER_OF, SIZE, Traffic, all_ports_traffic

V4 = CidrSet(v4=((0, 2**32 - 1),))
_RANGE = re.compile(r"([\d.]+)-([\d.]+)\[External\]")
_LINE = re.compile(r"(\S+) => (\S+) : (.*)")


def parse_traffic(text: str) -> Traffic:
    """`All Connections`, `No Connections`, or `SCTP 1-65535,TCP 80,8080-8090`."""
    if text.strip() in ("All Connections", "No Connections"):
        return all_ports_traffic() if text.strip().startswith("All") else ()
    pieces, protocol = [], ""
    for item in text.split(","):
        words = item.split()
        if len(words) == 2:
            protocol = words[0]
        first, _, last = words[-1].partition("-")
        start, end = int(first), int(last or first)
        base = NUMBER_OF[protocol] * SIZE
        pieces.append((base + (0 if (start, end) == (1, SIZE - 1) else start), base + end))
    return intervals.normalise(pieces)


def three_protocols(traffic: Traffic) -> Traffic:
    """What of some traffic those analysers speak of: TCP, UDP and SCTP."""
    return intervals.intersection(traffic, all_ports_traffic())


def parse_range(text: str) -> CidrSet | None:
    """`0.0.0.0-255.255.255.255[External]`; None for anything else."""
    found = _RANGE.fullmatch(text)
    return CidrSet(v4=((int(ip_address(found[1])), int(ip_address(found[2]))),)) if found else None


def parse_line(text: str) -> tuple[str, str, str] | None:
    """`SRC => DST : CONNECTIONS`."""
    found = _LINE.fullmatch(text.strip())
    return (found[1], found[2], found[3]) if found else None
