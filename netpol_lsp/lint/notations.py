"""Words where NetworkPolicy has a mapping: the value that the notation of another tool stands for.

kubectl's selectors (`app=web,tier in (a, b)`; https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/),
address ranges (`10.0.0.0/8`), ports (`80/TCP`, `8000-9000`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from netpol_lsp.kube.label_selector import Operator
from netpol_lsp.kube.names import dns_label_problem
from netpol_lsp.kube.net.cidr import CidrProblem, parse_cidr
from netpol_lsp.kube.net.port_set import PROTOCOLS
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.lint.port_notation import WrittenPort, read_ports
from netpol_lsp.yaml.cst.write import Plain
from netpol_lsp.yaml.nodes import Node, Scalar, Sequence
from netpol_lsp.yaml.recovery.schema_shape import FieldShape, ObjectShape
from netpol_lsp.yaml.scalars import resolve

_EVERYTHING = frozenset({"*", "all", "any", "everything"})
_PART = re.compile(r"(?:[^,()]|\([^()]*\))+")
_KEY = r"(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_EQUALITY = re.compile(rf"({_KEY})\s*(==?|!=|:)\s*([\w.-]*)", re.ASCII)
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)", re.ASCII | re.IGNORECASE)
_EXISTENCE = re.compile(rf"(!?)\s*({_KEY})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Notation:
    """What words stand for: `values` written out (several where they name several things), and `what` that makes them.

    `is_certain`: nothing else can be meant.
    """

    values: tuple[Plain, ...]
    what: str
    is_certain: bool = True


def read_notation(node: Node, wanted: ObjectShape, name: str) -> Notation | None:
    """What a word stands for where a mapping of the shape `wanted` belongs, under the key `name`; None where no one knows."""
    value = resolve(node) if isinstance(node, Scalar) and node.origin is None else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return _read(str(value), wanted, name)


def written_out(text: str, wanted: ObjectShape) -> Plain | None:
    """The one value that words stand for beyond doubt where a shape belongs; None where there is none, or there are several."""
    notation = _read(text, wanted, "")
    if notation is None or not notation.is_certain or len(notation.values) != 1:
        return None
    return notation.values[0]


def read_notations(node: Node, wanted: ObjectShape, name: str) -> Notation | None:
    """What a word, or a list of words, stands for where a list of mappings belongs; None where one of them is not known."""
    if wanted.form is not FieldShape.LIST or wanted.item is None or wanted.item.form is not FieldShape.MAPPING:
        return None
    nodes = node.items if isinstance(node, Sequence) else [node]
    found: list[Notation] = []
    for one in nodes:
        notation = read_notation(one, wanted.item, name)
        if notation is None:
            return None
        found.append(notation)
    return joined(found) if found else None


def joined(notations: Iterable[Notation]) -> Notation:
    """What several words stand for together; `what` is empty where it is not the same for all of them."""
    found = list(notations)
    values = tuple(value for one in found for value in one.values)
    makes = {one.what for one in found}
    return Notation(values, makes.pop() if len(makes) == 1 else "", all(one.is_certain for one in found))


def _read(text: str, wanted: ObjectShape, name: str) -> Notation | None:
    text = text.strip()
    for keys, read in _READERS:
        if keys <= wanted.fields.keys():
            return read(text, name)
    return _labels(text) if wanted.values is not None and wanted.values.is_text else None


def _selector(text: str, name: str) -> Notation | None:
    if text.casefold() in _EVERYTHING:
        return Notation(({},), "`{}`, which selects everything", is_certain=False)
    requirements = _requirements(text)
    if requirements is not None:
        return Notation((_written(requirements),), "a label selector")
    if name == "namespaceSelector" and dns_label_problem(text) is None:
        labels: Plain = {"matchLabels": {METADATA_NAME: text}}
        return Notation((labels,), f"a selector by `{METADATA_NAME}`", is_certain=False)
    return None


def _labels(text: str) -> Notation | None:
    requirements = _requirements(text)
    if requirements is None or not all(isinstance(value, str) for _, _, value in requirements):
        return None
    labels: dict[str, Plain] = {key: value for key, _, value in requirements if isinstance(value, str)}
    return Notation((labels,), "`key: value`") if len(labels) == len(requirements) else None


def _condition(text: str, _: str) -> Notation | None:
    requirements = _requirements(text)
    if requirements is None:
        return None
    return Notation(tuple(_condition_of(*one) for one in requirements), "a condition")


def _address_range(text: str) -> str | None:
    """The CIDR block that is written, or surely meant."""
    parsed = parse_cidr(text)
    return parsed.suggestion if isinstance(parsed, CidrProblem) else text


def _ip_block(text: str, _: str) -> Notation | None:
    cidr = _address_range(text)
    return None if cidr is None else Notation(({"cidr": cidr},), "`cidr`")


def _peer(text: str, _: str) -> Notation | None:
    cidr = _address_range(text)
    if cidr is not None:
        return Notation(({"ipBlock": {"cidr": cidr}},), "an `ipBlock`")
    requirements = _requirements(text)
    if requirements is None:
        return None
    # Pods here, pods anywhere, or namespaces.
    return Notation(({"podSelector": _written(requirements)},), "a `podSelector`", is_certain=False)


def _port(text: str, _: str) -> Notation | None:
    if text.upper() in PROTOCOLS:
        return Notation(({"protocol": text.upper()},), "`protocol`")
    ports = read_ports(text)
    if ports is None or not all(port.first for port in ports):
        return None
    # `8080:80` are two ports of a container elsewhere, a range for a packet filter; several words may be prose.
    is_certain = ":" not in text and (len(ports) == 1 or all((port.first or "").isdigit() for port in ports))
    return Notation(tuple(map(_item_of_ports, ports)), "`port`", is_certain)


def _item_of_ports(port: WrittenPort) -> Plain:
    first = port.first or ""
    return {
        **({"protocol": port.protocol} if port.protocol else {}),
        "port": int(first) if first.isdigit() else first,
        **({"endPort": port.last} if port.last is not None else {}),
    }


_READERS: tuple[tuple[frozenset[str], Callable[[str, str], Notation | None]], ...] = (
    (frozenset({"matchLabels", "matchExpressions"}), _selector),
    (frozenset({"key", "operator"}), _condition),
    (frozenset({"cidr"}), _ip_block),
    (frozenset({"ipBlock"}), _peer),
    (frozenset({"port", "protocol"}), _port),
)


Requirement = tuple[str, Operator, "str | list[str]"]
"""A key, an operator, and the values; a string: exactly this one, as in `matchLabels`."""


def _requirements(text: str) -> list[Requirement] | None:
    """The requirements of a label selector in kubectl's notation; None where it is not one, or only a word."""
    parts = _PART.findall(text)
    if ",".join(parts) != text or not parts:
        return None
    found = [_requirement(part.strip()) for part in parts]
    known = [one for one in found if one is not None]
    keys = [key for key, _, value in known if isinstance(value, str)]
    is_word = len(known) == 1 and known[0][1] is Operator.EXISTS
    return None if len(known) != len(found) or is_word or len(set(keys)) != len(keys) else known


def _requirement(text: str) -> Requirement | None:
    if equality := _EQUALITY.fullmatch(text):
        key, operator, value = equality.groups()
        return (key, Operator.NOT_IN, [value]) if operator == "!=" else (key, Operator.IN, value)
    if chosen := _SET.fullmatch(text):
        values = [value.strip() for value in chosen[3].split(",")]
        return chosen[1], Operator.IN if chosen[2].lower() == "in" else Operator.NOT_IN, values
    if existence := _EXISTENCE.fullmatch(text):
        return existence[2], Operator.DOES_NOT_EXIST if existence[1] else Operator.EXISTS, []
    return None


def _written(requirements: list[Requirement]) -> Plain:
    labels: Plain = {key: value for key, _, value in requirements if isinstance(value, str)}
    conditions: Plain = [_condition_of(*one) for one in requirements if not isinstance(one[2], str)]
    return {**({"matchLabels": labels} if labels else {}), **({"matchExpressions": conditions} if conditions else {})}


def _condition_of(key: str, operator: Operator, values: str | list[str]) -> Plain:
    listed: Plain = [values] if isinstance(values, str) else [*values]
    return {"key": key, "operator": str(operator), **({"values": listed} if listed else {})}
