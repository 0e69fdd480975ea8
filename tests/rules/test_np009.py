"""NP009: kinds and versions that the API server does not know."""

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import Applicability, apply_edits


def policy(version: str = "networking.k8s.io/v1", kind: str = "NetworkPolicy") -> str:
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: web\nspec:\n  podSelector: {{}}\n"


def refused(text: str) -> list[str]:
    return [d.code for d in lint_text(text).diagnostics if d.is_refused]


@pytest.mark.parametrize(
    "version",
    ["extensions/v1beta1", "networking.k8s.io/v1beta1", "networking.k8s.io/v2", "networking.k8s.io", "v1", "apps/v1"]
    + [
        "networking.k8s.io/V1",
        "networking/v1",
        "networkig.k8s.io/v1",
        "policy/v1",
        "'extensions/v1beta1'",
        "/v1",
        "a/b/c",
    ],
)
def test_wrong_versions(version: str) -> None:
    text = policy(version)
    [diagnostic] = [d for d in lint_text(text).diagnostics if d.is_refused]
    assert diagnostic.code == "NP009"
    [fix] = diagnostic.fixes
    assert fix.applicability is Applicability.SAFE
    assert refused(apply_edits(text, fix.edits)) == []


@pytest.mark.parametrize("version", ["cilium.io/v2", "policy.networking.k8s.io/v1alpha1"])
def test_versions_with_another_shape(version: str) -> None:
    [diagnostic] = [d for d in lint_text(policy(version)).diagnostics if d.is_refused]
    assert diagnostic.fixes[0].applicability is Applicability.UNSAFE


@pytest.mark.parametrize(
    "kind",
    [
        "networkpolicy",
        "NETWORKPOLICY",
        "Networkpolicy",
        "NetworkPolcy",
        "NetworkPolice",
        "network-policy",
        "NetworkPolicies",
        "1x-",
        "2024-01-01",
    ],
)
def test_wrong_kinds(kind: str) -> None:
    text = policy(kind=kind)
    [diagnostic] = [d for d in lint_text(text).diagnostics if d.is_refused]
    assert diagnostic.code == "NP009"
    assert refused(apply_edits(text, diagnostic.fixes[0].edits)) == []


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("crd.projectcalico.org/v1", "NetworkPolicy"),
        ("projectcalico.org/v3", "NetworkPolicy"),
        ("crd.antrea.io/v1beta1", "NetworkPolicy"),
        ("networking.k8s.io/v1", "Ingress"),
        ("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy"),
        ("cilium.io/v2", "CiliumNetworkPolicy"),
        ("apps/v1", "NetworkPolicies"),
        ("networking.k8s.io/v1", "${KIND}"),
    ],
)
def test_objects_of_others(version: str, kind: str) -> None:
    assert lint_text(policy(version, kind)).policies == 0


@pytest.mark.parametrize(("version", "kind"), [("{{ .v }}", "NetworkPolicy"), ("${V}", "NetworkPolicy")])
def test_what_a_template_decides_is_not_wrong(version: str, kind: str) -> None:
    assert refused(policy(version, kind)) == []


def test_both_are_told() -> None:
    assert refused(policy("extensions/v1beta1", "Networkpolicy")) == ["NP009", "NP009"]


@pytest.mark.parametrize("value", ["", "~", '""', "[]", "1", "yes"])
def test_values_that_are_no_text_are_one_error(value: str) -> None:
    assert len(refused(policy(kind=value))) == 1
    assert len(refused(policy(value))) == 1


def test_items_of_a_list() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- " + policy("extensions/v1beta1").rstrip().replace("\n", "\n  ") + "\n"
    assert refused(text) == ["NP009"]


def test_what_is_meant_as_a_comment_is_not_lost():
    text = (
        "apiVersion: networking.k8s.io/v1  // the version\nkind: NetworkPolicy  // what it is\n"
        "metadata: {name: web, namespace: shop}\nspec: {podSelector: {}}\n"
    )
    found = [one for one in lint_text(text).diagnostics if one.code == "NP009"]
    assert [fix.applicability.value for one in found for fix in one.fixes] == ["unsafe", "unsafe"]
