"""Namespaces that the configuration says are known whole: there a selector that matches nothing is reported."""

import pytest

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.config.values import parse_namespace_pattern
from netpol_lsp.lint.engine import lint_text

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cache, namespace: shop}
spec:
  podSelector: {matchLabels: {app: cache}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {app: worker}}}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: shop}
spec:
  selector: {matchLabels: {app: front}}
  template: {metadata: {labels: {app: front}}, spec: {containers: [{name: c, image: c}]}}
"""


def codes(text: str, *names: str) -> set[str]:
    settings = {"whole-namespaces": Setting(tuple(names))} if names else {}
    config = Config([Layer(settings)]).for_file()
    return {found.code for found in lint_text(text, config=config).diagnostics}


@pytest.mark.parametrize("names", [("shop",), ("sh*",), ("*",), ("other", "shop")])
def test_what_selects_nothing_is_reported(names) -> None:
    assert {"NP301", "NP302"} <= codes(POLICY, *names)


@pytest.mark.parametrize("names", [(), ("other",), ("sho",)])
def test_elsewhere_nothing_is_said(names) -> None:
    assert not {"NP301", "NP302"} & codes(POLICY, *names)


def test_what_cannot_be_read_is_still_unknown() -> None:
    hidden = "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: r, namespace: shop}\n"
    assert not {"NP301", "NP302"} & codes(POLICY + hidden, "shop")


def test_a_pattern_is_a_name_with_asterisks() -> None:
    assert parse_namespace_pattern(" team-* ") == "team-*"
    for wrong in ("Team", "a/b", "", "-"):
        with pytest.raises(ValueError, match="namespace"):
            parse_namespace_pattern(wrong)
