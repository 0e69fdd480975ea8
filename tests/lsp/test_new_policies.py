"""Policies that code actions write: nothing is found in them, and they do what they say, as the engine of connectivity has it."""

import json
from functools import partial

import pytest

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.cli.main import main
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lint.known_cluster import cluster_of
from netpol_lsp.reach.traffic import describe
from netpol_lsp.text.source import LineIndex, make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

pytestmark = pytest.mark.asyncio


def deployment(name, namespace, ports="", image="a"):
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n"
        f"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n"
        f"    metadata: {{labels: {{app: {name}, version: v1}}}}\n"
        f"    spec: {{containers: [{{name: {name}, image: {image}, ports: [{ports}]}}]}}\n"
    )


def namespace(name):
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\n"


DENY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: SPACE}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"""
OUT = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web-out
  namespace: shop
spec:
  podSelector:
    matchLabels: {app: web}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}
          podSelector: {matchLabels: {app: ledger}}
      ports: [{protocol: TCP, port: 9000}]
    - to:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
          podSelector: {matchLabels: {k8s-app: kube-dns}}
      ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: bank}
spec:
  selector: {app: ledger}
  ports: [{name: api, port: 80, targetPort: grpc}]
"""
FILES = {
    "shop/web.yaml": namespace("shop") + deployment("web", "shop") + "---\n" + deployment("other", "shop"),
    "shop/policies.yaml": OUT + "---\n" + DENY.replace("SPACE", "shop"),
    "bank/ledger.yaml": namespace("bank") + deployment("ledger", "bank", "{name: grpc, containerPort: 9000}"),
    "bank/service.yaml": SERVICE,
}
CREATES = {"workspace": {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}}


@pytest.fixture
def workspace(read_workspace):
    return partial(read_workspace, capabilities=CREATES)


async def offered(editor, document, offset, only=None):
    where = document.position(offset)
    context = {"diagnostics": []} | ({} if only is None else {"only": only})
    params = {"textDocument": {"uri": document.uri}, "range": {"start": where, "end": where}, "context": context}
    return await editor.request("textDocument/codeAction", params)


async def chosen(editor, document, offset, words):
    (found,) = [one for one in await offered(editor, document, offset) if words in one["title"]]
    assert "edit" not in found, "made when it is chosen"
    assert found["kind"] == "refactor.rewrite"
    return await editor.request("codeAction/resolve", found)


def applied(action, files, tmp_path, encoding="utf-16"):
    """The files after an action."""
    result = dict(files)
    for change in action["edit"]["documentChanges"]:
        uri = change["uri"] if "kind" in change else change["textDocument"]["uri"]
        name = uri.removeprefix(tmp_path.as_uri() + "/")
        if "kind" in change:
            assert name not in result
            result[name] = ""
            continue
        text = result[name]
        lines = LineIndex(text)
        for edit in reversed(change["edits"]):
            start, end = (
                lines.offset(edit["range"][e]["line"], edit["range"][e]["character"], encoding)
                for e in ("start", "end")
            )
            text = text[:start] + edit["newText"] + text[end:]
        result[name] = text
    return result


def allowed(files, source, target):
    """What may go from one workload to another."""
    facts = {name: facts_of(make_source(name, text), Settings()) for name, text in files.items()}
    engine = cluster_of(WorkspaceSnapshot.of_files(facts), "default", Capabilities()).engine
    ends = {item.name: engine.class_of(item) for item in engine.cluster.workloads}
    return describe(engine.between(ends[source], ends[target]).allow)


