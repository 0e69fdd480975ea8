"""What other manifests of a run decide: deliveries, policies of other kinds, documents that cannot be read."""

from collections.abc import Mapping

import pytest

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.text.edits import apply_edits
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from tests.builders import policy_text


def findings(files: Mapping[str, str], **settings: object):
    """The findings of all files of a run, by code."""
    config = Config([Layer({key: Setting(value) for key, value in settings.items()})]).for_file()
    sources = {path: make_source(path, text) for path, text in files.items()}
    view = WorkspaceSnapshot.of_files({path: facts_of(source, config.settings) for path, source in sources.items()})
    reports = [lint(analyse(source), config, view) for source in sources.values()]
    return {found.code: found for report in reports for found in report.diagnostics}


def policy(
    name: str = "web", namespace: str | None = "shop", spec: str = "podSelector: {}, policyTypes: [Ingress]"
) -> str:
    return policy_text(f"{{{spec}}}", name, namespace)


NAMELESS = policy(namespace=None)
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
FLUX = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web}\n"
    "spec: {path: ./apps/web, targetNamespace: shop}\n"
)
ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
    "spec: {source: {path: apps/web}, destination: {namespace: shop}}\n"
)


@pytest.mark.parametrize(
    "others",
    [
        {"apps/web/kustomization.yaml": f"{KUSTOMIZATION}namespace: shop\nresources: [policy.yaml]\n"},
        {
            "apps/web/kustomization.yaml": f"{KUSTOMIZATION}resources: [policy.yaml]\n",
            "overlays/prod/kustomization.yaml": "namespace: shop\nresources: [../../apps/web]\n",
        },
        {
            "apps/web/kustomization.yaml": "kind: Component\nresources: [policy.yaml]\n",
            "overlays/prod/kustomization.yaml": "namespace: shop\ncomponents: [../../apps/web]\n",
            "overlays/test/kustomization.yaml": "namespace: shop-test\ncomponents: [../../apps/web]\n",
        },
        {"clusters/web.yaml": FLUX},
        {"clusters/web.yaml": ARGO},
        {"clusters/web.yaml": FLUX, "apps/web/kustomization.yaml": "resources: [policy.yaml]\n"},
        {"apps/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n"},
    ],
)
def test_somebody_gives_the_namespace(others):
    assert "NP205" not in findings({"apps/web/policy.yaml": NAMELESS, **others})


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"apps/web/kustomization.yaml": f"{KUSTOMIZATION}resources: [policy.yaml]\n"},
        {"apps/web/kustomization.yaml": f"{KUSTOMIZATION}namespace: shop\nresources: [other.yaml]\n"},
        {"clusters/web.yaml": FLUX.replace("apps/web", "apps/api")},
        {"charts/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n"},
    ],
)
def test_nobody_gives_the_namespace(others):
    assert findings({"apps/web/policy.yaml": NAMELESS, **others})["NP205"].severity.value == "info"


def test_a_namespace_that_was_forgotten():
    files = {
        "apps/web/policy.yaml": NAMELESS,
        "apps/web/kustomization.yaml": "resources: [policy.yaml, ../api/policy.yaml]\n",
        "apps/api/policy.yaml": policy("api"),
    }
    found = findings(files)["NP205"]
    assert found.severity.value == "warning"
    assert [fix.title for fix in found.fixes] == ["Write `namespace: shop`"]


def test_the_fix_offers_the_namespaces_of_the_workspace():
    found = findings(
        {"a/policy.yaml": NAMELESS, "b/policy.yaml": policy("b", "shop"), "c/policy.yaml": policy("c", "team")}
    )
    assert [fix.title for fix in found["NP205"].fixes] == ["Write `namespace: shop`", "Write `namespace: team`"]


TO_DB = "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]"
WEB = policy("web", "shop", TO_DB)
DNS = policy(
    "dns", None, "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53}]}]"
)


def test_a_policy_that_kustomize_puts_into_the_namespace_counts():
    files = {"a/web.yaml": WEB, "b/dns.yaml": DNS}
    assert "NP216" in findings(files)
    assert "NP216" not in findings({**files, "b/kustomization.yaml": "namespace: shop\nresources: [dns.yaml]\n"})
    assert "NP216" in findings({**files, "b/kustomization.yaml": "namespace: other\nresources: [dns.yaml]\n"})


