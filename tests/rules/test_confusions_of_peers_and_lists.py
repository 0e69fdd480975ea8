"""What users stumble over: a manifest that has just this mistake gives just this finding, and its corrected twin none.

About single policies: peers, selectors, policyTypes, and lists that are empty or null. Findings of other
categories (security, workspace) are not looked at.
"""

from dataclasses import dataclass

import pytest

from netpol_lsp.config.config import FileConfig, default_file_config
from netpol_lsp.findings.diagnostic import Category, Severity
from netpol_lsp.lint.engine import lint_text

HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {name}
  namespace: shop
"""
OURS = frozenset(
    [
        "NP201",
        "NP202",
        "NP203",
        "NP204",
        "NP205",
        "NP206",
        "NP207",
        "NP208",
        "NP209",
        "NP210",
        "NP211",
        "NP229",
        "NP233",
        "NP234",
        "NP236",
        "NP237",
    ]
)


@dataclass(frozen=True)
class Case:
    """`bad` and `good` are what stands behind the head; `codes` are findings of `bad` by severity: "W NP210".

    `facts`: findings of the profile `strict` count, too.
    """

    bad: str
    good: str
    codes: str
    says: str
    name: str = "web"
    good_name: str = ""
    facts: bool = False


WEB = "spec:\n  podSelector:\n    matchLabels:\n      app: web\n"
IN = WEB + "  policyTypes:\n    - Ingress\n"
FRONTEND = "  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: front\n"

CASES = {
    "2: AND or OR": Case(
        IN + FRONTEND + "        - podSelector:\n            matchLabels:\n              app: frontend\n",
        IN + FRONTEND + "          podSelector:\n            matchLabels:\n              app: frontend\n",
        "W NP210",
        "every pod of namespace `front`, OR pods with `app=frontend` in the policy's own namespace `shop`",
    ),
    "2: AND or OR, the other way round": Case(
        IN
        + "  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              app: frontend\n"
        + "        - namespaceSelector:\n            matchLabels:\n              team: a\n",
        IN
        + "  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              app: frontend\n"
        + "          namespaceSelector:\n            matchLabels:\n              team: a\n",
        "W NP210",
        "written as one item it would be: pods with `app=frontend` in namespaces with `team=a`",
    ),
    "3: a podSelector alone": Case(
        IN
        + '  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              access: "true"\n',
        IN + FRONTEND + '          podSelector:\n            matchLabels:\n              access: "true"\n',
        "I NP211",
        "pods with `access=true` in the policy's own namespace `shop` only",
        facts=True,
    ),
    "17: there are no deny rules": Case(
        IN + "  ingress:\n    - {}\n",
        IN + "  ingress: []\n",
        "W NP229, W NP207",
        "`deny-web` says deny, but a rule without peers and ports allows all ingress",
        name="deny-web",
    ),
    "21: no policyTypes": Case(
        WEB + FRONTEND,
        IN + FRONTEND,
        "H NP201",
        "`policyTypes` is missing, so the API server fills in `Ingress`",
        facts=True,
    ),
    "21: egress rules alone, without policyTypes": Case(
        WEB + "  egress:\n    - {}\n",
        WEB + "  policyTypes: [Egress]\n  egress:\n    - {}\n",
        "W NP201",
        "all ingress is denied, too",
    ),
    "21: egress without policyTypes denies nothing": Case(
        WEB + FRONTEND + "  egress: []\n",
        IN + FRONTEND,
        "W NP201",
        "`egress` without a rule does not restrict egress",
    ),
    "21: egress rules that do not count": Case(
        IN + FRONTEND + "  egress:\n    - to:\n        - ipBlock:\n            cidr: 203.0.113.0/24\n",
        IN + FRONTEND,
        "W NP202",
        "these egress rules have no effect: `policyTypes` lists only `Ingress`",
    ),
    "21: an empty egress that does not count": Case(
        IN + FRONTEND + "  egress: []\n", IN + FRONTEND, "W NP202", "`egress: []` denies nothing"
    ),
    "21: Ingress is listed by the way": Case(
        IN.replace("    - Ingress\n", "    - Ingress\n    - Egress\n") + "  egress:\n    - {}\n",
        IN.replace("Ingress", "Egress") + "  egress:\n    - {}\n",
        "I NP204, I NP207",
        "no rule for ingress: all of it is denied for pods with `app=web` in namespace `shop`",
        facts=True,
    ),
    "22: from: [] is everyone": Case(
        IN + "  ingress:\n    - from: []\n",
        IN + "  ingress: []\n",
        "W NP208",
        "`from: []` allows ingress from anyone, on every port",
        good_name="deny-web",
    ),
    "22: from without a value is everyone": Case(
        IN + "  ingress:\n    - from:\n      ports:\n        - port: 80\n",
        IN + "  ingress: []\n",
        "W NP206",
        "`from` without a value means anyone, not no one",
        good_name="deny-web",
    ),
    "22: ports without a value are all ports": Case(
        IN + FRONTEND + "      ports:\n",
        IN + FRONTEND + "      ports:\n        - port: 80\n",
        "W NP206",
        "`ports` without a value means every port, not none",
    ),
    "22: ingress without a value is nothing": Case(
        IN + "  ingress:\n",
        IN + "  ingress: []\n",
        "I NP206",
        "`ingress` without a value means that there is no rule: all ingress is denied",
    ),
    "22: an empty rule is everything": Case(
        IN + "  ingress:\n    - {}\n",
        IN + "  ingress: []\n",
        "I NP207",
        "an empty rule allows all ingress, from anyone on every port",
        good_name="deny-web",
        facts=True,
    ),
    "22: a bare dash is everything": Case(
        IN + FRONTEND + "      ports:\n        - port: 80\n        -\n",
        IN + FRONTEND + "      ports:\n        - port: 80\n",
        "W NP207",
        "an item without a value of `ports` allows every TCP port",
    ),
    "22: a default deny that allows all": Case(
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    - {}\n",
        "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
        "W NP229, W NP207",
        "`default-deny` says deny",
        name="default-deny",
    ),
    "22: allow-all that allows nothing": Case(
        IN + "  ingress: []\n",
        IN + FRONTEND,
        "W NP229",
        "`allow-all` says allow, but the policy has no rule: all ingress is denied",
        name="allow-all",
    ),
    "no podSelector": Case(
        IN.replace("  podSelector:\n    matchLabels:\n      app: web\n", "") + FRONTEND,
        IN + FRONTEND,
        "W NP234",
        "without a `podSelector` the policy selects every pod of namespace `shop`",
    ),
    "a namespaceSelector without a value": Case(
        IN
        + "  ingress:\n    - from:\n        - namespaceSelector:\n          podSelector:\n            matchLabels:\n              app: a\n",
        IN
        + "  ingress:\n    - from:\n        - namespaceSelector: {}\n          podSelector:\n            matchLabels:\n              app: a\n",
        "W NP236",
        "`namespaceSelector` without a value is dropped: this means pods with `app=a` in the policy's own namespace `shop`",
    ),
    "a stray dash before ports": Case(
        IN + FRONTEND + "    - ports:\n        - port: 80\n",
        IN + FRONTEND + "      ports:\n        - port: 80\n",
        "W NP237",
        "from every pod of namespace `front`, on every port, OR from anyone, on TCP 80",
    ),
    "a rule that makes the others pointless": Case(
        IN + FRONTEND + "    - {}\n", IN + FRONTEND, "W NP233, W NP207", "the policy restricts nothing"
    ),
}


def findings(text: str, *, facts: bool = False) -> dict[str, str]:
    """The messages by severity and code, as in "W NP210"."""
    config = FileConfig(OURS - {"NP209"}) if facts else default_file_config()
    found = [
        item
        for item in lint_text(text, config=config).diagnostics
        if item.category in (Category.SYNTAX, Category.API, Category.TOOL)
        or (item.category is Category.INTENT and (item.severity.at_least(Severity.WARNING) or item.code in OURS))
    ]
    return {f"{item.severity.value[0].upper()} {item.code}": item.message for item in found}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_mistake_is_found(case: Case) -> None:
    found = findings(HEAD.format(name=case.name) + case.bad, facts=case.facts)
    assert set(found) == set(case.codes.split(", "))
    assert case.says in found[case.codes.split(", ")[0]]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_corrected_twin_is_clean(case: Case) -> None:
    name = case.good_name or (case.name if "deny" in case.name else "web")
    assert set(findings(HEAD.format(name=name) + case.good)) == set()