def findings(files, folder, capsys):
    """What the command line says of some files under the recommended profile."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    main(["check", "--no-cache", "--no-config", "--format", "json", "--jobs", "1", str(folder)])
    report = json.loads(capsys.readouterr().out)
    return sorted((one["code"], one["message"]) for one in report["findings"])


def check_clean(before, after, tmp_path, capsys):
    old = findings(before, tmp_path / "before", capsys)
    new = findings(after, tmp_path / "after", capsys)
    assert [one for one in new if one not in old] == []


async def test_default_deny_on_a_workload_denies(workspace, tmp_path, capsys, encoding):
    files = {name: text for name, text in FILES.items() if "policies" not in name}
    editor, document = await workspace(files, "shop/web.yaml", encoding)
    action = await chosen(editor, document, document.text.index("web"), "denies everything in namespace shop")
    after = applied(action, files, tmp_path, encoding)
    assert after["shop/web.yaml"].count("kind: NetworkPolicy") == 1
    assert after["shop/web.yaml"].index("default-deny") < after["shop/web.yaml"].index("name: other"), (
        "after its document"
    )
    assert allowed(files, "ledger", "web") == "all ports"
    assert allowed(after, "ledger", "web") == allowed(after, "web", "ledger") == "no ports"
    check_clean(files, after, tmp_path, capsys)


async def test_default_deny_on_a_namespace_and_only_once(workspace):
    editor, document = await workspace(FILES, "bank/ledger.yaml")
    titles = [one["title"] for one in await offered(editor, document, document.text.index("Namespace"))]
    assert titles == [
        "Add a policy that denies everything in namespace bank, so that only what policies allow goes through"
    ]
    editor, document = await workspace(FILES, "shop/web.yaml")
    titles = [one["title"] for one in await offered(editor, document, document.text.index("Namespace"))]
    assert titles == ["Add a policy that lets all pods in namespace shop ask DNS"]


async def test_names_that_are_taken(workspace, tmp_path):
    files = FILES | {
        "bank/own.yaml": DENY.replace("SPACE", "bank")
        .replace("name: deny", "name: default-deny")
        .replace(", Egress", "")
    }
    editor, document = await workspace(files, "bank/ledger.yaml")
    action = await chosen(editor, document, document.text.index("Namespace"), "denies everything")
    assert "name: default-deny-2" in applied(action, files, tmp_path)["bank/ledger.yaml"]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, ["kubernetes.io/metadata.name: kube-system", "k8s-app: kube-dns", "port: 53"]),
        ({".netpol-lint.yaml": "platform: openshift\n"}, ["kubernetes.io/metadata.name: openshift-dns", "port: 5353"]),
        ({".netpol-lint.yaml": "dns: {node-local-address: 169.254.20.10}\n"}, ["cidr: 169.254.20.10/32", "port: 53"]),
        (
            {
                "dns.yaml": OUT.replace("web-out", "own-dns")
                .replace("shop", "zoo")
                .replace("k8s-app: kube-dns", "app: resolver")
                .replace("kube-system", "dns")
            },
            ["kubernetes.io/metadata.name: dns", "app: resolver"],
        ),
    ],
)
async def test_dns_goes_where_this_workspace_asks_it(workspace, tmp_path, more, wanted):
    files = {name: text for name, text in FILES.items() if name != "shop/policies.yaml"}
    files |= {"shop/policies.yaml": DENY.replace("SPACE", "shop")} | more
    editor, document = await workspace(files, "shop/policies.yaml")
    action = await chosen(editor, document, document.text.index("deny"), "lets all pods in namespace shop ask DNS")
    text = applied(action, files, tmp_path)["shop/policies.yaml"]
    assert all(word in text for word in wanted), text
    inserted = await chosen(editor, document, document.text.index("deny"), "Allow DNS: add the egress rule")
    text = applied(inserted, files, tmp_path)["shop/policies.yaml"]
    assert all(word in text for word in wanted), text


async def test_what_calls_a_workload_may(workspace, tmp_path, capsys):
    editor, document = await workspace(FILES, "bank/ledger.yaml")
    action = await chosen(editor, document, document.text.index("Deployment"), "let in what is known to call it")
    after = applied(action, FILES, tmp_path)
    text = after["bank/ledger.yaml"]
    assert "# NetworkPolicy web-out lets these out to here" in text
    assert "version" not in text[text.index("NetworkPolicy") :], "selected by the labels that its Deployment selects by"
    assert "nothing here says who calls it" not in text
    assert allowed(after, "web", "ledger") == "TCP 9000"
    assert allowed(after, "other", "ledger") == "no ports"
    check_clean(FILES, after, tmp_path, capsys)


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: bank}
spec: {defaultBackend: {service: {name: ledger, port: {name: api}}}}
"""


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"i.yaml": INGRESS, "n.yaml": namespace("ingress-nginx")}, "kubernetes.io/metadata.name: ingress-nginx"),
        ({"i.yaml": INGRESS}, "- namespaceSelector: {}\n"),
        (
            {
                "r.yaml": "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: front, namespace: bank}\nspec: {to: {kind: Service, name: ledger}}\n"
            },
            'policy-group.network.openshift.io/ingress: ""',
        ),
        (
            {"bank/service.yaml": SERVICE.replace("spec:", "spec:\n  type: LoadBalancer")},
            "    # Service ledger (LoadBalancer)\n    - ports:\n",
        ),
        ({}, "    # Service ledger: nothing here says who calls it\n    - from:\n        - podSelector: {}\n"),
        (
            {
                "m.yaml": "apiVersion: monitoring.coreos.com/v1\nkind: PodMonitor\nmetadata: {name: m, namespace: bank}\n"
                "spec: {selector: {matchLabels: {app: ledger}}, podMetricsEndpoints: [{port: grpc}]}\n",
                "p.yaml": deployment("prometheus", "watch").replace(
                    "app: prometheus, version", "app.kubernetes.io/name: prometheus, version"
                ),
            },
            "kubernetes.io/metadata.name: watch",
        ),
    ],
)
async def test_who_is_known_to_call(workspace, tmp_path, capsys, more, wanted):
    files = {name: text for name, text in FILES.items() if "policies" not in name} | more
    editor, document = await workspace(files, "bank/ledger.yaml")
    action = await chosen(editor, document, document.text.index("Deployment"), "let in what is known to call it")
    after = applied(action, files, tmp_path)
    assert wanted in after["bank/ledger.yaml"]
    assert "port: 9000" in after["bank/ledger.yaml"]
    check_clean(files, after, tmp_path, capsys)


