"""Hovers of a chart's templates tell what its values.yaml gives for the values that an action names."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.asyncio

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}
spec:
  podSelector:
    matchLabels: {{ toYaml .Values.labels | nindent 6 }}
  ingress:
    {{- if and .Values.open $.Values.net.enabled }}
    - ports:
        - port: {{ .Values.net.port | default 80 }}
    {{- end }}
"""
VALUES = """\
# Labels of the pods.
labels: {app: shop}
net:
  enabled: false
  port: 8080
"""


@pytest.fixture
def chart(tmp_path):
    for name, text in {
        "shop/Chart.yaml": "name: shop\n",
        "shop/values.yaml": VALUES,
        "shop/templates/policy.yaml": POLICY,
        "web/Chart.yaml": "name: web\n",
        "web/values.yaml": "db:\n  net: {port: 5432}\n",
        "web/charts/db/Chart.yaml": "name: db\n",
        "web/charts/db/values.yaml": VALUES,
        "web/charts/db/templates/policy.yaml": POLICY,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


async def said(editor, path, needle, shift=0):
    document = editor.open(path.read_text(), uri=path.as_uri(), language="helm")
    found = await editor.at("textDocument/hover", document, document.at(needle, shift))
    return found["contents"]["value"] if found is not None else ""


@pytest.mark.parametrize(
    ("needle", "shift", "words"),
    [
        (".Values.net.port", 8, "`.Values.net.port` is `8080`, by default: [values.yaml line 5]("),
        ("{{ .Values.net.port", 0, "`.Values.net.port` is `8080`, by default"),
        (".Values.labels", 3, "`.Values.labels` is a mapping, `{app: shop}`, by default: [values.yaml line 2]("),
        ("$.Values.net.enabled", 5, "`.Values.net.enabled` is `false`"),
        (".Values.open", 3, "`.Values.open` is not in values.yaml: nothing, unless someone sets it"),
    ],
)
async def test_what_a_value_is_by_default(make_editor, chart, needle, shift, words):
    editor = make_editor()
    await editor.start(chart)
    text = await said(editor, chart / "shop/templates/policy.yaml", needle, shift)
    assert words in text
    assert f"{(chart / 'shop/values.yaml').as_uri()}#L" in text or "is not in" in text


async def test_all_values_of_an_action_where_the_pointer_is_on_none(make_editor, chart):
    editor = make_editor()
    await editor.start(chart)
    text = await said(editor, chart / "shop/templates/policy.yaml", "if and .Values.open", 1)
    assert ".Values.open" in text
    assert ".Values.net.enabled" in text


async def test_the_chart_around_sets_values_of_the_one_inside(make_editor, chart):
    editor = make_editor()
    await editor.start(chart)
    text = await said(editor, chart / "web/charts/db/templates/policy.yaml", ".Values.net.port", 3)
    assert "`.Values.net.port` is `5432`, by default: [web/values.yaml line 2](" in text
    text = await said(editor, chart / "web/charts/db/templates/policy.yaml", ".Values.labels", 3)
    assert "[values.yaml line 2](" in text


async def test_a_values_file_that_is_open_counts_as_it_is_in_the_editor(make_editor, chart):
    editor = make_editor()
    await editor.start(chart)
    editor.open("\n" + VALUES.replace("8080", "9090"), uri=(chart / "shop/values.yaml").as_uri())
    text = await said(editor, chart / "shop/templates/policy.yaml", ".Values.net.port", 3)
    assert "is `9090`, by default: [values.yaml line 6](" in text


async def test_nothing_is_said_outside_of_actions_and_of_charts(make_editor, chart):
    (chart / "alone.yaml").write_text(POLICY)
    editor = make_editor()
    await editor.start(chart)
    assert ".Values" not in await said(editor, chart / "shop/templates/policy.yaml", "kind: NetworkPolicy", 8)
    assert "by default" not in await said(editor, chart / "alone.yaml", ".Values.net.port", 3)
