"""The pure-Python parser, used where libyaml is missing, reads manifests as libyaml does: values and places."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netpol_lsp.lint.examples import examples_of
from netpol_lsp.lint.registry import all_rules
from netpol_lsp.text.source import make_source
from netpol_lsp.yaml.documents import split
from netpol_lsp.yaml.nodes import Node, Scalar, walk
from netpol_lsp.yaml.parser import Backend, parse, using_backend

POLICIES = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "policies"


def described(root: Node | None) -> Iterator[tuple[str, int, int, str]]:
    for node in walk(root) if root is not None else ():
        yield type(node).__name__, node.start, node.end, node.value if isinstance(node, Scalar) else ""


def differs(text: str) -> bool:
    fast = parse(text)
    with using_backend(Backend.PURE):
        pure = parse(text)
    if fast.error is not None:
        return False
    return pure.error is not None or list(described(fast.root)) != list(described(pure.root))


def test_examples() -> None:
    texts = {example.text for rule in all_rules() for example in examples_of(rule.info.doc) if example.kind == "good"}
    assert [text for text in sorted(texts) if "{{" not in text and differs(text)] == []


def test_policies_of_others() -> None:
    if not POLICIES.is_dir():
        pytest.skip("the corpus of ../shared is not there")
    files = [path for path in sorted(POLICIES.rglob("*.y*ml")) if path.stat().st_size < 10_000][::4]
    assert len(files) > 50
    different = []
    for path in files:
        text = make_source("", path.read_bytes().decode("utf-8")).text
        # A tab behind a plain scalar passes libyaml only.
        different += [path.name for chunk in split(text) if "\t" not in chunk.text and differs(chunk.text)]
    assert different == []
