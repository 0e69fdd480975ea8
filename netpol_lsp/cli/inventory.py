"""`netpol-lint inventory`: what is known of namespaces, workloads, Services and policies, and what is not and why."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, report_config_problems
from netpol_lsp.cli.found_inputs import find_inputs
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_color, add_configuration, add_format, new_parser
from netpol_lsp.cli.rendered_inventory import rendered_as_json, rendered_as_text
from netpol_lsp.formats.ansi import Pen
from netpol_lsp.formats.json_writer import dump_indented
from netpol_lsp.policies.origin import Origin
from netpol_lsp.project.context_inputs import load_context
from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.load_workspace import LoadedWorkspace, load_workspace
from netpol_lsp.project.render_inputs import not_asked_for, render_inputs
from netpol_lsp.workspace.inventory import NamespaceEntry, PolicyEntry, inventory
from netpol_lsp.workspace.pods import PodMatches, workload_words
from netpol_lsp.workspace.resources import ServiceFacts, UnknownManifest, WorkloadFacts

VERSION = 1


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    console.use_utf8()
    parser = new_parser(
        "inventory [PATH ...]", "Show what is known of the workspace: namespaces, workloads, Services, policies."
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files, folders, globs, or - for standard input; default: this folder"
    )
    parser.add_argument("--stdin-filename", metavar="NAME", help="the name of what comes from standard input")
    add_format(parser, "text", "json")
    add_color(parser)
    add_configuration(parser)
    try:
        return _inventory(parser.parse_args(arguments))
    except UsageError as error:
        console.error(str(error))
        return FAILED


def _inventory(options: argparse.Namespace) -> int:
    configs = load_configs(options)
    found = find_inputs(options, configs)
    targets, problems = found.targets, found.problems
    context = load_context(targets)
    renderings = render_inputs(targets, configs)
    loaded = load_workspace(targets, found.overlay, context, renderings)
    problems += [*context.problems, *map(str, loaded.problems), *renderings.refused]
    not_asked = not_asked_for(targets, renderings)
    if report_config_problems(configs):
        return FAILED
    settings = [file.loaded.config.for_file(file.absolute).settings for file in targets]
    entries = inventory(loaded.snapshot, lambda name: any(one.says_whole(name) for one in dict.fromkeys(settings)))
    if options.format == "json":
        rows = [_as_json(entry, loaded) for entry in entries]
        data = {"version": VERSION, "namespaces": rows, **rendered_as_json(renderings, not_asked)}
        print(dump_indented(data))
    else:
        lines = [*_as_text(entries, loaded), *rendered_as_text(renderings, not_asked)]
        sys.stdout.write(Pen(color=False).lines(lines))
    for problem in problems:
        console.error(problem)
    return FAILED if problems else OK


def _place(origin: Origin, loaded: LoadedWorkspace) -> str:
    """As in `shop.yaml:12`; "" for nowhere."""
    uri, span = loaded.snapshot.written_at(origin)
    source = loaded.sources.get(uri)
    if source is None:
        return uri
    line, _ = source.lines.position(span.start)
    return f"{uri}:{line + 1}"


def _as_text(entries: Sequence[NamespaceEntry], loaded: LoadedWorkspace) -> Iterator[str]:
    if not entries:
        yield "nothing is known: no workload, namespace, Service or policy was found"
        return
    for number, entry in enumerate(entries):
        if number:
            yield ""
        yield _head(entry, loaded)
        for title, rows in (
            ("workloads", [_workload_row(one, loaded) for one in entry.workloads]),
            ("services", [_service_row(one, loaded) for one in entry.services]),
            ("ingresses", [f"{one.kind} {one.name}  {_place(one.origin, loaded)}" for one in entry.ingresses]),
            ("policies", [_policy_row(one, loaded) for one in entry.policies]),
            (
                "other policies",
                [
                    f"{one.kind} {one.name} ({one.api_version})  {_place(one.origin, loaded)}"
                    for one in entry.other_policies
                ],
            ),
            ("not known", [_unknown_row(one, loaded) for one in entry.unknown]),
        ):
            if rows:
                yield f"  {title}"
                yield from (f"    {row}" for row in rows)


def _head(entry: NamespaceEntry, loaded: LoadedWorkspace) -> str:
    name = entry.name if entry.name.startswith("(") else f"namespace {entry.name}"
    where = f"  {_place(entry.origin, loaded)}" if entry.facts is not None else ""
    known = "known whole" if entry.is_whole else f"not known whole: {entry.why_not}"
    return f"{name}{where}  [{known}]"


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "(no labels)"


def _workload_row(one: WorkloadFacts, loaded: LoadedWorkspace) -> str:
    ports = ",".join(f"{port.number}/{port.protocol}" + (f"({port.name})" if port.name else "") for port in one.ports)
    notes = [
        note
        for note, holds in (
            ("hostNetwork", one.host_network),
            ("hostNetwork not known", one.host_network is None),
            ("more labels may be there", one.has_unknown_labels),
            ("more ports may be there", one.has_unknown_ports),
            ("from the context", one.is_context),
        )
        if holds
    ]
    parts = [f"{one.kind} {one.name or '(no name)'}", _labels(one.labels)]
    parts += [f"ports {ports}"] if ports else []
    parts += [f"[{'; '.join(notes)}]"] if notes else []
    return "  ".join((*parts, _place(one.origin, loaded)))


def _service_row(one: ServiceFacts, loaded: LoadedWorkspace) -> str:
    ports = ",".join(f"{port.port}->{port.target_port or port.port}/{port.protocol}" for port in one.ports)
    selector = _labels(one.selector) if one.selector else "no selector"
    return "  ".join(part for part in (f"{one.name} {one.type}", ports, selector, _place(one.origin, loaded)) if part)


def _policy_row(entry: PolicyEntry, loaded: LoadedWorkspace) -> str:
    name = entry.policy.policy.name or "(no name)"
    return "  ".join((f"{name}", _selects(entry.selects), _place(entry.origin, loaded)))


def _selects(matches: PodMatches) -> str:
    if not matches.sure:
        return (
            f"selects what is not known here ({matches.why_perhaps})"
            if matches.perhaps
            else "selects nothing that is known"
        )
    more = f", perhaps more ({matches.why_perhaps})" if matches.perhaps else ""
    return f"selects {workload_words(matches.sure).replace('`', '')}{more}"


def _unknown_row(one: UnknownManifest, loaded: LoadedWorkspace) -> str:
    what = f"{one.kind} {one.name}" if one.kind and one.name else one.reason
    return f"{_place(one.origin, loaded)}  {what}: {_CANNOT.get(one.reason, 'what it renders or makes is not known')}"


_CANNOT = {
    "template": "a template decides what it is",
    "encrypted": "it is encrypted",
    "syntax error": "it cannot be read",
}


def _as_json(entry: NamespaceEntry, loaded: LoadedWorkspace) -> dict[str, Any]:
    is_group = entry.name.startswith("(")
    return {
        "name": None if is_group else entry.name,
        "group": entry.name.strip("()") if is_group else "namespace",
        "known_whole": entry.is_whole,
        "why_not": entry.why_not,
        "place": _place(entry.origin, loaded) if entry.facts is not None else None,
        "labels": dict(entry.facts.labels) if entry.facts is not None else {},
        "workloads": [_workload_data(one, loaded) for one in entry.workloads],
        "services": [_service_data(one, loaded) for one in entry.services],
        "ingresses": [
            {"kind": one.kind, "name": one.name, "place": _place(one.origin, loaded)} for one in entry.ingresses
        ],
        "policies": [_policy_data(one, loaded) for one in entry.policies],
        "other_policies": [
            {"kind": one.kind, "api_version": one.api_version, "name": one.name, "place": _place(one.origin, loaded)}
            for one in entry.other_policies
        ],
        "unknown": [_unknown_data(one, loaded) for one in entry.unknown],
    }


def _workload_data(workload: WorkloadFacts, loaded: LoadedWorkspace) -> dict[str, Any]:
    return {
        "kind": workload.kind,
        "name": workload.name,
        "labels": dict(workload.labels),
        "has_unknown_labels": workload.has_unknown_labels,
        "ports": [
            {"number": port.number, "name": port.name, "protocol": port.protocol, "container": port.container}
            for port in workload.ports
        ],
        "has_unknown_ports": workload.has_unknown_ports,
        "host_network": workload.host_network,
        "service_account": workload.service_account,
        "is_context": workload.is_context,
        "place": _place(workload.origin, loaded),
    }


def _service_data(service: ServiceFacts, loaded: LoadedWorkspace) -> dict[str, Any]:
    return {
        "name": service.name,
        "type": service.type,
        "selector": dict(service.selector) if service.selector is not None else None,
        "ports": [
            {
                "port": port.port,
                "target_port": port.target_port,
                "name": port.name,
                "protocol": port.protocol,
                "node_port": port.node_port,
            }
            for port in service.ports
        ],
        "is_context": service.is_context,
        "place": _place(service.origin, loaded),
    }


def _policy_data(entry: PolicyEntry, loaded: LoadedWorkspace) -> dict[str, Any]:
    return {
        "kind": "NetworkPolicy",
        "name": entry.policy.policy.name,
        "selects": [{"kind": pod.kind, "name": pod.name} for pod in entry.selects.sure],
        "may_select_more": entry.selects.perhaps,
        "why": entry.selects.why_perhaps,
        "is_context": entry.policy.is_context,
        "place": _place(entry.origin, loaded),
    }


def _unknown_data(manifest: UnknownManifest, loaded: LoadedWorkspace) -> dict[str, Any]:
    return {
        "reason": manifest.reason,
        "kind": manifest.kind,
        "name": manifest.name,
        "may_be_policy": manifest.may_be_policy,
        "may_be_workload": manifest.may_be_workload,
        "place": _place(manifest.origin, loaded),
    }
