"""What is said of a policy whose parts a template decides: that it does, never that there is nothing."""

import pytest

from netpol_lsp.explanations.policy import explain_policy
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.text.source import make_source

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
NAMED = HEAD + "metadata: {name: web, namespace: shop}\nspec:\n"


def explained(text: str) -> str:
    (found,) = policies_in(analyse(make_source("a.yaml", text)))
    return explain_policy(found.policy, is_partial=found.is_partial).text()


def test_everything_from_a_template():
    text = HEAD + (
        'metadata:\n  name: {{ include "d.name" . }}\n  namespace: {{ .Release.Namespace }}\nspec:\n  podSelector:\n'
        '    matchLabels:\n      {{- include "d.labels" . | nindent 6 }}\n  policyTypes:\n    - Ingress\n  ingress:\n'
        "    {{- toYaml .Values.ingress | nindent 4 }}\n"
    )
    said = explained(text)
    assert said.startswith(
        "NetworkPolicy (name decided by the template) selects pods with labels decided by the template in a namespace "
        "decided by the template and isolates them for ingress.\n  Ingress: its rules are decided by the template.\n"
    )
    for wrong in ("every pod", "nothing is allowed", "No namespace", "no podSelector"):
        assert wrong not in said


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("  podSelector: {{ .x }}\n", "selects pods decided by the template in namespace shop"),
        ("  {{- toYaml .x | nindent 2 }}\n", "selects pods decided by the template"),
        ("  podSelector:\n    matchLabels:\n      a: b\n      {{- toYaml .x | nindent 6 }}\n", "pods with a=b and labels decided by the template"),
        ("  podSelector: {}\n  policyTypes: {{ .x }}\n", "Whether ingress and egress are restricted is not known: policyTypes is decided by the template"),
        ("  podSelector: {}\n  policyTypes:\n    - Ingress\n    {{- toYaml .x | nindent 4 }}\n", "isolates them for ingress. Whether egress is restricted is not known: policyTypes is decided by the template"),
        ("  podSelector: {}\n  policyTypes: {{ .x }}\n", "Egress: whether it is restricted is not known"),
        ("  podSelector: {}\n  egress: {{ .x }}\n", "Whether egress is restricted is decided by the template"),
        ("  podSelector: {}\n  ingress: {{ .x }}\n", "Ingress: its rules are decided by the template"),
        ("  podSelector: {}\n  ingress:\n    - ports: [{port: 80}]\n    {{- toYaml .x | nindent 4 }}\n", "by further rules, which are decided by the template"),
        ("  podSelector: {}\n  ingress:\n    - from: {{ .x }}\n", "from peers decided by the template, on every port"),
        ("  podSelector: {}\n  ingress:\n    - from:\n        - podSelector: {}\n        {{- toYaml .x | nindent 8 }}\n", "namespace shop or peers decided by the template"),
        ("  podSelector: {}\n  ingress:\n    - ports:\n        - port: 80\n        {{- toYaml .x | nindent 8 }}\n", "on TCP 80 and ports decided by the template"),
        ("  podSelector: {}\n  ingress:\n    - from: [{ipBlock: {cidr: $CIDR}}]\n", "from addresses decided by the template"),
        ("  podSelector: {}\n  ingress:\n    - from:\n        - namespaceSelector: {{ .x }}\n", "from peers decided by the template"),
    ],
)  # fmt: skip
def test_parts_from_a_template(spec, said):
    assert said in explained(NAMED + spec)


@pytest.mark.parametrize("namespace", ["$NS", "${NS}", "{{ .ns }}", "<namespace>"])
def test_a_namespace_that_is_filled_in_later(namespace):
    said = explained(HEAD + f"metadata: {{name: web, namespace: '{namespace}'}}\nspec: {{podSelector: {{}}}}\n")
    assert "every pod of a namespace decided by the template" in said
    assert "No namespace is written" not in said


def test_a_plain_policy_says_nothing_of_templates():
    said = explained(NAMED + "  podSelector: {}\n  policyTypes: [Ingress]\n  ingress: [{ports: [{port: 80}]}]\n")
    assert "template" not in said