def calling(name, namespace, value, labels="app: {name}", variable="LEDGER"):
    """A Deployment with a variable."""
    image = f"a, env: [{{name: {variable}, value: '{value}'}}]"
    return deployment(name, namespace, image=image).replace(
        f"app: {name}, version", labels.format(name=name) + ", version"
    )


CALLERS = {
    "a URL of another namespace": (
        calling("till", "shop", "http://ledger.bank.svc:80/x"),
        ["kubernetes.io/metadata.name: shop", "app: till", "port: 9000"],
        "TCP 9000",
    ),
    "a host": (calling("till", "shop", "ledger.bank", variable="LEDGER_HOST"), ["app: till", "port: 9000"], "TCP 9000"),
    "a name in the own namespace": (
        calling("till", "bank", "ledger:80"),
        ["    # Deployment till calls Service ledger (LEDGER)\n", "app: till", "port: 9000"],
        "TCP 9000",
    ),
    "a name in another namespace is another Service": (
        calling("till", "shop", "ledger:80"),
        ["podSelector: {}"],
        "no ports",
    ),
    "a port that the Service does not have": (
        calling("till", "shop", "http://ledger.bank.svc:1234"),
        ["nothing here says who calls it"],
        "no ports",
    ),
    "what is not literal": (calling("till", "shop", "http://$(X).bank.svc:80"), ["nothing here says"], "no ports"),
}


@pytest.mark.parametrize("case", CALLERS)
async def test_variables_say_who_calls(workspace, tmp_path, capsys, case):
    caller, wanted, reached = CALLERS[case]
    files = {name: text for name, text in FILES.items() if "policies" not in name} | {"till.yaml": caller}
    editor, document = await workspace(files, "bank/ledger.yaml")
    action = await chosen(editor, document, document.text.index("Deployment"), "let in what is known to call it")
    after = applied(action, files, tmp_path)
    text = after["bank/ledger.yaml"]
    assert all(one in text for one in wanted), text
    assert "version: v1" not in text[text.index("NetworkPolicy") :]
    assert allowed(after, "till", "ledger") == reached
    check_clean(files, after, tmp_path, capsys)


async def test_a_caller_is_named_by_labels_that_mean_no_other(workspace, tmp_path):
    files = {name: text for name, text in FILES.items() if "policies" not in name} | {
        "till.yaml": calling("till", "shop", "ledger.bank:80", "app: pay, role: till"),
        "queue.yaml": calling("queue", "shop", "x", "app: pay, role: queue"),
    }
    editor, document = await workspace(files, "bank/ledger.yaml")
    action = await chosen(editor, document, document.text.index("Deployment"), "let in what is known to call it")
    after = applied(action, files, tmp_path)
    assert "role: till" in after["bank/ledger.yaml"]
    assert (allowed(after, "till", "ledger"), allowed(after, "queue", "ledger")) == ("TCP 9000", "no ports")


async def test_the_other_side_of_egress_goes_to_the_other_namespace(workspace, tmp_path, capsys):
    files = FILES | {"bank/policies.yaml": DENY.replace("SPACE", "bank")}
    editor, document = await workspace(files, "shop/policies.yaml")
    action = await chosen(editor, document, document.text.index("ledger"), "Write the other side's policy")
    assert action["title"] == "Write the other side's policy: let ledger in namespace bank accept these connections"
    after = applied(action, files, tmp_path)
    assert {name for name in after if after[name] != files.get(name)} == {"bank/policies.yaml"}
    assert allowed(files, "web", "ledger") == "no ports"
    assert allowed(after, "web", "ledger") == "TCP 9000"
    assert allowed(after, "other", "ledger") == "no ports"
    check_clean(files, after, tmp_path, capsys)


IN = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ledger-in
  namespace: bank
spec:
  podSelector:
    matchLabels: {app: ledger}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}
          podSelector: {matchLabels: {app: other}}
      ports: [{port: grpc}]
