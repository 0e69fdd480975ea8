"""Ports as other tools write them: `8000-9000`, `8000:9000`, `80,443`, `53/udp`, `*`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netpol_lsp.kube.names import port_name_problem
from netpol_lsp.yaml.cst.change import put, replace_value, scalar_item
from netpol_lsp.yaml.cst.convert import split_over
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree, UnfaithfulError
from netpol_lsp.yaml.nodes import Node

_PROTOCOLS = ("TCP", "UDP", "SCTP")
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
    """What a notation says; None where it is not one."""
    stripped = text.strip().strip("[]")
    if _RANGE.match(stripped):
        found = _one(stripped)
        return [found] if found is not None else None
    parts = [part for part in _SEPARATORS.split(stripped) if part]
    ports = [_one(part) for part in parts]
    known = [port for port in ports if port is not None]
    if not known or len(known) != len(ports):
        return None
    return None if len(known) == 1 and known[0] == WrittenPort(text) else known


def _one(text: str) -> WrittenPort | None:
    number, slash, protocol = text.partition("/")
    if slash and number.upper() in _PROTOCOLS:
        number, protocol = protocol, number
    if slash and protocol.upper() not in _PROTOCOLS:
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


def write_ports(tree: Tree, node: Node, ports: list[WrittenPort]) -> None:
    """Write an item of `ports` for each port instead of the one whose `port` is `node`.

    Raises UnfaithfulError where the item says something else already.
    """
    item = tree.item_of(node)
    around = item.parent
    if around is None or not around.is_map or around.holder is None or around.holder.parent is None:
        raise UnfaithfulError("no item of a list")
    there = {one.name: _word(one) for one in around.items}
    if "endPort" in there or any(
        port.protocol and there.get("protocol", port.protocol) != port.protocol for port in ports
    ):
        raise UnfaithfulError("the item says something else")
    holders = around.holder.parent
    at = holders.items.index(around.holder)
    if len(ports) > 1:
        split_over(item, [port.first or "" for port in ports])
    for port, holder in zip(ports, holders.items[at : at + len(ports)], strict=True):
        assert isinstance(holder.value, Collection)
        _write(holder.value, port)


def _write(item: Collection, port: WrittenPort) -> None:
    entry = next(one for one in item.items if one.name == "port")
    index = item.items.index(entry) + 1
    quote = '"' if item.quotes_keys else ""
    names = {one.name for one in item.items}
    if port.last is not None:
        put(item, scalar_item(item, "endPort", str(port.last)), index)
    if port.protocol is not None and "protocol" not in names:
        put(item, scalar_item(item, "protocol", f"{quote}{port.protocol}{quote}"), index)
        names.add("protocol")
    if port.first is not None:
        is_name = not port.first.isdigit()
        replace_value(entry, Raw([f"{quote}{port.first}{quote}" if is_name else port.first]))
        return
    if any(True for _ in entry.comments()):
        raise UnfaithfulError("a comment would be lost")
    at = item.items.index(entry)
    item.items.remove(entry)
    if "protocol" not in names:
        put(item, scalar_item(item, "protocol", f"{quote}TCP{quote}"), at)


def _word(item: Item) -> str:
    return item.value.lines[0].strip().strip("'\"") if isinstance(item.value, Raw) else ""
