"""Built kustomizations: what they give, and where it was written."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from netpol_lsp.sources import kustomize
from netpol_lsp.sources.origin_map import Precision

from .conftest import built, needs_kustomize, origin, shown, write

BASE = """\
# Who may talk to the shop.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels: {app: web}  # the shop
  ingress:
    - from:
        - podSelector: {matchLabels: {app: 'front'}}
      ports:
        - port: 80
          protocol: TCP
"""
OVERLAY = """\
namespace: prod
namePrefix: p-
resources: [../base]
labels:
  - pairs: {team: a}
    includeSelectors: true
patches:
  - path: types.yaml
  - target: {kind: NetworkPolicy}
    patch: |-
      - op: replace
        path: /spec/ingress/0/ports/0/port
        value: 8443
  - patch: |-
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: web}
      spec:
        egress:
          - ports: [{port: 53}]
"""
TYPES = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  policyTypes: [Egress]
"""


def a_tree(folder: Path) -> Path:
    write(
        folder,
        {
            "base/kustomization.yaml": "resources: [web.yaml]\n",
            "base/web.yaml": BASE,
            "prod/kustomization.yaml": OVERLAY,
            "prod/types.yaml": TYPES,
        },
    )
    return folder / "prod"


@needs_kustomize
@pytest.mark.parametrize(
    ("token", "file", "text", "precision"),
    [
        ("web\n", "web.yaml", "web", Precision.EXACT),
        ("front", "web.yaml", "front", Precision.LINE),
        ("protocol", "web.yaml", "protocol", Precision.EXACT),
        ("TCP", "web.yaml", "TCP", Precision.EXACT),
        ("8443", "kustomization.yaml", "8443", Precision.EXACT),
        ("53", "kustomization.yaml", "53", Precision.EXACT),
        ("Egress", "types.yaml", "Egress", Precision.EXACT),
        ("prod", "kustomization.yaml", "prod", Precision.LINE),
    ],
)
def test_a_field_is_where_it_was_written(
    tmp_path: Path, token: str, file: str, text: str, precision: Precision
) -> None:
    found = built(a_tree(tmp_path), tmp_path)
    assert not found.problems
    written = origin(found, token.strip(), after="app: " if token == "web\n" else "")
    name, at = shown(written)
    assert (name, at.strip("'"), written.precision) == (file, text, precision)


@needs_kustomize
def test_notes_of_origins_are_not_part_of_the_objects(tmp_path: Path) -> None:
    found = built(a_tree(tmp_path), tmp_path)
    assert "annotations" not in found.text
    assert "config.kubernetes.io" not in found.text
    assert {Path(path).name for path in found.templates} == {"web.yaml"}
    assert {Path(path).name for path in found.inputs} == {"web.yaml", "kustomization.yaml", "types.yaml"}


@needs_kustomize
def test_an_object_that_is_built_as_it_is_written_is_judged_in_its_file(tmp_path: Path) -> None:
    found = built(a_tree(tmp_path), tmp_path)
    plain = built(tmp_path / "base", tmp_path)
    from netpol_lsp.text.span import Span

    for rendering, decides in ((found, True), (plain, False)):
        at = rendering.text.index("podSelector")
        assert rendering.origins is not None
        assert rendering.origins.decides(Span(at, at + 1)) is decides


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("resources: ['https://example.com/x.yaml']", "is not in this repository"),
        ("resources: ['github.com/example/x?ref=v1']", "is not in this repository"),
        ("resources: [../../outside]", "is outside the repository"),
        ("helmCharts: [{name: x, repo: 'https://example.com'}]", "helmCharts would be fetched"),
        ("resources: [../none]", None),
    ],
)
def test_nothing_is_read_from_elsewhere(tmp_path: Path, line: str, message: str | None) -> None:
    (tmp_path / "outside").mkdir()
    root = write(tmp_path / "repo" / "x", {"kustomization.yaml": f"{line}\n"})
    found = built(root, tmp_path / "repo")
    assert found.has_failed
    if message is not None:
        assert message in found.problems[0].message
        assert found.problems[0].span.start > 0


@needs_kustomize
def test_a_failure_is_where_the_file_is_named(tmp_path: Path) -> None:
    root = write(
        tmp_path / "x",
        {"kustomization.yaml": "resources:\n  - a.yaml\n  - bad.yaml\n", "a.yaml": BASE, "bad.yaml": "kind: [\n"},
    )
    found = built(root)
    (problem,) = found.problems
    assert problem.message.startswith("the kustomization cannot be built: ")
    assert str(tmp_path) not in problem.message
    text = (root / "kustomization.yaml").read_text()
    assert text[problem.span.start : problem.span.end] == "bad.yaml"


def test_without_kustomize_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(kustomize, "find_program", lambda _name: None)
    (problem,) = built(a_tree(tmp_path), tmp_path).problems
    assert (
        problem.message == "the kustomization is not built: install kustomize or kubectl to have kustomizations built"
    )


@needs_kustomize
def test_a_component_can_be_built_when_it_is_named(tmp_path: Path) -> None:
    root = write(
        tmp_path / "c",
        {
            "kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [web.yaml]\n",
            "web.yaml": BASE,
        },
    )
    assert "kind: NetworkPolicy" in built(root).text


FAKE = """\
#!{python}
import pathlib, sys
folder = pathlib.Path(sys.argv[-1])
text = (folder / "kustomization.yaml").read_text()
if "buildMetadata" in text:
    sys.exit('Error: json: unknown field "buildMetadata"')
print((folder / "built.txt").read_text())
"""


def test_an_old_kustomize_that_does_not_say_where_objects_came_from(tmp_path: Path, monkeypatch) -> None:
    program = tmp_path / "bin" / "kustomize"
    program.parent.mkdir()
    program.write_text(FAKE.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    root = write(
        tmp_path / "x",
        {
            "kustomization.yaml": "namePrefix: p-\nresources: [web.yaml, other.yaml]\n",
            "web.yaml": BASE,
            "other.yaml": BASE.replace("name: web", "name: other"),
            "built.txt": BASE.replace("name: web", "name: p-web"),
        },
    )
    found = built(root)
    assert not found.problems
    assert shown(origin(found, "TCP")) == ("web.yaml", "TCP")
    assert {Path(path).name for path in found.templates} == {"web.yaml"}
