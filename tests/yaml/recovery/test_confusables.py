"""Damaged characters: found where they are surely damage, left alone in what people wrote."""

import pytest

from netpol_lsp.lint.schema import shape
from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.recovery.confusables import describe, find_confusables
from netpol_lsp.yaml.recovery.schema_shape import field_names
from netpol_lsp.yaml.to_python import to_python

FIELDS = field_names(shape())
NBSP, ZERO, BOM = "\u00a0", "\u200b", "\ufeff"


def mended(text: str) -> str:
    return apply_edits(text, [damage.edit for damage in find_confusables(text, FIELDS)])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"metadata:\n{NBSP}{NBSP}name: web\n", "metadata:\n  name: web\n"),
        (f"name:{NBSP}web\n", "name: web\n"),
        (f"name: web{NBSP}\n", "name: web \n"),
        (f"name: web{NBSP}# c\n", "name: web # c\n"),
        (f"{NBSP}\nname: web\n", " \nname: web\n"),
        (f"name: web{ZERO}\n", "name: web\n"),
        (f"{BOM}name: web\n", "name: web\n"),
        (f"-{NBSP}Ingress\n", "- Ingress\n"),
        ("kind：NetworkPolicy\n", "kind: NetworkPolicy\n"),
        ("kind： NetworkPolicy\n", "kind: NetworkPolicy\n"),
        ("spec：\n", "spec:\n"),
        ("policyTypes: [Ingress，Egress]\n", "policyTypes: [Ingress, Egress]\n"),
        ("policyTypes: ［Ingress］\n", "policyTypes: [Ingress]\n"),
        ("podSelector: ｛｝\n", "podSelector: {}\n"),
        ("– Ingress\n", "- Ingress\n"),
        ("• Ingress\n", "- Ingress\n"),
        ("－ Ingress\n", "- Ingress\n"),
        ("—\u00a0Ingress\n", "- Ingress\n"),
        ("app: “web”\n", 'app: "web"\n'),
        ("app: ‘web’\n", "app: 'web'\n"),
        ("app: ＂web＂\n", 'app: "web"\n'),
        ("name: my‑app\n", "name: my-app\n"),
        ("name: my\u00adapp\n", "name: myapp\n"),
        ("cidr：10.0.0.0／8\n", "cidr: 10.0.0.0/8\n"),
        ("a: b\x07\n# \x0bc\n", "a: b\n# c\n"),
        ("ports:\n\u3000\u3000- port: ８０\n", "ports:\n  - port: 80\n"),
        (f"values: [a,{NBSP}b,\n{NBSP}c]\n", "values: [a, b,\n c]\n"),
    ],
)
def test_damage_is_mended(before: str, after: str) -> None:
    assert mended(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "# 注释：只允许，前端\nname: web\n",
        f"name: web  # it’s{NBSP}fine – 好\n",
        "metadata:\n  annotations:\n    note: 允许访问：数据库，好\n",
        f'metadata:\n  annotations:\n    note: "10{NBSP}GB – “fast”"\n',
        f"metadata:\n  annotations:\n    note: the shop’s 10{NBSP}GB web – fast\n",
        "metadata:\n  annotations:\n    note: |\n      多行：文本，\n      – and more\n",
        'metadata:\n  annotations:\n    note: "多行\n      文本：好"\n',
        "这个网络策略：只对名称空间起效，宿主机依然可以访问\n",
        "Calico：基于BGP的三层网络插件，也支持网络策略\n",
        "name: wéb\n",
        "name: web\n",
    ],
)
def test_what_people_wrote_stays(text: str) -> None:
    assert find_confusables(text, FIELDS) == []


def test_neighbours_are_one_damage() -> None:
    text = f"metadata:\n{NBSP}{NBSP}{ZERO}name: web\n"
    [damage] = find_confusables(text, FIELDS)
    assert (damage.span.start, damage.span.end, damage.text) == (10, 13, "  ")


def test_ends_of_an_annotation_are_accepted_by_the_server() -> None:
    text = f"metadata:\n  annotations:\n    a: “x”\n    b: y{ZERO}\n    c：z\n"
    assert [damage.is_refused for damage in find_confusables(text, FIELDS)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("char", "name"),
    [
        (NBSP, "no-break space (U+00A0)"),
        (BOM, "byte order mark (U+FEFF)"),
        ("：", "fullwidth colon (U+FF1A)"),
        ("\x07", "control character (U+0007)"),
    ],
)
def test_names(char: str, name: str) -> None:
    assert describe(char) == name


POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector: {}\n"


def kinds(text: str) -> list[ProblemKind]:
    return [problem.kind for problem in parse_document(text, shape=shape()).problems]


@pytest.mark.parametrize(
    "text",
    [
        POLICY.replace("  name", f"{NBSP} name"),
        POLICY.replace("kind:", "kind："),
        POLICY.replace("spec:\n", f"spec:{NBSP}\n"),
        POLICY.replace("podSelector", f"pod{ZERO}Selector"),
        POLICY.replace("podSelector", "pod：Selector"),
        POLICY.replace("{}", "｛｝"),
    ],
)
def test_the_document_is_read_through_the_damage(text: str) -> None:
    document = parse_document(text, shape=shape())
    assert to_python(document.root).value == to_python(parse_document(POLICY).root).value
    assert set(kinds(text)) == {ProblemKind.CHARACTER}
    assert document.error is None
    fixed = apply_edits(text, [edit for problem in document.problems for fix in problem.fixes for edit in fix.edits])
    assert fixed.replace(" \n", "\n") == POLICY


def test_offsets_are_those_of_the_damaged_text() -> None:
    text = POLICY.replace("name", f"{ZERO}name").replace("web", "web2")
    document = parse_document(text, shape=shape())
    metadata = document.root.get("metadata") if document.root else None  # type: ignore[attr-defined]
    name = metadata.value.get("name")
    assert text[name.key.start : name.key.end].lstrip(ZERO) == "name"
    assert text[name.value.start : name.value.end] == "web2"


def test_without_a_shape_nothing_is_looked_for() -> None:
    assert parse_document("kind： x\n").problems == ()


def test_the_path_is_the_one_that_the_server_tells() -> None:
    [problem] = parse_document(POLICY.replace("podSelector", f"pod{NBSP}Selector"), shape=shape()).problems
    assert problem.field == "spec.pod\\u00a0Selector"


def test_another_mistake_in_a_damaged_document_is_told_too() -> None:
    text = POLICY.replace("spec:", "spec").replace("kind:", "kind：")
    assert kinds(text) == [ProblemKind.CHARACTER, ProblemKind.SYNTAX]
