"""Templates whose names do not end in .yaml are taken from folders, and count where they hold a policy."""

from __future__ import annotations

import json

import pytest

from netpol_lsp.cli.main import main

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: NAME
spec:
  podSelectors: {}
"""
DEFINED = '{{- define "web.policy" -}}\n' + POLICY.replace("NAME", "{{ .Release.Name }}") + "{{- end }}\n"
FILES = {
    "web.yaml.j2": (POLICY.replace("NAME", "{{ name }}"), 6),
    "web.yaml.erb": (POLICY.replace("NAME", "<%= name %>"), 6),
    "web.yaml.tftpl": (POLICY.replace("NAME", "${name}"), 6),
    "templates/_policy.tpl": (DEFINED, 7),
}


@pytest.fixture
def found(tmp_path, monkeypatch, capsys):
    """Writes files and gives the findings and the counts of a run over their folder."""

    def run(files: dict[str, bytes]):
        for name, data in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(data)
        monkeypatch.chdir(tmp_path)
        code = main(["check", "--no-cache", "--no-config", "--format", "json"])
        assert code in (0, 1), capsys.readouterr().err
        report = json.loads(capsys.readouterr().out)
        return [(one["path"], one["code"], one["start"]["line"]) for one in report["findings"]], report["policies"]

    return run


@pytest.mark.parametrize("name", FILES)
def test_policies_in_templates_of_other_names(found, name) -> None:
    text, line = FILES[name]
    assert found({name: text.encode()}) == ([(name, "NP101", line)], 1)


def test_templates_of_other_things_say_nothing(found) -> None:
    files = {
        "nginx.conf.j2": b"server { listen {{ port }}; } # networkpolicy: {% if x %}\n",
        "_helpers.tpl": b'{{- define "networkPolicy.name" }}{{ .Values.networkPolicy.name }}{{ end }}\n',
        "mail.erb": b"Dear <%= name %>,\nour policy: kind: of new\n",
        "latin.tpl": b"Unsere Policies f\xfcr Network\n",
        "deployment.yaml.j2": b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ name }}}\n",
    }
    assert found(files) == ([], 0)


def test_only_policies_of_such_templates_count_for_others(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "web.yaml.j2").write_text("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ name }}}\n")
    (tmp_path / "latin.erb").write_bytes(b"Policies f\xfcr Network\n")
    monkeypatch.chdir(tmp_path)
    assert main(["inventory"]) == 0
    assert capsys.readouterr().out.startswith("nothing is known")
