"""NP007: an error exactly where the document is refused because of the character."""

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.fixer import fix_source
from netpol_lsp.text.source import make_source

NBSP, ZERO, BOM = "\u00a0", "\u200b", "\ufeff"
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  annotations:
    note: some text
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
"""


def found(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.severity.value) for d in lint_text(text).diagnostics if d.is_refused or d.code == "NP007"]


DAMAGED = [
    POLICY.replace("  name:", f"{NBSP}{NBSP}name:"),
    POLICY.replace("name: web", f"name:{NBSP}web"),
    POLICY.replace("spec:\n", f"spec:{NBSP}\n"),
    POLICY.replace("kind:", "kind："),
    POLICY.replace("app: web", f"app: web{ZERO}"),
    POLICY.replace("- Ingress", "– Ingress"),
    POLICY.replace("spec", f"{BOM}spec"),
    POLICY.replace("app: web", "app: ‘web'"),
    POLICY.replace("shop", "sh\u00adop"),
    POLICY.replace("shop\n", "shop\x0c\n"),
    POLICY.replace("app: web", f'app: "web{NBSP}"'),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_damage_is_one_error(text: str) -> None:
    assert found(text) == [("NP007", "error")]


@pytest.mark.parametrize("text", DAMAGED)
def test_fixing_leads_to_the_policy(text: str) -> None:
    result = fix_source(make_source("a.yaml", text), default_file_config())
    assert not any(d.is_refused or d.code == "NP007" for d in result.report.diagnostics)


@pytest.mark.parametrize("value", ["“some text”", f"some text{ZERO}", f"{NBSP}some text"])
def test_the_ends_of_annotations_are_warnings(value: str) -> None:
    codes = found(POLICY.replace("some text", value))
    assert set(codes) == {("NP007", "warning")}


@pytest.mark.parametrize("value", ['"a\u00a0b"', "说明：文本", "it’s", "a – b", '"“quoted”"'])
def test_what_people_wrote_in_annotations_is_fine(value: str) -> None:
    assert found(POLICY.replace("some text", value)) == []


def test_comments_are_fine() -> None:
    assert found(POLICY.replace("spec:", "# 这里：定义，“规则”\nspec:  # 说明：好")) == []


def test_a_run_is_one_finding() -> None:
    assert len(found(POLICY.replace("  name:", NBSP * 2 + "name:"))) == 1
    assert len(found(POLICY.replace("  name:", f"{NBSP} name:").replace("kind:", "kind："))) == 2


def test_files_of_others_get_nothing() -> None:
    assert found("apiVersion: v1\nkind：ConfigMap\nmetadata:\n  name: networkpolicy\n") == []


def test_a_leading_byte_order_mark_is_fine() -> None:
    assert found(BOM + POLICY) == []
