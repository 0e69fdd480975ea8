"""Quiet by default: what a policy simply does is told in `strict`, and what asks for an action is told always."""

import pytest

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.registry import all_rules
from tests.builders import flow_policy

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: shop}}\nspec:\n"


def policy(spec: str, name: str = "web") -> str:
    return flow_policy(spec, name)


def seen(text: str, **settings: object) -> dict[str, Severity]:
    """The findings by code under a configuration; `profile="strict"` and the like."""
    config = Config([Layer({key: Setting(value) for key, value in settings.items()})]).for_file()
    return {found.code: found.severity for found in lint_text(text, config=config).diagnostics}


CAREFUL = f"""\
{HEAD.format(name="default-deny")}\
  podSelector: {{}}
  policyTypes: [Ingress, Egress]
---
{HEAD.format(name="allow-dns")}\
  podSelector: {{}}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: kube-system
          podSelector:
            matchLabels:
              k8s-app: kube-dns
      ports:
        - {{protocol: UDP, port: 53}}
        - {{protocol: TCP, port: 53}}
---
{HEAD.format(name="web-to-db")}\
  podSelector:
    matchLabels:
      app: db
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: web
      ports:
        - {{protocol: TCP, port: 5432}}
"""


def test_a_name_that_says_it():
    spec = "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}]}]"
    assert "NP404" in seen(policy(spec, "web"))
    assert "NP404" not in seen(policy(spec, "web-allow-all-namespaces"))
    assert "NP404" in seen(policy(spec, "web-allow-all-namespaces"), profile="strict")


def test_three_policies_of_a_careful_engineer_are_silent():
    assert seen(CAREFUL) == {}


FACTS = {
    "NP201": "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}]",
    "NP204": "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}]",
    "NP207": "podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{}]",
    "NP208": "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [], ports: [{protocol: TCP, port: 80}]}]",
    "NP209": "podSelector: {}, policyTypes: [Ingress], ingress: [{ports: [{protocol: TCP, port: 80}]}]",
    "NP211": "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]",
    "NP213": "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}, "
    "{namespaceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}], ports: [{protocol: TCP, port: 1}]}]",
    "NP214": "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}, {}]",
    "NP220": "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0}}], "
    "ports: [{protocol: TCP, port: 80}]}]",
    "NP231": "podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {a: b}}}]}]",
    "NP403": "podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]",
    "NP404": "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}}], ports: [{protocol: TCP, port: 80}]}]",
}


@pytest.mark.parametrize("code", FACTS)
def test_a_fact_is_told_in_strict_only(code):
    text = policy(FACTS[code])
    assert code not in seen(text)
    assert code in seen(text, profile="strict")
    assert code in seen(text, profile="audit")
    assert code in seen(text, select=(code,))


def test_a_fact_of_the_whole_namespace_is_told_in_strict_only():
    text = policy("podSelector: {}, policyTypes: [Egress]", "default-deny")
    assert seen(text) == {}
    assert seen(text, profile="strict")["NP216"] is Severity.INFO
    assert seen(policy("podSelector: {}, policyTypes: [Ingress], ingress: null", "deny")) == {}
    assert seen(policy("podSelector: {}, policyTypes: [Ingress], ingress: null"))["NP206"] is Severity.INFO


def test_a_family_of_codes_does_not_ask_for_facts():
    assert "NP207" not in seen(policy(FACTS["NP207"]), select=("NP2",))
    assert "NP207" in seen(policy(FACTS["NP207"]), select=("empty-rule-allows-all",))


def test_a_suppressed_fact_is_no_unused_suppression():
    text = policy(FACTS["NP207"]).replace("spec:", "# netpol: ignore[NP207] open on purpose\nspec:")
    assert seen(text) == {}


def test_what_has_facts_is_in_the_recommended_profile():
    assert not any(rule.info.has_facts and (rule.info.opt_in or rule.info.audit_only) for rule in all_rules())


@pytest.mark.parametrize(
    ("code", "spec", "name"),
    [
        ("NP201", "podSelector: {}, egress: [{to: [{podSelector: {}}]}]", "web"),
        ("NP207", "podSelector: {}, policyTypes: [Ingress], ingress: [{}]", "restrict-web"),
        ("NP207", "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}, {}]", "web"),
        ("NP208", "podSelector: {}, policyTypes: [Ingress], ingress: [{from: []}]", "web"),
        (
            "NP209",
            "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: }}]}]",
            "web",
        ),
    ],
)
def test_what_surprises_is_a_warning(code, spec, name):
    assert seen(policy(spec, name))[code] is Severity.WARNING


@pytest.mark.parametrize(
    "spec",
    [
        "podSelector: {}, policyType: [Egress], egress: [{to: [{podSelector: {}}]}]",
        "podSelector: {matchLabels: {app: db}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}",
        "egress: [{to: [{dnsName: example.com}], ports: [{protocol: TCP, port: 8080}]}]",
        "podSelector: {}, policyTypes: [Egress], egress: [{toFQDNs: [{matchName: example.com}]}, {toEntities: [world]}]",
        "podSelector: {}, policyTypes: [Ingress], ingress: [{port: 80}, {from: [{podSelector: {}}]}]",
    ],
)
def test_what_is_missing_may_be_under_a_wrong_name_or_place(spec):
    assert {code for code in seen(policy(spec)) if code.startswith(("NP2", "NP4"))} == set()


def test_an_ip_block_without_a_value_needs_a_cidr(find):
    (found,) = find("NP115", policy("podSelector: {}, ingress: [{from: [{ipBlock: }]}]"))
    assert found.message == "`ipBlock` without a value names no peer: an ipBlock needs a `cidr`"
