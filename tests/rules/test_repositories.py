"""Kinds of findings that were not right in public repositories: what their layout and their comments say."""

from collections.abc import Mapping

import pytest

from netpol_lsp.config.config import Config
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from tests.rules.test_other_manifests import ARGO, NAMELESS, REST, findings, policy


def every(code: str, files: Mapping[str, str]) -> list[Diagnostic]:
    """All findings of a code in the files of a run."""
    settings = Config([]).for_file()
    sources = {path: make_source(path, text) for path, text in files.items()}
    view = WorkspaceSnapshot.of_files({path: facts_of(one, settings.settings) for path, one in sources.items()})
    reports = [lint(analyse(one), settings, view) for one in sources.values()]
    return [found for report in reports for found in report.diagnostics if found.code == code]


DENY_ALL = policy("deny-all", "shop", "podSelector: {}, policyTypes: [Ingress, Egress]")
WITHIN = policy(
    "within",
    "shop",
    "podSelector: {}, policyTypes: [Ingress, Egress], "
    "ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]",
)


@pytest.mark.parametrize(
    "delivery",
    [
        {"apps/web.yaml": ARGO.replace("namespace: shop", "namespace: default")},
        {"web/kustomization.yaml": "resources: [policy.yaml]\n"},
    ],
)
def test_only_a_kustomization_replaces_a_namespace_that_is_written(delivery):
    files = {"apps/web/policy.yaml": f"{DENY_ALL}---\n{WITHIN}", **delivery}
    assert "NP310" not in findings({**files, **REST})


def test_an_application_and_the_pods_of_its_policies():
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: frontend}}\n"
        "spec: {containers: [{name: web, image: web}]}\n"
    )
    near = policy("web", "shop", "podSelector: {matchLabels: {app: frontent}}, policyTypes: [Ingress]")
    delivery = {"apps/web.yaml": ARGO.replace("namespace: shop", "namespace: default")}
    found = findings({"apps/web/policy.yaml": near, "apps/web/pod.yaml": pod, **delivery})["NP301"]
    assert found.message.endswith("did you mean `frontend`?")


GENERATOR = (
    "apiVersion: policy.open-cluster-management.io/v1\nkind: PolicyGenerator\nmetadata: {name: x}\n"
    "policies:\n- name: dev\n  manifests:\n  - path: overlays/dev\n"
)


def test_what_wraps_the_manifests_decides_the_namespace():
    files = {
        "web/policy.yaml": NAMELESS,
        "web/kustomization.yaml": "resources: [policy.yaml]\n",
        "overlays/dev/kustomization.yaml": "resources: [../../web]\n",
        **REST,
    }
    assert "NP205" in findings(files)
    assert "NP205" not in findings({**files, "generator.yaml": GENERATOR})
    assert "NP205" in findings({**files, "generator.yaml": GENERATOR.replace("overlays/dev", "overlays/prod")})


def test_a_neighbour_of_the_default_of_kubebuilder_is_chosen_elsewhere():
    part = {"config/extras/net/a.yaml": NAMELESS, "config/extras/net/kustomization.yaml": "resources: [a.yaml]\n"}
    assert "NP205" in findings({**part, **REST})
    assert "NP205" not in findings({**part, **REST, "config/default/kustomization.yaml": "namespace: shop\n"})
    assert "NP205" not in findings(
        {"config/net/a.yaml": NAMELESS, **REST, "config/default/kustomization.yaml": "namespace: shop\n"}
    )


TO_DB = "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]"


@pytest.mark.parametrize("folder", ["labs", "lab-3", "Case 12 deny egress", "kurs/lessons", "ejercicios", "training"])
def test_exercises_by_name(folder):
    files = {f"{folder}/a.yaml": policy("web", "shop", TO_DB), **REST}
    assert "NP216" not in findings(files)


@pytest.mark.parametrize("folder", ["home-lab", "case", "tasks", "gitlab", "lab-homeassistant"])
def test_no_exercises_by_name(folder):
    assert "NP216" in findings({f"{folder}/a.yaml": policy("web", "shop", TO_DB), **REST})


def pod(name: str, labels: str) -> str:
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, labels: {{{labels}}}}}\n"
        "spec: {containers: [{name: main, image: main}]}\n"
    )


