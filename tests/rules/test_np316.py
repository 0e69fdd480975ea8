"""NP316 beyond its examples."""

from netpol_lsp.config.config import FileConfig
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint, lint_text
from netpol_lsp.lint.file_facts import file_facts
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  podSelector: {{matchLabels: {{app: db}}}}
  policyTypes: [Ingress]
  ingress:
    - from: [{{podSelector: {peers}}}]
"""
ONLY_WEB, EVERYBODY = "{matchLabels: {app: web}}", "{}"


def policies(*parts: tuple[str, str, str]) -> str:
    return "---\n".join(POLICY.format(name=name, namespace=namespace, peers=peers) for name, namespace, peers in parts)


def found(text: str) -> list[str]:
    report = lint_text(text, config=FileConfig(frozenset({"NP316"})))
    return [item.object.name for item in report.diagnostics if item.object is not None]


def test_the_smaller_one_is_reported_wherever_it_comes() -> None:
    assert found(policies(("a", "shop", ONLY_WEB), ("b", "shop", EVERYBODY))) == ["a"]
    assert found(policies(("b", "shop", EVERYBODY), ("a", "shop", ONLY_WEB))) == ["a"]


def test_of_two_equal_ones_the_later_one() -> None:
    assert found(policies(("a", "shop", ONLY_WEB), ("b", "shop", ONLY_WEB))) == ["b"]


def test_silent_in_other_namespaces_for_one_name_and_for_a_default_deny() -> None:
    assert found(policies(("a", "shop", ONLY_WEB), ("b", "store", EVERYBODY))) == []
    assert found(policies(("a", "shop", ONLY_WEB), ("a", "shop", EVERYBODY))) == []
    deny = (
        policies(("a", "shop", EVERYBODY))
        + "---\n"
        + POLICY.partition("  ingress")[0].format(name="deny", namespace="shop")
    )
    assert found(deny) == []


def test_of_several_wider_ones_the_first_by_place_is_named() -> None:
    # Where in the order of files the others come from makes no difference: `z` is indexed before `b`.
    def wider(name: str) -> str:
        return policies((name, "shop", EVERYBODY))

    texts = {"z.yaml": wider("z"), "b.yaml": wider("b"), "m.yaml": policies(("m", "shop", ONLY_WEB))}
    analyses = {uri: analyse(make_source(uri, text)) for uri, text in texts.items()}
    view = WorkspaceSnapshot.of_files({uri: file_facts(one, Settings()) for uri, one in analyses.items()})
    report = lint(analyses["m.yaml"], FileConfig(frozenset({"NP316"})), view)
    assert [related.uri for item in report.diagnostics for related in item.related] == ["b.yaml"]
