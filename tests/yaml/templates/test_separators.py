"""Where the documents of a template begin."""

import pytest

from netpol_lsp.yaml.manifests import split_manifest
from netpol_lsp.yaml.templates.languages import Language


def pieces(text: str) -> list[str]:
    chunks = split_manifest(text, Language.GO)
    assert "".join(chunk.text for chunk in chunks) == text
    assert all(text.startswith(chunk.text, chunk.start) for chunk in chunks)
    return [chunk.text for chunk in chunks]


@pytest.mark.parametrize(
    "documents",
    [
        ["a: b\n", "---\nc: d\n"],
        ["{{- if .x }}\n---\na: b\n{{- end }}\n", "---\nc: d\n"],
        ["{{/* x */}}\n{{- if .x }}\n# y\n---\na: b\n{{- end }}\n"],
        ["a: b\n{{- end }}\n", "{{- if .x }}\n---\nc: d\n{{- end }}\n"],
        ["a: b\n", "{{- range .x }}\n{{- if .y }}\n---\nc: d\n{{- end }}\n{{- end }}\n"],
        ["a: b\n{{- if .x }}\n{{- end }}\n", "---\nc: d\n"],
        ["a: b\n{{- if .x }}\ne: f\n{{- end }}\n", "---\nc: d\n"],
        ["a: b\n{{- if .x }}\ne: f\n", "---\nc: d\n{{- end }}\n"],
        ["a: b\n{{ include `x` . }}\n", "---\nc: d\n"],
        ["{{ include `x` . }}\n", "---\nc: d\n"],
        ["a: {{/*\n---\n*/}}b\n", "---\nc: d\n"],
        ["{{- if .x }}\na: b\n", "---\nc: d\n{{- end }}\n"],
    ],
)
def test_documents(documents):
    assert pieces("".join(documents)) == documents


def test_numbers_are_those_of_the_separators():
    chunks = split_manifest("{{- if .x }}\n---\na: b\n{{- end }}\n---\nc: d\n", Language.GO)
    assert [chunk.index for chunk in chunks] == [1, 2]
