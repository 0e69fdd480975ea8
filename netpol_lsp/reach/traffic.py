"""Sets of protocols and ports as intervals of one number line, with exact arithmetic and a complement.

Port `p` of the protocol with number `n` (IANA: TCP 6, UDP 17, SCTP 132, ICMP 1 ...) is the number `n * 65536 + p`. So
all of `netpol_lsp.kube.net.intervals` works on sets over all protocols, and "everything but TCP 80" is a set as any other.
"""

from __future__ import annotations

from functools import lru_cache

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.intervals import Interval, Intervals
from netpol_lsp.kube.net.port_set import PROTOCOLS, PortSet

Traffic = Intervals
"""A set of (protocol, port)."""

SIZE = 65536
NUMBER_OF = {"ICMP": 1, "TCP": 6, "UDP": 17, "ICMPv6": 58, "SCTP": 132}
NAME_OF = {number: name for name, number in NUMBER_OF.items()}
PROTOCOL_COUNT = 256

NOTHING: Traffic = ()
EVERYTHING: Traffic = ((0, PROTOCOL_COUNT * SIZE - 1),)


@lru_cache(maxsize=256)
def whole_protocol(protocol: str) -> Traffic:
    """All of a protocol."""
    first = NUMBER_OF[protocol] * SIZE
    return ((first, first + SIZE - 1),)


@lru_cache(maxsize=8192)
def port_traffic(protocol: str, first: int, last: int | None = None) -> Traffic:
    """A port, or a range of ports, of a protocol."""
    base = NUMBER_OF[protocol] * SIZE
    return ((base + first, base + (first if last is None else last)),)


@lru_cache(maxsize=8192)
def known_traffic(ports: PortSet) -> Traffic:
    """What a port set means without its named ports."""
    if ports.everything:
        return EVERYTHING
    found: list[Interval] = []
    for protocol in PROTOCOLS:
        base = NUMBER_OF[protocol] * SIZE
        for first, last in ports.numbers(protocol):
            # Every port of a protocol is the whole protocol, port 0 included.
            found.append((base if (first, last) == (1, SIZE - 1) else base + first, base + last))
    return intervals.normalise(found)


@lru_cache(maxsize=65536)
def complement(traffic: Traffic) -> Traffic:
    """Everything else."""
    return intervals.difference(EVERYTHING, traffic)


def all_ports_traffic() -> Traffic:
    """Every port of TCP, UDP and SCTP: less than everything, which has ICMP and other protocols, too."""
    return intervals.normalise(piece for protocol in PROTOCOLS for piece in whole_protocol(protocol))


@lru_cache(maxsize=8192)
def by_protocol(traffic: Traffic) -> tuple[tuple[int, Intervals], ...]:
    """(protocol number, ports) of each protocol that has a part in it, by number."""
    found: dict[int, list[Interval]] = {}
    for first, last in traffic:
        for number in range(first // SIZE, last // SIZE + 1):
            low, high = max(first - number * SIZE, 0), min(last - number * SIZE, SIZE - 1)
            found.setdefault(number, []).append((low, high))
    return tuple((number, tuple(ports)) for number, ports in found.items())


@lru_cache(maxsize=8192)
def describe(traffic: Traffic) -> str:
    """As in `TCP 80,8080-8090, UDP 53`; `all ports`, `no ports`, `all but TCP 80`."""
    if traffic == EVERYTHING:
        return "all ports"
    if not traffic:
        return "no ports"
    if is_mostly_everything(traffic):
        return f"all but {describe(complement(traffic))}"
    parts = []
    known = dict(by_protocol(traffic))
    for protocol in (*PROTOCOLS, "ICMP", "ICMPv6"):
        ports = known.pop(NUMBER_OF[protocol], None)
        if ports is not None:
            parts.append(_one_protocol(protocol, ports))
    parts += [_one_protocol(f"protocol {number}", ports) for number, ports in sorted(known.items())]
    return ", ".join(parts)


def is_mostly_everything(traffic: Traffic) -> bool:
    """Whether it is easier said by what is left out: protocols that no policy can name are in it."""
    return len(by_protocol(traffic)) > len(NUMBER_OF)


@lru_cache(maxsize=8192)
def port_list(ports: Intervals) -> str:
    """As in `80,8080-8090`."""
    return ",".join(str(first) if first == last else f"{max(first, 1)}-{last}" for first, last in ports)


def _one_protocol(protocol: str, ports: Intervals) -> str:
    if ports in (((0, SIZE - 1),), ((1, SIZE - 1),)) or protocol.startswith(("ICMP", "protocol")):
        return f"all {protocol}" if protocol.startswith(("ICMP", "protocol")) else f"all {protocol} ports"
    return f"{protocol} {port_list(ports)}"
