"""Templates as documents: what YAML reads in each variant, and what stays open."""

import pytest

from netpol_lsp.yaml.documents import Document
from netpol_lsp.yaml.manifests import parse_manifest
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, is_open
from netpol_lsp.yaml.templates.masking import MASK

UNKNOWN = "?"


def plain(node: Node | None) -> object:
    """A tree as data: unknown text is `?`, an open list ends in `...`, an open mapping has the key `...`."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        kept = node.value
        while MASK * 2 in kept:
            kept = kept.replace(MASK * 2, MASK)
        return kept.replace(MASK, UNKNOWN) if kept or node.style else None
    if isinstance(node, Mapping):
        found = {plain(entry.key): plain(entry.value) for entry in node.entries}
        return {**found, "...": ""} if is_open(node) else found
    items = [plain(item) for item in node.items]
    return [*items, "..."] if is_open(node) else items


def first(text: str) -> object:
    document = parse_manifest(text)
    assert document.is_template
    assert [variant.document.error for variant in document.variants if variant.document.error] == []
    return plain(document.root)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        # values
        ("a: {{ .x }}\n", {"a": "?"}),
        ("a: p-{{ .x }}-s\n", {"a": "p-?-s"}),
        ('a: "{{ .x }}"\n', {"a": "?"}),
        ("a: {{ .x }} # {{ .y }}\nb: c\n", {"a": "?", "b": "c"}),
        ("# {{ toYaml .x | nindent 2 }}\na: b\n", {"a": "b"}),
        ("{{ .k }}: v\n", {"?": "v", "...": ""}),
        ("a: [{{ .x }}]\n", {"a": ["?", "..."]}),
        ("a: [b{{ .x }}]\n", {"a": ["b?"]}),
        ('a: {{ "TCP" }}\nb: {{ 80 }}\n', {"a": "TCP", "b": "80"}),
        ("a: {{ .x\n  | quote }}\nb: c\n", {"a": "?", "b": "c"}),
        # lines that come in
        ("a:\n  {{- toYaml .x | nindent 2 }}\nb: c\n", {"a": "?", "b": "c"}),
        ("a:\n{{ toYaml .x | indent 2 }}\nb: c\n", {"a": "?", "b": "c"}),
        ("a:\n  {{ toYaml .x }}\n", {"a": "?"}),
        ("a:\n  b: c\n  {{- toYaml .x | nindent 2 }}\n", {"a": {"b": "c", "...": ""}}),
        ("a:\n  {{- toYaml .x | nindent 2 }}\n  b: c\n", {"a": {"b": "c", "...": ""}}),
        ("a:\n  b: c\n{{ include `x` . }}\nd: e\n", {"a": {"b": "c"}, "d": "e", "...": ""}),
        ("a:\n  - b\n  {{- toYaml .x | nindent 2 }}\n", {"a": ["b", "..."]}),
        ("a:\n- b\n{{ toYaml .x }}\nc: d\n", {"a": ["b", "..."], "c": "d", "...": ""}),
        ("a:\n  - b: c\n    {{- toYaml .x | nindent 4 }}\n  - d\n", {"a": [{"b": "c", "...": ""}, "d"]}),
        ("a:\n  b: c\n  {{- include `x` . }}\n", {"a": {"b": "c?", "...": ""}, "...": ""}),
        # a key with an action beside it and more below
        ("a: {{- include `x` . | nindent 2 }}\n  b: c\nd: e\n", {"a": {"b": "c", "...": ""}, "d": "e"}),
        ("a: {{ toYaml .x }}\n  b: c\n", {"a": {"b": "c", "...": ""}}),
        ("a: {{ toYaml .x | nindent 2 }}\n  - c\n", {"a": ["c", "..."]}),
        ("a: {{ toYaml .x | nindent 2 }}\n  {{- toYaml .y | nindent 2 }}\nb: c\n", {"a": "?", "b": "c"}),
        ("- a: {{ toYaml .x | nindent 4 }}\n    b: c\n  d: e\n", [{"a": {"b": "c", "...": ""}, "d": "e"}]),
        # items
        ("a:\n  - {{ .x }}\n  - b\n", {"a": ["?", "b", "..."]}),
        ("a:\n  - {{ include `x` . | nindent 4 | trim }}\n    b: c\n", {"a": [{"b": "c", "...": ""}]}),
        ("a:\n  - z\n  - {{ include `x` . | nindent 4 | trim }}\n    b: c\n", {"a": ["z", {"b": "c", "...": ""}]}),
        ("a:\n  {{- range .x }}\n  - b: {{ . }}\n  {{- end }}\n", {"a": [{"b": "?"}, "..."]}),
        # actions inside of words
        ("a: b{{ if .x }}c{{ end }}\n", {"a": "b?c"}),
        ("a: {{ if .x }}b{{ else }}c{{ end }}-d\n", {"a": "b?-d"}),
        ('a: "b{{ if .x }}c{{ end }}"\n', {"a": "b?c?"}),
        ("a: [b{{ if .x }}, c{{ end }}]\n", {"a": ["b", "c"]}),
        # trim markers and what stands behind an action
        ("a: {{ .x -}}\n-b\nc: d\n", {"a": "?", "c": "d"}),
        ("a:\n  {{ if .x }}- b{{ end }}\nc: d\n", {"a": ["b"], "c": "d"}),
        ("a:\n  - z\n  {{ if .x }}- b{{ end }}\n", {"a": ["z", "b"]}),
        ("a:\n  {{- if .x }} {}\n  {{- end }}\nb: c\n", {"a": {}, "b": "c"}),
        # text
        ("a: |\n  {{ .x }}\n  b\nc: d\n", {"a": "?\nb\n", "c": "d"}),
        ("a: |\n  {{- if .x }}\n  b\n  {{- end }}\nc: d\n", {"a": "\nb\n", "c": "d"}),
        ("a: >-\n{{ .Files.Get `x` | indent 2 }}\n  b\nc: d\n", {"a": "\nb", "c": "d"}),
    ],
)  # fmt: skip
def test_first_variant(text, data):
    assert first(text) == data


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("a:\n  {{ if .x }}- b{{ else }}- c{{ end }}\n", [{"a": ["b"]}, {"a": ["c"]}]),
        ("{{ if .x }}a: 1{{ else }}b: 2{{ end }}\nc: 3\n", [{"a": "1", "c": "3"}, {"b": "2", "c": "3"}]),
        ("a: {{ if .x }}{}{{ else }}\n  b: c{{ end }}\nd: e\n", [{"a": {}, "d": "e"}, {"a": {"b": "c"}, "d": "e"}]),
        (
            "a:\n{{- if .x }}\n  - b: c\n    d:\n{{- else }}\n  - d:\n{{- end }}\n      e: f\n",
            [{"a": [{"b": "c", "d": {"e": "f"}}]}, {"a": [{"d": {"e": "f"}}]}],
        ),
        ("{{ define `x` }}\nkind: A\n{{ end }}\nkind: B\n", [{"kind": "B"}, {"kind": "A", "...": ""}]),
    ],
)
def test_all_variants(text, readings):
    assert [plain(variant.document.root) for variant in parse_manifest(text).variants] == readings


@pytest.mark.parametrize(
    "text",
    ["a: {{ .x }}\nb:\n  {{ if .y }}- c{{ end }}\n  {{- toYaml .z | nindent 2 }}\nd: 'e'\n", "{{ if .x }}a: b # c{{ end }}\r\nd: {{ .e }}\r\n"],
)  # fmt: skip
def test_literal_scalars_keep_their_place(text):
    for variant in parse_manifest(text).variants:
        for node in scalars(variant.document):
            if MASK not in node.value:
                assert text[node.start : node.end].strip("'") == node.value


def scalars(document: Document) -> list[Scalar]:
    stack: list[Node] = [document.root] if document.root else []
    found = []
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):
            found.append(node)
        elif isinstance(node, Mapping):
            stack += [part for entry in node.entries for part in (entry.key, entry.value)]
        else:
            stack += node.items
    return found


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a:\n  b: c\n  {{- toYaml .x | nindent 4 }}\n", (0, 2)),
        ("a:\n  b: c\n  d:\n    - e\n   {{- toYaml .x | nindent 3 }}\n", (0, 2, 4)),
        ("a: {{ toYaml .x | nindent 4 }}\n  b: c\n", (2,)),
        ("a:\n  {{- toYaml .x | nindent 2 }}\n    - b\n", (4,)),
        ("a:\n  {{- toYaml .x | nindent 2 }}\n    b: c\n", (4,)),
    ],
)
def test_lines_without_a_place(text, columns):
    (variant,) = parse_manifest(text).variants
    (misfit,) = variant.document.misfits
    assert misfit.columns == columns
    assert text[misfit.opening.span.start : misfit.opening.span.end].startswith("{{")


@pytest.mark.parametrize(
    "text",
    [
        "a:\n  {{- toYaml .x | nindent 2 }}\n",
        "a:\n  {{- toYaml .x | nindent 8 }}\n",
        "a:\n{{ toYaml .x | indent 4 }}\n",
        "a:\n  b: c\n  {{- toYaml .x | nindent 2 }}\n",
        "a: {{ toYaml .x | nindent 2 }}\n  b: c\n",
        "a: |\n  {{- .x | nindent 6 }}\n",
        "a:\n  {{- if .x }}\n  {{- toYaml .x | nindent 2 }}\n  {{- else }}\n    - b\n  {{- end }}\n",
        "{{ include `x` . }}\n",
    ],
)
def test_lines_with_a_place(text):
    assert [misfit for variant in parse_manifest(text).variants for misfit in variant.document.misfits] == []
