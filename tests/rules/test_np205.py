"""NP205 missing-namespace."""

import json

import pytest

SPEC = "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n"


def policy(metadata: str) -> str:
    return f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {metadata}\n{SPEC}"


@pytest.mark.parametrize(
    "metadata",
    ["{name: web}", "{name: web, namespace: }", "{name: web, namespace: ''}", "{name: web, namespace: null}"],
)
def test_missing(find, mend, metadata):
    (found,) = find("NP205", policy(metadata))
    assert (
        found.message == "`web` names no namespace, so it lands in whichever one kubectl is set to when it is applied"
    )
    assert (found.severity.value, found.field) == ("info", "metadata.namespace")
    fixed = mend("NP205", policy(metadata))
    assert find("NP205", fixed) == []
    assert "namespace: default" in fixed


@pytest.mark.parametrize(
    "metadata",
    [
        "{name: web, namespace: shop}",
        "{name: web, namespace: $NS}",
        "{name: web, namespace: 12}",  # NP102's
        "{}",  # NP104's
        "[]",
        "",
    ],
)
def test_silent(find, metadata):
    assert find("NP205", policy(metadata)) == []


def test_silent_when_the_configuration_has_a_default(find):
    assert find("NP205", policy("{name: web}"), default_namespace="shop") == []
    assert len(find("NP205", policy("{name: web}"))) == 1


def test_silent_in_a_template(find):
    assert find("NP205", policy('{name: "{{ .Release.Name }}"}')) == []


def test_a_name_that_is_filled_in_later(find):
    (found,) = find("NP205", policy('{name: "$NAME"}'))
    assert "the policy names no namespace" in found.message


def test_fix_keeps_comments_and_line_ends(mend):
    text = policy("\n  # who\n  name: web # ours\n  labels: {a: b}").replace("\n", "\r\n")
    assert mend("NP205", text) == text.replace("# ours\r\n", "# ours\r\n  namespace: default\r\n")


def test_fix_in_json(mend):
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "web"},
        "spec": {"podSelector": {}},
    }
    assert json.loads(mend("NP205", json.dumps(body)))["metadata"] == {"name": "web", "namespace": "default"}


def test_a_warning_where_another_policy_of_the_file_names_one(find):
    text = policy("{name: web}") + "---\n" + policy("{name: db, namespace: shop}")
    (found,) = find("NP205", text)
    assert found.severity.value == "warning"
    (found,) = find("NP205", policy("{name: web}") + "---\n" + policy("{name: db}"))
    assert (found.severity.value, found.object.name) == ("info", "web")  # for all of the folder
