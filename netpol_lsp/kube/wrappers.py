"""Objects that hold other objects: one table that says where each kind keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netpol_lsp.kube.typed_field import items_of, mapping_of
from netpol_lsp.yaml.nodes import Entry, Mapping, Node, Scalar, walk


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A kind that holds objects.

    `group`: how its API group ends ("" for any). `places`: paths to the objects, `[]` for each item of a list.
    `gives_name`: an object without a name gets the wrapper's. `is_patch`: an object may be only the part of one
    that has to be there.
    """

    kind: str
    group: str
    places: tuple[str, ...]
    gives_name: bool = False
    is_patch: bool = False


WRAPPERS = (
    # OpenShift; the API group was not there in old files.
    Wrapper("Template", "", ("objects[]",)),
    # provider-kubernetes of Crossplane
    Wrapper("Object", "kubernetes.crossplane.io", ("spec.forProvider.manifest",), gives_name=True),
    Wrapper("Object", "kubernetes.m.crossplane.io", ("spec.forProvider.manifest",), gives_name=True),
    # Open Cluster Management
    Wrapper("ManifestWork", "open-cluster-management.io", ("spec.workload.manifests[]",)),
    Wrapper(
        "ManifestWorkReplicaSet", "open-cluster-management.io", ("spec.manifestWorkTemplate.workload.manifests[]",)
    ),
    Wrapper("AddOnTemplate", "open-cluster-management.io", ("spec.agentSpec.workload.manifests[]",)),
    Wrapper("Policy", "policy.open-cluster-management.io", ("spec.policy-templates[].objectDefinition",)),
    Wrapper(
        "ConfigurationPolicy",
        "policy.open-cluster-management.io",
        ("spec.object-templates[].objectDefinition",),
        is_patch=True,
    ),
    # Hive
    Wrapper("SyncSet", "hive.openshift.io", ("spec.resources[]",)),
    Wrapper("SelectorSyncSet", "hive.openshift.io", ("spec.resources[]",)),
    # Kyverno: see _generated.
    Wrapper("ClusterPolicy", "kyverno.io", ("spec.rules[].generate", "spec.rules[].generate.foreach[]")),
    Wrapper("Policy", "kyverno.io", ("spec.rules[].generate", "spec.rules[].generate.foreach[]")),
)
GENERATORS = frozenset(one.kind for one in WRAPPERS if one.group == "kyverno.io")
"""The kinds of Kyverno whose rules make objects: they know the version of a kind where none is written."""
_BY_KIND: dict[str, tuple[Wrapper, ...]] = {}
for _one in WRAPPERS:
    _BY_KIND[_one.kind] = (*_BY_KIND.get(_one.kind, ()), _one)


def wrapper_of(kind: str | None, api_version: str | None) -> Wrapper | None:
    """What is known of a kind that holds objects."""
    wrappers = _BY_KIND.get(kind or "")
    if wrappers is None:
        return None
    group, _, version = (api_version or "").rpartition("/")
    for wrapper in wrappers:
        if wrapper.group == "" and (group.endswith("template.openshift.io") or (not group and version == "v1")):
            return wrapper
        if wrapper.group and (group == wrapper.group or group.endswith(f".{wrapper.group}")):
            return wrapper
    return None


def wrapped(mapping: Mapping, wrapper: Wrapper) -> Iterator[tuple[Mapping, str]]:
    """The objects that a wrapper holds, each with its path."""
    for place in wrapper.places:
        for node, path, parent in _at(mapping, place.split("."), "", None):
            found = mapping_of(node)
            if found is None or (wrapper.is_patch and _is_forbidden(parent)):
                continue
            if place.startswith("spec.rules[].generate"):
                made = _generated(found)
                if made is not None:
                    yield made, f"{path}.data"
                continue
            if wrapper.is_patch:
                _open(found, parent)
            elif wrapper.gives_name:
                _open_name(found)
            yield found, path


