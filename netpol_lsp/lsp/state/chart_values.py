"""The values.yaml files that a chart's template gets its values from."""

from __future__ import annotations

import os
import posixpath

from netpol_lsp.ide.template_values import ValuesFile
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.lsp.uris import uri_of_path
from netpol_lsp.workspace.resource_kinds import CHART_NAME, VALUES_NAME


def values_files(path: str, session: Session) -> list[ValuesFile]:
    """Those of the chart around a template, the innermost chart first; open documents as they are in the editor."""
    root = _chart_around(posixpath.dirname(path))
    found: list[ValuesFile] = []
    prefix: tuple[str, ...] = ()
    outermost = root
    while root is not None:
        uri = uri_of_path(f"{root}/{VALUES_NAME}")
        source = session.source_of(uri)
        if source is not None:
            title = VALUES_NAME if not prefix else f"{posixpath.basename(root)}/{VALUES_NAME}"
            found.append(ValuesFile(source, uri, title, prefix))
        outermost, above = root, posixpath.dirname(root)
        if posixpath.basename(above) != "charts":
            break
        prefix = (posixpath.basename(outermost), *prefix)
        root = _chart_around(posixpath.dirname(above))
    return found


def _chart_around(folder: str) -> str | None:
    """The folder of the chart that a folder is in."""
    while folder and not os.path.isfile(f"{folder}/{CHART_NAME}"):
        above = posixpath.dirname(folder)
        if above == folder:
            return None
        folder = above
    return folder or None
