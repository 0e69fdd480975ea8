"""The namespaces that manifests make or name, and their labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.workspace.index import CLUSTER, WorkspaceIndex
from netpol_lsp.workspace.shelf_keys import UNKNOWN_NAMESPACE

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import NamespaceFacts


def known_namespaces(index: WorkspaceIndex) -> dict[str, NamespaceFacts]:
    """The namespaces that are known, by name, sorted.

    Those without a manifest have the one label that all have, and perhaps others. Where several manifests of one namespace
    differ, it has the labels that they have in common, and perhaps others: which of them are applied, and when, is not known.
    """
    found: dict[str, NamespaceFacts] = {}
    for one in index.shard(CLUSTER).namespaces:
        known = found.get(one.name)
        if known is None or (known.is_context and not one.is_context):
            found[one.name] = one
        elif known.is_context == one.is_context and known.labels != one.labels:
            common = dict(known.labels.items() & one.labels.items())
            found[one.name] = replace(known, labels=common, has_unknown_labels=True)
    keys = [key for key in index.shards if key is not None and key not in (UNKNOWN_NAMESPACE, CLUSTER)]
    keys += [key for key in index.policy_namespaces if key is not None and key != UNKNOWN_NAMESPACE]
    unwritten = sorted(key for key in keys if key not in found)
    if unwritten:
        from netpol_lsp.workspace.resources import NamespaceFacts  # noqa: PLC0415 - a lone policy asks for none

        for key in unwritten:
            found[key] = NamespaceFacts(key, {METADATA_NAME: key}, has_unknown_labels=True)
    return dict(sorted(found.items()))
