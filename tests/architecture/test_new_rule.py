"""Adding a rule is adding one file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netpol_lsp import rules
from netpol_lsp.config.config import FileConfig
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.registry import all_rules, forget_rules

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


@pytest.fixture
def extra_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    forget_rules()
    yield tmp_path
    monkeypatch.undo()
    forget_rules()


def test_the_rule_of_contributing_works(extra_folder: Path) -> None:
    guide = CONTRIBUTING.read_text("utf-8")
    code = guide.partition("```python\n")[2].partition("```")[0]
    assert len(code.splitlines()) < 20
    (extra_folder / "np299_example_name.py").write_text(code, "utf-8")
    assert "NP299" in {rule.info.code for rule in all_rules()}
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: example}\nspec: {podSelector: {}}\n"
    report = lint_text(text, config=FileConfig(frozenset({"NP299"})))
    assert [(d.code, d.name, text[d.span.start : d.span.end]) for d in report.diagnostics] == [
        ("NP299", "example-name", "example")
    ]
