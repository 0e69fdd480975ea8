"""Work grows with the text, not with its square: a hostile file must not stop a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.findings.diagnostic import Diagnostic
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import MOST_FINDINGS, lint, lint_text
from netpol_lsp.lint.file_facts import file_facts
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from tests.steps import steps_of

HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: b}\n"
    "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n"
)

Maker = Callable[[int], str]

MOST_STEPS = 4_200
"""Calls that linting one plain policy may take."""


def _lines(text: str, count: int) -> str:
    return "".join(text.replace("{i}", str(number)) for number in range(count))


GROWING: dict[str, Maker] = {
    "peers": lambda n: HEAD + "  ingress:\n  - from:\n" + _lines("    - podSelector: {matchLabels: {a{i}: b}}\n", n),
    "equal peers": lambda n: HEAD + "  ingress:\n  - from:\n" + "    - podSelector: {matchLabels: {a: b}}\n" * n,
    "ranges": lambda n: HEAD + "  ingress:\n  - from:\n" + _lines("    - ipBlock: {cidr: 10.1.{i}.0/24}\n", n),
    "rules": lambda n: HEAD + "  ingress:\n" + _lines("  - ports: [{port: 1{i}}]\n", n),
    "ports": lambda n: HEAD + "  ingress:\n  - ports:\n" + _lines("    - {port: 1{i}0, endPort: 1{i}3}\n", n),
    "sliding ranges of ports": lambda n: (
        HEAD + "  ingress:\n" + "".join(f"  - ports: [{{port: {i + 1}, endPort: {i + 5000}}}]\n" for i in range(n))
    ),
    "unknown fields": lambda n: HEAD + _lines("  k{i}: v\n", n),
    "duplicate keys": lambda n: HEAD + "x:\n" + "  k: v\n" * n,
    "objects run together": lambda n: HEAD * n,
    "anchors": lambda n: HEAD + _lines("z{i}: &a{i} v\n", n),
    "suppressions": lambda n: HEAD + "# netpol: ignore[NP210] x\n" * n,
    "codes of a suppression": lambda n: HEAD + "# netpol: ignore[" + "NP210," * n + "] x\n",
    "conflicts": lambda n: HEAD + "<<<<<<< HEAD\na: b\n=======\nc: d\n>>>>>>> x\n" * n,
    "prose": lambda n: HEAD + _lines("Some words about it.\nk{i}: v\n", n),
    "labels of a selector": lambda n: HEAD.replace("podSelector: {}", "podSelector:\n" + _lines("    k{i}: v\n", n)),
    "peers without from": lambda n: HEAD + "  ingress:\n" + "  - podSelector: {}\n    port: 1\n" * n,
    "labels": lambda n: HEAD.replace(
        "podSelector: {}", "podSelector:\n    matchLabels:\n" + _lines("      k{i}: v\n", n)
    ),
    "no-break spaces": lambda n: HEAD + "\u00a0\n" * n + "x: " + "a\u00a0" * n + "\n",
    "tabs": lambda n: HEAD + "\ta: b\n" * n,
    "curly quotes": lambda n: HEAD + "  a: \u201cb\u201d\n" * n + "x: " + "\u201c" * n + "\n",
    "openings of templates": lambda n: HEAD + "{{" * n + "\n",
    "quotes in brackets": lambda n: HEAD + "x: [" + "'a', " * n + "\n",
}


@pytest.mark.parametrize("make", GROWING.values(), ids=GROWING)
def test_twice_the_text_takes_about_twice_the_steps(make: Maker) -> None:
    lint_text(make(10))
    few, many = (steps_of(lambda count=count: lint_text(make(count))) for count in (120, 240))
    assert many <= 2.2 * few


@pytest.mark.parametrize(
    "make",
    [
        lambda n: HEAD.replace("  ", "") + _lines("k{i}:\n", n),
        lambda n: HEAD.replace("  ", "") + "a:\n" * n,
        lambda n: "dSelector:\n  matchLabels: ~\n  - ports: 80\nkind: NetworkPolicy\nspec:\n# x\n  podSelector:\n" * n,
    ],
)
def test_the_search_for_lost_indentation_ends(make: Maker) -> None:
    lint_text(make(3))
    few, many = (steps_of(lambda count=count: lint_text(make(count))) for count in (300, 600))
    assert many <= 2.2 * few


def test_findings_of_a_rule_end_somewhere_and_it_is_said() -> None:
    found = lint_text(HEAD + _lines("k{i}: v\n", MOST_FINDINGS + 50)).diagnostics
    unknown = [one for one in found if one.code == "NP101"]
    assert len(unknown) == MOST_FINDINGS + 1
    assert unknown[-1].message == "more than 1,000 findings of NP101: those from here on are left out"


def test_what_cannot_be_compared_in_time_is_said() -> None:
    rules = "".join(f"  - ports: [{{port: 1, endPort: {60000 - i}}}]\n" for i in range(1, 1200))
    found = lint_text(f"{HEAD}  ingress:\n{rules}").diagnostics
    said = [one.message for one in found if one.code == "NP214"]
    assert said == ["NP214 has not judged all of this: 1,199 rules are too many to compare each with each"]


def _plain_policy(number: int) -> str:
    """As most policies are: labels, peers of all kinds, numbered ports, and nothing to say about most of it."""
    return f"""\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web-{number}
  namespace: shop-{number % 5}
  labels:
    app.kubernetes.io/part-of: shop
spec:
  podSelector:
    matchLabels:
      app: web-{number}
      tier: backend
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: gateway-{number}
        - namespaceSelector:
            matchLabels:
              team: a
          podSelector:
            matchLabels:
              app: client
      ports:
        - protocol: TCP
          port: 8080
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
    - to:
        - ipBlock:
            cidr: 192.0.2.0/24
      ports:
        - protocol: TCP
          port: 5432
"""


def _lint_files(texts: dict[str, str]) -> list[Diagnostic]:
    """Lint files together, as a run does."""
    config = default_file_config()
    analyses = [analyse(make_source(uri, text)) for uri, text in texts.items()]
    workspace = WorkspaceSnapshot.of_files({one.source.uri: file_facts(one, config.settings) for one in analyses})
    return [found for one in analyses for found in lint(one, config, workspace).diagnostics]


def test_a_plain_policy_takes_few_steps() -> None:
    """A budget: who adds a rule that looks at everything sees it here, and makes it look at less first."""
    texts = {f"policy-{number}.yaml": _plain_policy(number) for number in range(40)}
    assert not _lint_files(texts)
    assert steps_of(lambda: _lint_files(texts)) / len(texts) < MOST_STEPS


def test_policies_of_other_namespaces_and_names_take_no_steps() -> None:
    few, many = ({f"policy-{i}.yaml": _plain_policy(i) for i in range(count)} for count in (40, 160))
    _lint_files(few)
    assert steps_of(lambda: _lint_files(many)) < 4.4 * steps_of(lambda: _lint_files(few))