FROM_CURL = policy(
    "web",
    "shop",
    "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {run: curl}}}]}]",
)


def test_exercises_by_what_they_hold():
    """Each folder has its own pods, under the same names: none is applied beside another one."""
    web, curl = pod("web", "app: web"), pod("curl", "app: curl")
    together = {
        "one/policy.yaml": FROM_CURL,
        "one/pods.yaml": web,
        "two/pods.yaml": f"{pod('w', 'app: web')}---\n{curl}",
    }
    assert "NP302" in findings(together)
    apart = {**together, "two/pods.yaml": f"{web}---\n{curl}"}
    assert "NP302" not in findings(apart)
    assert "NP216" in findings({"one/a.yaml": policy("web", "shop", TO_DB), "two/pods.yaml": web})
    assert "NP216" not in findings(
        {"one/a.yaml": policy("web", "shop", TO_DB), "one/pods.yaml": web, "two/pods.yaml": web}
    )


def test_what_an_ingress_of_another_exercise_leads_to():
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"
    ingress = (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\n"
        "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}\n"
    )
    files = {
        "deny.yaml": policy("deny", "shop", "podSelector: {}, policyTypes: [Ingress]"),
        "web.yaml": f"{service}---\n{pod('web', 'app: web')}",
        "ingress.yaml": ingress,
    }
    assert "NP314" in findings(files)
    assert "NP314" not in findings({**files, "pod-2.yaml": pod("web", "app: web, tier: x")})


def test_a_policy_beside_the_one_of_a_folder_above():
    narrow = policy("narrow", "shop", TO_DB)
    wide = policy("wide", "shop", TO_DB.replace("matchLabels: {app: web}", "", 1))
    assert "NP316" in findings({"base/a.yaml": narrow, "base/b.yaml": wide})
    assert "NP316" not in findings({"base/web/a.yaml": narrow, "base/b.yaml": wide})


@pytest.mark.parametrize(
    ("comment", "is_told"),
    [
        ("kubectl label namespace monitoring name=monitoring", False),
        ("the namespace has to be labelled first", False),
        ("Requires the namespace to be labeled", False),
        ("pods of namespaces labelled so", True),
        ("the monitoring namespace", True),
    ],
)
def test_the_label_of_a_namespace_that_a_comment_asks_for(comment, is_told):
    spec = "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {name: monitoring}}}]}]"
    text = f"# {comment}\n{policy('web', 'shop', spec)}"
    assert ("NP226" in findings({"a.yaml": text})) is is_told
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: monitoring}\n"
    assert "NP226" in findings({"a.yaml": text, "b.yaml": namespace})


def test_the_address_of_the_api_server_s_service_beside_its_own():
    spec = (
        "podSelector: {}, policyTypes: [Egress], egress: ["
        "{to: [{ipBlock: {cidr: 10.96.0.1/32}}], ports: [{port: 443, protocol: TCP}]}, OTHER]"
    )
    for other, is_told in (
        ("{to: [{ipBlock: {cidr: 10.7.7.44/32}}], ports: [{port: 6443, protocol: TCP}]}", False),
        ("{ports: [{port: 6443, protocol: TCP}]}", False),
        ("{to: [{ipBlock: {cidr: 10.96.0.1/32}}], ports: [{port: 6443, protocol: TCP}]}", True),
        ("{to: [{ipBlock: {cidr: 10.7.7.44/32}}], ports: [{port: 5432, protocol: TCP}]}", True),
        ("{to: [{podSelector: {}}], ports: [{port: 6443, protocol: TCP}]}", True),
    ):
        assert ("NP221" in findings({"a.yaml": policy("web", "shop", spec.replace("OTHER", other))})) is is_told


def test_egress_without_dns_is_told_once_a_template():
    text = "---\n".join(
        policy(name, "NAMESPACE", spec).replace("NAMESPACE", '"{{ .Release.Namespace }}"')
        for name, spec in (
            ("deny", "podSelector: {}, policyTypes: [Ingress, Egress]"),
            ("web", TO_DB),
            ("api", TO_DB.replace("app: web", "app: api")),
        )
    )
    files = {"templates/a.yaml": text, "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n"}
    assert [one.object.name for one in every("NP216", files)] == ["deny"]
    apart = text.replace(
        "podSelector: {}, policyTypes: [Ingress, Egress]",
        "podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]",
    )
    assert [one.object.name for one in every("NP216", {**files, "templates/a.yaml": apart})] == ["web", "api"]


