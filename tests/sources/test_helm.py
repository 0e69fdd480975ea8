"""Rendered charts: what they give, and where it was written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from netpol_lsp.files.boundary import Boundary
from netpol_lsp.sources import helm
from netpol_lsp.sources.helm import ChartRelease, render_chart
from netpol_lsp.sources.origin_map import Precision
from netpol_lsp.sources.programs import Limits
from tests.charts import needs_helm

from .conftest import a_chart, chart, origin, shown, write

pytestmark = needs_helm


def test_places_in_templates_and_helpers(tmp_path: Path) -> None:
    found = chart(a_chart(tmp_path / "web"), name="r", namespace="shop")
    assert not found.has_failed
    assert not found.problems
    assert found.namespace == "shop"
    written = origin(found, "tcp", after='"admin"')
    assert (shown(written), written.precision) == (("policy.yaml", "tcp"), Precision.EXACT)
    written = origin(found, '"admin"')
    assert (shown(written), written.precision) == (("policy.yaml", "{{ . | quote }}"), Precision.LINE)
    written = origin(found, "app.kubernetes.io/name: web")
    assert (shown(written), written.precision) == (("_helpers.tpl", "app.kubernetes.io/name: web"), Precision.EXACT)


def test_values_files_are_laid_over_one_another(tmp_path: Path) -> None:
    more = {"values-prod.yaml": "clients: [one]\n", "more.yaml": "port: 9090\nclients: null\n"}
    root = a_chart(tmp_path / "web", **more)
    found = chart(root, "values-prod.yaml")
    assert (found.text.count("protocol"), found.title) == (1, "with values-prod.yaml")
    found = chart(root, "values-prod.yaml", "more.yaml")
    assert found.title == "with values-prod.yaml and more.yaml"
    assert "9090" not in found.text
    assert "protocol" not in found.text


def test_a_failure_is_at_the_line_that_the_engine_names(tmp_path: Path) -> None:
    root = a_chart(
        tmp_path / "web", templates__bad="", **{"templates__bad.yaml": 'a: 1\nb: {{ required "say x" .Values.x }}\n'}
    )
    found = chart(root)
    assert found.has_failed
    (problem,) = found.problems
    assert problem.message == "Helm cannot render the chart: say x"
    assert shown_problem(problem) == ("bad.yaml", 'b: {{ required "say x" .Values.x }}')


def shown_problem(problem) -> tuple[str, str]:
    text = Path(problem.path).read_text()
    return Path(problem.path).name, text[problem.span.start : problem.span.end]


def test_a_failure_in_a_helper_is_there(tmp_path: Path) -> None:
    root = a_chart(
        tmp_path / "web",
        **{
            "templates__b.yaml": '{{ include "deep" . }}\n',
            "templates__c.tpl": '{{ define "deep" }}\n{{ .Values.a.b.c }}\n{{ end }}\n',
        },
    )
    (problem,) = chart(root).problems
    assert shown_problem(problem) == ("c.tpl", "{{ .Values.a.b.c }}")
    assert "nil pointer" in problem.message
    assert "executing" not in problem.message


def test_what_a_template_says_acts_on_no_terminal(tmp_path: Path) -> None:
    root = a_chart(tmp_path / "web", **{"templates__bad.yaml": '{{ fail "\\u001b[31mred\\n::error::no" }}\n'})
    (problem,) = chart(root).problems
    assert "\x1b" not in problem.message
    assert "\n" not in problem.message
    assert "red" in problem.message


def test_values_that_cannot_be_read_are_a_problem_of_their_file(tmp_path: Path) -> None:
    root = a_chart(tmp_path / "web", **{"odd.yaml": "a: [1\n"})
    (problem,) = chart(root, "odd.yaml").problems
    assert problem.path.endswith("/odd.yaml")
    assert problem.message.startswith("the values cannot be read: ")


def test_dependencies_that_are_not_there_are_said_and_the_rest_is_rendered(tmp_path: Path) -> None:
    dependencies = "dependencies:\n  - name: redis\n    version: 1.0.0\n    repository: https://charts.example.com\n"
    root = a_chart(tmp_path / "web", **{"Chart.yaml": f"apiVersion: v2\nname: web\nversion: 0.1.0\n{dependencies}"})
    found = chart(root)
    assert not found.has_failed
    assert "kind: NetworkPolicy" in found.text
    (problem,) = found.problems
    assert not problem.is_failure
    assert "`redis` is not in charts/" in problem.message
    assert "name: redis" in shown_problem(problem)[1]


def test_subcharts_under_another_name_and_beside(tmp_path: Path) -> None:
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: KIND}\nspec: {podSelector: {}}\n"
    head = "apiVersion: v2\nversion: 0.1.0\nname: "
    dependencies = (
        "\ndependencies:\n  - {name: db, version: 0.1.0, alias: store}\n"
        "  - {name: side, version: 0.1.0, repository: 'file://../side'}\n"
    )
    write(tmp_path / "side", {"Chart.yaml": f"{head}side\n", "templates/s.yaml": policy.replace("KIND", "beside")})
    root = write(
        tmp_path / "web",
        {
            "Chart.yaml": f"{head}web{dependencies}",
            "charts/db/Chart.yaml": f"{head}db\n",
            "charts/db/templates/d.yaml": policy.replace("KIND", "inside"),
        },
    )
    found = chart(root)
    assert not found.problems
    assert shown(origin(found, "inside")) == ("d.yaml", "inside")
    assert shown(origin(found, "beside")) == ("s.yaml", "beside")
    assert {Path(path).name for path in found.templates} == {"d.yaml", "s.yaml"}


def test_links_out_of_the_repository_are_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("kind: Secret\n")
    root = a_chart(tmp_path / "repo" / "web")
    (root / "templates" / "stolen.yaml").symlink_to(secret)
    found = render_chart(str(root), ChartRelease(), Boundary(str(tmp_path / "repo")))
    assert "Secret" not in found.text
    assert [problem.message for problem in found.problems] == [
        "`templates/stolen.yaml` leads out of the repository and is left out of the rendering"
    ]


def test_a_rendering_has_a_time_limit(tmp_path: Path) -> None:
    found = render_chart(str(a_chart(tmp_path / "web")), ChartRelease(), Boundary("/"), Limits(seconds=0.0001))
    (problem,) = found.problems
    assert found.has_failed
    assert "took longer than 0.0001 seconds" in problem.message


def test_a_rendering_has_a_limit_of_its_size(tmp_path: Path) -> None:
    root = a_chart(tmp_path / "web", **{"templates__big.yaml": 'a: "{{ repeat 100000 "x" }}"\n'})
    (problem,) = render_chart(str(root), ChartRelease(), Boundary("/"), Limits(output=10_000)).problems
    assert "wrote more than 10,000 bytes" in problem.message


def test_without_helm_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(helm, "_LIBRARY", "no_such_library")
    monkeypatch.setattr(helm, "find_program", lambda _name: None)
    (problem,) = chart(a_chart(tmp_path / "web")).problems
    assert problem.message == "the chart is not rendered: install `netpol-lsp[helm]`, or Helm, to have charts rendered"


def test_a_template_in_two_documents_and_with_windows_line_ends(tmp_path: Path) -> None:
    text = "{{ if .Values.port }}\r\na: {{ .Values.port }}\r\n---\r\nb: bee\r\n{{ end }}"
    root = a_chart(tmp_path / "web", **{"templates__two.yaml": ""})
    (root / "templates" / "two.yaml").write_bytes(text.encode())
    found = chart(root)
    start = found.text.index("bee")
    from netpol_lsp.text.span import Span

    assert found.origins is not None
    written = found.origins.find(Span(start, start + 3))
    assert written.precision is Precision.EXACT
    assert (root / "templates" / "two.yaml").read_bytes().decode()[written.span.start : written.span.end] == "bee"


def test_output_of_the_program_is_read_by_the_templates_that_it_names() -> None:
    """`helm template` sorts objects by kind and trims them."""
    from netpol_lsp.sources.programs import ProgramResult

    output = "---\n# Source: web/templates/a.yaml\nkind: A\n---\n# Source: web/templates/b.yaml\nkind: B\n---\n# Source: web/templates/a.yaml\nkind: C\n"
    assert helm._files_of_program(ProgramResult(output.encode())) == {
        "web/templates/a.yaml": "kind: A\n---\nkind: C\n",
        "web/templates/b.yaml": "kind: B\n",
    }


FAKE = """\
#!{python}
import pathlib, sys, json
command, name, folder, *options = sys.argv[1:]
assert command == "template" and options[0] == "--namespace" and options[2] == "--values"
values = json.loads(pathlib.Path(options[3]).read_text())
text = (pathlib.Path(folder) / "templates" / "a.yaml").read_text()
print("---\\n# Source: web/templates/a.yaml")
print(text.strip().replace("{{{{ .Values.port }}}}", str(values["port"])))
"""


def test_helm_on_the_path_where_the_library_is_not_installed(tmp_path: Path, monkeypatch) -> None:
    program = tmp_path / "bin" / "helm"
    program.parent.mkdir()
    program.write_text(FAKE.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(helm, "_LIBRARY", "no_such_library")
    files = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        "templates/a.yaml": "# words\na: {{ .Values.port }}\nb: bee\n",
        "more.yaml": "port: 80\n",
    }
    found = chart(write(tmp_path / "web", files), "more.yaml")
    assert not found.problems
    assert shown(origin(found, "80")) == ("a.yaml", "{{ .Values.port }}")
    assert shown(origin(found, "bee")) == ("a.yaml", "bee")
