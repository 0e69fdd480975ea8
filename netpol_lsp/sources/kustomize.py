"""Builds kustomizations with `kustomize`, or `kubectl kustomize`."""

from __future__ import annotations

import os
import posixpath
import re
import tempfile
from collections.abc import Iterator

from netpol_lsp.files.boundary import Boundary
from netpol_lsp.sources.kustomization import KustomizationTree, is_taken_in_elsewhere, named_files, read_tree
from netpol_lsp.sources.kustomize_origins import BuiltObject, kustomize_origins
from netpol_lsp.sources.programs import USUAL, Limits, find_program, run_program
from netpol_lsp.sources.rendering import Rendering, RenderProblem, clean_reason
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.documents import split

HOW_TO_GET = "install kustomize or kubectl to have kustomizations built"
_NEW_KEY = "buildMetadata"
"""Known to kustomize from version 4.5 on, and to kubectl from 1.24 on."""
_ANNOTATIONS = "    config.kubernetes.io/origin: |\n"
_ORIGIN_PATH = re.compile(r"^      (?:path|configuredIn): (?P<path>.+)$", re.MULTILINE)
_AROUND = ("accumulating resources from ", "recursed accumulation of path ")


def can_build() -> bool:
    """Whether there is something to build kustomizations with."""
    return _program() is not None


def _program() -> list[str] | None:
    if (program := find_program("kustomize")) is not None:
        return [program, "build"]
    if (program := find_program("kubectl")) is not None:
        return [program, "kustomize"]
    return None


def build_kustomization(folder: str, boundary: Boundary, limits: Limits = USUAL) -> Rendering:
    """Build the kustomization in a folder (absolute, `/`-separated). Never raises; what goes wrong is a problem of the rendering."""
    tree = read_tree(folder, boundary)
    title = f"built by {posixpath.basename(folder)}"
    inputs = frozenset([*(one.path for one in tree.kustomizations), *tree.files])
    main = next((one.path for one in tree.kustomizations), folder)

    def failed(*why: RenderProblem) -> Rendering:
        return Rendering("kustomization", folder, title, inputs=inputs, problems=why)

    program = _program()
    if tree.problems:
        return failed(*tree.problems)
    if program is None:
        return failed(RenderProblem(main, Span(0, 0), f"the kustomization is not built: {HOW_TO_GET}"))
    with tempfile.TemporaryDirectory(prefix="netpol-overlay-") as temporary:
        overlay = os.path.realpath(temporary)
        relative = os.path.relpath(os.path.realpath(folder), overlay).replace(os.sep, "/")
        with open(os.path.join(overlay, "kustomization.yaml"), "w", encoding="utf-8") as file:
            key = "components" if is_taken_in_elsewhere(tree.kustomizations[0]) else "resources"
            file.write(f"{key}: [{_quoted(relative)}]\nbuildMetadata: [originAnnotations]\n")
        done = run_program([*program, overlay], overlay, limits=limits)
        if done.failure is not None and _NEW_KEY in done.complaint:
            # An old one, which does not say where objects came from: they are looked for by kind and name.
            done = run_program([*program, folder], overlay, limits=limits)
        if done.failure is not None:
            return failed(_problem(tree, main, done.complaint or f"it {done.failure}"))
        text, objects = _read(done.output.decode("utf-8", "replace"), overlay)
    real = {os.path.realpath(path): path for path in inputs}
    placed = [
        BuiltObject(start, text, real.get(path, path) if path is not None else None) for start, text, path in objects
    ]
    origins = kustomize_origins(tree, placed)
    templates = frozenset(path for path in origins.resources() if path in tree.files)
    return Rendering("kustomization", folder, title, text, origins, inputs, templates)


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _read(output: str, overlay: str) -> tuple[str, list[tuple[int, str, str | None]]]:
    """The built objects without the notes of their origins; each with where it starts and the file that it came of."""
    parts, at = ["# rendered\n"], len("# rendered\n")
    found: list[tuple[int, str, str | None]] = []
    for chunk in split(output):
        body = chunk.text.partition("\n")[2] if chunk.text.startswith("---") else chunk.text
        if not body.strip():
            continue
        plain, origin = _without_origin(body)
        path = None
        if origin is not None:
            path = posixpath.normpath(posixpath.join(overlay.replace(os.sep, "/"), origin))
        plain = plain if plain.endswith("\n") else f"{plain}\n"
        parts += ("---\n", plain)
        at += 4
        found.append((at, plain, path))
        at += len(plain)
    return "".join(parts), found


def _without_origin(body: str) -> tuple[str, str | None]:
    """An object without the annotation that says where it came from, and what that says."""
    start = body.find(_ANNOTATIONS)
    if start < 0 or body[start - 1 : start] != "\n":
        return body, None
    end = start + len(_ANNOTATIONS)
    while body.startswith("      ", end):
        line_end = body.find("\n", end)
        end = len(body) if line_end < 0 else line_end + 1
    place = _ORIGIN_PATH.search(body, start, end)
    before, after = body[:start], body[end:]
    if before.endswith("  annotations:\n") and not after.startswith("    "):
        before = before.removesuffix("  annotations:\n")
    return before + after, place["path"].strip("'\"") if place is not None else None


def _problem(tree: KustomizationTree, main: str, complaint: str) -> RenderProblem:
    """Why a kustomization cannot be built, at the line that names the file that the program speaks of."""
    reason = _innermost(complaint.removeprefix("error: ").removeprefix("Error: "))
    for one, name, span in _mentions(tree):
        if name in complaint:
            return RenderProblem(
                one, span, f"the kustomization cannot be built: {clean_reason(_relative(reason, tree))}"
            )
    return RenderProblem(
        main,
        Span(0, 0),
        f"the kustomization cannot be built: {clean_reason(_relative(reason, tree)) or 'no reason given'}",
    )


def _innermost(complaint: str) -> str:
    """A complaint without those around it, one for each kustomization on the way in."""
    for words in _AROUND:
        at = complaint.rfind(words)
        end = complaint.find("': ", at)
        if at >= 0 and end >= 0:
            complaint = complaint[end + 3 :]
    return complaint


def _relative(reason: str, tree: KustomizationTree) -> str:
    """Without the folders of this machine."""
    for one in sorted(tree.kustomizations, key=lambda one: -len(one.folder)):
        reason = reason.replace(f"{one.folder}/", "").replace(one.folder, posixpath.basename(one.folder))
    return reason


def _mentions(tree: KustomizationTree) -> Iterator[tuple[str, str, Span]]:
    """Where the kustomizations name files, the innermost first: path, name and place."""
    for one in reversed(tree.kustomizations):
        for node, written in named_files(one):
            yield one.path, posixpath.basename(written), node.span
