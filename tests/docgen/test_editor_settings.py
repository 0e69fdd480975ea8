import json

from netpol_lsp.docgen.editor_settings import settings_table, vscode_manifest

SETTINGS = [
    {
        "name": "server.path",
        "type": "string",
        "default": "",
        "scope": "machine",
        "restricted": True,
        "description": "Where.",
    },
    {"name": "list", "type": "array", "items": "string", "default": [], "scope": "window", "description": "What."},
]
MANIFEST = {
    "version": "0",
    "contributes": {"configuration": {"properties": {"netpol.old": {}}}},
    "capabilities": {"untrustedWorkspaces": {}},
}


def test_manifest_takes_settings_and_version() -> None:
    made = json.loads(vscode_manifest(json.dumps(MANIFEST), SETTINGS, "1.2.3"))
    assert made["version"] == "1.2.3"
    assert made["contributes"]["configuration"]["properties"] == {
        "netpol.server.path": {"type": "string", "default": "", "scope": "machine", "description": "Where."},
        "netpol.list": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "scope": "window",
            "description": "What.",
        },
    }


def test_only_restricted_settings_are_kept_from_untrusted_workspaces() -> None:
    made = json.loads(vscode_manifest(json.dumps(MANIFEST), SETTINGS, "1"))
    assert made["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] == ["netpol.server.path"]


def test_table_stands_between_its_marks() -> None:
    page = settings_table("a\n<!-- settings: generated -->\nold\n<!-- /settings -->\nb\n", SETTINGS)
    assert page.startswith("a\n")
    assert page.endswith("\nb\n")
    assert "| `netpol.list` | `[]` | What. |" in page
    assert "old" not in page


def test_page_without_marks_stays() -> None:
    assert settings_table("nothing here", SETTINGS) == "nothing here"
