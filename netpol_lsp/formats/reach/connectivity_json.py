"""Connectivity as data (schemas/connectivity.schema.json describes it) and as comma-separated values."""

from __future__ import annotations

import csv
import io
from typing import Any

from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.reach.connection_lines import ConnectivityReport, entry_state, pairs_of_titles
from netpol_lsp.formats.reach.why_json import traffic_data
from netpol_lsp.kube.label_selector import LabelSelector
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.reach.connectivity import Group, Isolation, Node
from netpol_lsp.reach.exposure import Exposed, Representative, Unprotected
from netpol_lsp.reach.traffic import describe
from netpol_lsp.text.visible import visible

VERSION = 1
Data = dict[str, Any]


def render(report: ConnectivityReport) -> str:
    """The report as JSON: groups are listed once, and named by their number."""
    return dump(as_data(report), depth=2) + "\n"


def as_data(report: ConnectivityReport) -> Data:
    """The report as plain data."""
    numbers = {id(group): number for number, group in enumerate(report.groups)}
    data: Data = {
        "version": VERSION,
        "groups": [group_data(group, number) for number, group in enumerate(report.groups)],
        "connections": [
            {
                "source": _node(item.source, numbers),
                "destination": _node(item.destination, numbers),
                "allow": traffic_data(item.allow),
                "unknown": traffic_data(item.unknown),
            }
            for item in report.connections
        ],
        "isolation": [isolation_data(item) for item in report.isolation],
    }
    data["entryPoints"] = [
        {
            "route": {"kind": item.route.kind, "namespace": item.route.namespace, "name": item.route.name},
            "service": item.service.name,
            "workload": item.workload.title,
            "wanted": traffic_data(item.wanted),
            "open": traffic_data(item.open),
            "state": entry_state(item),
        }
        for item in report.entries
    ]
    if report.exposures is not None:
        data["exposures"] = [_exposure(item, numbers) for item in report.exposures]
    return data


def isolation_data(item: Isolation) -> Data:
    """How many workloads of a namespace are isolated."""
    return {
        "namespace": item.namespace,
        "workloads": item.workloads,
        "ingress": item.ingress,
        "egress": item.egress,
        "unknownIngress": item.unknown_ingress,
        "unknownEgress": item.unknown_egress,
    }


def group_data(group: Group, number: int) -> Data:
    """A group of workloads."""
    workloads = [
        {
            "title": item.title,
            "kind": item.owner[0],
            "name": item.owner[1],
            "object": {"kind": item.facts.kind, "name": item.name},
        }
        for item in group.workloads
    ]
    return {"id": number, "namespace": group.namespace, "workloads": workloads}


def _node(node: Node, numbers: dict[int, int]) -> Data:
    if isinstance(node, CidrSet):
        return {"group": None, "cidrs": list(node.cidrs())}
    return {"group": numbers[id(node)], "cidrs": []}


def _exposure(item: Exposed | Unprotected, numbers: dict[int, int]) -> Data:
    base = {"group": numbers[id(item.group)], "direction": item.direction.value.lower()}
    if isinstance(item, Unprotected):
        return {**base, "unprotected": True}
    peer: Data
    if isinstance(item.peer, CidrSet):
        peer = {"kind": "addresses", "cidrs": list(item.peer.cidrs())}
    elif item.peer.is_entire_cluster:
        peer = {"kind": "entire-cluster"}
    else:
        peer = _representative(item.peer)
    names = [f"{name}/{protocol}" for protocol, name in item.names]
    return {
        **base,
        "unprotected": False,
        "peer": peer,
        "allow": traffic_data(item.allow),
        "unknown": traffic_data(item.unknown),
        "namedPorts": names,
    }


def _representative(peer: Representative) -> Data:
    return {
        "kind": "pods",
        "title": str(peer),
        "namespace": peer.namespace_name,
        "namespaces": _selector(peer.namespaces),
        "pods": _selector(peer.pods),
    }


def _selector(selector: LabelSelector) -> list[Data]:
    return [
        {"key": item.key, "operator": item.operator.value, "values": list(item.values)}
        for item in selector.requirements
    ]


def comma_separated(report: ConnectivityReport) -> str:
    """A row for each pair of workloads (or workload and addresses): source, destination, allow, unknown."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("source", "destination", "allow", "unknown"))
    for source, destination, item in pairs_of_titles(report.connections):
        if source != destination:
            unknown = describe(item.unknown) if item.unknown else ""
            row = (source, destination, describe(item.allow) if item.allow else "", unknown)
            writer.writerow(map(_cell, row))
    return text.getvalue()


def _cell(text: str) -> str:
    """A text as a cell: on one line, and neither a formula for a spreadsheet nor a command for a CI system."""
    shown = visible(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "::", "##")) else shown
