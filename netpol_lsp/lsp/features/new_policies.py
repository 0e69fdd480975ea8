"""Policies that code actions write: what is offered at a place, and the file and line where each one goes."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.ide.callers import policy_for, stable_labels
from netpol_lsp.ide.namespace_policies import allow_dns, default_deny
from netpol_lsp.ide.new_policy import NewPolicy, names_in
from netpol_lsp.ide.other_side import other_sides
from netpol_lsp.ide.refactor import is_on_head
from netpol_lsp.ide.workspace_links import workloads_in_document
from netpol_lsp.kube.label_selector import LabelSelector, matches
from netpol_lsp.kube.objects import KubeObject, objects_of
from netpol_lsp.kube.typed_field import mapping_of
from netpol_lsp.lint.analysis import DocumentAnalysis, Part
from netpol_lsp.lsp.positions import Positions
from netpol_lsp.lsp.state.client import Client
from netpol_lsp.lsp.state.part_documents import document_of
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.state.snapshot import Snapshot
from netpol_lsp.lsp.transport.movable_json import Json
from netpol_lsp.lsp.uris import path_of_uri
from netpol_lsp.text.edits import TextEdit
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.located_policy import LocatedPolicy
from netpol_lsp.workspace.manifest_reader import find, text
from netpol_lsp.workspace.pods import Place, place, place_of
from netpol_lsp.workspace.resources import WorkloadFacts
from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.edit.mappings import ends_in_open_block, is_json
from netpol_lsp.yaml.manifests import parse_manifest, split_manifest
from netpol_lsp.yaml.style import Style
from netpol_lsp.yaml.templates.languages import language_of

_YAML = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A policy to be written when someone chooses it.

    `where`: the namespace that it is for; `at`: the offset of the document after which it goes, in the file where it is
    offered; `pods`: those that it is for, where another file may be a better place.
    """

    key: str
    title: str
    policy: Callable[[], NewPolicy | None]
    where: Place
    at: int
    pods: LabelSelector | None = None


def offered(snapshot: Snapshot, span: Span) -> Iterator[NewDocument]:
    """The policies that can be written at a span."""
    part = snapshot.part_at(span.start)
    if part is None or not snapshot.is_wanted:
        return
    local = span.shift(-part.start)
    if part.analysis is not None:
        yield from _of_policies(snapshot, part.analysis, part, local)
    else:
        document = document_of(snapshot, part)
        yield from _of_others(snapshot, document, part, local) if document is not None else ()


def _of_policies(snapshot: Snapshot, analysis: DocumentAnalysis, part: Part, span: Span) -> Iterator[NewDocument]:
    """What is offered on a policy and its rules."""
    by_path = {one.object.path: one for one in analysis.policies}
    for located in snapshot.facts.policies:
        policy = by_path.get(located.path)
        if located.document != part.index or policy is None or analysis.is_partial(policy):
            continue
        if is_on_head(policy, span):
            where = place_of(snapshot.workspace.view, located)
            yield from _for_namespace(snapshot, where, policy.object.namespace, part.start)
        if policy.object.node.span.touches(span):
            yield from _other_sides(snapshot, located, span.start, part.start)


def _for_namespace(snapshot: Snapshot, where: Place, namespace: str | None, at: int) -> Iterator[NewDocument]:
    view, settings = snapshot.workspace.view, snapshot.config.settings
    name = f" in namespace {namespace}" if namespace else ""
    deny = default_deny(view, where, namespace)
    if deny is not None:
        title = f"Add a policy that denies everything{name}, so that only what policies allow goes through"
        yield NewDocument("refactor:default-deny", title, lambda: deny, where, at)
    dns = allow_dns(view, where, namespace, settings)
    if dns is not None:
        yield NewDocument(
            "refactor:allow-dns", f"Add a policy that lets all pods{name} ask DNS", lambda: dns, where, at
        )


def _other_sides(snapshot: Snapshot, located: LocatedPolicy, offset: int, at: int) -> Iterator[NewDocument]:
    view = snapshot.workspace.view
    for side in other_sides(view, located, snapshot.config.settings, offset):
        written = side.policy
        namespace = written.namespace
        where = place(view, namespace, located.uri) if namespace else place_of(view, located)
        yield NewDocument(f"refactor:{side.key}", side.title, _always(written), where, at, side.selector)


def _always(policy: NewPolicy) -> Callable[[], NewPolicy | None]:
    return lambda: policy


def _of_others(snapshot: Snapshot, document: Document, part: Part, span: Span) -> Iterator[NewDocument]:
    """What is offered on a workload or a Namespace."""
    view, uri = snapshot.workspace.view, snapshot.source.uri
    index, start = part.index, part.start
    made = {one.origin.object_path: one for one in workloads_in_document(view, uri, index)}
    for kube_object in objects_of(document.root):
        if not _is_on_head(kube_object, span):
            continue
        workload = made.get(kube_object.path)
        if workload is not None and not workload.is_namespace_unknown:
            where = place(view, workload.namespace, uri)
            selector = _selected_by(kube_object, workload)
            found = policy_for(view, workload, selector)
            if found is not None:
                title = f"Write a policy for {workload.kind} {workload.name}: let in what is known to call it"
                yield NewDocument("refactor:callers", title, _always(found), where, start)
            written = text(find(kube_object.metadata, "namespace"))
            yield from _for_namespace(snapshot, where, written, start)
        elif kube_object.kind == "Namespace" and kube_object.name:
            yield from _for_namespace(snapshot, Place(kube_object.name, uri), kube_object.name, start)