def test_a_namespace_of_a_kustomization_replaces_the_written_one():
    files = {"a/web.yaml": WEB, "a/dns.yaml": DNS.replace("name: dns", "name: dns, namespace: shop")}
    assert "NP216" not in findings(files)
    assert "NP216" in findings({**files, "a/kustomization.yaml": "namespace: other\nresources: [dns.yaml]\n"})
    # An application's is for those that name none.
    assert "NP216" not in findings({**files, "b/app.yaml": ARGO.replace("apps/web", "a").replace("shop", "other")})


def test_labels_of_a_kustomization_are_part_of_selectors():
    dns = DNS.replace("podSelector: {}", "podSelector: {matchLabels: {tier: front}}").replace(
        "dns}", "dns, namespace: shop}"
    )
    files = {"a/web.yaml": WEB.replace("{app: web}", "{tier: front}"), "b/dns.yaml": dns}
    kustomization = "resources: [dns.yaml]\nlabels: [{pairs: {app: api}, includeSelectors: true}]\n"
    web = "resources: [web.yaml]\ncommonLabels: {app: web}\n"
    assert "NP216" not in findings(files)
    assert "NP216" in findings({**files, "a/kustomization.yaml": web, "b/kustomization.yaml": kustomization})
    unused = kustomization.replace("true", "false")
    assert "NP216" not in findings({**files, "a/kustomization.yaml": web, "b/kustomization.yaml": unused})


def other(api_version: str, kind: str, spec: str, namespace: str | None = None) -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x{where}}}\nspec: {{{spec}}}\n"


CLUSTERWIDE = other(
    "cilium.io/v2", "CiliumClusterwideNetworkPolicy", "endpointSelector: {}, egress: [{toEndpoints: [{}]}]"
)


@pytest.mark.parametrize(
    "text",
    [
        CLUSTERWIDE,
        other("cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {}, egress: [{}]", "shop"),
        other(
            "cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {matchLabels: {app: web}}, egress: [{}]", "shop"
        ),
        other(
            "cilium.io/v2",
            "CiliumNetworkPolicy",
            "endpointSelector: {matchLabels: {'k8s:app': web}}, egress: [{}]",
            "shop",
        ),
        other("projectcalico.org/v3", "GlobalNetworkPolicy", "types: [Egress], egress: [{action: Allow}]"),
        other("projectcalico.org/v3", "NetworkPolicy", "types: [Egress], egress: [{action: Allow}]", "shop"),
        other(
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            "subject: {namespaces: {}}, egress: [{action: Allow}]",
        ),
        other(
            "policy.networking.k8s.io/v1alpha2",
            "ClusterNetworkPolicy",
            "subject: {namespaces: {}}, egress: [{action: Accept}]",
        ),
        other("networking.k8s.aws/v1alpha1", "ClusterNetworkPolicy", "egress: [{action: Accept}]"),
        other("networking.k8s.aws/v1alpha1", "ApplicationNetworkPolicy", "egress: [{}]", "shop"),
        other("crd.antrea.io/v1beta1", "ClusterNetworkPolicy", "egress: [{action: Allow}]"),
    ],
)
def test_a_policy_of_another_kind_may_allow_it(text):
    assert "NP216" in findings({"a/web.yaml": WEB})
    assert "NP216" not in findings({"a/web.yaml": WEB, "b/other.yaml": text})
    assert "NP216" not in findings({"a/all.yaml": f"{WEB}---\n{text}"})


@pytest.mark.parametrize(
    "text",
    [
        other("cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {}, egress: [{}]", "other"),
        other(
            "cilium.io/v2", "CiliumNetworkPolicy", "endpointSelector: {matchLabels: {app: db}}, egress: [{}]", "shop"
        ),
        other("cilium.io/v2", "CiliumClusterwideNetworkPolicy", "endpointSelector: {}, ingress: [{}]"),
        other("projectcalico.org/v3", "GlobalNetworkPolicy", "types: [Ingress], ingress: [{action: Allow}]"),
        other("k8s.ovn.org/v1", "EgressFirewall", "egress: [{type: Allow, to: {cidrSelector: 0.0.0.0/0}}]", "shop"),
        other("k8s.cni.cncf.io/v1beta1", "MultiNetworkPolicy", "podSelector: {}, egress: [{}]", "shop"),
        other("example.com/v1", "ClusterNetworkPolicy", "egress: [{}]"),
        other(
            "policy.networking.k8s.io/v1alpha1",
            "AdminNetworkPolicy",
            "subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: other}}}, egress: [{action: Allow}]",
        ),
    ],
)
def test_a_policy_that_cannot_allow_it(text):
    assert "NP216" in findings({"a/web.yaml": WEB, "b/other.yaml": text})


