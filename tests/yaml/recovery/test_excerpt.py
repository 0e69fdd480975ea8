"""Long texts: repairs are tried on a part, and say the same as on the whole."""

import pytest

from netpol_lsp.lint.schema import shape
from netpol_lsp.yaml.parser import parse
from netpol_lsp.yaml.problems import SyntaxProblem
from netpol_lsp.yaml.recovery.diagnose import explain

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector: {}\n  ingress:\n"
RULE = "    - from:\n        - podSelector:\n            matchLabels:\n              app: web\n      ports:\n        - port: 80\n"
FLAT = RULE.replace("    ", "  ")
END = "  policyTypes:\n    - Ingress\n"


def problem(text: str) -> SyntaxProblem:
    error = parse(text).error
    assert error is not None
    found = explain(text, error, shape())
    assert found.parsed is not None
    assert found.parsed.error is None
    return found.problem


@pytest.mark.parametrize("rule", [RULE, FLAT])
@pytest.mark.parametrize("place", [0, 60, 119])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ports:\n", "ports\n", "`ports` has no colon after it"),
        ("podSelector:\n", 'podSelector:"\n', "this double quote opens or closes nothing"),
        ("app: web\n", "app: [web\n", "the bracket `[` is not closed"),
        ("port: 80\n", "port: 80\n   protocol: TCP\n", None),
    ],
)
def test_long_texts(rule: str, place: int, old: str, new: str, message: str | None) -> None:
    rules = [rule] * 120
    rules[place] = rule.replace(old, new)
    text = HEAD + "".join(rules) + END
    found = problem(text)
    start = len(HEAD) + len(rule) * place
    assert start <= found.span.start <= start + len(rules[place])
    if message is not None:
        assert found.message == message
