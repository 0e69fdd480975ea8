"""NP012: a chart that renders no policy with its own values."""

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.index import EMPTY_INDEX
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
VALUES = "networkPolicy:\n  enabled: false\n  metrics: {enabled: true}\n"
POLICY = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web-{0}}}\n"
    "spec: {{podSelector: {{}}, policyTypes: [Ingress]}}\n"
)


def guarded(name: str, condition: str = ".Values.networkPolicy.enabled") -> str:
    return f"{{{{- if {condition} }}}}\n---\n{POLICY.format(name)}{{{{- end }}}}\n"


def off(files: dict[str, str]) -> list[tuple[str, str]]:
    """The file and message of each NP012."""
    sources = {uri: make_source(uri, text) for uri, text in files.items()}
    index = EMPTY_INDEX.with_files({uri: facts_of(source, Settings()) for uri, source in sources.items()})
    view = WorkspaceSnapshot(index)
    found = []
    for uri, source in sources.items():
        for one in lint(analyse(source), default_file_config(), view).diagnostics:
            if one.code == "NP012":
                found.append((uri, one.message))
    return found


FILES = {
    "a/Chart.yaml": CHART,
    "a/values.yaml": VALUES,
    "a/templates/one.yaml": guarded("a"),
    "a/templates/two.yaml": guarded("b") + guarded("c"),
}


def test_once_a_chart():
    message = "this chart renders no policy by default: `networkPolicy.enabled` is false in its values.yaml"
    assert off(FILES) == [("a/templates/one.yaml", message)]


def test_at_the_root_of_the_repository():
    files = {uri.removeprefix("a/"): text for uri, text in FILES.items()}
    assert [uri for uri, _ in off(files)] == ["templates/one.yaml"]


@pytest.mark.parametrize(
    ("condition", "is_off"),
    [
        (".Values.networkPolicy.enabled", True),
        ("$.Values.networkPolicy.enabled", True),
        ("and .Values.web.enabled .Values.networkPolicy.enabled", True),
        ("and .Values.networkPolicy.enabled (eq .Values.a 1)", True),
        ("or .Values.networkPolicy.enabled .Values.always", False),
        ("not .Values.networkPolicy.enabled", False),
        (".Values.networkPolicy.metrics.enabled", False),
        (".Values.networkPolicy.other", False),
        ("eq .Values.networkPolicy.enabled false", False),
    ],
)
def test_conditions(condition, is_off):
    files = {**FILES, "a/templates/one.yaml": guarded("a", condition)}
    assert bool(off(files)) is is_off


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("a/templates/three.yaml", POLICY.format("d")),
        (
            "a/templates/three.yaml",
            f"{{{{- if .Values.networkPolicy.enabled }}}}\n{{{{- else }}}}\n{POLICY.format('d')}{{{{- end }}}}\n",
        ),
        ("a/values.yaml", VALUES.replace("false", "true")),
        ("a/values.yaml", VALUES.replace("false", '"false"')),
        ("a/Chart.yaml", "a: b\n"),
    ],
)
def test_silent(uri, text):
    assert off({**FILES, uri: text}) == []


def test_the_values_of_the_outer_chart_count():
    """What is in `charts/` is mostly somebody else's, and whoever takes it in says what is on."""
    inner = {f"a/charts/b/{uri.removeprefix('a/')}": text for uri, text in FILES.items()}
    assert [uri for uri, _ in off(inner)] == ["a/charts/b/templates/one.yaml"]
    assert off({**inner, "a/Chart.yaml": CHART}) == []
    assert [uri for uri, _ in off({**inner, **FILES})] == ["a/templates/one.yaml"]
