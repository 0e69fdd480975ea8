"""Files whose objects are known from a rendering: what they say themselves counts no more."""

from __future__ import annotations

from dataclasses import replace

from netpol_lsp.workspace.file_resources import NO_RESOURCES
from netpol_lsp.workspace.index import FileFacts


def without_objects(facts: FileFacts) -> FileFacts:
    """What a file says of the delivery of others: its own objects are known from a rendering."""
    deliveries = facts.resources.deliveries
    return FileFacts((), replace(NO_RESOURCES, deliveries=deliveries) if deliveries else NO_RESOURCES, facts.starts)