ENCRYPTED = (
    "apiVersion: ENC[AES256_GCM,data:A,type:str]\nkind: ENC[AES256_GCM,data:A,type:str]\n"
    "metadata: {namespace: 'ENC[AES256_GCM,data:A,type:str]'}\nspec: {podSelector: {}}\nsops: {mac: 'ENC[A]', version: 3.10.2}\n"
)


def test_an_encrypted_document_may_be_a_policy():
    assert "NP216" not in findings({"a/web.yaml": WEB, "b/secret.sops.yaml": ENCRYPTED})
    secret = ENCRYPTED.replace("kind: ENC[AES256_GCM,data:A,type:str]", "kind: Secret").replace("podSelector", "data")
    assert "NP216" in findings({"a/web.yaml": WEB, "b/secret.sops.yaml": secret})


def test_what_may_be_allowed_is_not_called_denied():
    text = policy("allow-web", "shop", "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]")
    assert findings({"a.yaml": text})["NP204"].severity.value == "warning"
    assert "NP204" not in findings({"a.yaml": text, "b.yaml": CLUSTERWIDE})
    external = WEB.replace("[{to: ", "[{to: [{namespaceSelector: {}}], ports: [{port: 443}]}, {to: ").replace(
        "name: web", "name: allow-external"
    )
    assert "NP241" in findings({"a.yaml": external})
    assert "NP241" not in findings({"a.yaml": external, "b.yaml": CLUSTERWIDE})


def test_what_may_be_denied_is_not_called_open():
    world = WEB.replace("[{to: ", "[{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}, {to: ")
    firewall = other("k8s.ovn.org/v1", "EgressFirewall", "egress: [{type: Deny}]", "shop")
    assert "NP401" in findings({"a.yaml": world})
    assert "NP401" not in findings({"a.yaml": world, "b.yaml": firewall})
    assert "NP401" in findings({"a.yaml": world, "b.yaml": firewall.replace("shop", "other")})


def test_the_rule_that_the_workspace_uses_is_copied():
    own = "[{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: dns}}}], ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]"
    files = {
        "a.yaml": WEB,
        "b.yaml": policy("dns", "other", f"podSelector: {{}}, policyTypes: [Egress], egress: {own}"),
    }
    (fix,) = findings(files)["NP216"].fixes
    assert "kubernetes.io/metadata.name: dns" in apply_edits(WEB, fix.edits)


REST = {"deploy/other.yaml": policy("other", "other")}


@pytest.mark.parametrize(
    "folder",
    [
        "tests/checks",
        "docs/examples",
        "network-policy-recipes",
        "a/testdata",
        "x/.chainsaw-test/y",
        "environments/samples",
    ],
)
def test_tests_and_examples_are_applied_one_by_one(folder):
    files = {f"{folder}/web.yaml": WEB, f"{folder}/copy-of-it.yaml": WEB.replace("app: db", "app: cache")}
    assert "NP305" not in findings({**files, **REST})
    assert "NP305" in findings({path.replace(folder, "deploy/prod"): text for path, text in files.items()})
    assert "NP305" in findings({f"{folder}/web.yaml": f"{WEB}---\n{WEB.replace('app: db', 'app: cache')}", **REST})
    kustomization = {f"{folder}/kustomization.yaml": "resources: [web.yaml, copy-of-it.yaml]\n"}
    assert "NP305" in findings({**files, **REST, **kustomization})


@pytest.mark.parametrize("folder", ["environments/test", "clusters/test/apps", "overlays/test", "contest", "latest"])
def test_an_environment_for_tests_is_no_test(folder):
    files = {f"{folder}/web.yaml": WEB, f"{folder}/copy-of-it.yaml": WEB.replace("app: db", "app: cache")}
    assert "NP305" in findings({**files, **REST})


@pytest.mark.parametrize("around", ["/tmp/pytest-of-me/test_x0", "file:///home/me/examples/k8s"])
def test_the_folders_around_the_workspace_say_nothing(around):
    files = {f"{around}/web.yaml": WEB, f"{around}/copy-of-it.yaml": WEB.replace("app: db", "app: cache")}
    assert "NP305" in findings(files)
    more = {f"{around}/test/policy.yaml": policy("other", "other")}
    assert "NP305" in findings({**files, **more})


