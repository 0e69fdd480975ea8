"""The port that someone asks about: a number, a range or a name, and a protocol."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netpol_lsp.kube.net import intervals
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.traffic import EVERYTHING, NOTHING, NUMBER_OF, Traffic, port_traffic, whole_protocol

_NUMBER = re.compile(r"(\d+)(?:-(\d+))?")
_NAME = re.compile(r"(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PROTOCOLS = {name.upper(): name for name in NUMBER_OF}


class PortProblem(ValueError):  # noqa: N818 - it is a sentence for the user
    """The text is not a valid port."""


@dataclass(frozen=True, slots=True)
class AskedPort:
    """What is asked about. Without `first` and `name`: all of the protocol; without a protocol, too: everything."""

    protocol: str | None = None
    first: int | None = None
    last: int | None = None
    name: str | None = None
    container: str | None = None

    def __str__(self) -> str:
        """As it is written: `5432/TCP`, `http/TCP`, `8000-8010/UDP`, `UDP`, `every port`."""
        if self.protocol is None:
            return "every port"
        if self.name is not None:
            return f"{self.name}/{self.protocol}"
        if self.first is None:
            return self.protocol
        number = str(self.first) if self.last in (None, self.first) else f"{self.first}-{self.last}"
        return f"{number}/{self.protocol}"

    def traffic(self) -> Traffic | None:
        """The traffic that is meant; None for a name, which a destination has to resolve."""
        if self.protocol is None:
            return EVERYTHING
        if self.name is not None:
            return None
        if self.first is None:
            return whole_protocol(self.protocol)
        return port_traffic(self.protocol, self.first, self.last)

    def traffic_to(self, workload: Workload) -> Traffic:
        """The traffic that is meant towards a workload; nothing when it declares no port of this name."""
        known = self.traffic()
        if known is not None:
            return known
        found: Traffic = NOTHING
        for port in workload.facts.ports:
            if port.name == self.name and port.protocol == self.protocol and self.container in (None, port.container):
                found = intervals.union(found, port_traffic(port.protocol, port.number))
        return found


EVERY_PORT = AskedPort()


def parse_port(text: str) -> AskedPort:
    """A port as in `5432`, `5432/TCP`, `8000-8010/UDP`, `http`, `http/TCP`, `UDP`, `*`. Raises PortProblem."""
    written = text.strip()
    if written in ("", "*", "all", "any"):
        return EVERY_PORT
    port, separator, protocol = written.partition("/")
    if not separator and port.upper() in _PROTOCOLS:
        return AskedPort(_PROTOCOLS[port.upper()])
    name = _PROTOCOLS.get(protocol.upper() or "TCP")
    if name is None:
        known = ", ".join(NUMBER_OF)
        message = f"`{protocol}` is not a protocol that is known here ({known})"
        raise PortProblem(message)
    if port == "*":
        return AskedPort(name)
    number = _NUMBER.fullmatch(port)
    if number is not None:
        first, last = int(number[1]), int(number[2] or number[1])
        if not 1 <= first <= last <= 65535:
            message = f"`{port}` is not a valid port: ports go from 1 to 65535"
            raise PortProblem(message)
        return AskedPort(name, first, last)
    if not _NAME.fullmatch(port):
        message = f"`{text}` is not a valid port: write a number, a range or a name, as in 5432/TCP"
        raise PortProblem(message)
    return AskedPort(name, name=port)
