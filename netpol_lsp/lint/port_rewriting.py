"""Writes ports that were read in the notation of other tools as items of `ports`."""

from __future__ import annotations

from netpol_lsp.lint.port_notation import WrittenPort
from netpol_lsp.yaml.cst.change import put, replace_value, scalar_item
from netpol_lsp.yaml.cst.convert import split_over
from netpol_lsp.yaml.cst.tree import Collection, Item, Raw, Tree, UnfaithfulError
from netpol_lsp.yaml.nodes import Node


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
