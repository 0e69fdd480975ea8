"""Prose between manifests is prose: one finding a paragraph, and what is between is read as if it were not there."""

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.schema import shape
from netpol_lsp.text.edits import apply_edits
from netpol_lsp.yaml.documents import parse_document
from netpol_lsp.yaml.recovery.prose import may_have_prose, prose_problems

DENY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
"""
ALLOW = DENY.replace("deny", "allow") + "  ingress:\n  - from:\n    - podSelector: {}\n"


def errors(text: str) -> list[tuple[str, int, str]]:
    found = lint_text(text)
    lines = found.source.lines
    return [(one.code, lines.line_of(one.span.start) + 1, one.message) for one in found.diagnostics if one.is_refused]


ONE = "this line is prose, not YAML"
GLUED = "another object starts here without `---` before it: kubectl apply silently keeps only the last one"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{DENY}---\nNow the front end may connect.\n{ALLOW}", [("NP001", 10, ONE)]),
        (f"{DENY}---\nThen we let them in, as promised: port 80 only.\n{ALLOW}", [("NP001", 10, ONE)]),
        (f"{DENY}---\nAnd these are the rules for the front end:\n{ALLOW}", [("NP001", 10, ONE)]),
        (f"Deny everything first:\n\n{DENY}", [("NP001", 1, ONE)]),
        (f"{DENY}\nThat is all there is to say.\n", [("NP001", 10, ONE)]),
        (f"{DENY}\nNow let them in.\n\n{ALLOW}", [("NP001", 10, ONE), ("NP002", 12, GLUED)]),
        (
            f"{DENY}---\n## Let them in\nFirst apply it:\n\n    kubectl apply -f x.yaml\n\n* then wait\n\n{ALLOW}",
            [("NP001", 11, "these 3 lines are prose, not YAML")],
        ),
        (f"```yaml\n{DENY}```\n", [("NP001", 1, ONE), ("NP001", 10, ONE)]),
        (f"{DENY}---\n2. Let them in\n==============\n{ALLOW}", [("NP001", 10, "these 2 lines are prose, not YAML")]),
        (f"{DENY}---\n接下来允许前端访问。\n{ALLOW}", [("NP001", 10, ONE)]),
        (f"首先拒绝所有流量：\n\n{DENY}", [("NP001", 1, ONE)]),
        (f"首先拒绝所有流量:\n\n{DENY}", [("NP001", 1, ONE)]),
        (f"注意: 这里拒绝所有流量。\n{DENY}", [("NP001", 1, ONE)]),
        (f"{DENY}\n这样就完成了，没有流量可以进入Pod。\n", [("NP001", 10, ONE)]),
        (f"{DENY}---\n次のポリシーは通信を許可します。\nポートは80番だけです：\n{ALLOW}", [("NP001", 10, "these 2 lines are prose, not YAML")]),
        (f"{DENY}---\nNetworkPolicy를 적용하면 모든 트래픽이 차단됩니다.\n{ALLOW}", [("NP001", 10, ONE)]),
        (f"{DENY}---\nนโยบายนี้อนุญาตการเชื่อมต่อ\n{ALLOW}", [("NP001", 10, ONE)]),
        (f"{DENY}---\n$ kubectl apply -f allow.yaml\n{ALLOW}", [("NP001", 10, ONE)]),
    ],
)  # fmt: skip
def test_a_paragraph_is_one_finding(text: str, wanted: list[tuple[str, int, str]]) -> None:
    assert errors(text) == wanted


def test_fixes_make_comments_of_it_and_keep_every_word() -> None:
    text = f"{DENY}\nNow let them in:\n  the front end, and nobody else.\n\n---\n{ALLOW}"
    [found] = [one for one in lint_text(text).diagnostics if one.code == "NP001"]
    [fix] = found.fixes
    fixed = apply_edits(text, fix.edits)
    assert "\n# Now let them in:\n#   the front end, and nobody else.\n" in fixed
    assert errors(fixed) == []


@pytest.mark.parametrize(
    "line",
    [
        "spec",
        "kind NetworkPolicy",
        "metadata name web",
        "policyTypes Ingress, Egress",
        "Kind: NetworkPolicy",
        "foo: bar baz",
        "x-common: &a {b: c}",
        "# a comment",
        "%YAML 1.1",
        "- a: b",
        "{a: b}",
        "'quoted key': x",
        "? a",
        "label=value other=thing",
    ],
)
def test_what_may_be_yaml_is_no_prose(line: str) -> None:
    assert prose_problems(f"{DENY}{line}\n", shape()) == []


def test_offsets_stay() -> None:
    text = f"Some words before it.\n{DENY}"
    document = parse_document(text, shape=shape())
    assert document.root is not None
    assert text[document.root.start :].startswith("apiVersion")
    assert document.error is not None


def test_the_quick_look_passes_over_plain_manifests() -> None:
    assert not may_have_prose(DENY, shape())
    assert not may_have_prose(f"# words here\n---\n{ALLOW}", shape())
    assert may_have_prose(f"{DENY}Some words.\n", shape())


@pytest.mark.parametrize(
    "command", ["kubectl apply -f - <<EOF", "cat <<'EOF' | kubectl apply -f -", "cat <<- EOF > policy.yaml"]
)
def test_a_here_document_is_two_lines_of_a_shell(command):
    policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  podSelector: {}\n"
    text = f"{command}\n{policy}EOF\n"
    found = [one for one in lint_text(text).diagnostics if one.severity == "error"]
    assert [(one.code, text[one.span.start : one.span.end]) for one in found] == [("NP001", command), ("NP001", "EOF")]
    assert {"not YAML" in one.message for one in found} == {True}


def test_a_word_alone_is_no_end_of_a_here_document_that_never_began():
    text = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nEOF\n"
    assert not any("not YAML" in one.message for one in lint_text(text).diagnostics)
