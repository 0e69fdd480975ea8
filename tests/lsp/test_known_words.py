"""Completion from the whole workspace: labels, namespaces and ports of open and closed files, the right pods first."""

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio


def deployment(name, namespace, labels, ports="", more=""):
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n"
        f"  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{{labels}}}}}\n"
        f"    spec: {{containers: [{{name: {name}, ports: [{ports}]}}]}}\n---\n{more}"
    )


FILES = {
    "shop/web.yaml": deployment(
        "web", "shop", "app: web, tier: front, 'on': 'yes'", "{name: http, containerPort: 8080}"
    ),
    "shop/more.yaml": deployment("api", "shop", "app: api, tier: back")
    + deployment("db", "shop", "app: db, tier: back", "{name: pg, containerPort: 5432}"),
    "bank/ledger.yaml": deployment("ledger", "bank", "app: ledger, kind: book", "{name: grpc, containerPort: 9000}"),
    "spaces.yaml": (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: blue}}\n---\n"
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: bank, labels: {team: gold}}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop, labels: {scrape: fast}}\n"
        "spec: {selector: {app: web}}\n"
    ),
}
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: 名, namespace: shop}\nspec:\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: new, namespace: shop}\nspec:\n"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: new, namespace: shop}\nspec:\n"


@pytest_asyncio.fixture
async def workspace(make_editor, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.until(lambda: editor.server.services.session.workspace.is_complete)
    await editor.quiet()
    return editor, tmp_path


async def complete(workspace, text):
    """What is offered at the `|`: label, detail and the text once it is taken."""
    editor, folder = workspace
    at = text.index("|")
    text = text.replace("|", "", 1)
    document = editor.open(text, (folder / "shop" / "new.yaml").as_uri())
    answer = await editor.at("textDocument/completion", document, document.position(at))
    found = []
    for item in answer["items"]:
        edit = item["textEdit"]
        after = document.applied([{"range": edit["replace"], "newText": edit["newText"]}])
        found.append((item["label"], item.get("detail", ""), after))
    document.close()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            POLICY + "  podSelector:\n    matchLabels:\n      |",
            [
                ("app", "3 workloads in shop"),
                ("tier", "3 workloads in shop"),
                ("on", "1 workload in shop"),
                ("kind", "1 workload in bank"),
            ],
        ),
        (
            POLICY + "  podSelector:\n    matchLabels:\n      app: |",
            [
                ("api", "1 workload in shop"),
                ("db", "1 workload in shop"),
                ("web", "1 workload in shop"),
                ("ledger", "1 workload in bank"),
            ],
        ),
        (
            POLICY + "  podSelector: {matchLabels: {tier: back, app: |}}",
            [
                ("api", "1 workload in shop"),
                ("db", "1 workload in shop"),
                ("web", "1 workload in shop"),
                ("ledger", "1 workload in bank"),
            ],
        ),
        (
            POLICY
            + "  egress:\n    - to:\n        - namespaceSelector: {matchLabels: {team: gold}}\n          podSelector:\n            matchLabels:\n              a|",
            [
                ("app", "1 workload in bank"),
                ("kind", "1 workload in bank"),
                ("tier", "3 workloads in shop"),
                ("on", "1 workload in shop"),
            ],
        ),
        (
            POLICY
            + "  podSelector:\n    matchExpressions:\n      - key: tier\n        operator: In\n        values:\n          - |",
            [("back", "2 workloads in shop"), ("front", "1 workload in shop")],
        ),
        (
            POLICY
            + "  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n              te|",
            [("kubernetes.io/metadata.name", "the name: 2 namespaces"), ("team", "2 namespaces")],
        ),
        (
            POLICY + "  ingress: [{from: [{namespaceSelector: {matchLabels: {team: |}}}]}]",
            [("blue", "namespace shop"), ("gold", "namespace bank")],
        ),
        (
            POLICY + "  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: |}}}]}]",
            [("bank", "namespace bank"), ("shop", "namespace shop")],
        ),
        (
            "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata:\n  namespace: |",
            [("bank", "1 workload"), ("shop", "3 workloads")],
        ),
        (
            SERVICE + "  selector:\n    |",
            [
                ("app", "3 workloads in shop"),
                ("tier", "3 workloads in shop"),
                ("on", "1 workload in shop"),
                ("kind", "1 workload in bank"),
            ],
        ),
        (
            SERVICE + "  selector: {app: d|}",
            [
                ("api", "1 workload in shop"),
                ("db", "1 workload in shop"),
                ("web", "1 workload in shop"),
                ("ledger", "1 workload in bank"),
            ],
        ),
        (
            SERVICE + "  selector: {app: db}\n  ports:\n    - port: 80\n      targetPort: |",
            [("pg", "5432 of Deployment db"), ("5432", "pg of Deployment db")],
        ),
        (
            DEPLOYMENT
            + "  selector:\n    matchLabels:\n      ow|\n  template:\n    metadata: {labels: {own: x}}\n    spec: {containers: [{name: c}]}\n",
            [
                ("own", "label of its own pods"),
                ("app", "3 workloads in shop"),
                ("tier", "3 workloads in shop"),
                ("on", "1 workload in shop"),
                ("kind", "1 workload in bank"),
            ],
        ),
        (
            "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m, namespace: bank}\nspec:\n"
            "  namespaceSelector: {matchNames: [shop]}\n  selector:\n    matchLabels:\n      |",
            [("scrape", "1 Service here")],
        ),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  |", []),
    ],
)
async def test_what_is_offered(workspace, text, expected):
    assert [(label, detail) for label, detail, _ in await complete(workspace, text)] == expected


async def test_labels_for_new_pods_are_what_is_asked_for(workspace):
    text = DEPLOYMENT + (
        "  selector: {matchLabels: {app: new}}\n  template:\n    metadata:\n      labels:\n        app: |\n"
        "    spec: {containers: [{name: c}]}\n"
    )
    found = await complete(workspace, text)
    assert found[0][:2] == ("new", "1 selector of its own asks for it")
    assert found[1][:2] == ("web", "1 Service asks for it")


async def test_ports_of_the_pods_that_a_rule_is_about(workspace):
    ingress = await complete(
        workspace, POLICY + "  podSelector: {matchLabels: {app: web}}\n  ingress: [{ports: [{port: |}]}]"
    )
    assert [one[:2] for one in ingress[:2]] == [("8080", "http of Deployment web"), ("http", "8080 of Deployment web")]
    egress = await complete(
        workspace,
        POLICY
        + "  podSelector: {}\n  egress:\n    - to: [{namespaceSelector: {matchLabels: {team: gold}}}]\n      ports:\n        - port: |",
    )
    assert [one[:2] for one in egress[:2]] == [
        ("9000", "grpc of Deployment ledger"),
        ("grpc", "9000 of Deployment ledger"),
    ]


async def test_what_yaml_would_misread_is_quoted(workspace):
    found = {
        label: after
        for label, _, after in await complete(workspace, POLICY + "  podSelector:\n    matchLabels:\n      o|")
    }
    assert found["on"].endswith('      "on": ')
    found = {label: after for label, _, after in await complete(workspace, SERVICE + "  selector: {on: |}")}
    assert found["yes"].endswith('{on: "yes"}')
    found = {label: after for label, _, after in await complete(workspace, SERVICE + "  selector:\n    app:|\n")}
    assert found["web"].endswith("    app: web\n")


async def test_what_is_being_typed_is_no_word_in_use(workspace):
    found = await complete(workspace, POLICY + "  podSelector:\n    matchLabels:\n      app: wex|\n")
    assert "wex" not in [label for label, _, _ in found]
