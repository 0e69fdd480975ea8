"""Data files that travel with the package: schemas and rule pages."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent


def resource_path(name: str) -> Path:
    """The file `name`, as in `schemas/x.json`: in the wheel it lies in the package, in a checkout beside it.

    Raises FileNotFoundError when it is in neither.
    """
    for folder in (_PACKAGE, _PACKAGE.parent):
        path = folder / name
        if path.is_file():
            return path
    message = f"the package lacks its data file {name}"
    raise FileNotFoundError(message)


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema of schemas/ with the definitions it takes from the shared meta schema folded in."""
    loaded: dict[str, Any] = json.loads(resource_path(f"schemas/{name}").read_text("utf-8"))
    shared: dict[str, Any] = json.loads(resource_path("schemas/meta.v1.schema.json").read_text("utf-8"))
    loaded["$defs"] = {**shared["$defs"], **loaded.get("$defs", {})}
    folded: dict[str, Any] = json.loads(json.dumps(loaded).replace("meta.v1.schema.json#/$defs/", "#/$defs/"))
    return folded
