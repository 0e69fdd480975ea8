"""Policies inside other objects, in encrypted files, and with names that are still to be filled in."""

import pytest

from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.text.edits import Applicability, Fixes
from netpol_lsp.text.source import make_source

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [ingress]
"""
SOPS = """\
sops:
  mac: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]
  lastmodified: "2024-01-01T00:00:00Z"
  version: 3.9.0
"""


def inside(head: str, indent: int, first: str = "", policy: str = POLICY) -> str:
    """The policy under the lines of `head`, `first` before its first line."""
    lines = policy.splitlines(keepends=True)
    shown = [" " * indent + (first if not number else " " * len(first)) + line for number, line in enumerate(lines)]
    return head + "".join(shown)


def refused(text: str) -> list[Diagnostic]:
    return [one for one in lint_text(text).diagnostics if one.is_refused]


WRAPPED = {
    "List": inside("apiVersion: v1\nkind: List\nitems:\n", 2, "- "),
    "NetworkPolicyList": inside("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicyList\nitems:\n", 2, "- "),
    "Template": inside("apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n", 2, "- "),
    "old Template": inside("apiVersion: v1\nkind: Template\nobjects:\n", 2, "- "),
    "Object": inside(
        "apiVersion: kubernetes.crossplane.io/v1alpha2\nkind: Object\nmetadata: {name: a}\nspec:\n  forProvider:\n    manifest:\n", 6
    ),
    "ManifestWork": inside(
        "apiVersion: work.open-cluster-management.io/v1\nkind: ManifestWork\nspec:\n  workload:\n    manifests:\n", 6, "- "
    ),
    "ConfigurationPolicy": inside(
        "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nspec:\n  object-templates:\n"
        "    - complianceType: musthave\n      objectDefinition:\n",
        8,
    ),
    "Policy": inside(
        "apiVersion: policy.open-cluster-management.io/v1\nkind: Policy\nspec:\n  policy-templates:\n    - objectDefinition:\n"
        "        apiVersion: policy.open-cluster-management.io/v1\n        kind: ConfigurationPolicy\n        spec:\n"
        "          object-templates:\n            - objectDefinition:\n",
        16,
    ),
    "SelectorSyncSet": inside("apiVersion: hive.openshift.io/v1\nkind: SelectorSyncSet\nspec:\n  resources:\n", 2, "- "),
    "a List in a Template": inside(
        "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- apiVersion: v1\n  kind: List\n  items:\n", 2, "- "
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED.keys())
def test_a_policy_in_a_wrapper_is_a_policy(text):
    (found,) = refused(text)
    assert found.code == "NP105"
    assert text[found.span.start : found.span.end] == "ingress"
    assert found.field == "spec.policyTypes[0]"
    assert str(found.object) == "NetworkPolicy shop/web"
    (policy,) = analyse(make_source("a.yaml", text)).parts[0].analysis.policies
    assert policy.object.path
    assert policy.object.wrapper


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED.keys())
def test_a_good_policy_in_a_wrapper_is_not_refused(text):
    assert refused(text.replace("ingress", "Ingress")) == []


KYVERNO = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: defaults}
spec:
  rules:
    - name: deny
      generate:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        name: deny
        namespace: "{{request.object.metadata.name}}"
        synchronize: true
        data:
          metadata:
            labels: {team: a}
          spec:
            podSelector: {}
            policyTypes: [Ingress, egress]
    - name: copied
      generate: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, name: dns, clone: {name: dns}}
"""


def test_what_kyverno_generates_is_a_policy():
    (found,) = refused(KYVERNO)
    assert (found.code, found.field) == ("NP105", "spec.policyTypes[1]")
    assert found.object is not None
    assert (found.object.kind, found.object.name) == ("NetworkPolicy", "deny")
    (policy,) = analyse(make_source("a.yaml", KYVERNO)).parts[0].analysis.policies
    assert policy.object.path == "spec.rules[0].generate.data"
    assert policy.object.namespace_field.is_unknown
    assert list(policy.object.labels) == ["team"]


def test_a_name_of_kyverno_is_judged_where_it_is_written():
    text = KYVERNO.replace("egress", "Egress").replace(
        "name: deny\n        namespace", "name: de_ny\n        namespace"
    )
    (found,) = refused(text)
    assert found.code == "NP106"
    assert text[found.span.start : found.span.end] == "de_ny"
    assert found.field == "metadata.name"


def test_a_generated_policy_without_metadata_lacks_nothing():
    text = KYVERNO.replace("          metadata:\n            labels: {team: a}\n", "").replace("egress", "Egress")
    assert refused(text) == []


def test_what_must_not_be_there_is_no_policy():
    text = WRAPPED["ConfigurationPolicy"].replace("musthave", "mustnothave")
    assert refused(text) == []
    assert analyse(make_source("a.yaml", text)).policies == 0


def test_a_part_that_must_be_there_lacks_nothing():
    text = inside(
        "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nspec:\n  object-templates:\n"
        "    - complianceType: musthave\n      objectDefinition:\n",
        8,
        policy="apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec:\n  egress:\n    - ports: [{port: 53}]\n",
    )
    assert [one.code for one in lint_text(text).diagnostics if one.severity.value in ("error", "warning")] == []


def test_crossplane_gives_the_name():
    assert refused(WRAPPED["Object"].replace("        name: web\n", "").replace("ingress", "Ingress")) == []


def test_another_kind_with_the_name_of_a_wrapper_is_none():
    assert refused(WRAPPED["Object"].replace("kubernetes.crossplane.io", "example.com")) == []


@pytest.mark.parametrize("kind", ["Template", "ManifestWork"])
def test_nothing_is_said_of_a_namespace_that_the_wrapper_decides(kind):
    text = WRAPPED[kind].replace("ingress", "Ingress").replace("namespace: shop", "labels: {}")
    assert [one.code for one in lint_text(text).diagnostics if one.code == "NP205"] == []


def test_the_note_of_sops_is_no_field():
    assert refused(POLICY.replace("ingress", "Ingress") + SOPS) == []
    assert [one.code for one in refused(POLICY.replace("ingress", "Ingress") + "sops:\n  a: b\n")] == ["NP101"]


def test_fixes_of_an_encrypted_file_are_not_worked_out_before_they_are_asked_for(monkeypatch):
    monkeypatch.setattr(Fixes, "made", property(lambda _: pytest.fail("nobody asked")))
    assert refused(POLICY + "  policyTypes: [Egress]\n" + SOPS)


def test_no_fix_is_safe_in_a_file_that_sops_signs():
    text = POLICY + SOPS
    (found,) = refused(text)
    assert [fix.applicability for fix in found.fixes] == [Applicability.UNSAFE]
    assert [fix.applicability for one in refused(POLICY) for fix in one.fixes] == [Applicability.SAFE]


@pytest.mark.parametrize(
    "name", ["NAMESPACE", "MY_APP", "YOUR-NAME", "REPLACED", "\"(join('-', [$a]))\"", '"@@APP@@"', "<name>"]
)
@pytest.mark.parametrize("field", ["name: web", "namespace: shop"])
def test_a_word_for_what_belongs_there_is_no_name(name, field):
    text = POLICY.replace("ingress", "Ingress").replace(field, f"{field.partition(' ')[0]} {name}")
    assert refused(text) == []


@pytest.mark.parametrize("name", ["Web", "AAAAAAAA", "X", "ON", "WEB.Shop", "A_", "web_APP"])
def test_other_capitals_are_refused(name):
    text = POLICY.replace("ingress", "Ingress").replace("name: web", f'name: "{name}"')
    assert [one.code for one in refused(text)] == ["NP106"]
