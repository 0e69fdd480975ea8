"""Where there is more to fix than is done at once, fixing stops and says so: on standard error, and in the editor."""

from __future__ import annotations

import pytest

from netpol_lsp.cli.main import main
from netpol_lsp.config.config import default_file_config
from netpol_lsp.lint import gate
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.text.budget import Budget
from netpol_lsp.text.source import make_source

HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\n"
    "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n"
)
PORTS = HEAD + "  - ports: [{port: 80, protocol: tcp}]\n"
TWO_STEPS = PORTS + "  - ports: [{port: '80'}]\n"


def test_what_is_fixed_in_the_budget_is_not_cut_short() -> None:
    fixed = fix_source(make_source("a.yaml", TWO_STEPS), default_file_config())
    assert fixed.count >= 2
    assert not fixed.is_cut_short


def test_the_first_thing_is_always_tried() -> None:
    budget = Budget(10, "it")
    assert budget.admits(1000)
    assert not budget.has_refused
    budget.take(1000)
    assert not budget.admits(1)
    assert budget.has_refused


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_spent_budget_is_told(*, unsafe: bool) -> None:
    budget = Budget(1, "it")
    budget.take(2)
    fixed = fix_source(make_source("a.yaml", TWO_STEPS), default_file_config(), unsafe=unsafe, budget=budget)
    assert fixed.source.text == TWO_STEPS
    assert fixed.is_cut_short


def test_a_spent_budget_with_nothing_to_fix_is_not_cut_short() -> None:
    budget = Budget(1, "it")
    budget.take(2)
    clean = PORTS.replace("tcp", "TCP")
    assert not fix_source(make_source("a.yaml", clean), default_file_config(), budget=budget).is_cut_short


def test_the_command_line_says_where_another_run_goes_on(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(gate, "_MOST_WORK", len(PORTS))
    monkeypatch.chdir(tmp_path)
    duplicates = HEAD + "  - from:\n" + "    - podSelector: {}\n" * 1500
    (tmp_path / "a.yaml").write_text(duplicates)
    (tmp_path / "b.yaml").write_text(PORTS)
    main(["check", "--no-cache", "--fix", "--quiet", "."])
    said = capsys.readouterr().err
    assert "a.yaml: fixing stopped at its limit of work" in said
    assert "another run goes on from here" in said
    assert "b.yaml" not in said


def test_runs_go_on_until_all_is_fixed(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(gate, "_MOST_WORK", 1000)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(HEAD + "  - from:\n" + "    - podSelector: {}\n" * 2500)
    runs = 0
    while True:
        main(["check", "--no-cache", "--fix", "--quiet", "."])
        runs += 1
        if "another run goes on" not in capsys.readouterr().err:
            break
    assert 1 < runs < 10
    assert (tmp_path / "a.yaml").read_text().count("podSelector") == 2
