"""NP316 beyond its examples."""

from netpol_lsp.config.config import FileConfig
from netpol_lsp.lint.engine import lint_text

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
