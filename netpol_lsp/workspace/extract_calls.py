"""Which Services a workload says it calls: what the variables of its containers name, where that is written out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netpol_lsp.workspace.manifest_reader import ManifestReader, find, mappings, text
from netpol_lsp.workspace.resources import ServiceCall
from netpol_lsp.yaml.nodes import Mapping, Node

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*\.?"
_ADDRESS = re.compile(
    rf"(?:(?P<scheme>[a-z][a-z0-9+.-]*(?::[a-z0-9]+)?)://(?:[^\s/@]*@)?)?(?P<host>{_HOST})(?::(?P<port>\d{{1,5}}))?(?P<path>[/?#]\S*)?\Z",
    re.IGNORECASE,
)
_PORT_OF = {
    "http": 80,
    "ws": 80,
    "https": 443,
    "wss": 443,
    "amqp": 5672,
    "amqps": 5671,
    "mongodb": 27017,
    "mysql": 3306,
    "postgres": 5432,
    "postgresql": 5432,
    "redis": 6379,
    "rediss": 6379,
    "nats": 4222,
    "ldap": 389,
}
"""Ports that the clients of a scheme take where none is written."""
_NAMES_HOST = re.compile(
    r"(?:^|_)(?:HOST|HOSTNAME|HOSTS|ADDR|ADDRESS|URL|URI|ENDPOINT|SERVER|SERVERS|SERVICE|BROKER|BROKERS|UPSTREAM|BACKEND|DSN)S?\Z",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"-\d+\Z")
_SIGN = re.compile(
    r"\.svc\b|://|[a-z0-9]:\d|HOST|ADDR|UR[LI]|ENDPOINT|SERVER|SERVICE|BROKER|UPSTREAM|BACKEND|DSN", re.IGNORECASE
)
_MOST = 200
"""Variables of a container that are looked at."""


def may_name_services(written: str) -> bool:
    """Whether the text of variables can name a Service: a quick look before parsing."""
    return _SIGN.search(written) is not None


def calls(reader: ManifestReader, spec: Mapping | None, path: str) -> Iterator[ServiceCall]:
    """The Services that the variables of the containers name, each once with its port. `path`: of the pod's spec."""
    known: set[tuple[str, str | None, int | None]] = set()
    for key in ("containers", "initContainers"):
        for number, container in mappings(find(spec, key)):
            written = list(_variables(container))
            values = {name: value for name, value, _, _ in written}
            for name, value, node, index in written:
                for service, namespace, port in _called(name, value, values):
                    if (service, namespace, port) not in known:
                        known.add((service, namespace, port))
                        origin = reader.at(node, f"{path}.{key}[{number}].env[{index}].value")
                        yield ServiceCall(service, namespace, port, name, origin)


def _variables(container: Mapping) -> Iterator[tuple[str, str, Node, int]]:
    """The variables whose values are written out: name, value, its node, and the place in the list."""
    for index, item in mappings(find(container, "env")):
        if index >= _MOST:
            return
        node = find(item, "value")
        name, value = text(find(item, "name")), text(node)
        if node is not None and name and value and "$(" not in value:
            yield name, value, node, index


def _called(name: str, value: str, values: dict[str, str]) -> Iterator[tuple[str, str | None, int | None]]:
    """The Services that a variable names, with namespace and port; one may list several addresses."""
    if len(value) > 2000:
        return
    scheme = None
    for written in value.split(","):
        found = _ADDRESS.match(written.strip())
        if found is None:
            return
        # `nats://a:4222,b:4222`: the scheme is that of all.
        scheme = found["scheme"] or scheme
        host = found["host"].lower().rstrip(".")
        is_address = scheme is not None or found["port"] is not None or ".svc" in f"{host}."
        if not (is_address or _NAMES_HOST.search(name)) or (scheme is None and found["path"]):
            continue
        place = _service_of(host)
        if place is not None:
            port = int(found["port"]) if found["port"] else _port_beside(name, values)
            yield *place, port if port is not None else _PORT_OF.get((scheme or "").lower().rpartition(":")[2])


def _service_of(host: str) -> tuple[str, str | None] | None:
    """The Service that a host's name means, if it is one: its name and its namespace (None: that of who calls)."""
    parts = host.split(".")
    if all(part.isdigit() for part in parts):
        return None
    if "svc" in parts[2:]:
        at = parts.index("svc", 2)
        return parts[at - 2], parts[at - 1]
    if len(parts) > 1 and _ORDINAL.search(parts[0]) and len(parts) < 4:
        # A pod of a StatefulSet, behind its headless Service.
        return parts[1], parts[2] if len(parts) == 3 else None
    if len(parts) > 2:
        return None
    return parts[0], parts[1] if len(parts) == 2 else None


def _port_beside(name: str, values: dict[str, str]) -> int | None:
    """The port in the variable beside that of a host: `ORDERS_PORT` for `ORDERS_HOST`."""
    found = _NAMES_HOST.search(name)
    if found is None:
        return None
    value = values.get(f"{name[: found.start()]}_PORT".lstrip("_"), "")
    return int(value) if value.isascii() and value.isdigit() and 0 < int(value) < 65536 else None
