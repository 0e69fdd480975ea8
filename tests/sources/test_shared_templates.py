"""Charts and kustomizations of other people with their real renderings: the line that is shown holds what is spoken of.

For each finding of a rendering, and each key and scalar of its policies: the literal text, the action, or the value that made it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.files.boundary import EVERYWHERE
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.sources.chart_folder import read_chart
from netpol_lsp.sources.chart_origins import chart_origins
from netpol_lsp.sources.kustomization import read_tree
from netpol_lsp.sources.kustomize_origins import BuiltObject, kustomize_origins
from netpol_lsp.sources.origin_map import OriginMap, Precision
from netpol_lsp.sources.rendering import join_documents
from netpol_lsp.text.source import Source
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.nodes import Mapping, Node, Scalar, Sequence

SHARED = Path(__file__).resolve().parents[3] / "shared" / "templates"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the data of other projects are not here: ../shared/templates"
)
AUDIT = Config([Layer({"profile": Setting("audit")})]).for_file()
_PART = re.compile(r"^(?=---\n# from: )", re.MULTILINE)


def parts(file: Path) -> Iterator[tuple[str, str]]:
    """The objects of a stored rendering, each with what it came of."""
    for part in _PART.split(file.read_bytes().decode()):
        head, _, text = part.removeprefix("---\n# from: ").partition("\n")
        if part.startswith("---\n# from: "):
            yield head, text.strip("\n") + "\n"


def spans(text: str) -> Iterator[tuple[str, Span]]:
    """The places of all findings, keys and scalars."""
    analysis = analyse(Source("x#rendered.yaml", text))
    yield from (("finding", one.span) for one in lint(analysis, AUDIT).diagnostics)
    for part in analysis.parts:
        for found in part.analysis.objects if part.analysis is not None else ():
            yield from (("node", span.shift(part.start)) for span in words(found.node) if len(span))


def words(node: Node) -> Iterator[Span]:
    if isinstance(node, Scalar):
        yield node.span
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from words(item)
    elif isinstance(node, Mapping):
        for entry in node.entries:
            yield entry.key.span
            yield from words(entry.value)


class Tally:
    """Counts places by how well they are known, and keeps those whose line holds nothing of them."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.odd: list[tuple[str, int, str, str]] = []
        self.texts: dict[str, str] = {}

    def take(self, text: str, origins: OriginMap, *, of_template: bool) -> None:
        for kind, span in spans(text):
            token = text[span.start : span.end]
            written = origins.find(span)
            source = self.texts.setdefault(written.path, Path(written.path).read_bytes().decode())
            self.counts[kind, str(written.precision)] += 1
            at = written.span
            start, end = source.rfind("\n", 0, at.start) + 1, source.find("\n", at.end)
            line = source[start : end if end >= 0 else len(source)]
            if written.precision is Precision.EXACT:
                assert source[at.start : at.end] == token
            if not holds(line, token) and not (of_template and "{{" in line):
                self.odd.append((written.path, source.count("\n", 0, at.start) + 1, token, line.strip()))

    def share(self, kind: str, precision: Precision) -> float:
        return self.counts[kind, str(precision)] / sum(count for (one, _), count in self.counts.items() if one == kind)


def holds(line: str, token: str) -> bool:
    """Whether a line has the first line of a text, however it is quoted; `{}` may be written in other ways."""
    word = token.strip().partition("\n")[0].strip("\"'")
    return word in line or word.replace(" ", "") in line.replace(" ", "")


def test_charts() -> None:
    tally = Tally()
    for root in sorted(path for path in (SHARED / "charts").iterdir() if path.is_dir()):
        chart = read_chart(str(root), EVERYWHERE)
        for file in sorted(root.glob("rendered/*/policies.yaml")):
            text, placed = join_documents((f"x/{name}", one) for name, one in parts(file))
            pieces = [(start, chart.path_of(name), name, one) for start, name, one in placed]
            assert all(path is not None for _, path, _, _ in pieces), file
            tally.take(text, chart_origins(chart, pieces), of_template=True)
    findings = [
        one for one in tally.odd if "istio-cni" not in one[2]
    ]  # a word that a helper and the template make together
    assert findings == []
    assert not any(tally.counts[kind, "unknown"] for kind in ("finding", "node"))
    assert sum(count for (kind, _), count in tally.counts.items() if kind == "finding") > 8000
    assert tally.share("finding", Precision.EXACT) > 0.5
    assert tally.share("node", Precision.EXACT) > 0.55


def test_kustomizations() -> None:
    tally = Tally()
    for root in sorted(path for path in (SHARED / "kustomize").iterdir() if path.is_dir()):
        leaf = root / "tree" / (root / "leaf.txt").read_text().strip()
        tree = read_tree(str(leaf.resolve()), EVERYWHERE)
        text, placed = join_documents(parts(root / "built" / "policies.yaml"))
        known = [(start, one, root / "tree" / path) for start, path, one in placed if path != "?"]
        objects = [BuiltObject(start, one, str(path)) for start, one, path in known if path.is_file()]
        if objects and tree.kustomizations:
            tally.take(text, kustomize_origins(tree, objects), of_template=False)
    total = sum(tally.counts.values())
    assert total > 2500
    # The rest: keys that a kustomization makes (`labels` of all objects) are shown at the mapping that they are in.
    assert len(tally.odd) < total * 0.01
    assert tally.share("node", Precision.EXACT) > 0.9
