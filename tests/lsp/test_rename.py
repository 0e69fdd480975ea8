"""Rename of labels: everything that sets or asks for one, in open and closed files; refused where a use may be hidden."""

from functools import partial

import pytest

from netpol_lsp.text.source import LineIndex

pytestmark = pytest.mark.asyncio

WORKLOADS = """\
# 人 🎉
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels:
        app: "web" # 名
        tier: front
    spec:
      containers: [{name: web}]
      topologySpreadConstraints:
        - labelSelector: {matchLabels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  selector: {app: 'web'}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec:
  selector:
    matchExpressions: [{key: app, operator: In, values: [web, api]}]
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector:
    matchLabels:
      app: web
"""
CALLER = """\
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "out", "namespace": "bank"},
 "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [
   {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}, "podSelector": {"matchLabels": {"app": "web"}}}]}]}}
"""
STRANGER = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: bank}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web}]}
"""
FILES = {"workloads.yaml": WORKLOADS, "policy.yaml": POLICY, "caller.json": CALLER, "stranger.yaml": STRANGER}
PREVIEWS = {"workspace": {"workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}}}}


@pytest.fixture
def workspace(read_workspace):
    return partial(read_workspace, capabilities=PREVIEWS)


def applied(answer, files, tmp_path, encoding="utf-16"):
    """The files after the rename."""
    result = dict(files)
    for change in answer["documentChanges"]:
        uri = change["textDocument"]["uri"]
        name = uri.removeprefix(tmp_path.as_uri() + "/")
        text = result[name]
        lines = LineIndex(text)
        spans = [
            (
                *(
                    lines.offset(e["range"][end]["line"], e["range"][end]["character"], encoding)
                    for end in ("start", "end")
                ),
                e["newText"],
            )
            for e in change["edits"]
        ]
        for start, end, new in sorted(spans, reverse=True):
            text = text[:start] + new + text[end:]
        result[name] = text
    return result


async def rename(editor, document, offset, name):
    return await editor.at("textDocument/rename", document, document.position(offset), newName=name)


async def refusal(editor, document, offset, name="other"):
    params = {"textDocument": {"uri": document.uri}, "position": document.position(offset)}
    answer = await editor.answer(editor.post("textDocument/rename", {**params, "newName": name}))
    assert "error" in answer, answer
    return answer["error"]["message"]


async def test_a_value_in_everything_that_means_the_same_pods(workspace, tmp_path, encoding):
    editor, document = await workspace(FILES, "policy.yaml", encoding)
    at = document.position(POLICY.index("web\n") + 1)
    prepared = await editor.at("textDocument/prepareRename", document, at)
    assert prepared["placeholder"] == document.slice(prepared["range"]) == "web"
    answer = await editor.at("textDocument/rename", document, at, newName="shop-front")
    after = applied(answer, FILES, tmp_path, encoding)
    assert after["stranger.yaml"] == STRANGER
    assert after["policy.yaml"] == POLICY.replace("app: web", "app: shop-front")
    assert after["caller.json"] == CALLER.replace('"app": "web"', '"app": "shop-front"')
    assert after["workloads.yaml"] == (
        WORKLOADS.replace('app: "web"', 'app: "shop-front"')
        .replace("matchLabels: {app: web}", "matchLabels: {app: shop-front}")
        .replace("app: 'web'", "app: 'shop-front'")
        .replace("[web, api]", "[shop-front, api]")
    )
    versions = {
        one["textDocument"]["uri"].rpartition("/")[2]: one["textDocument"]["version"]
        for one in answer["documentChanges"]
    }
    assert versions == {"policy.yaml": 1, "caller.json": None, "workloads.yaml": None}


async def test_the_preview_groups_places_by_what_they_are(workspace):
    editor, document = await workspace(FILES, "policy.yaml")
    answer = await rename(editor, document, POLICY.index("web\n"), "front")
    annotations = answer["changeAnnotations"]
    assert all(one["needsConfirmation"] for one in annotations.values())
    used = {edit["annotationId"] for one in answer["documentChanges"] for edit in one["edits"]}
    assert used == set(annotations) == {"LABELS", "POLICY", "SERVICE", "OWN", "OTHER"}
    assert "made anew" in annotations["OWN"]["label"]


async def test_clients_that_know_less_get_plain_changes(workspace):
    editor, document = await workspace(FILES, "policy.yaml", capabilities={})
    answer = await rename(editor, document, POLICY.index("web\n"), "front")
    assert "changeAnnotations" not in answer
    assert all(set(edit) == {"range", "newText"} for one in answer["documentChanges"] for edit in one["edits"])
    editor, document = await workspace(
        FILES, "policy.yaml", capabilities={"workspace": {"workspaceEdit": {"documentChanges": False}}}
    )
    answer = await rename(editor, document, POLICY.index("web\n"), "front")
    assert len(answer["changes"]) == 3


async def test_a_key_with_all_its_values(workspace, tmp_path):
    editor, document = await workspace(FILES, "policy.yaml")
    answer = await rename(editor, document, POLICY.index("app"), "example.com/app")
    after = applied(answer, FILES, tmp_path)
    assert "key: example.com/app, operator" in after["workloads.yaml"]
    assert "labels: {app: web}}\nspec:\n  selector: {matchLabels: {example.com/app: web}}" in after["workloads.yaml"]
    assert after["stranger.yaml"] == STRANGER


async def test_what_yaml_would_misread_is_quoted(workspace, tmp_path):
    editor, document = await workspace(FILES, "policy.yaml")
    after = applied(await rename(editor, document, POLICY.index("web\n"), "1.0"), FILES, tmp_path)
    assert 'app: "1.0"\n' in after["policy.yaml"]
    assert "app: '1.0'" in after["workloads.yaml"]


async def test_unsaved_text_counts_and_its_version(workspace, tmp_path):
    editor, document = await workspace(FILES, "policy.yaml")
    other = editor.open(WORKLOADS, (tmp_path / "workloads.yaml").as_uri())
    other.edit(0, 0, "# one line more\n")
    await editor.quiet()
    answer = await rename(editor, document, POLICY.index("web\n"), "front")
    (change,) = [one for one in answer["documentChanges"] if one["textDocument"]["uri"] == other.uri]
    assert change["textDocument"]["version"] == 2
    assert 'app: "front" # 名' in other.applied(change["edits"])


async def test_from_a_workload_that_a_selector_of_many_namespaces_means(workspace, tmp_path):
    """A peer that means pods of both namespaces ties them together."""
    everyone = CALLER.replace('{"matchLabels": {"kubernetes.io/metadata.name": "shop"}}', "{}")
    files = FILES | {"caller.json": everyone}
    editor, document = await workspace(files, "workloads.yaml")
    answer = await rename(editor, document, WORKLOADS.index('"web"') + 2, "front")
    assert applied(answer, files, tmp_path)["stranger.yaml"] == STRANGER.replace("app: web", "app: front")


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: blue}}\n"


async def test_labels_of_namespaces_and_of_services_are_renamed_alone(workspace, tmp_path):
    policy = POLICY + "  ingress:\n    - from: [{namespaceSelector: {matchLabels: {team: blue}}}]\n"
    monitor = (
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: web, namespace: watch}\n"
        "spec:\n  namespaceSelector: {matchNames: [shop]}\n  selector: {matchLabels: {app: web}}\n"
    )
    files = FILES | {"policy.yaml": policy, "namespace.yaml": NAMESPACE, "monitor.yaml": monitor}
    editor, document = await workspace(files, "policy.yaml")
    after = applied(await rename(editor, document, policy.index("blue"), "red"), files, tmp_path)
    assert after == files | {
        "policy.yaml": policy.replace("blue", "red"),
        "namespace.yaml": NAMESPACE.replace("blue", "red"),
    }
    document = editor.open(monitor, (tmp_path / "monitor.yaml").as_uri())
    await editor.quiet()
    after = applied(await rename(editor, document, monitor.rindex("web"), "front"), files, tmp_path)
    assert {name for name in files if after[name] != files[name]} == {"monitor.yaml", "workloads.yaml"}
    assert (
        "name: web, namespace: shop, labels: {app: front}}\nspec:\n  selector: {app: 'web'}" in after["workloads.yaml"]
    )


CHART = {
    "chart/Chart.yaml": "name: x\nversion: 1.0.0\napiVersion: v2\n",
    "chart/templates/deployment.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: other\nspec:\n  selector:\n    matchLabels:\n"
        '      {{- include "x.labels" . | nindent 6 }}\n  template:\n    metadata:\n      labels:\n'
        '        {{- include "x.labels" . | nindent 8 }}\n    spec:\n      containers: [{name: x}]\n'
    ),
}
RELEASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis, namespace: shop}\n"
    "spec:\n  values:\n    allowed: {app: web}\n"
)
CALICO = (
    "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: c, namespace: shop}\n"
    "spec:\n  selector: app == 'web'\n"
)


@pytest.mark.parametrize(
    ("more", "name", "words"),
    [
        (CHART, "front", "a template or a placeholder hides it"),
        ({"release.yaml": RELEASE}, "front", "HelmRelease `redis` in `release.yaml`"),
        ({"calico.yaml": CALICO}, "front", "NetworkPolicy `c` in `calico.yaml`"),
        ({"broken.yaml": POLICY.replace("spec:", "spec: }")}, "front", "broken.yaml"),
        (
            {"placeholder.yaml": WORKLOADS.replace('"web"', "${APP:-web}").replace("name: web", "name: w2")},
            "front",
            "placeholder",
        ),
        (
            {"out/old.yaml": POLICY.replace("name: web", "name: old"), ".netpol-lint.yaml": "exclude: [out]\n"},
            "front",
            "is excluded",
        ),
        (
            {
                "cluster/pod.yaml": STRANGER.replace("bank", "shop").replace("name: web", "name: more"),
                ".netpol-lint.yaml": "context: [cluster]\nexclude: [cluster]\n",
            },
            "front",
            "snapshot of the cluster",
        ),
        (
            {"kustomization.yaml": "resources: [../elsewhere, workloads.yaml, policy.yaml]\n"},
            "front",
            "outside the workspace",
        ),
        (
            {
                "kustomization.yaml": "kind: Kustomization\nresources: [workloads.yaml, policy.yaml]\ncommonLabels: {app: web}\n"
            },
            "front",
            "kustomization",
        ),
        (
            {"more.yaml": STRANGER.replace("bank", "shop").replace("app: web", "app: front")},
            "front",
            "could no longer be told apart",
        ),
        ({}, "not valid!", "is not a valid label value"),
        ({}, "x" * 64, "63"),
        ({}, "", "empty"),
    ],
    ids=lambda value: ",".join(value)[:30] if isinstance(value, dict) else None,
)
async def test_refused_with_a_reason(workspace, more, name, words):
    editor, document = await workspace(FILES | more, "policy.yaml")
    assert words in await refusal(editor, document, POLICY.index("web\n"), name)


async def test_refused_where_the_pods_are_made_elsewhere(workspace):
    editor, document = await workspace({"policy.yaml": POLICY}, "policy.yaml")
    assert "no manifest here sets `app: web`" in await refusal(editor, document, POLICY.index("web\n"))


async def test_a_file_that_cannot_be_read(workspace, tmp_path):
    editor, document = await workspace(FILES, "policy.yaml")
    (tmp_path / "latin.yaml").write_bytes("kind: Caf\xe9".encode("latin-1"))
    assert "`latin.yaml` cannot be read" in await refusal(editor, document, POLICY.index("web\n"))


async def test_labels_of_the_cluster_stay(workspace):
    policy = (
        POLICY + "  ingress:\n    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]\n"
    )
    editor, document = await workspace(FILES | {"policy.yaml": policy}, "policy.yaml")
    assert "the API server sets" in await refusal(editor, document, policy.index("kubernetes.io/metadata"))
    answer = await editor.at("textDocument/prepareRename", document, document.position(policy.index("podSelector")))
    assert answer is None


async def test_a_chart_elsewhere_or_a_snapshot_of_the_same_objects_is_no_reason(workspace):
    far = {f"charts/{name}": text for name, text in CHART.items()}
    near = {f"apps/{name}": text for name, text in FILES.items()}
    more = {
        "cluster/live.yaml": WORKLOADS,
        "apps/.netpol-lint.yaml": "context: [../cluster]\n",
        ".netpol-lint.yaml": "exclude: [cluster]\n",
    }
    editor, document = await workspace(far | near | more, "apps/policy.yaml")
    answer = await rename(editor, document, POLICY.index("web\n"), "front")
    assert len(answer["documentChanges"]) == 3
