"""What is rendered counts in the editor as on the command line, where the user allows it."""

from __future__ import annotations

import json

import pytest

from netpol_lsp.cli.main import main
from tests import charts
from tests.charts import needs_helm

pytestmark = [pytest.mark.asyncio, needs_helm]

POLICY = f"{charts.POLICY}          protocol: tcp\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: {{ .Values.label }}}}
    spec: {containers: [{name: web, image: web}]}
"""
ON = {"render": True}


@pytest.fixture
def workspace(tmp_path):
    files = {
        ".netpol-lint.yaml": "render: auto\ndefault-namespace: shop\n",
        "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        "web/values.yaml": "app: websrv\nlabel: web-srv\nport: 70000\n",
        "web/templates/policy.yaml": POLICY,
        "web/templates/web.yaml": DEPLOYMENT,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def open_file(editor, path):
    return editor.open(path.read_text(), uri=path.as_uri())


def changed(editor, *paths):
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2} for path in paths]})


def brief(items):
    return sorted((item["code"], item["range"]["start"]["line"] + 1) for item in items)


async def test_nothing_is_rendered_without_the_users_word(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace)
    document = open_file(editor, workspace / "web/templates/policy.yaml")
    assert brief(await editor.diagnostics(document)) == [("NP105", 16)]
    assert editor.server.services.session.workspace.renderings is None


async def test_findings_of_the_rendering_are_those_of_the_command_line(make_editor, workspace, monkeypatch, capsys):
    editor = make_editor()
    await editor.start(workspace, initializationOptions=ON)
    document = open_file(editor, workspace / "web/templates/policy.yaml")
    shown = await editor.diagnostics(document)
    assert brief(shown) == [("NP105", 16), ("NP110", 15), ("NP301", 8)]
    monkeypatch.chdir(workspace)
    main(["check", "--format", "json", "--no-cache"])
    found = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["severity"] != "hint"]
    assert sorted((one["code"], one["start"]["line"], one["message"]) for one in found) == sorted(
        (one["code"], one["range"]["start"]["line"] + 1, one["message"]) for one in shown
    )
    related, _ = next(one for one in shown if one["code"] == "NP301")["relatedInformation"]
    assert related["location"]["uri"].endswith("/web/templates/web.yaml")


async def test_it_is_rendered_again_when_a_file_of_the_chart_changes(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace, initializationOptions=ON)
    document = open_file(editor, workspace / "web/templates/policy.yaml")
    await editor.diagnostics(document)
    (workspace / "web/values.yaml").write_text("app: web\nlabel: web\nport: 80\n")
    changed(editor, workspace / "web/values.yaml")
    await editor.until(lambda: brief(editor.published(document.uri)[-1]["diagnostics"]) == [("NP105", 16)])


async def test_findings_move_with_their_lines_while_the_file_is_edited(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace, initializationOptions=ON)
    document = open_file(editor, workspace / "web/templates/policy.yaml")
    await editor.diagnostics(document)
    document.edit(0, 0, "# one line more\n")
    assert brief(await editor.diagnostics(document)) == [("NP105", 17), ("NP110", 16), ("NP301", 9)]
    at = document.text.index("{{ .Values.port }}")
    document.edit(at, at + len("{{ .Values.port }}"), "80")
    assert brief(await editor.diagnostics(document)) == [("NP105", 17), ("NP301", 9)]


async def test_switching_it_off_takes_all_of_it_back(make_editor, workspace):
    editor = make_editor()
    await editor.start(workspace, capabilities={"workspace": {"configuration": False}})
    document = open_file(editor, workspace / "web/templates/policy.yaml")
    before = brief(await editor.diagnostics(document))
    editor.notify("workspace/didChangeConfiguration", {"settings": {"netpol": ON}})
    await editor.until(lambda: ("NP110", 15) in brief(editor.published(document.uri)[-1]["diagnostics"]))
    editor.notify("workspace/didChangeConfiguration", {"settings": {"netpol": {"render": False}}})
    await editor.until(lambda: brief(editor.published(document.uri)[-1]["diagnostics"]) == before)
    await editor.quiet()
    assert not editor.server.services.session.workspace.overlays


async def test_a_chart_that_cannot_be_rendered_is_said_where_it_fails(make_editor, workspace):
    (workspace / "web/templates/bad.yaml").write_text('a: {{ required "say a" .Values.a }}\n')
    editor = make_editor()
    await editor.start(workspace, initializationOptions=ON)
    document = open_file(editor, workspace / "web/templates/bad.yaml")
    (shown,) = await editor.diagnostics(document)
    assert (shown["code"], shown["message"]) == ("NP903", "Helm cannot render the chart: say a")


async def test_definition_of_a_rendered_workload_is_its_template(make_editor, workspace):
    (workspace / "plain.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: plain, namespace: shop}\n"
        "spec:\n  podSelector: {matchLabels: {app: web-srv}}\n"
    )
    editor = make_editor()
    await editor.start(workspace, initializationOptions=ON)
    document = open_file(editor, workspace / "plain.yaml")
    await editor.diagnostics(document)
    found = await editor.at("textDocument/definition", document, document.at("web-srv"))
    assert [one["uri"].rpartition("/")[2] for one in found] == ["web.yaml"]


async def test_all_of_the_workspace_on_request(make_editor, workspace):
    """A client that asks for what is wrong gets the findings of renderings for files that are not open, too."""
    editor = make_editor()
    await editor.start(workspace, capabilities={"textDocument": {"diagnostic": {}}}, initializationOptions=ON)
    await editor.quiet()
    await editor.until(lambda: editor.server.services.session.workspace.overlays)
    answer = await editor.request("workspace/diagnostic", {"previousResultIds": []})
    found = {one["uri"].rpartition("/")[2]: brief(one["items"]) for one in answer["items"]}
    assert found["policy.yaml"] == [("NP105", 16), ("NP110", 15), ("NP301", 8)]


@pytest.mark.usefixtures("new_kustomize")
async def test_a_kustomization_is_built_as_well(make_editor, tmp_path):
    policy = POLICY.replace("{{ .Values.app }}", "web").replace("{{ .Values.port }}", "80").replace("tcp", "TCP")
    patch = "- {op: replace, path: /spec/ingress/0/ports/0/port, value: 70000}\n"
    files = {
        ".netpol-lint.yaml": "render: {kustomize: [prod]}\n",
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": policy,
        "prod/kustomization.yaml": "namespace: prod\nresources: [../base]\npatches: [{path: p.yaml, target: {kind: NetworkPolicy}}]\n",
        "prod/p.yaml": patch,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    editor = make_editor()
    await editor.start(tmp_path, initializationOptions=ON)
    document = open_file(editor, tmp_path / "prod/p.yaml")
    (shown,) = await editor.diagnostics(document)
    assert (shown["code"], document.slice(shown["range"])) == ("NP110", "70000")
