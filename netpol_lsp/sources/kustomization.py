"""The kustomizations that one is built of: their files, and what they would get from elsewhere."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from netpol_lsp.files.boundary import Boundary
from netpol_lsp.files.reading import ReadProblem, read_source
from netpol_lsp.kube.typed_field import items_of
from netpol_lsp.sources.rendering import RenderProblem
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.workspace.manifest_reader import find, text
from netpol_lsp.workspace.resource_kinds import KUSTOMIZATION_NAMES, MEMBER_KEYS
from netpol_lsp.yaml.documents import Document, parse_document
from netpol_lsp.yaml.nodes import Node, Scalar

_FILE_KEYS = ("patchesStrategicMerge", "configurations", "crds", "transformers", "generators", "validators")
_PATCH_LISTS = ("patches", "patchesJson6902", "replacements")
_REMOTE = re.compile(
    r"^[a-z][a-z0-9+.-]*://|^git::|^git@|^(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|net|dev)/|\?ref=", re.IGNORECASE
)
_MOST = 1000


@dataclass(frozen=True, slots=True)
class KustomizationFile:
    """One kustomization: its file and folder (absolute), and the document in it."""

    path: str
    folder: str
    source: Source
    document: Document

    @property
    def root(self) -> Node | None:
        """The mapping that it is."""
        return self.document.root


@dataclass
class KustomizationTree:
    """A kustomization with all that it takes in, itself first; the outer ones come before the inner ones.

    `files`: the other files that they name. `problems`: why it cannot be built here.
    """

    kustomizations: list[KustomizationFile] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    problems: list[RenderProblem] = field(default_factory=list)


def kustomization_file(folder: str) -> str | None:
    """The file that makes a folder a kustomization."""
    return next((path for name in KUSTOMIZATION_NAMES if os.path.isfile(path := f"{folder}/{name}")), None)


def read_kustomization(folder: str) -> KustomizationFile | None:
    """The kustomization in a folder; None where there is none that can be read."""
    path = kustomization_file(folder)
    read = read_source(path, most=5_000_000) if path is not None else None
    if path is None or read is None or isinstance(read, ReadProblem):
        return None
    return KustomizationFile(path, folder, read, parse_document(read.text, path))


def read_tree(folder: str, boundary: Boundary) -> KustomizationTree:
    """What a kustomization is built of. Remote resources, and what is outside the boundary, are problems."""
    tree = KustomizationTree()
    queue, seen = [folder], {folder}
    asked_by: dict[str, tuple[str, Span]] = {}
    while queue:
        current = queue.pop(0)
        one = read_kustomization(current)
        if one is None:
            message = f"the folder `{posixpath.basename(current)}` has no kustomization.yaml that can be read"
            tree.problems.append(RenderProblem(*asked_by.get(current, (current, Span(0, 0))), message))
            continue
        path = one.path
        tree.kustomizations.append(one)
        for node, written in named_files(one):
            place = posixpath.normpath(posixpath.join(current, written))
            if _REMOTE.search(written):
                message = f"`{written}` is not in this repository, and rendering reads nothing from elsewhere"
                tree.problems.append(RenderProblem(path, node.span, message))
            elif not boundary.holds(place):
                message = f"`{written}` is outside the repository: allow it with --allow-outside"
                tree.problems.append(RenderProblem(path, node.span, message))
            elif os.path.isdir(place):
                if place not in seen and len(seen) < _MOST:
                    seen.add(place)
                    asked_by[place] = (path, node.span)
                    queue.append(place)
            elif os.path.isfile(place):
                tree.files.append(place)
        if (charts := find(one.root, "helmCharts")) is not None and items_of(charts):
            message = "helmCharts would be fetched from elsewhere, so the kustomization is not built"
            tree.problems.append(RenderProblem(path, charts.span, message))
    return tree


def named_files(one: KustomizationFile) -> Iterator[tuple[Node, str]]:
    """The files and folders that a kustomization names, each with the node that does."""
    root = one.root
    for key in (*MEMBER_KEYS, *_FILE_KEYS):
        for item in items_of(find(root, key)):
            if isinstance(item, Scalar) and "\n" not in item.value:
                yield item, item.value
    for key in _PATCH_LISTS:
        for item in items_of(find(root, key)):
            path = find(item, "path")
            if isinstance(path, Scalar):
                yield path, path.value
    yield from _generated(root)
    openapi = find(root, "openapi", "path")
    if isinstance(openapi, Scalar):
        yield openapi, openapi.value


def _generated(root: Node | None) -> Iterator[tuple[Node, str]]:
    """The files that generators of ConfigMaps and Secrets read."""
    items = (item for key in ("configMapGenerator", "secretGenerator") for item in items_of(find(root, key)))
    for item in items:
        for file in (*items_of(find(item, "files")), *items_of(find(item, "envs"))):
            if isinstance(file, Scalar):
                yield file, file.value.rpartition("=")[2]


def is_taken_in_elsewhere(one: KustomizationFile) -> bool:
    """Whether it is made to be taken in, and never built by itself."""
    return text(find(one.root, "kind")) == "Component"


def members_of(one: KustomizationFile) -> Iterator[str]:
    """The folders and files that a kustomization takes in, absolute."""
    for key in MEMBER_KEYS:
        for item in items_of(find(one.root, key)):
            if isinstance(item, Scalar) and not _REMOTE.search(item.value):
                yield posixpath.normpath(posixpath.join(one.folder, item.value))