@pytest.mark.parametrize(
    "files",
    [
        {"apps/web/base/policy.yaml": NAMELESS},
        {"apps/web/base/policy.yaml": NAMELESS, "apps/web/base/kustomization.yaml": "resources: [policy.yaml]\n"},
        {
            "parts/deny/policy.yaml": NAMELESS,
            "parts/deny/kustomization.yaml": "kind: Component\nresources: [policy.yaml]\n",
        },
        {"apps__web__base__policy.yaml": NAMELESS},
        {"infra/base/web/policy.yaml": NAMELESS},
    ],
)
def test_overlays_that_are_elsewhere_choose_the_namespace(files):
    assert "NP205" not in findings({**files, **REST})
    moved = {path.replace("base", "prod"): text.replace("Component", "Kustomization") for path, text in files.items()}
    assert "NP205" in findings({**moved, **REST})


def test_what_tests_expect_is_a_part_of_an_object():
    partial = policy("deny", "shop", "policyTypes: [Ingress]")
    assert "NP234" in findings({"deploy/deny.yaml": partial, **REST})
    assert "NP234" in findings({"examples/deny.yaml": partial, **REST})
    assert "NP234" not in findings({"test/deny/assert.yaml": partial, **REST})
    assert "NP234" in findings({"test/deny/assert.yaml": partial, **REST}, profile="strict")


def test_an_example_is_not_all_there_is():
    assert "NP216" in findings({"deploy/web.yaml": WEB, **REST})
    for path in ("docs/web.md", "docs/concepts/web.md__1.yaml", "tests/web.yaml"):
        assert "NP216" not in findings({path: WEB, **REST})
    wrong = WEB.replace("egress: [", "egress: [{to: [{podSelector: {}}], ports: [{port: 53, protocol: UDP}]}, ")
    assert "NP216" in findings({"examples/web.yaml": wrong, **REST})


def test_the_steps_of_a_text_replace_one_another():
    files = {"docs/11-web.md__1.yaml": WEB, "docs/11-web.md__2.yaml": WEB.replace("app: db", "app: cache")}
    assert "NP305" not in findings({**files, **REST})
    assert "NP305" in findings({**{path.replace(".md__", "-"): text for path, text in files.items()}, **REST})


@pytest.mark.parametrize("name", ["01-example.yaml", "policy.md__1.yaml", "tests__checks__policy.yaml", "README.md"])
def test_no_namespace_in_an_example(name):
    assert "NP205" not in findings({f"deploy/{name}": NAMELESS, **REST})
    assert "NP205" in findings({"deploy/policy.yaml": NAMELESS, **REST})
    forgotten = f"{NAMELESS}---\n{policy('dns')}"
    assert "NP205" in findings({f"deploy/{name}": forgotten, **REST})


def test_a_patch_is_no_policy():
    patch = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n$patch: delete\n"
    kustomization = "resources: [../web]\npatches: [{path: web.yaml}]\n"
    files = {"web/web.yaml": policy(), "web/kustomization.yaml": "resources: [web.yaml]\n", "prod/web.yaml": NAMELESS}
    assert "NP205" in findings(files)
    assert "NP234" in findings({"prod/web.yaml": patch.replace("$patch: delete\n", "spec: {policyTypes: [Ingress]}\n")})
    for text in (
        NAMELESS,
        patch.replace("$patch: delete\n", ""),
        patch.replace("$patch: delete", "spec: {egress: []}"),
    ):
        found = findings({**files, "prod/web.yaml": text, "prod/kustomization.yaml": kustomization})
        assert {code for code in found if code.startswith("NP2")} == set()


def test_what_a_kustomization_takes_in_is_told_once():
    files = {f"apps/{name}/policy.yaml": policy(name, None) for name in ("a", "b", "c")}
    members = "\n".join(f"- {path.removeprefix('apps/')}" for path in files)
    report = findings({**files, "apps/kustomization.yaml": f"resources:\n{members}\n"})
    assert report["NP205"].object.name == "a"
    config = Config([]).for_file()
    every = {**files, "apps/kustomization.yaml": f"resources:\n{members}\n"}
    view = WorkspaceSnapshot.of_files(
        {path: facts_of(make_source(path, text), config.settings) for path, text in every.items()}
    )
    told = [
        path
        for path, text in files.items()
        if any(one.code == "NP205" for one in lint(analyse(make_source(path, text)), config, view).diagnostics)
    ]
    assert told == ["apps/a/policy.yaml"]


