"""The house rules that a machine can check: imports go down only, and some doors are locked."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "netpol_lsp"

# A layer may import the layers before its own. Layers of one row do not know each other.
ROWS = [
    {"text"},
    {"resources"},
    {"capabilities"},
    {"yaml"},
    {"findings"},
    {"config"},
    {"kube"},
    {"policies"},
    {"workspace"},
    {"reach"},
    {"lint"},
    {"rules"},
    {"files"},
    {"explanations"},
    {"ide", "formats", "sources"},
    {"project"},
    {"docgen"},
    {"api", "cli", "lsp"},
]
LEVEL = {layer: number for number, row in enumerate(ROWS) for layer in row}
# Only these may import these libraries.
DOORS = {
    "pygls": ("lsp/",),
    "lsprotocol": ("lsp/",),
    "ruamel": ("yaml/parser.py",),
    "_ruamel_yaml": ("yaml/parser.py",),
    "jsonschema": ("lint/schema.py", "config/"),
    "jsonschema_rs": ("lint/schema.py", "config/"),
}
# A lower layer may look up, for a reason.
ALLOWED_UP = {
    ("lint/registry.py", "rules"): "finds the rules by walking the package",
    ("config/config.py", "lint"): "asks the registry for the rules",
    ("cli/server.py", "lsp"): "`netpol-lint server` starts the language server",
}
RULES_MAY = (
    "netpol_lsp.findings",
    "netpol_lsp.lint",
    "netpol_lsp.kube",
    "netpol_lsp.policies",
    "netpol_lsp.capabilities",
    "netpol_lsp.workspace",
    "netpol_lsp.reach",
    "netpol_lsp.yaml",
    "netpol_lsp.text",
)
IMPURE = {"open", "print", "input"}
IMPURE_MODULES = {"os", "time", "subprocess", "socket", "pathlib", "shutil", "tempfile"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "netpol_lsp":
                yield from (f"netpol_lsp.{alias.name}" for alias in node.names)


def layer_of(name: str) -> str:
    return name.split("/", maxsplit=1)[0].removesuffix(".py")


ALL = list(modules())


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_imports_go_down_only(name: str, tree: ast.Module) -> None:
    layer = layer_of(name)
    for imported in imports(tree):
        if not imported.startswith("netpol_lsp."):
            continue
        other = imported.split(".")[1]
        if layer == other or other not in LEVEL or layer not in LEVEL or (name, other) in ALLOWED_UP:
            continue
        assert LEVEL[other] < LEVEL[layer], f"{name} imports {imported}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports for annotations and those inside functions count: what is a circle for a reader is one."""
    graph = {name: _imported_modules(name, tree) for name, tree in ALL}
    done: set[str] = set()
    for start in graph:
        circle = _circle(graph, start, [], done)
        assert not circle, "a circle of imports: " + " -> ".join(circle)


def _imported_modules(name: str, tree: ast.Module) -> set[str]:
    known = {module for module, _ in ALL}
    found = set()
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.Import):
            parts = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for part in parts:
            path = part.removeprefix("netpol_lsp.").replace(".", "/")
            if part.startswith("netpol_lsp.") and f"{path}.py" in known and (name, layer_of(path)) not in ALLOWED_UP:
                found.add(f"{path}.py")
    return found - {name}


def _circle(graph: dict[str, set[str]], name: str, path: list[str], done: set[str]) -> list[str]:
    """The circle that a walk from `name` closes; empty when there is none."""
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done:
        return []
    for other in sorted(graph[name]):
        circle = _circle(graph, other, [*path, name], done)
        if circle:
            return circle
    done.add(name)
    return []


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_libraries_are_imported_where_they_belong(name: str, tree: ast.Module) -> None:
    for imported in imports(tree):
        places = DOORS.get(imported.split(".")[0])
        assert places is None or name.startswith(places), f"{name} imports {imported}"


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_lower_layers_touch_nothing_outside(name: str, tree: ast.Module) -> None:
    layer = layer_of(name)
    if LEVEL.get(layer, 99) >= LEVEL["files"] or layer == "resources":
        return
    for imported in imports(tree):
        assert imported.split(".")[0] not in IMPURE_MODULES, f"{name} imports {imported}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in IMPURE, f"{name}:{node.lineno} calls {node.func.id}"


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_modules_say_their_duty_and_stay_small(name: str, tree: ast.Module) -> None:
    docstring = ast.get_docstring(tree)
    assert docstring, f"{name} has no docstring"
    lines = (PACKAGE / name).read_text("utf-8").count("\n")
    limit = 420 if name.startswith("rules/") else 400
    assert lines <= limit, f"{name} has {lines} lines: split it"


def test_rules_import_only_what_rules_may() -> None:
    for name, tree in ALL:
        if name.startswith("rules/np"):
            for imported in imports(tree):
                if imported.startswith("netpol_lsp"):
                    assert imported.startswith(RULES_MAY), f"{name} imports {imported}"


def test_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, netpol_lsp.cli.main; print([m for m in ('lsprotocol', 'pygls', 'jsonschema', 'rich.console') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_only_rules_are_known_by_their_codes():
    """What the engine and the fronts have to know of a rule is an attribute of the rule."""
    named = {
        f"{path.relative_to(PACKAGE)}: {node.value}"
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "rules" and path.name != "tool_codes.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"NP[0-9]+", node.value)
    }
    assert not named
