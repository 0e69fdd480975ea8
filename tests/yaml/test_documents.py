"""Splitting a stream and parsing its documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.lint.schema import shape
from netpol_lsp.yaml.documents import parse_document, split
from netpol_lsp.yaml.parser import Backend, using_backend
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.to_python import to_python


def texts(stream: str) -> list[str]:
    return [chunk.text for chunk in split(stream)]


@pytest.mark.parametrize(
    ("stream", "parts"),
    [
        ("a: b\n", ["a: b\n"]),
        ("a: b\n---\nc: d\n", ["a: b\n", "---\nc: d\n"]),
        ("---\na: b\n---\nc: d\n", ["---\na: b\n", "---\nc: d\n"]),
        ("# c\n---\na: b\n", ["# c\n---\na: b\n"]),
        ("\n\n---\na: b\n", ["\n\n---\na: b\n"]),
        ("a: b\r\n---\r\nc: d\r\n", ["a: b\r\n", "---\r\nc: d\r\n"]),
        ("a: b\r---\rc: d\r", ["a: b\r", "---\rc: d\r"]),
        ("a: b\n--- # c\nd: e\n", ["a: b\n", "--- # c\nd: e\n"]),
        ("a: b\n---\n---\nc: d\n", ["a: b\n", "---\n", "---\nc: d\n"]),
        ("%YAML 1.1\n---\na: b\n", ["%YAML 1.1\n---\na: b\n"]),
        ("a: b\n---x\n", ["a: b\n---x\n"]),
        ("a: |\n  ---\n  b\n", ["a: |\n  ---\n  b\n"]),
        ("a: b\n---", ["a: b\n", "---"]),
        ("", [""]),
    ],
)
def test_split(stream: str, parts: list[str]) -> None:
    assert texts(stream) == parts


def test_documents_are_numbered_as_a_plain_split_would() -> None:
    assert [chunk.index for chunk in split("---\na: b\n---\nc: d\n")] == [1, 2]
    assert [chunk.index for chunk in split("a: b\n---\nc: d\n")] == [0, 1]


@given(
    st.lists(
        st.sampled_from(["a: b\n", "---\n", "# c\n", "\n", "%YAML 1.1\n", "--- x\n", "...\n", "\r", "---"]), max_size=12
    )
)
def test_the_parts_are_the_whole(pieces: list[str]) -> None:
    stream = "".join(pieces)
    chunks = split(stream)
    assert "".join(chunk.text for chunk in chunks) == stream
    numbers = [chunk.index for chunk in chunks]
    assert numbers == sorted(set(numbers))
    assert all(stream.startswith(chunk.text, chunk.start) for chunk in chunks)


def test_what_follows_an_end_marker_is_not_read() -> None:
    document = parse_document("a: b\n...\nc: [\n")
    assert document.error is None
    assert to_python(document.root).value == {"a": "b"}


@pytest.mark.parametrize(("version", "refused"), [("1.1", False), ("1.2", True), ("1.10", True)])
def test_yaml_directives(version: str, refused: bool) -> None:
    document = parse_document(f"%YAML {version}\n---\na: b\n")
    assert bool(document.problems) is refused


def test_an_error_does_not_hide_the_rest() -> None:
    document = parse_document("a: b\nc d\ne: f\ng: [h\ni: j\n")
    assert document.error is not None
    assert to_python(document.root).value == {"a": "b", "c": "d", "e": "f", "g": ["h"], "i": "j"}
    assert [problem.span.start for problem in document.problems] == [5, 17]


def test_a_line_is_explained_once() -> None:
    text = "spec:\n  policyTypes:\n    - Ingress\n- Egress\ningress:\n    - from:\n    - podSelector: {}\n    ports:\n"
    document = parse_document(text, shape=shape())
    lines = [document.source.lines.line_of(problem.span.start) for problem in document.problems]
    assert len(lines) == len(set(lines)) > 0


def test_nodes_of_a_mended_text_stand_where_they_are_written() -> None:
    text = "spec\n  podSelector:{}\n  policyTypes: [Ingress]\n"
    document = parse_document(text, shape=shape())
    spec = document.root.entries[0].value  # type: ignore[union-attr]
    shown = [text[entry.key.start : entry.key.end] for entry in spec.entries]
    assert shown == ["podSelector", "policyTypes"]
    assert [text[entry.value.start : entry.value.end] for entry in spec.entries] == ["{}", "[Ingress]"]


def test_where_nothing_small_helps_lines_are_left_out() -> None:
    text = 'a: b\nx: {"c" "d": [}\n  : [e\nf: g\n'
    document = parse_document(text)
    assert document.error is not None
    assert to_python(document.root).value["a"] == "b"


def test_lost_indentation_leaves_nothing_to_read() -> None:
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nname: web\nspec:\npodSelector: {}\n"
    document = parse_document(text, shape=shape())
    assert document.root is None
    assert document.error is not None
    assert document.error.kind is ProblemKind.INDENTATION


def test_what_the_server_ignores_is_no_error() -> None:
    """A whole object that is indented further than what follows it: the server reads the object only."""
    text = "  apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: web}\nspec: {}\n"
    document = parse_document(text, shape=shape())
    assert document.problems == ()
    assert sorted(to_python(document.root).value) == ["apiVersion", "kind", "metadata"]


@given(st.text(max_size=80), st.sampled_from(Backend))
def test_no_text_makes_it_raise(text: str, backend: Backend) -> None:
    for chunk in split(text):
        with using_backend(backend):
            parse_document(chunk.text, shape=shape())


def test_comments_with_windows_line_ends_before_a_separator_are_read_once() -> None:
    head = "# a\r\n" * 5000
    assert len(split(f"{head}x: 1\r\n---\r\na: b\r\n")) == 2
    assert len(split(f"{head}---\r\na: b\r\n")) == 1
