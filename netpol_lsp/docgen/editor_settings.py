"""The editor's settings, written once in editors/settings.json: VS Code's package.json and its README table of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

PREFIX = "netpol."
TABLE_START, TABLE_END = "<!-- settings: generated -->", "<!-- /settings -->"

Setting = Mapping[str, Any]
"""One setting: name (without the prefix), type, default, scope, description; also enum, items and restricted."""


def vscode_manifest(manifest: str, settings: Sequence[Setting], version: str) -> str:
    """VS Code's package.json with our settings and version in it.

    Restricted settings name what is run: VS Code does not take them from a workspace that is not trusted.
    """
    data = json.loads(manifest)
    data["version"] = version
    data["contributes"]["configuration"]["properties"] = {_key(one): _vscode_property(one) for one in settings}
    trust = data["capabilities"]["untrustedWorkspaces"]
    trust["restrictedConfigurations"] = [_key(one) for one in settings if one.get("restricted")]
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def settings_table(page: str, settings: Sequence[Setting]) -> str:
    """A Markdown page with the table of settings in its place; as it was when it has no place for it."""
    if TABLE_START not in page or TABLE_END not in page:
        return page
    before, _, rest = page.partition(TABLE_START)
    after = rest.partition(TABLE_END)[2]
    rows = [f"| `{_key(one)}` | `{json.dumps(one['default'])}` | {one['description']} |" for one in settings]
    table = "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows])
    return f"{before}{TABLE_START}\n\n{table}\n\n{TABLE_END}{after}"


def _key(setting: Setting) -> str:
    return PREFIX + str(setting["name"])


def _vscode_property(setting: Setting) -> dict[str, Any]:
    """A setting in the terms of VS Code's `contributes.configuration`."""
    made = {key: setting[key] for key in ("type", "enum", "default", "scope", "description") if key in setting}
    if "items" in setting:
        made["items"] = {"type": setting["items"]}
    return made