BOTH = (
    "podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress], ingress: [{from: ["
    "{namespaceSelector: {matchLabels: {team: x}}}, {podSelector: {matchLabels: {app: web}}}], ports: [{protocol: TCP, port: 1}]}]"
)


def test_pods_that_another_policy_of_the_namespace_is_for_are_there():
    assert "NP210" in findings({"a.yaml": policy("api", "shop", BOTH)})
    assert "NP210" not in findings({"a.yaml": policy("api", "shop", BOTH), "b.yaml": WEB})
    assert "NP210" in findings({"a.yaml": policy("api", "shop", BOTH), "b.yaml": WEB.replace("shop", "other")})
    assert "NP210" not in findings(
        {"a.yaml": policy("api", "shop", BOTH.replace("team: x", "network.openshift.io/policy-group: ingress"))}
    )


def test_a_policy_named_after_the_api_server():
    spec = "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 6443}, {port: 443}]}]"
    assert findings({"a.yaml": policy("allow-to-apiserver", "shop", spec)})["NP216"].severity.value == "info"
    assert findings({"a.yaml": policy("allow-https", "shop", spec)})["NP216"].severity.value == "warning"


def test_a_policy_that_another_one_contains():
    narrow = WEB.replace("name: web", "name: narrow")
    wide = WEB.replace("matchLabels: {app: web}", "", 1).replace("name: web", "name: wide")
    assert "NP316" in findings({"prod/a.yaml": narrow, "prod/b.yaml": wide})
    assert "NP316" not in findings({"examples/a.yaml": narrow, "examples/b.yaml": wide, **REST})
    nameless = [text.replace(", namespace: shop", "") for text in (narrow, wide)]
    assert "NP316" not in findings({"tree/x/a.yaml": nameless[0], "tree/y/b.yaml": nameless[1]})
    assert "NP316" not in findings({"tree/x/a.yaml": nameless[0], "tree/x/b.yaml": nameless[1]})
    assert "NP316" in findings({"tree/x/a.yaml": "---\n".join(nameless)})
    labelled = "namespace: shop\nresources: [a.yaml, b.yaml]\ncommonLabels: {app: x}\n"
    same = findings({"tree/x/a.yaml": narrow, "tree/x/b.yaml": WEB, "tree/x/kustomization.yaml": labelled})["NP316"]
    assert same.message.endswith("does everything that it does, with the labels that the kustomization adds (`app=x`)")
    together = {"tree/x/kustomization.yaml": "resources: [a.yaml, b.yaml]\n"}
    assert "NP316" in findings({"tree/x/a.yaml": nameless[0], "tree/x/b.yaml": nameless[1], **together})


DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}, template: "
    "{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web}]}}}\n"
)


def test_whoever_applies_workloads_without_a_namespace_chooses_one_for_the_policy_too():
    assert "NP205" not in findings({"deploy/a.yaml": NAMELESS, "deploy/web/b.yaml": DEPLOYMENT})
    assert "NP205" in findings({"deploy/a.yaml": NAMELESS, "other/b.yaml": DEPLOYMENT})
    assert "NP205" not in findings({"deploy/a.yaml": NAMELESS, "deploy/b.yaml": DEPLOYMENT})
    assert "NP205" not in findings({"deploy/a.yaml": NAMELESS + "---\n" + DEPLOYMENT})
    named = DEPLOYMENT.replace("{name: web}", "{name: web, namespace: shop}", 1)
    assert "NP205" in findings({"deploy/a.yaml": NAMELESS, "deploy/b.yaml": named})


@pytest.mark.parametrize("folder", ["bindata/web", "assets", "pkg/data/policies"])
def test_what_an_operator_applies_gets_its_namespace_there(folder):
    assert "NP205" not in findings({f"{folder}/a.yaml": NAMELESS, **REST})
    assert "NP205" in findings({"database/a.yaml": NAMELESS, **REST})


def test_a_service_that_is_delivered_by_itself_is_not_the_policy_s():
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}\n"
    closed = policy(
        "web",
        "shop",
        "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: gate}}}], ports: [{port: 80}]}]",
    )
    files = {"k8s/policy.yaml": closed, "k8s/mvp/services.yaml": service}
    assert "NP320" in findings(files)
    assert "NP320" not in findings({**files, "k8s/kustomization.yaml": "resources: [policy.yaml]\n"})
    assert "NP320" in findings({**files, "k8s/kustomization.yaml": "resources: [policy.yaml, mvp/services.yaml]\n"})


