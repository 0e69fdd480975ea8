"""Writes what is generated from one source: `python -m netpol_lsp.docgen.generate [--check]`.

With --check nothing is written, and the exit code is 1 when something is stale.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from netpol_lsp import __version__
from netpol_lsp.config.config import rule_infos
from netpol_lsp.config.schema import config_schema
from netpol_lsp.docgen.editor_settings import settings_table, vscode_manifest
from netpol_lsp.docgen.rule_pages import rule_index, rule_page, rule_table
from netpol_lsp.explanations.network_plugins import plugins_page

ROOT = Path(__file__).resolve().parent.parent.parent
RULES_FOLDER = "docs/rules"
README_START, README_END = "<!-- rules: generated -->", "<!-- /rules -->"

Files = dict[str, str]
"""Paths below the repository's root, with their content."""


def rule_pages() -> Files:
    """docs/rules/: a page for each rule, and the list of them."""
    pages = {f"{RULES_FOLDER}/{info.code}.md": rule_page(info) for info in rule_infos()}
    return {**pages, f"{RULES_FOLDER}/README.md": rule_index(rule_infos())}


def config_file_schema() -> Files:
    """The JSON Schema of the config file."""
    return {"schemas/config.schema.json": json.dumps(config_schema(), indent=2, ensure_ascii=False) + "\n"}


def network_plugins() -> Files:
    """docs/cni.md: what network plugins enforce, with sources."""
    return {"docs/cni.md": plugins_page()}


def readme_table() -> Files:
    """The README with its table of rules, once there is a README with a place for it."""
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    if README_START not in text or README_END not in text:
        return {}
    before, _, rest = text.partition(README_START)
    after = rest.partition(README_END)[2]
    table = rule_table(rule_infos(), RULES_FOLDER + "/{code}.md")
    return {"README.md": f"{before}{README_START}\n\n{table}\n\n{README_END}{after}"}


def editor_settings() -> Files:
    """VS Code's manifest and README with the settings of editors/settings.json; nothing where there is no checkout."""
    source = ROOT / "editors/settings.json"
    manifest, page = "editors/vscode/package.json", "editors/vscode/README.md"
    if not source.exists():
        return {}
    settings = json.loads(source.read_text(encoding="utf-8"))
    return {
        manifest: vscode_manifest((ROOT / manifest).read_text(encoding="utf-8"), settings, __version__),
        page: settings_table((ROOT / page).read_text(encoding="utf-8"), settings),
    }


GENERATORS: tuple[Callable[[], Files], ...] = (
    rule_pages,
    config_file_schema,
    network_plugins,
    readme_table,
    editor_settings,
)
"""Whatever is generated is made by one of these."""


def generate() -> Files:
    """Everything that is generated."""
    return {path: text for make in GENERATORS for path, text in make().items()}


def stale(files: Files, root: Path = ROOT) -> list[str]:
    """The paths whose content on disk is not what it should be, and pages of rules that are gone."""
    wrong = [path for path, text in files.items() if _content(root / path) != text]
    pages = (f"{RULES_FOLDER}/{page.name}" for page in (root / RULES_FOLDER).glob("*.md"))
    return sorted([*wrong, *(page for page in pages if page not in files)])


def main(arguments: Sequence[str]) -> int:
    """Write what is stale, or with --check only say it; returns the exit code."""
    files = generate()
    paths = stale(files)
    check = "--check" in arguments
    for path in paths:
        print(f"{'stale' if check else 'written' if path in files else 'removed'}: {path}")
        if check:
            continue
        if path in files:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(files[path], encoding="utf-8", newline="\n")
        else:
            (ROOT / path).unlink()
    return 1 if check and paths else 0


def _content(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
