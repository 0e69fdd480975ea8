"""What tests of single rules share: the findings of one rule on a text, and the text behind one of its fixes."""

from collections.abc import Callable

import pytest

from netpol_lsp.config.config import FileConfig
from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import apply_edits

Find = Callable[..., list[Diagnostic]]
Apply = Callable[..., str | None]


@pytest.fixture
def find() -> Find:
    """`find("NP201", text)`: the findings of this rule alone; `settings` are those of the cluster."""

    def run(code: str, text: str, **settings: object) -> list[Diagnostic]:
        config = FileConfig(enabled=frozenset({code}), settings=Settings(**settings))  # type: ignore[arg-type]
        return [found for found in lint_text(text, config=config).diagnostics if not found.suppressed]

    return run


@pytest.fixture
def mend(find: Find) -> Apply:
    """`mend("NP201", text)`: the text behind the first fix of the first finding, or the one whose title holds `title`; None without one."""

    def run(code: str, text: str, title: str = "") -> str | None:
        fixes = [fix for fix in find(code, text)[0].fixes if title in fix.title]
        return apply_edits(text, fixes[0].edits) if fixes else None

    return run