def namespace(name: str, labels: str = "{}") -> str:
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {labels}}}\n"


def test_a_namespace_in_several_manifests_has_the_label_perhaps():
    spec = (
        "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {name: data}}}]}]"
    )
    asking = {"p.yaml": policy("web", "shop", spec)}
    assert findings({**asking, "a.yaml": namespace("data")})["NP226"].severity.value == "warning"
    labelled = {"b.yaml": namespace("data", "{name: data}")}
    assert "NP226" not in findings({**asking, **labelled})
    assert "NP226" not in findings({**asking, **labelled, "a.yaml": namespace("data")})
    assert "NP226" not in findings({**asking, **labelled, "c.yaml": namespace("data", "{istio-injection: enabled}")})


def test_who_asks_for_a_further_label_labels_namespaces():
    spec = "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {name: LABELS}}}]}]"
    assert "NP226" in findings({"p.yaml": policy("web", "shop", spec.replace("LABELS", "ab12cd"))})
    assert "NP226" not in findings(
        {"p.yaml": policy("web", "shop", spec.replace("LABELS", "ab12cd, environment: dev"))}
    )
    system = findings({"p.yaml": policy("web", "shop", spec.replace("LABELS", "kube-system, environment: dev"))})
    assert system["NP226"].severity.value == "warning"


def test_a_policy_called_a_default_is_for_the_policies_to_come():
    dns = "egress: [{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}"
    base = policy("default-deny-egress", "shop", f"podSelector: {{}}, policyTypes: [Egress], {dns}]")
    wide = policy("api", "shop", f"podSelector: {{}}, policyTypes: [Egress], {dns}, {{to: [{{podSelector: {{}}}}]}}]")
    assert "NP316" not in findings({"a.yaml": base, "b.yaml": wide})
    assert "NP316" in findings({"a.yaml": base.replace("default-deny-egress", "names"), "b.yaml": wide})


def test_ports_of_all_pods_of_a_namespace_may_be_those_of_pods_that_are_made_elsewhere():
    store = DEPLOYMENT.replace("{name: web}", "{name: db, namespace: shop}", 1).replace("app: web", "app: db")
    store = store.replace("image: web}", "image: db, ports: [{containerPort: 5432}]}")
    narrow = "podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{ports: [{port: 5000}]}]"
    assert "NP308" in findings({"a.yaml": policy("db", "shop", narrow), "b.yaml": store})
    wide = narrow.replace("{matchLabels: {app: db}}", "{}")
    assert "NP308" not in findings({"a.yaml": policy("db", "shop", wide), "b.yaml": store})
    assert "NP308" in findings(
        {"a.yaml": policy("db", "shop", wide), "b.yaml": store}, **{"whole-namespaces": ["shop"]}
    )
    towards = "podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}], ports: [{port: 5000}]}]"
    assert "NP308" not in findings({"a.yaml": policy("job", "jobs", towards), "b.yaml": store})


def test_a_misspelt_namespace_is_not_missing():
    misspelt = NAMELESS.replace("{name: web}", "{name: web, nemaspace: shop}")
    assert findings({"a.yaml": misspelt, **REST}).keys() & {"NP101", "NP205"} == {"NP101"}
    assert "NP205" in findings({"a.yaml": NAMELESS, **REST})


def test_what_the_charts_of_a_kustomization_bring_is_not_known():
    spec = "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}], ports: [{port: 4318}]}]"
    files = {
        "web/a.yaml": policy("otel", None, spec),
        "web/kustomization.yaml": "namespace: shop\nresources: [a.yaml]\n",
    }
    assert "NP216" in findings(files)
    charts = files["web/kustomization.yaml"] + "helmCharts: [{name: web, repo: 'https://charts.example.com'}]\n"
    assert "NP216" not in findings({**files, "web/kustomization.yaml": charts})


def test_a_label_that_test_inputs_ask_for():
    spec = (
        "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {name: data}}}]}]"
    )
    named = policy("web", "shop", spec)
    assert "NP226" in findings({"deploy/a.yaml": named, **REST})
    assert "NP226" not in findings({"tests/golden/a.yaml": named, **REST})