"""


async def test_the_other_side_of_ingress_keeps_dns(workspace, tmp_path, capsys):
    files = {name: text for name, text in FILES.items() if "policies" not in name} | {"bank/in.yaml": IN}
    editor, document = await workspace(files, "bank/in.yaml")
    action = await chosen(editor, document, document.text.index("other"), "Write the other side's policy")
    assert action["title"].endswith("let other in namespace shop open these connections (isolates their egress)")
    after = applied(action, files, tmp_path)
    assert "# DNS, which is egress, too" in after["shop/web.yaml"]
    assert allowed(after, "other", "ledger") == "TCP 9000"
    assert allowed(after, "other", "web") == "no ports"
    check_clean(files, after, tmp_path, capsys)


@pytest.mark.parametrize("style", ["|", ">", "|+"])
async def test_a_text_without_its_last_line_end_stays_as_it_is(workspace, tmp_path, style):
    """A line end after an open block scalar would become part of it: the policy gets a file of its own."""
    text = f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations:\n    note: {style}\n      a"
    files = {"shop.yaml": text}
    editor, document = await workspace(files, "shop.yaml")
    action = await chosen(editor, document, text.index("Namespace"), "denies everything")
    after = applied(action, files, tmp_path)
    assert after["shop.yaml"] == text
    assert "name: default-deny" in after["shop-networkpolicy.yaml"]
    editor, document = await workspace(files, "shop.yaml", capabilities={})
    assert not [one for one in await offered(editor, document, text.index("Namespace")) if "denies" in one["title"]]


async def test_a_json_file_gets_a_file_beside_it(workspace, tmp_path):
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "a", "namespace": "shop"},
    }
    text = json.dumps(policy | {"spec": {"podSelector": {"matchLabels": {"app": "web"}}, "policyTypes": ["Ingress"]}})
    files = {"a.json": text}
    editor, document = await workspace(files, "a.json")
    action = await chosen(editor, document, text.index("NetworkPolicy"), "denies everything")
    after = applied(action, files, tmp_path)
    assert "kind: NetworkPolicy" in after["a-networkpolicy.yaml"]
    editor, document = await workspace(files, "a.json", capabilities={})
    assert not [one for one in await offered(editor, document, text.index("NetworkPolicy")) if "denies" in one["title"]]


@pytest.mark.parametrize("only", [["quickfix"], ["source.fixAll"], ["refactor.extract"]])
async def test_no_fix_and_nothing_on_save(workspace, only):
    editor, document = await workspace(FILES, "bank/ledger.yaml")
    assert await offered(editor, document, document.text.index("Deployment"), only) == []
    assert len(await offered(editor, document, document.text.index("Deployment"), ["refactor"])) == 2


async def test_nothing_is_offered_where_a_template_decides(workspace):
    text = deployment("web", "{{ .Values.space }}")
    editor, document = await workspace(
        {"chart/templates/web.yaml": text, "chart/Chart.yaml": "name: x\n"}, "chart/templates/web.yaml"
    )
    assert await offered(editor, document, text.index("Deployment")) == []


async def test_what_a_policy_says_already_is_not_written_again(workspace):
    files = FILES | {"bank/in.yaml": IN.replace("app: other", "app: web").replace("port: grpc", "port: 9000")}
    editor, document = await workspace(files, "shop/policies.yaml")
    titles = [one["title"] for one in await offered(editor, document, document.text.index("ledger"))]
    assert not [title for title in titles if "other side" in title]


async def test_rules_that_another_one_contains_are_left_out(workspace, tmp_path, capsys):
    """Two policies let callers out, one to all ports."""
    files = FILES | {
        "shop/all.yaml": OUT.replace("web-out", "web-all").replace("      ports: [{protocol: TCP, port: 9000}]\n", "")
    }
    editor, document = await workspace(files, "bank/ledger.yaml")
    action = await chosen(editor, document, document.text.index("Deployment"), "let in what is known to call it")
    after = applied(action, files, tmp_path)
    assert after["bank/ledger.yaml"].count("from:") == 1
    assert "web-all" in after["bank/ledger.yaml"]
    check_clean(files, after, tmp_path, capsys)


async def test_no_policy_for_pods_in_the_nodes_network(workspace):
    ledger = FILES["bank/ledger.yaml"].replace("spec: {containers", "spec: {hostNetwork: true, containers")
    editor, document = await workspace(FILES | {"bank/ledger.yaml": ledger}, "bank/ledger.yaml")
    titles = [one["title"] for one in await offered(editor, document, ledger.index("Deployment"))]
    assert not [title for title in titles if "call it" in title]