def _at(
    node: Node | None, steps: list[str], path: str, parent: Mapping | None
) -> Iterator[tuple[Node, str, Mapping | None]]:
    """The nodes at a place, each with its path and the mapping around it."""
    if not steps:
        if node is not None:
            yield node, path, parent
        return
    mapping = mapping_of(node)
    name = steps[0].removesuffix("[]")
    entry = mapping.get(name) if mapping is not None else None
    if entry is None:
        return
    path = f"{path}.{name}" if path else name
    if steps[0].endswith("[]"):
        for number, item in enumerate(items_of(entry.value)):
            yield from _at(item, steps[1:], f"{path}[{number}]", mapping)
    else:
        yield from _at(entry.value, steps[1:], path, mapping)


def _is_forbidden(parent: Mapping | None) -> bool:
    """Whether a ConfigurationPolicy says that there must be no such object."""
    entry = parent.get("complianceType") if parent is not None else None
    return entry is not None and isinstance(entry.value, Scalar) and entry.value.value.lower() == "mustnothave"


def _open(root: Mapping, parent: Mapping | None) -> None:
    """Mark an object that need not be whole: with `musthave` the fields that it lacks are those of the cluster's."""
    entry = parent.get("complianceType") if parent is not None else None
    if entry is not None and isinstance(entry.value, Scalar) and entry.value.value.lower() == "mustonlyhave":
        return
    for node in walk(root):
        if isinstance(node, Mapping):
            node.is_open = True


def _open_name(root: Mapping) -> None:
    metadata = root.get("metadata")
    holder = mapping_of(metadata.value) if metadata is not None else root
    if holder is not None:
        holder.is_open = True


def _generated(generate: Mapping) -> Mapping | None:
    """What a rule of Kyverno makes: apiVersion, kind, name and namespace are beside its `data`."""
    data = generate.get("data")
    content = mapping_of(data.value) if data is not None else None
    if content is None:
        return None
    beside = [entry for name in ("apiVersion", "kind") if (entry := generate.get(name)) is not None]
    names = [entry for name in ("name", "namespace") if (entry := generate.get(name)) is not None]
    metadata = content.get("metadata")
    written = mapping_of(metadata.value) if metadata is not None else None
    own = [entry for entry in content.entries if entry.name not in ("apiVersion", "kind", "metadata")]
    made = _assembled(generate.start, generate.end, generate)
    made.entries = [*beside, *own]
    if metadata is not None and written is None:
        made.entries.append(metadata)
    elif names or written is not None:
        made.entries.append(_metadata(metadata, written, names))
    return made


def _metadata(entry: Entry | None, written: Mapping | None, names: list[Entry]) -> Entry:
    """The metadata with the name and namespace that are written elsewhere."""
    parts = [*(name.span for name in names), *([entry.span] if entry is not None else [])]
    start, end = min(part.start for part in parts), max(part.end for part in parts)
    value = _assembled(start, end, written or names[0].key)
    value.is_open = True
    known = {one.name for one in written.entries} if written is not None else set()
    value.entries = [
        *(one for one in names if one.name not in known),
        *(written.entries if written is not None else ()),
    ]
    return Entry(entry.key if entry is not None and not names else Scalar(start, start, "metadata"), value)


def _assembled(start: int, end: int, origin: Node) -> Mapping:
    """A mapping of entries that are written in several places: nothing can be written into it."""
    made = Mapping(start, end, flow=False)
    made.origin = origin
    # Its entries are in no order.
    made.merged = ()
    return made


_SOPS = frozenset({"mac", "lastmodified", "version", "encrypted_regex", "unencrypted_regex", "age", "pgp", "kms"})


def is_encrypted(root: Node | None) -> bool:
    """Whether SOPS has encrypted a document: its note about that is a key `sops` beside the object's own."""
    mapping = mapping_of(root)
    entry = mapping.get("sops") if mapping is not None else None
    note = mapping_of(entry.value) if entry is not None else None
    return note is not None and any(one.name in _SOPS for one in note.entries)


def without_sops(root: Mapping) -> Mapping:
    """An object without the note of SOPS, which is gone before anything is applied."""
    kept = Mapping(root.start, root.end, flow=root.flow)
    kept.is_open = root.is_open
    kept.entries = [entry for entry in root.entries if entry.name != "sops"]
    kept.merged = root.merged
    return kept
