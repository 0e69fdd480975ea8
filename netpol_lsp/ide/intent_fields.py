"""The fields of a ConnectivityTest, as its schema describes them."""

from __future__ import annotations

from typing import Any

from netpol_lsp.resources import schema
from netpol_lsp.yaml.paths import Path

Field = dict[str, Any]
SCHEMA = "connectivitytest.v1.schema.json"


def fields_at(path: Path) -> dict[str, Field]:
    """The fields of the mapping at a path of a document; none where there is none."""
    document = schema(SCHEMA)
    if path == ():
        found: dict[str, Field] = document["properties"]
        return found
    if len(path) == 2 and path[0] == "tests" and isinstance(path[1], int):
        inner: dict[str, Field] = document["properties"]["tests"]["items"]["properties"]
        return inner
    return {}


def description(path: Path) -> str:
    """What the field at a path is; "" where there is none."""
    if not path or not isinstance(path[-1], str):
        return ""
    text: str = fields_at(path[:-1]).get(path[-1], {}).get("description", "")
    return text
