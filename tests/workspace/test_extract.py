"""Facts of manifests: what is there, what is unknown, and never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.workspace.extract import resources_of
from netpol_lsp.workspace.file_resources import ResourceFacts
from netpol_lsp.workspace.prune import prune
from netpol_lsp.workspace.resource_kinds import may_hold_resources
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.manifests import parse_manifest

TEMPLATE = """\
metadata: {labels: {app: web, tier: front}}
spec:
  hostNetwork: true
  serviceAccountName: runner
  containers:
    - name: main
      ports:
        - {name: http, containerPort: 8080}
        - {containerPort: 53, protocol: UDP}
"""


def facts(text: str, namespace: str | None = None) -> ResourceFacts:
    return resources_of(parse_manifest(text, "a.yaml"), 0, namespace)


def indented(text: str, by: int) -> str:
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


def workload(kind: str, version: str, path: tuple[str, ...]) -> str:
    lines = [f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: web, namespace: shop, labels: {{own: 'yes'}}}}\n"]
    for depth, key in enumerate(path):
        lines.append(" " * 2 * depth + f"{key}:\n")
    return "".join(lines) + indented(TEMPLATE, 2 * len(path))


@pytest.mark.parametrize(
    ("kind", "version", "path"),
    [
        ("Deployment", "apps/v1", ("spec", "template")),
        ("StatefulSet", "apps/v1", ("spec", "template")),
        ("DaemonSet", "extensions/v1beta1", ("spec", "template")),
        ("ReplicaSet", "apps/v1", ("spec", "template")),
        ("ReplicationController", "v1", ("spec", "template")),
        ("Job", "batch/v1", ("spec", "template")),
        ("CronJob", "batch/v1", ("spec", "jobTemplate", "spec", "template")),
        ("Rollout", "argoproj.io/v1alpha1", ("spec", "template")),
        ("Service", "serving.knative.dev/v1", ("spec", "template")),
        ("CloneSet", "apps.kruise.io/v1alpha1", ("spec", "template")),
        ("PodTemplate", "v1", ("template",)),
    ],
)
def test_what_makes_pods(kind: str, version: str, path: tuple[str, ...]) -> None:
    text = workload(kind, version, path)
    assert may_hold_resources(text)
    (found,) = facts(text).workloads
    assert (found.kind, found.api_version, found.namespace, found.name) == (kind, version, "shop", "web")
    assert {"app": "web", "tier": "front"}.items() <= found.labels.items()
    assert found.owner_labels == {"own": "yes"}
    assert [(port.number, port.name, port.protocol) for port in found.ports] == [
        (8080, "http", "TCP"),
        (53, None, "UDP"),
    ]
    assert (found.host_network, found.service_account) == (True, "runner")
    origin = found.label_origins["app"]
    assert text[origin.start : origin.end] == "app: web"


def test_a_pod_of_a_list_without_kinds() -> None:
    text = """\
kind: PodList
apiVersion: v1
items:
  - metadata:
      name: web-1
      namespace: shop
      labels: {app: web}
      ownerReferences: [{kind: ReplicaSet, name: web, controller: true}]
    spec: {containers: [{name: a, ports: {}}]}
    status: {phase: Running, podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]}
"""
    (pod,) = facts(text).workloads
    assert (pod.kind, pod.owner_kind, pod.owner_name) == ("Pod", "ReplicaSet", "web")
    assert pod.pod_ips == ("10.0.0.1", "fd00::1")
    assert pod.origin.object_path == "items[0]"
    assert not pod.has_unknown_labels


def test_a_job_gives_its_pods_its_name() -> None:
    (job,) = facts(workload("Job", "batch/v1", ("spec", "template"))).workloads
    assert job.labels["job-name"] == job.labels["batch.kubernetes.io/job-name"] == "web"


def test_a_template_may_add_labels_ports_and_the_namespace() -> None:
    text = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Values.namespace }}
spec:
  template:
    metadata:
      labels:
        app: web
        {{- toYaml .Values.labels | nindent 8 }}
    spec:
      containers:
        - name: web
          {{- toYaml .Values.ports | nindent 10 }}
"""
    (found,) = facts(text).workloads
    assert found.labels["app"] == "web"
    assert found.has_unknown_labels
    assert found.has_unknown_ports
    assert found.is_namespace_unknown
    assert found.is_name_unknown
    assert found.name is None
    assert found.host_network is None


def test_placeholders_are_unknown_values() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: '${NS}', labels: {app: '${APP}', tier: web}}\nspec: {containers: [{name: a}]}\n"
    (pod,) = facts(text).workloads
    assert (pod.labels, pod.has_unknown_labels, pod.is_namespace_unknown) == ({"tier": "web"}, True, True)


