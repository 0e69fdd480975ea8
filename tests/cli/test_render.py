"""`netpol-lint --render`: what is rendered is linted, and findings are shown where someone wrote what they are about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from netpol_lsp.cli.main import main
from tests.charts import POLICY, needs_helm

CHART = "apiVersion: v2\nname: web\nversion: 0.1.0\n"
needs_kustomize = pytest.mark.usefixtures("new_kustomize")


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def a_chart(folder: Path, policy: str = POLICY, values: str = "app: web\nport: 70000\n", **more: str) -> None:
    files = {"Chart.yaml": CHART, "values.yaml": values, "templates/policy.yaml": policy}
    write(folder, {**files, **{name.replace("__", "/"): text for name, text in more.items()}})


def check(folder: Path, monkeypatch, capsys, *arguments: str, code: int | None = None) -> list[dict[str, Any]]:
    monkeypatch.chdir(folder)
    got = main(["check", "--format", "json", "--no-cache", *arguments])
    captured = capsys.readouterr()
    assert code is None or got == code, captured.err
    return [
        {"at": f"{one['path']}:{one['start']['line']}", **one}
        for one in json.loads(captured.out)["findings"]
        if one["severity"] != "hint"
    ]


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["code"], one["at"]) for one in found]


@needs_helm
def test_nothing_is_rendered_without_being_asked(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path)
    assert check(tmp_path, monkeypatch, capsys, code=0) == []


@needs_helm
def test_what_values_bring_in_is_shown_at_the_action(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "chart")
    (found,) = check(tmp_path, monkeypatch, capsys, "--render", "auto", code=1)
    assert (found["code"], found["at"]) == ("NP110", "chart/templates/policy.yaml:15")
    assert found["message"].endswith("(with values.yaml)")
    assert found["object"] == {"kind": "NetworkPolicy", "namespace": None, "name": "web"}
    assert found["fixes"] == []
    (value,) = found["related"]
    assert (value["path"], value["start"]["line"]) == ("chart/values.yaml", 2)
    assert value["message"] == "`.Values.port` is set here"
    assert brief(check(tmp_path, monkeypatch, capsys, "--render", "chart")) == [("NP110", found["at"])]


@needs_helm
def test_config_file_values_and_the_name_of_the_rendering(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "chart", values="app: web\nport: 80\n", **{"values-prod.yaml": "port: 99999\n"})
    config = "render:\n  helm:\n    - chart: chart\n    - {chart: chart, values: [values-prod.yaml], namespace: prod}\n"
    write(tmp_path, {".netpol-lint.yaml": config})
    (found,) = check(tmp_path, monkeypatch, capsys, code=1)
    assert (found["code"], found["at"]) == ("NP110", "chart/templates/policy.yaml:15")
    assert found["message"].endswith("(with values-prod.yaml)")
    assert check(tmp_path, monkeypatch, capsys, "--no-render", code=0) == []
    arguments = ("--render", "chart", "--values", "chart/values-prod.yaml", "--no-config")
    assert brief(check(tmp_path, monkeypatch, capsys, *arguments)) == [("NP110", found["at"])]


@needs_helm
def test_what_the_text_and_the_rendering_give_is_said_once(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path, POLICY + "          protocol: tcp\n", "app: web\nport: 80\n")
    (found,) = check(tmp_path, monkeypatch, capsys, "--render", "auto", code=1)
    assert found["code"] == "NP105"
    assert "values.yaml" not in found["message"]
    assert [fix["applicability"] for fix in found["fixes"]] == ["safe"]


@needs_helm
def test_one_line_that_is_rendered_often_is_one_finding(tmp_path, monkeypatch, capsys) -> None:
    policy = POLICY.replace("        - port: {{ .Values.port }}\n", "")
    policy += "        {{- range .Values.ports }}\n        - port: {{ . }}\n        {{- end }}\n"
    a_chart(tmp_path, policy, "app: web\nports: [70000, 80000]\n")
    assert brief(check(tmp_path, monkeypatch, capsys, "--render", "auto")) == [("NP110", "templates/policy.yaml:16")]


@needs_helm
def test_a_rendering_knows_the_workloads_that_the_chart_makes(tmp_path, monkeypatch, capsys) -> None:
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n"
        "    metadata: {labels: {app: {{ .Values.label }}}}\n    spec: {containers: [{name: web, image: web}]}\n"
    )
    front = deployment.replace("{{ .Values.label }}", "front").replace("name: web", "name: front")
    a_chart(
        tmp_path,
        values="app: websrv\nport: 80\nlabel: web-srv\n",
        templates__d="",
        **{"templates__d.yaml": deployment, "templates__f.yaml": front},
    )
    found = check(tmp_path, monkeypatch, capsys, "--render", "auto")
    assert brief(found) == [("NP301", "templates/policy.yaml:8")]
    assert "web-srv" in found[0]["message"]
    related = [(one["path"], one["start"]["line"]) for one in found[0]["related"]]
    assert related == [("templates/d.yaml", 6), ("values.yaml", 1)]


@needs_helm
def test_suppressions_beside_what_is_written_count(tmp_path, monkeypatch, capsys) -> None:
    policy = POLICY.replace("{{ .Values.port }}", "{{ .Values.port }}  # netpol: ignore[NP110] set by operations")
    a_chart(tmp_path, policy)
    (found,) = check(tmp_path, monkeypatch, capsys, "--render", "auto", code=0)
    assert found["code"] == "NP110"
    assert found["suppressed"]["reason"] == "set by operations"


@needs_helm
def test_a_chart_that_cannot_be_rendered_is_a_finding(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path, POLICY.replace("{{ .Values.port }}", '{{ required "which port?" .Values.none }}'))
    (found,) = check(tmp_path, monkeypatch, capsys, "--render", "auto", code=1)
    assert (found["code"], found["at"], found["severity"]) == ("NP903", "templates/policy.yaml:15", "warning")
    assert "which port?" in found["message"]


@needs_helm
def test_two_renderings_of_one_chart_are_no_duplicates(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path, values="app: web\nport: 80\n", **{"values-prod.yaml": "port: 81\n"})
    write(tmp_path, {".netpol-lint.yaml": "render: {helm: [{chart: .}, {chart: ., values: [values-prod.yaml]}]}\n"})
    assert check(tmp_path, monkeypatch, capsys, code=0) == []


@needs_helm
def test_fixing_renders_what_was_fixed(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path, POLICY + "          protocol: tcp\n", "app: web\nport: 70000\n")
    found = check(tmp_path, monkeypatch, capsys, "--render", "auto", "--fix", code=1)
    assert brief(found) == [("NP110", "templates/policy.yaml:15")]
    assert "protocol: TCP" in (tmp_path / "templates" / "policy.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--values", "x.yaml"), "--values needs --render CHART"),
        (("--render", "auto", "--values", "x.yaml"), "--render auto renders every chart with its own values"),
        (("--render", "nowhere"), "`nowhere` has no kustomization.yaml"),
    ],
)
def test_wrong_usage_is_a_sentence(tmp_path, monkeypatch, capsys, arguments: tuple[str, ...], message: str) -> None:
    a_chart(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["check", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_config_file_renders_nothing_outside_of_its_repository(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "other")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    write(tmp_path / "repo", {".netpol-lint.yaml": "render: {helm: [{chart: ../other}]}\n", "a.yaml": "a: 1\n"})
    monkeypatch.chdir(tmp_path / "repo")
    assert main(["check"]) == 2
    assert "`../other` is outside the repository" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("render: always\n", "`always` is not a way to render"),
        ("render: [x]\n", "`render` must be `auto`, `off`, or a mapping"),
        ("render: {helm: {chart: .}}\n", "`helm` must be a list of charts"),
        ("render: {helm: [{values: [a]}]}\n", "a chart is a mapping with `chart`"),
        ("render: {helm: [{chart: ., valeus: [a]}]}\n", "unknown key `valeus`"),
        ("render: {helms: []}\n", "unknown key `helms`"),
        ("overrides: [{files: [a], render: auto}]\n", "`render` applies to the whole file"),
    ],
)
def test_what_is_wrong_in_the_config_file_is_said(tmp_path, monkeypatch, capsys, text: str, message: str) -> None:
    write(tmp_path, {".netpol-lint.yaml": text, "a.yaml": "a: 1\n"})
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert message in capsys.readouterr().err


def test_the_effective_configuration_says_what_is_rendered(tmp_path, monkeypatch, capsys) -> None:
    write(
        tmp_path, {".netpol-lint.yaml": "render: {helm: [{chart: ., values: [a.yaml]}], kustomize: ['overlays/*']}\n"}
    )
    monkeypatch.chdir(tmp_path)
    assert main(["config", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["settings"]["render"]
    assert found["value"] == {"helm": [{"chart": ".", "values": ["a.yaml"]}], "kustomize": ["overlays/*"]}


BASE = POLICY.replace("{{ .Values.app }}", "web").replace("{{ .Values.port }}", "80")
PATCH = """\
- op: replace
  path: /spec/ingress/0/ports/0/port
  value: 70000
