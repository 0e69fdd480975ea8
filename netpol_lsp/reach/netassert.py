"""NetAssert v2 files (controlplaneio/netassert): tests of connections that run in a live cluster, read and written.

A file is a list of tests with `name`, `type: k8s`, `protocol`, `targetPort`, `exitCode` (0: the connection is to work),
`src.k8sResource` and `dst.k8sResource` (kind, name, namespace) or `dst.host.name`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.policies.origin import Origin
from netpol_lsp.reach.cluster import Workload
from netpol_lsp.reach.intents import Intent, IntentFile, IntentProblem, Outcome, scalar_string
from netpol_lsp.reach.names import Names
from netpol_lsp.reach.ports import AskedPort, PortProblem, parse_port
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence

_FIELDS = (("name", "name"), ("from", "src"), ("to", "dst"), ("port", "targetPort"), ("expect", "exitCode"))
"""What each value of a test is called with us, and there."""
_KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "pod": "Pod",
}


def is_netassert(root: Node | None) -> bool:
    """Whether a document is a NetAssert file: a list in which something has a source or destination of its form."""
    return isinstance(root, Sequence) and any(_end(node, "src") for item in root.items if (node := mapping_of(item)))


def read_netassert(document: Document, index: int = 0) -> IntentFile:
    """The tests of a NetAssert file."""
    intents: list[Intent] = []
    problems: list[IntentProblem] = []
    for number, item in enumerate(items_of(document.root)):
        node = mapping_of(item)
        if node is None:
            problems.append(IntentProblem("a test has to be a mapping with `src` and `dst`", item.span))
            continue
        source, destination = _end(node, "src"), _end(node, "dst")
        if source is None or destination is None:
            which = "src" if source is None else "dst"
            beside = node.get(which) or node.entries[0]
            problems.append(IntentProblem(f"`{which}` names no k8sResource and no host", beside.key.span))
            continue
        port = _port(node)
        try:
            parse_port(port)
        except PortProblem as problem:
            place = node.get("targetPort") or node.get("protocol") or node.entries[0]
            problems.append(IntentProblem(str(problem), place.value.span))
            continue
        expect = Outcome.ALLOW if (scalar_string(node.get("exitCode")) or "0") == "0" else Outcome.DENY
        name = scalar_string(node.get("name")) or f"{source} to {destination}"
        origin = Origin(document.source.uri, index, "", f"[{number}]", node.start, node.end)
        spans = tuple((field, entry.value.span) for field, key in _FIELDS if (entry := node.get(key)) is not None)
        intents.append(Intent(name, source, destination, port, expect, False, origin, spans))
    head = document.root.span if document.root is not None else Span(0, 0)
    return IntentFile(tuple(intents), tuple(problems), Span(head.start, head.start), is_live=True)


def _end(node: Mapping, key: str) -> str | None:
    entry = node.get(key)
    end = mapping_of(entry.value) if entry is not None else None
    if end is None:
        return None
    host = end.get("host")
    named = mapping_of(host.value) if host is not None else None
    if named is not None:
        name = scalar_string(named.get("name"))
        return f"host:{name}" if name else None
    resource = end.get("k8sResource")
    found = mapping_of(resource.value) if resource is not None else None
    if found is None:
        return None
    kind, name = scalar_string(found.get("kind")), scalar_string(found.get("name"))
    namespace = scalar_string(found.get("namespace")) or "default"
    return f"{namespace}/{_KINDS.get((kind or '').lower(), kind or 'Pod')}/{name}" if name else None


def _port(node: Mapping) -> str:
    port = scalar_string(node.get("targetPort"))
    protocol = (scalar_string(node.get("protocol")) or "tcp").upper()
    return f"{port}/{protocol}" if port else protocol


def write_netassert(intents: Iterable[Intent], names: Names) -> tuple[str, list[str]]:
    """Tests in NetAssert's form, and what cannot be said in it."""
    lines: list[str] = []
    left_out: list[str] = []
    for intent in intents:
        found = list(_tests(intent, names))
        if not found:
            left_out.append(
                f"{intent.name}: NetAssert needs two workloads (or a host as destination) and one port number"
            )
        for number, (source, destination, port) in enumerate(found):
            suffix = f"-{number + 1}" if len(found) > 1 else ""
            lines += [
                f"- name: {_quoted(intent.name + suffix)}",
                "  type: k8s",
                f"  protocol: {(port.protocol or 'TCP').lower()}",
                f"  targetPort: {port.first}",
                "  timeoutSeconds: 60",
                "  attempts: 3",
                f"  exitCode: {0 if intent.expect is Outcome.ALLOW else 1}",
                "  src:",
                *_resource(source),
                "  dst:",
                *(_resource(destination) if isinstance(destination, Workload) else _host(destination)),
            ]
    return "\n".join(lines) + "\n" if lines else "[]\n", left_out


def _tests(intent: Intent, names: Names) -> Iterator[tuple[Workload, Workload | str, AskedPort]]:
    port = parse_port(intent.port) if intent.port else None
    if port is None or intent.is_any or port.protocol not in ("TCP", "UDP"):
        return
    source, destination = names.find(intent.source), names.find(intent.destination)
    for start in source.workloads:
        if destination.addresses is not None and port.first is not None:
            host = intent.destination.partition(":")[2]
            if intent.destination.startswith(("ip:", "host:")):
                yield start, host, port
            continue
        for end in destination.workloads:
            number = port.first if port.name is None else _number(end, port)
            if start is not end and number is not None and port.last in (None, port.first):
                yield start, end, AskedPort(port.protocol, number)


def _number(workload: Workload, port: AskedPort) -> int | None:
    found = (item.number for item in workload.facts.ports if (item.name, item.protocol) == (port.name, port.protocol))
    return next(found, None)


def _resource(workload: Workload) -> list[str]:
    kind = workload.facts.kind.lower()
    return [
        "    k8sResource:",
        f"      kind: {kind}",
        f"      name: {_quoted(workload.name)}",
        f"      namespace: {_quoted(workload.namespace or 'default')}",
    ]


def _host(name: str) -> list[str]:
    return ["    host:", f"      name: {_quoted(name)}"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
