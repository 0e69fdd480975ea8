"""Clusters from texts, for tests."""

import json
from collections.abc import Mapping
from typing import Any

from netpol_lsp.config.settings import Settings
from netpol_lsp.project.cluster_inputs import ClusterInputs, cluster_of
from netpol_lsp.reach.cluster import Cluster
from netpol_lsp.text.source import make_source


def as_text(objects: list[Any]) -> str:
    """Objects as a YAML stream."""
    return "".join(f"---\n{json.dumps(item)}\n" for item in objects)


def load_inputs(texts: str | Mapping[str, str], settings: Settings | None = None) -> ClusterInputs:
    """The cluster that texts describe, with their places."""
    files = {"cluster.yaml": texts} if isinstance(texts, str) else texts
    known = settings or Settings()
    return cluster_of([(make_source(name, text), known) for name, text in files.items()], settings=known)


def load(texts: str | Mapping[str, str]) -> Cluster:
    """The cluster that texts describe."""
    return load_inputs(texts).cluster