"""


def a_tree(folder: Path, base: str = BASE) -> None:
    write(
        folder,
        {
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "base/web.yaml": base,
            "overlays/prod/kustomization.yaml": (
                "namespace: prod\nresources: [../../base]\npatches:\n  - path: port.yaml\n    target: {kind: NetworkPolicy}\n"
            ),
            "overlays/prod/port.yaml": PATCH,
        },
    )


@needs_kustomize
def test_what_a_patch_brings_in_is_shown_in_the_patch(tmp_path, monkeypatch, capsys) -> None:
    a_tree(tmp_path)
    (found,) = check(tmp_path, monkeypatch, capsys, "--render", "auto", code=1)
    assert (found["code"], found["at"]) == ("NP110", "overlays/prod/port.yaml:3")
    assert found["message"].endswith("(built by prod)")
    assert found["object"]["namespace"] == "prod"


@needs_kustomize
def test_a_resource_that_is_built_as_it_is_written_is_judged_once(tmp_path, monkeypatch, capsys) -> None:
    """With its comments, which a built object has not."""
    base = BASE.replace("        - port: 80", "        - port: 80\n          protocol: tcp")
    a_tree(tmp_path, base)
    write(tmp_path, {"overlays/prod/kustomization.yaml": "namespace: prod\nresources: [../../base]\n"})
    (tmp_path / "overlays" / "prod" / "port.yaml").unlink()
    (found,) = check(tmp_path, monkeypatch, capsys, "--render", "overlays/prod", code=1)
    assert (found["code"], found["at"]) == ("NP105", "base/web.yaml:16")
    assert "built by" not in found["message"]


@needs_kustomize
def test_globs_of_overlays(tmp_path, monkeypatch, capsys) -> None:
    a_tree(tmp_path)
    write(tmp_path, {".netpol-lint.yaml": "render: {kustomize: ['overlays/*']}\n"})
    assert brief(check(tmp_path, monkeypatch, capsys)) == [("NP110", "overlays/prod/port.yaml:3")]


ALL = """\
{{- range list "web" "db" }}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ . }}}
spec:
  template:
    metadata: {labels: {app: {{ . }}}}
    spec: {containers: [{name: c, image: c, ports: [{containerPort: 80}]}]}
{{- end }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: {{ .Release.Name }}-db}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from:
        - podSelector: {matchLabels: {app: {{ .Values.client }}}}
      ports: [{port: 5432}]