def test_the_default_namespace_is_filled_in() -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: a}]}\n"
    assert facts(text, "shop").workloads[0].namespace == "shop"
    assert facts(text).workloads[0].namespace is None


def test_services() -> None:
    text = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  clusterIPs: [10.96.0.5]
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: web, nodePort: 30080}
    - {port: 53, protocol: UDP}
"""
    (found,) = facts(text).services
    assert (found.type, found.selector, found.cluster_ips) == ("LoadBalancer", {"app": "web"}, ("10.96.0.5",))
    assert [(one.port, one.target_port, one.protocol, one.node_port) for one in found.ports] == [
        (80, "web", "TCP", 30080),
        (53, None, "UDP", None),
    ]
    headless = text.replace("clusterIPs: [10.96.0.5]", "clusterIP: None").replace("selector: {app: web}", "selector:")
    assert (facts(headless).services[0].is_headless, facts(headless).services[0].selector) == (True, None)


@pytest.mark.parametrize(
    ("text", "backends"),
    [
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  defaultBackend: {service: {name: d, port: {number: 1}}}\n"
            "  rules: [{host: h, http: {paths: [{backend: {service: {name: s, port: {name: http}}}}]}}]\n",
            [("d", None, 1), ("s", None, "http")],
        ),
        (
            "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules: [{http: {paths: [{backend: {serviceName: s, servicePort: 80}}]}}]\n",
            [("s", None, 80)],
        ),
        (
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec:\n  rules: [{backendRefs: [{name: s, namespace: data, port: 80}, {name: x, kind: ServiceImport}]}]\n",
            [("s", "data", 80)],
        ),
        (
            "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: a}\nspec:\n  to: {kind: Service, name: s}\n  alternateBackends: [{name: t}]\n  port: {targetPort: http}\n",
            [("s", None, "http"), ("t", None, "http")],
        ),
    ],
)
def test_ingresses(text: str, backends: list[tuple[str, str | None, int | str]]) -> None:
    (found,) = facts(text).ingresses
    assert [(one.service, one.service_namespace, one.port) for one in found.backends] == backends
    for one in found.backends:
        assert text[one.origin.start : one.origin.end] == one.service


def test_kinds_of_one_name_are_told_apart_by_group() -> None:
    text = "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {types: [Egress]}\n"
    (found,) = facts(text).other_policies
    assert (found.namespace, found.is_cluster_wide, found.directions) == ("shop", False, frozenset({"Egress"}))
    assert not facts(text.replace("projectcalico.org/v3", "networking.k8s.io/v1")).other_policies
    knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\nspec: {}\n"
    assert not facts(knative).services


def test_what_is_encrypted_or_rendered_later_is_unknown() -> None:
    sops = "apiVersion: ENC[AES256_GCM,data:x]\nkind: ENC[AES256_GCM,data:y,type:str]\nmetadata:\n  name: ENC[AES256_GCM,data:z]\nsops:\n  mac: ENC[x]\n  lastmodified: '2024'\n"
    (found,) = facts(sops).unknown
    assert (found.reason, found.may_be_policy, found.may_be_workload) == ("encrypted", True, True)
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis, namespace: shop}\nspec: {targetNamespace: data}\n"
    (found,) = facts(release).unknown
    assert (found.kind, found.namespace, found.is_namespace_unknown) == ("HelmRelease", "data", False)


WORDS = st.sampled_from(
    ["kind: ", "Deployment", "spec:", "\n", "  ", "- ", "template:", "metadata:", "labels:", "containers:", "{", "}", "[",
     "ports:", "80", "name: ", "&a ", "*a", "items:", "PodList", "null", "Service", "Ingress", "rules:", "sops:", "${X}"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map("".join))
def test_no_text_makes_it_raise(text: str) -> None:
    resources_of(parse_document(text, "a.yaml"))


def test_pruning_keeps_offsets_and_facts() -> None:
    env = "      env:\n      - name: A\n        value: 'x: y'\n      # a comment\n\n      - {name: B}\n      args:\n        - |\n          containers:\n            - ports\n"
    text = workload("Deployment", "apps/v1", ("spec", "template"))
    full = text.replace("        - name: main\n", f"        - name: main\n{indented(env, 4)}")
    assert len(prune(full)) == len(full)
    assert prune(full).count("\n") == full.count("\n")
    assert "value" not in prune(full)
    assert resources_of(parse_document(prune(full), "a.yaml")) == resources_of(parse_document(full, "a.yaml"))
    assert resources_of(parse_document(full, "a.yaml")).workloads[0].labels["app"] == "web"


def test_nothing_is_pruned_beside_anchors() -> None:
    text = "a:\n  env:\n    - &x {name: A}\nb: *x\n"
    assert prune(text) == text
