"""Data files that travel with the package: schemas, rule pages, profiles of network plugins."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

NETWORK_POLICY_SCHEMA = "networkpolicy.v1.schema.json"
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
    """A JSON Schema of schemas/; each works by itself."""
    return json_resource(f"schemas/{name}")


def json_resource(name: str) -> dict[str, Any]:
    """The content of a JSON file, as in `capabilities/kubernetes.json`; raises FileNotFoundError."""
    with open(resource_path(name), encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content


@cache
def text_resource(name: str) -> str:
    r"""The text of a file of the package, as in `formats/page/assets/page.css`, with \n alone at line ends; raises FileNotFoundError."""
    with open(resource_path(name), encoding="utf-8") as file:
        return file.read()


def has_resource(name: str) -> bool:
    """Whether there is such a file."""
    try:
        return bool(resource_path(name))
    except FileNotFoundError:
        return False


def resource_names(folder: str, ending: str) -> tuple[str, ...]:
    """The names, without their ending, of the package's files in one of its own folders, sorted."""
    files = os.listdir(os.path.join(_PACKAGE, *folder.split("/")))
    return tuple(sorted(name.removesuffix(ending) for name in files if name.endswith(ending)))
