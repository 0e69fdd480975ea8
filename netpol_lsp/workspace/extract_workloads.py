"""Facts of what makes pods: any kind with a pod template, and Pods themselves."""

from __future__ import annotations

from collections.abc import Iterator

from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.kube.well_known import JOB_LABELS
from netpol_lsp.workspace.extract_calls import calls
from netpol_lsp.workspace.manifest_reader import (
    ManifestReader,
    find,
    integer,
    is_hidden,
    is_true,
    label_value,
    mappings,
    text,
)
from netpol_lsp.workspace.resources import ContainerPort, WorkloadFacts
from netpol_lsp.yaml.nodes import Mapping, Node, Sequence, is_null

# Where kinds keep their pod template; any kind with containers there makes pods.
_TEMPLATES = (
    ("spec", "template"),
    ("spec", "jobTemplate", "spec", "template"),
    ("spec", "jobTargetRef", "template"),
    ("template",),
)
_FINISHED = ("Succeeded", "Failed")
_SCRAPE = "prometheus.io/"


def workload(reader: ManifestReader) -> WorkloadFacts | None:
    """The facts of an object that makes pods; None for any other."""
    found = _template(reader)
    return None if found is None else _facts(reader, *found)


def template_of(reader: ManifestReader) -> Mapping | None:
    """What an object makes pods from, with their `metadata` and `spec`: its pod template, a Pod itself; None for any other."""
    found = _template(reader)
    return None if found is None else found[0]


def _template(reader: ManifestReader) -> tuple[Mapping, tuple[str, ...]] | None:
    """The pod template with its path in the object."""
    if reader.kind == "Pod":
        return reader.obj.node, ()
    if reader.kind.startswith("VirtualMachine") and reader.group == "kubevirt.io":
        path: tuple[str, ...] = ("spec", "template") if reader.kind != "VirtualMachineInstance" else ()
        template = mapping_of(reader.get(*path))
        return (template, path) if template is not None and find(template, "spec") is not None else None
    for way in _TEMPLATES:
        template = mapping_of(reader.get(*way))
        spec = mapping_of(find(template, "spec"))
        if template is not None and spec is not None and isinstance(find(spec, "containers"), Sequence):
            return template, way
    return None


def _facts(reader: ManifestReader, template: Mapping, path: tuple[str, ...]) -> WorkloadFacts:
    spec = mapping_of(find(template, "spec"))
    prefix = ".".join((*path, "metadata.labels"))
    labels, places, has_unknown = reader.labels(find(template, "metadata", "labels"), prefix)
    own, own_places, _ = reader.labels(reader.get("metadata", "labels") if path else None, "metadata.labels")
    if not labels and path:
        has_unknown = (
            True  # a part of a workload, as in a kustomize patch: the server refuses a template without labels
        )
    labels.update(_added_labels(reader))
    owner = _owner(reader)
    return WorkloadFacts(
        kind=reader.kind,
        api_version=reader.api_version,
        namespace=reader.namespace,
        name=reader.name,
        labels=labels,
        owner_labels=own,
        ports=tuple(_ports(reader, spec, ".".join((*path, "spec")))),
        host_network=_host_network(reader, spec),
        service_account=text(find(spec, "serviceAccountName")) or text(find(spec, "serviceAccount")),
        pod_ips=_pod_ips(reader) if reader.kind == "Pod" else (),
        replicas=integer(reader.get("spec", "replicas")),
        owner_kind=owner[0],
        owner_name=owner[1],
        is_finished=reader.kind == "Pod" and reader.string("status", "phase") in _FINISHED,
        pod_annotations=_scrape_annotations(find(template, "metadata", "annotations")),
        has_unknown_labels=has_unknown or _adds_unknown_labels(reader),
        has_unknown_ports=reader.is_open or _has_unknown_ports(spec),
        is_namespace_unknown=reader.is_namespace_unknown,
        is_name_unknown=reader.is_name_unknown,
        label_origins=places,
        owner_label_origins=own_places,
        origin=reader.origin,
        calls=tuple(calls(reader, spec, ".".join((*path, "spec")))),
    )


def _ports(reader: ManifestReader, spec: Mapping | None, path: str) -> Iterator[ContainerPort]:
    for key in ("containers", "initContainers"):
        for number, container in mappings(find(spec, key)):
            if key == "initContainers" and text(find(container, "restartPolicy")) != "Always":
                continue
            name = text(find(container, "name"))
            for index, port in mappings(find(container, "ports")):
                at = find(port, "containerPort")
                value = integer(at)
                if at is None or value is None:
                    continue
                origin = reader.at(at, f"{path}.{key}[{number}].ports[{index}].containerPort")
                protocol = text(find(port, "protocol")) or "TCP"
                yield ContainerPort(value, text(find(port, "name")), protocol, name, origin)


def _has_unknown_ports(spec: Mapping | None) -> bool:
    """Whether a placeholder hides a port, its name, or a list of ports."""
    for key in ("containers", "initContainers"):
        for _, container in mappings(find(spec, key)):
            ports = find(container, "ports")
            if is_hidden(ports):
                return True
            for item in items_of(ports):
                if any(is_hidden(find(item, name)) for name in ("containerPort", "name", "protocol")):
                    return True
    return False


def _host_network(reader: ManifestReader, spec: Mapping | None) -> bool | None:
    node = find(spec, "hostNetwork")
    if node is None or is_null(node):
        return None if reader.is_open else False
    if is_hidden(node):
        return None
    return is_true(node)


def _added_labels(reader: ManifestReader) -> dict[str, str]:
    """Labels that a controller adds and that are known beforehand."""
    if reader.name is None:
        return {}
    if reader.kind == "Job" and reader.group == "batch":
        return dict.fromkeys(JOB_LABELS, reader.name)
    if reader.kind == "Service" and reader.group == "serving.knative.dev":
        return dict.fromkeys(("serving.knative.dev/service", "serving.knative.dev/configuration"), reader.name)
    if reader.group == "kubevirt.io":
        return {"kubevirt.io": "virt-launcher"}
    return {}


def _adds_unknown_labels(reader: ManifestReader) -> bool:
    """Whether a controller adds labels that are not known beforehand, besides those that the API documents as volatile."""
    return reader.group in ("serving.knative.dev", "kubevirt.io")


def _owner(reader: ManifestReader) -> tuple[str | None, str | None]:
    for _, reference in mappings(reader.get("metadata", "ownerReferences")):
        controller = find(reference, "controller")
        kind = text(find(reference, "kind"))
        if controller is not None and is_true(controller) and kind != "Node":
            return kind, text(find(reference, "name"))
    return None, None


def _pod_ips(reader: ManifestReader) -> tuple[str, ...]:
    several = tuple(ip for _, item in mappings(reader.get("status", "podIPs")) if (ip := text(find(item, "ip"))))
    single = reader.string("status", "podIP")
    return several or ((single,) if single else ())


def _scrape_annotations(node: Node | None) -> dict[str, str]:
    mapping = mapping_of(node)
    found: dict[str, str] = {}
    for entry in mapping.all_entries() if mapping is not None else ():
        value = label_value(entry.value)
        if entry.name is not None and entry.name.startswith(_SCRAPE) and value is not None:
            found[entry.name] = value
    return found
