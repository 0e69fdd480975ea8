"""`netpol-lint connectivity`: who may talk to whom."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from itertools import chain

from netpol_lsp.cli import console
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_color, add_format
from netpol_lsp.cli.reach_options import (
    duplicate_notes,
    engine_of,
    find,
    guarded,
    load,
    names_of,
    places_of,
    reach_parser,
    write,
)
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.reach import connectivity_json, connectivity_text, graphs
from netpol_lsp.formats.reach.connection_lines import ConnectivityReport
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS
from netpol_lsp.policies.direction import Direction
from netpol_lsp.project.cluster_inputs import ClusterInputs
from netpol_lsp.project.errors import UsageError
from netpol_lsp.reach.connectivity import Connection, Connectivity, Group, restrict
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.entry_points import EntryPoint, entry_points
from netpol_lsp.reach.exposure import ExposedConnectivity, exposure
from netpol_lsp.reach.names import Named
from netpol_lsp.reach.ports import PortProblem, parse_port

FORMATS = ("table", "json", "csv", "dot", "mermaid", "svg", "html", "markdown")


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    parser = reach_parser(
        "connectivity [PATH ...]",
        "List who may talk to whom, workloads that are alike together.",
        "--default-namespace",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="manifests: files, folders, globs, or -; default: this folder"
    )
    add_format(parser, *FORMATS)
    parser.add_argument(
        "--exposure", action="store_true", help="also what workloads are open to that no manifest shows"
    )
    group = parser.add_argument_group("filters")
    group.add_argument(
        "--from", dest="source", metavar="NAME", help="only connections from these: see `netpol-lint why --help`"
    )
    group.add_argument("--to", dest="destination", metavar="NAME", help="only connections to these")
    group.add_argument(
        "--namespace", "-n", dest="only_namespace", metavar="NS", help="only connections with an end in this namespace"
    )
    group.add_argument("--port", metavar="PORT", help="only this port, as in 5432/TCP")
    group.add_argument("--no-outside", action="store_true", help="leave out addresses outside the cluster")
    add_color(parser)
    return guarded(_connectivity, parser, arguments)


def _connectivity(options: argparse.Namespace) -> int:
    inputs = load(options, options.paths)
    engine = engine_of(inputs)
    write(_rendered(make_report(engine, inputs, options), engine, inputs, options), options.output)
    if not inputs.cluster.workloads:
        console.info("no workload found: connections are between workloads, so their manifests are needed, too")
    return FAILED if inputs.problems else OK


def make_report(engine: Engine, inputs: ClusterInputs, options: argparse.Namespace) -> ConnectivityReport:
    """What the options ask for."""
    exposed = ExposedConnectivity(engine) if options.exposure or options.format == "html" else None
    connectivity = exposed or Connectivity(engine)
    connections = tuple(_connections(connectivity, inputs, options))
    exposures = None
    if exposed is not None:
        wanted = _in_namespace(options.only_namespace)
        exposures = tuple(item for item in exposure(exposed) if wanted(item.group))
    entries: tuple[EntryPoint, ...] = ()
    if not options.no_outside and not options.source:
        entries = tuple(entry_points(engine))
    return ConnectivityReport(connections, connectivity.groups, connectivity.isolation(), exposures, entries)


def _connections(connectivity: Connectivity, inputs: ClusterInputs, options: argparse.Namespace) -> list[Connection]:
    names = names_of(inputs)
    source = find(names, options.source) if options.source else None
    destination = find(names, options.destination) if options.destination else None
    inside = _in_namespace(options.only_namespace)
    found: list[Connection] = []
    if not _is_outside(source) and not _is_outside(destination):
        found += connectivity.between_groups(
            lambda one, other: _means(source, one) and _means(destination, other) and (inside(one) or inside(other))
        )
    if not options.no_outside:
        found += chain(
            _outside(connectivity, Direction.EGRESS, source, destination, inside),
            _outside(connectivity, Direction.INGRESS, destination, source, inside),
        )
    return list(restrict(found, _traffic(options.port))) if options.port else found


def _outside(
    connectivity: Connectivity,
    direction: Direction,
    pods: Named | None,
    other: Named | None,
    inside: Callable[[Group], bool],
) -> list[Connection]:
    if _is_outside(pods) or (other is not None and other.addresses is None):
        return []
    addresses = other.addresses if other is not None and other.addresses is not None else EVERY_ADDRESS
    return list(connectivity.with_outside(direction, addresses, lambda group: _means(pods, group) and inside(group)))


def _traffic(text: str) -> tuple[tuple[int, int], ...]:
    try:
        traffic = parse_port(text).traffic()
    except PortProblem as problem:
        message = f"--port: {problem}"
        raise UsageError(message) from None
    if traffic is None:
        raise UsageError("--port: a named port has another number on each workload; give a number")
    return traffic


def _is_outside(named: Named | None) -> bool:
    return named is not None and named.addresses is not None


def _means(named: Named | None, group: Group) -> bool:
    return named is None or any(item in group.workloads for item in named.workloads)


def _in_namespace(name: str | None) -> Callable[[Group], bool]:
    def is_inside(group: Group) -> bool:
        return name is None or group.namespace == name

    return is_inside


def _rendered(report: ConnectivityReport, engine: Engine, inputs: ClusterInputs, options: argparse.Namespace) -> str:
    form = options.format
    if form == "html":
        return _page(report, engine, inputs)
    if form == "json":
        return connectivity_json.render(report)
    if form == "csv":
        return connectivity_json.comma_separated(report)
    if form == "dot":
        return graphs.dot(report)
    if form == "mermaid":
        return graphs.mermaid(report)
    if form == "markdown":
        return connectivity_text.markdown(report)
    if form == "svg":
        return _svg(graphs.dot(report))
    return connectivity_text.render(
        report, Pen(options.output is None and console.wants_color(options.color, sys.stdout))
    )


def _page(report: ConnectivityReport, engine: Engine, inputs: ClusterInputs) -> str:
    # Late: the other formats do without the page.
    from netpol_lsp.formats.page.connectivity import connectivity_data  # noqa: PLC0415
    from netpol_lsp.formats.page.html import page  # noqa: PLC0415

    return page(connectivity_data(report, engine, places_of(inputs), duplicate_notes(inputs)))


def _svg(graph: str) -> str:
    """The graph as Graphviz draws it."""
    import shutil  # noqa: PLC0415 - for this format only
    import subprocess  # noqa: PLC0415

    program = shutil.which("dot")
    if program is None:
        raise UsageError("--format svg needs Graphviz: install it, or use --format mermaid or dot")
    done = subprocess.run(  # noqa: S603 - Graphviz, found on the PATH
        [program, "-Tsvg"], input=graph, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        message = f"Graphviz could not draw the graph: {done.stderr.strip()}"
        raise UsageError(message)
    return done.stdout
