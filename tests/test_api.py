"""The public API: the names it promises, and that they do what their docstrings say."""

import doctest
import subprocess
import sys

import pytest

import netpol_lsp
from netpol_lsp import api

NAMES = {
    "Applicability",
    "Category",
    "Config",
    "ConfigError",
    "Edit",
    "Explanation",
    "Finding",
    "Fix",
    "LintResult",
    "Position",
    "Severity",
    "explain",
    "lint_paths",
    "lint_text",
    "load_config",
}
BAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: true}}
  policyTypes: [Ingress]
"""


def test_the_exported_names_are_pinned():
    assert set(api.__all__) == NAMES
    assert set(netpol_lsp.__all__) == NAMES | {"__version__"}
    assert all(getattr(netpol_lsp, name) is getattr(api, name) for name in NAMES)
    assert all(getattr(api, name).__doc__ for name in NAMES)


def test_names_that_are_not_there_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'lint_folder'"):
        netpol_lsp.lint_folder  # noqa: B018


def test_the_package_alone_loads_nothing():
    code = "import sys, netpol_lsp; print([name for name in sys.modules if name.startswith('netpol_lsp.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_example_of_the_docstring():
    assert doctest.testmod(api).failed == 0


def test_a_text_gives_findings_with_positions_and_fixes():
    found = [one for one in netpol_lsp.lint_text(BAD, "web.yaml") if one.is_refused]
    assert [(one.path, one.code, one.start.line, one.start.column) for one in found] == [("web.yaml", "NP103", 5, 36)]
    assert BAD[found[0].start.offset : found[0].end.offset] == "true"
    assert (found[0].kind, found[0].namespace, found[0].object_name) == ("NetworkPolicy", "shop", "web")
    fixed = found[0].fixes[0].apply(BAD)
    assert 'app: "true"' in fixed
    assert not any(one.is_refused for one in netpol_lsp.lint_text(fixed))


def test_a_fix_refuses_a_text_that_it_does_not_fit():
    found = next(one for one in netpol_lsp.lint_text(BAD) if one.fixes)
    with pytest.raises(ValueError, match="leaves the text"):
        found.fixes[0].apply("short")


def test_paths_are_linted_together_with_their_configuration(tmp_path):
    (tmp_path / "a.yaml").write_text(BAD)
    (tmp_path / ".netpol-lint.yaml").write_text("ignore: [NP103]\n")
    assert not any(one.is_refused for one in netpol_lsp.lint_paths([str(tmp_path)]).findings)
    result = netpol_lsp.lint_paths([str(tmp_path)], netpol_lsp.Config())
    assert [one.code for one in result.findings if one.is_refused] == ["NP103"]
    assert (result.files, result.policies, result.unreadable) == (1, 1, ())


def test_what_cannot_be_read_is_said(tmp_path):
    result = netpol_lsp.lint_paths([str(tmp_path / "none.yaml")])
    assert len(result.unreadable) == 1
    assert "none.yaml" in result.unreadable[0]


def test_a_wrong_config_file_raises_with_its_position(tmp_path):
    path = tmp_path / ".netpol-lint.yaml"
    path.write_text("profil: strict\n")
    with pytest.raises(netpol_lsp.ConfigError, match=":1:1: unknown key `profil`"):
        netpol_lsp.load_config(str(path))
    with pytest.raises(netpol_lsp.ConfigError):
        netpol_lsp.lint_paths([str(tmp_path)])
    path.write_text("profile: strict\n")
    assert isinstance(netpol_lsp.load_config(str(path)), netpol_lsp.Config)


def test_policies_are_explained():
    explained = netpol_lsp.explain(BAD)
    assert len(explained) == 1
    assert "shop/web" in explained[0].text()