def _selected_by(kube_object: KubeObject, workload: WorkloadFacts) -> dict[str, str]:
    """The labels by which a workload selects its own pods, else those that stay."""
    stable = stable_labels(workload)
    labels = mapping_of(find(kube_object.node, "spec", "selector", "matchLabels"))
    own = {entry.name for entry in labels.all_entries()} if labels is not None else set()
    return {key: value for key, value in stable.items() if key in own} or stable


def _is_on_head(kube_object: KubeObject, span: Span) -> bool:
    """Whether a span touches what names an object: its kind, name and namespace, or the keys `metadata` and `spec`."""
    fields = (kube_object.kind_field, kube_object.name_field, kube_object.namespace_field)
    spans = [
        Span(field.key_span.start, max(field.key_span.end, field.node.end)) for field in fields if field is not None
    ]
    spans += [entry.key.span for name in ("metadata", "spec") if (entry := kube_object.node.get(name)) is not None]
    return any(one.touches(span) for one in spans)


@dataclass(frozen=True, slots=True)
class _File:
    """Where a document goes: `uri` and `version` as the client knows them, `offset` in `source`. `is_new`: it is to be made."""

    uri: str
    version: int | None
    source: Source
    offset: int
    style: Style
    is_new: bool = False


def _may_be_followed(document: Document) -> bool:
    """Whether another document may come after one: not in JSON, and not where its missing last line end is part of a text."""
    if is_json(document):
        return False
    root = document.root
    is_open = root is not None and ends_in_open_block(document, root)
    return not is_open or document.text.endswith(("\n", "\r"))


def has_place(new: NewDocument, snapshot: Snapshot, client: Client) -> bool:
    """Whether there is a place for a document."""
    if client.creates_files and client.document_changes:
        return True
    part = snapshot.part_at(new.at)
    document = document_of(snapshot, part) if part is not None else None
    return document is not None and _may_be_followed(document)


def workspace_edit(new: NewDocument, snapshot: Snapshot, session: Session, client: Client) -> Json | None:
    """The edit that writes a policy; None where there is no place for it."""
    policy = new.policy()
    file = _file_for(new, snapshot, session, client)
    if policy is None or file is None:
        return None
    body = policy.named(names_in(snapshot.workspace.view, new.where)).render(file.style)
    source, end = file.source, file.offset
    newline = source.newline
    text = body if file.is_new else f"---{newline}{body}"
    if end and not source.text[:end].endswith(("\n", "\r")):
        text = f"{newline}{text}"
    positions = Positions(source, session.encoding)
    edits = positions.edits([TextEdit(Span(end, end), text)])
    if not client.document_changes:
        return {"changes": {file.uri: edits}}
    made: list[Json] = [{"kind": "create", "uri": file.uri}] if file.is_new else []
    return {"documentChanges": [*made, {"textDocument": {"uri": file.uri, "version": file.version}, "edits": edits}]}


def _file_for(new: NewDocument, snapshot: Snapshot, session: Session, client: Client) -> _File | None:
    """The place: after the document where it was asked for, or among the policies or pods of the other namespace."""
    for uri in _better_files(new, snapshot):
        found = _end_of(uri, session)
        if found is not None:
            return found
    part = snapshot.part_at(new.at)
    document = document_of(snapshot, part) if part is not None else None
    if part is not None and document is not None and _may_be_followed(document):
        end = part.start + len(part.text)
        return _File(snapshot.uri, snapshot.version, snapshot.source, end, document.style)
    return _new_file(snapshot, session) if client.creates_files and client.document_changes else None


def _better_files(new: NewDocument, snapshot: Snapshot) -> Iterator[str]:
    """Files that hold policies of another namespace, or the pods there."""
    view = snapshot.workspace.view
    own = {place_of(view, one).namespace for one in snapshot.facts.policies}
    if new.pods is None or new.where.namespace is None or new.where.namespace in own:
        return
    policies = {one.uri for one in view.policies_in(new.where.namespace) if not one.is_context and not one.is_possible}
    pods = {
        one.origin.uri
        for one in view.workloads_in(new.where.namespace)
        if not one.is_context and matches(new.pods, one.labels)
    }
    for uri in (*sorted(policies), *sorted(pods)):
        if uri.endswith(_YAML) and uri != snapshot.source.uri:
            yield uri


def _end_of(uri: str, session: Session) -> _File | None:
    """The end of a file; None for one that cannot be read, or that a template language makes."""
    opened = session.of_file(uri)
    path = path_of_uri(uri)
    read = opened.source if opened is not None else read_source(path) if path is not None else None
    if read is None or isinstance(read, ReadProblem) or language_of(read.text, uri) is not None:
        return None
    last = parse_manifest(split_manifest(read.text, None)[-1].text, language=None)
    if not _may_be_followed(last):
        return None
    style = last.style
    name, version = (uri, None) if opened is None else (opened.uri, opened.version)
    return _File(name, version, read, len(read.text), style)


def _new_file(snapshot: Snapshot, session: Session) -> _File | None:
    """A file beside the one where it was asked for, under a name that is free."""
    folder, _, name = snapshot.uri.rpartition("/")
    stem = posixpath.splitext(name)[0]
    known = {one.uri for one in session}
    for number in ("", *(f"-{count}" for count in range(2, 100))):
        uri = f"{folder}/{stem}-networkpolicy{number}.yaml"
        path = path_of_uri(uri)
        if uri not in known and (path is None or isinstance(read_source(path), ReadProblem)):
            return _File(uri, None, Source(uri, ""), 0, Style(newline=snapshot.source.newline), is_new=True)
    return None