def deployment(name: str, where: str) -> str:
    return (
        DEPLOYMENT.replace("{name: web}", f"{{name: {name}, namespace: {where}}}", 1)
        .replace("app: web", f"app: {name}")
        .replace("image: web", f"image: {name}")
    )


def test_pods_of_another_namespace_are_no_near_miss_where_both_sides_have_policies_for_them():
    towards = "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: cache}}}]}]"
    files = {
        "a.yaml": policy("web", "shop", towards),
        "web.yaml": deployment("web", "shop"),
        "cache.yaml": deployment("cache", "other"),
    }
    assert {"NP211", "NP302"} <= findings(files).keys()
    deny = "podSelector: {matchLabels: {app: cache}}, policyTypes: [Ingress]"
    assert {"NP211", "NP302"} <= findings({**files, "b.yaml": policy("deny", "shop", deny)}).keys()
    own = f"{deny}, ingress: [{{from: [{{podSelector: {{}}}}]}}]"
    guarded = findings({**files, "b.yaml": policy("cache", "shop", own)})
    assert guarded.keys() & {"NP211", "NP301", "NP302"} == {"NP301"}
    both = findings({**files, "b.yaml": policy("cache", "shop", own), "c.yaml": policy("cache", "other", own)})
    assert not both.keys() & {"NP211", "NP301", "NP302"}


def test_ingress_that_a_default_deny_closes_anyway():
    egress = policy("web", "shop", "podSelector: {matchLabels: {app: web}}, egress: [{to: [{podSelector: {}}]}]")
    assert findings({"a.yaml": egress})["NP201"].severity.value == "warning"
    deny = policy("default-deny", "shop", "podSelector: {}, policyTypes: [Ingress]")
    assert "NP201" not in findings({"a.yaml": egress, "b.yaml": deny})
    for other in (
        deny.replace("namespace: shop", "namespace: other"),
        deny.replace("[Ingress]", "[Egress]"),
        deny.replace("podSelector: {}", "podSelector: {matchLabels: {app: web, tier: a}}"),
        deny.replace("namespace: shop", "namespace: $NS"),
    ):
        assert "NP201" in findings({"a.yaml": egress, "b.yaml": other})


def test_who_writes_of_cluster_ips_knows_of_them():
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: bot, namespace: shop}\nspec:\n  podSelector: {}\n"
        "  policyTypes: [Egress]\n  egress:\n    # COMMENT\n    - to:\n        - ipBlock: {cidr: 10.96.0.1/32}\n      ports: [{port: 443}]\n"
    )
    assert "NP221" in findings({"a.yaml": text})
    assert "NP221" in findings({"a.yaml": text.replace("COMMENT", "the API server")})
    assert "NP221" not in findings({"a.yaml": text.replace("COMMENT", "for CNIs that match pre-DNAT")})
    assert "NP221" not in findings({"a.yaml": text.replace("COMMENT", "the ClusterIP of the API server")})


def test_variants_in_folders_apart_are_not_applied_together():
    narrow = WEB.replace("name: web", "name: narrow")
    wide = WEB.replace("matchLabels: {app: web}", "", 1).replace("name: web", "name: wide")
    assert "NP316" in findings({"k8s/a.yaml": narrow, "k8s/b.yaml": wide})
    assert "NP316" not in findings({"k8s/a.yaml": narrow, "k8s/base/b.yaml": wide})
    assert "NP316" not in findings({"k8s/a.yaml": narrow, "infra/k8s/b.yaml": wide})
    taken = {"kustomization.yaml": "resources: [k8s/a.yaml, infra/k8s/b.yaml]\n"}
    assert "NP316" in findings({"k8s/a.yaml": narrow, "infra/k8s/b.yaml": wide, **taken})


def test_a_closed_node_port_is_reported_once_and_of_services_nearby():
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}\n"
    spec = "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: APP}}}], ports: [{port: 80}]}]"
    first, second = (policy(f"web-{app}", "shop", spec.replace("APP", app)) for app in ("gate", "prometheus"))
    both = findings({"k8s/p.yaml": first + "---\n" + second, "k8s/s.yaml": service})["NP320"]
    assert both.object.name == "web-gate"
    assert "NP320" in findings({"k8s/p.yaml": second, "k8s/s.yaml": service})
    assert "NP320" not in findings({"k8s/p.yaml": first, "infra/k8s/s.yaml": service})