def test_policies_that_a_kustomization_puts_into_one_namespace():
    files = {
        "deny.yaml": "---\n".join(policy("deny", namespace) for namespace in ("shop", "team")),
        "kustomization.yaml": "namespace: default\nresources: [deny.yaml]\n",
    }
    for found in every("NP305", files):
        assert found.message.startswith(
            "another manifest also defines policy `deny` in namespace `default`, where a kustomization puts this one: "
        )
    assert len(every("NP305", files)) == 2
    assert every("NP305", {**files, "kustomization.yaml": "resources: [deny.yaml]\n"}) == []


def test_a_namespace_that_zarf_fills_in():
    text = policy("web", "shop", TO_DB).replace(
        "{name: web, namespace: shop}", "\n  name: web\n  namespace: ###ZARF_VAR_APP###-redis\n"
    )
    assert "metadata: \n  name: web" in text
    assert findings({"a.yaml": text, **REST}).keys() & {"NP107", "NP205", "NP206"} == set()
    assert "NP205" in findings({"a.yaml": text.replace("ZARF_VAR_APP", " APP "), **REST})


@pytest.mark.parametrize(
    ("version", "is_ours"),
    [
        ("networking.ayoy.se/v1alpha1", False),
        ("policies.example.com/v1", False),
        ("networking.k8s.oi/v1", True),
        ("k8s.networking.io/v1", True),
        ("apps/v1", True),
        ("networking.istio.io/v1", True),
        ("policy.k8s.io/v1", True),
        ("rojectcalico.org/v3", True),
        ("crd.projectcalcio.org/v1", True),
    ],
)
def test_a_kind_of_that_name_in_somebody_s_own_group(version, is_ours):
    text = policy("web", "shop", f"{TO_DB}, resolutionInterval: 5m").replace("networking.k8s.io/v1", version)
    found = findings({"a.yaml": text}).keys()
    assert ("NP009" in found) is is_ours
    assert ("NP101" in found) is is_ours


def test_what_kyverno_makes_needs_no_version():
    text = (
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: x}\nspec:\n  rules:\n  - name: deny\n"
        "    match: {any: [{resources: {kinds: [Namespace]}}]}\n    generate:\n      kind: NetworkPolicy\n      name: deny\n"
        "      namespace: '{{request.object.metadata.name}}'\n      data: {spec: {podSelector: {}, policyTypes: [WHAT]}}\n"
    )
    assert findings({"a.yaml": text.replace("WHAT", "Ingress")}) == {}
    assert findings({"a.yaml": text.replace("WHAT", "ingress")}).keys() == {"NP105"}


def test_a_name_server_at_the_first_address_of_a_service_range():
    spec = "podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: CIDR}}], ports: [{port: PORT, protocol: UDP}]}]"
    for cidr, port, is_told in (
        ("10.100.0.1/32", "53", False),
        ("10.100.0.1/32", "443", True),
        ("10.100.0.0/16", "53", True),
    ):
        text = policy("web", "shop", spec.replace("CIDR", cidr).replace("PORT", port))
        assert ("NP221" in findings({"a.yaml": text})) is is_told


def test_pods_that_another_policy_expects_for_dns():
    backend = policy(
        "backend",
        "shop",
        "podSelector: {matchLabels: {app: doh}}, policyTypes: [Egress], "
        "egress: [{to: [{podSelector: {matchLabels: {app: dns}}}], ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]",
    )
    server = policy(
        "dns",
        "shop",
        "podSelector: {matchLabels: {app: dns}}, policyTypes: [Ingress], "
        "ingress: [{from: [{podSelector: {matchLabels: {app: doh}}}], ports: [{port: PORT, protocol: UDP}]}]",
    )
    assert "NP319" not in findings({"a.yaml": f"{backend}---\n{server.replace('PORT', '53')}"})
    assert "NP319" in findings({"a.yaml": f"{backend}---\n{server.replace('PORT', '5432')}"})