"""


def say(folder: Path, monkeypatch, capsys, *arguments: str, code: int = 0) -> str:
    monkeypatch.chdir(folder)
    got = main(list(arguments))
    captured = capsys.readouterr()
    assert got == code, captured.err
    return captured.out


@needs_helm
def test_why_a_connection_of_a_rendered_chart_is_denied_with_lines_of_templates(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "app", ALL, "client: nobody\n")
    text = say(
        tmp_path, monkeypatch, capsys, "why", "--render", "app", "--namespace", "shop", "shop/web", "shop/db:5432"
    )
    assert text.startswith("deny: shop/web[Deployment] -> shop/db[Deployment], TCP 5432")
    assert "NetworkPolicy shop/release-db" in text
    assert "--> app/templates/policy.yaml:19:11   - podSelector: {matchLabels: {app: {{ .Values.client }}}}" in text


@needs_helm
def test_who_may_talk_to_whom_in_a_rendered_chart(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "app", ALL, "client: web\n")
    arguments = ("connectivity", "--render", "auto", "--default-namespace", "shop", "--no-outside", "--format", "csv")
    rows = say(tmp_path, monkeypatch, capsys, *arguments).splitlines()
    assert any("shop/web" in row and "shop/db" in row and "5432" in row for row in rows)


@needs_helm
def test_what_another_value_opens(tmp_path, monkeypatch, capsys) -> None:
    for name, client in (("old", "nobody"), ("new", "web")):
        a_chart(tmp_path / name / "app", ALL, f"client: {client}\n")
    text = say(tmp_path, monkeypatch, capsys, "diff", "--render", "auto", "old", "new")
    assert "Opened inside a namespace (1)" in text
    assert "new/app/templates/policy.yaml:" in text


@needs_helm
def test_a_chart_that_is_not_rendered_is_said_by_every_command(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "app", ALL.replace(".Values.client", 'required "who?" .Values.none'))
    monkeypatch.chdir(tmp_path)
    main(["connectivity", "--render", "auto"])
    assert "app/templates/policy.yaml:19: Helm cannot render the chart: who?" in capsys.readouterr().err


@needs_helm
def test_the_inventory_says_what_was_rendered_and_what_not(tmp_path, monkeypatch, capsys) -> None:
    a_chart(tmp_path / "app", ALL, "client: web\n")
    a_chart(tmp_path / "broken", ALL.replace(".Values.client", 'required "who?" .Values.none'))
    text = say(tmp_path, monkeypatch, capsys, "inventory", "--render", "app", "--namespace", "shop")
    assert "  chart app with values.yaml: 1 NetworkPolicy, 2 workloads, 0 Services\n" in text
    assert "  broken/Chart.yaml  no one asked for it: `--render auto` renders it\n" in text
    assert "Deployment web  app=web  ports 80/TCP  app/templates/policy.yaml:5\n" in text
    data = json.loads(say(tmp_path, monkeypatch, capsys, "inventory", "--render", "auto", "--format", "json"))
    assert [one["folder"] for one in data["rendered"]] == ["app"]
    (missing,) = data["not_rendered"]
    assert missing["place"] == "broken/templates/policy.yaml:19"
    assert missing["is_asked"]


@needs_kustomize
def test_an_overlay_and_its_base_are_one_policy(tmp_path, monkeypatch, capsys) -> None:
    a_tree(tmp_path)
    write(tmp_path, {"overlays/prod/port.yaml": PATCH.replace("70000", "81")})
    assert check(tmp_path, monkeypatch, capsys, "--render", "auto", code=0) == []
    text = say(tmp_path, monkeypatch, capsys, "inventory", "--render", "auto")
    assert text.count("  web  selects") == 1
    assert "kustomization overlays/prod built by prod: 1 NetworkPolicy" in text
