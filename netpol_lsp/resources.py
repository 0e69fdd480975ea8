"""Data files that travel with the package: schemas and rule pages."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

# Without pathlib: start-up is a feature.
_PACKAGE = os.path.dirname(os.path.realpath(__file__))


def resource_path(name: str) -> str:
    """The absolute path of the file `name`, as in `schemas/x.json`: in the wheel it lies in the package, in a checkout beside it.

    Raises FileNotFoundError when it is in neither.
    """
    for folder in (_PACKAGE, os.path.dirname(_PACKAGE)):
        path = os.path.join(folder, *name.split("/"))
        if os.path.isfile(path):
            return path
    message = f"the package lacks its data file {name}"
    raise FileNotFoundError(message)


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema of schemas/ with the definitions it takes from the shared meta schema folded in."""
    loaded = _read(name)
    shared = _read("meta.v1.schema.json")
    loaded["$defs"] = {**shared["$defs"], **loaded.get("$defs", {})}
    folded: dict[str, Any] = json.loads(json.dumps(loaded).replace("meta.v1.schema.json#/$defs/", "#/$defs/"))
    return folded


def _read(name: str) -> dict[str, Any]:
    with open(resource_path(f"schemas/{name}"), encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content
