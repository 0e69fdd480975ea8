"""Policies in plain English."""

import pytest

from netpol_lsp.explanations.policy import Explanation, explain_policy
from netpol_lsp.kube.objects import objects_of
from netpol_lsp.policies.networkpolicy.policy import NetworkPolicy
from netpol_lsp.yaml.documents import parse_document
from tests.builders import HEAD


def explain(spec: str, head: str = HEAD, default: str | None = None) -> Explanation:
    document = parse_document(head + spec)
    (found,) = objects_of(document.root)
    return explain_policy(NetworkPolicy(found), default)


def test_says_whom_it_selects_and_what_it_isolates() -> None:
    explanation = explain("spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}\n")
    assert explanation.title == "NetworkPolicy `shop/web`"
    assert explanation.summary == (
        "selects pods with `app=web` in namespace `shop` and isolates them for ingress and egress."
    )
    assert [words.rules for words in explanation.directions] == [(), ()]
    assert all("nothing is allowed" in words.summary for words in explanation.directions)


def test_deny_all_egress_mentions_dns() -> None:
    notes = explain("spec: {podSelector: {}, policyTypes: [Egress]}\n").notes
    assert any("DNS" in note for note in notes)


def test_and_inside_an_item_or_between_items() -> None:
    spec = (
        "spec:\n  podSelector: {}\n  ingress:\n  - from:\n"
        "    - namespaceSelector: {matchLabels: {team: a}}\n      podSelector: {matchLabels: {app: x}}\n"
        "    - podSelector: {matchLabels: {app: z}}\n    ports: [{port: 80}]\n"
    )
    explanation = explain(spec)
    (rule,) = explanation.directions[0].rules
    assert rule == (
        "from pods with `app=x` in namespaces with `team=a` or pods with `app=z` in the policy's own namespace "
        "`shop`, on TCP 80"
    )
    notes = " ".join(explanation.notes)
    assert "Selectors in one item are ANDed" in notes
    assert "Items of `from` are ORed" in notes
    assert "reaches the policy's own namespace `shop` only" in notes


def test_defaults_that_the_server_fills_in() -> None:
    explanation = explain("spec: {podSelector: {}, egress: []}\n")
    assert "policyTypes is not written: the API server fills in Ingress." in explanation.notes
    assert explanation.directions[1].summary == "not restricted by this policy."


def test_rules_of_a_direction_that_is_not_listed() -> None:
    explanation = explain("spec: {podSelector: {}, policyTypes: [Ingress], egress: [{}]}\n")
    assert "no effect" in explanation.directions[1].summary


def test_missing_namespace_and_what_it_means() -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n"
    assert explain("spec: {podSelector: {}}\n", head).title == "NetworkPolicy `web`"
    assert explain("spec: {podSelector: {}}\n", head, "dev").title == "NetworkPolicy `dev/web`"


def test_missing_spec_selects_everything() -> None:
    explanation = explain("")
    assert explanation.summary.startswith("selects every pod of namespace `shop`")
    assert any("no podSelector" in note for note in explanation.notes)


def test_a_selector_that_is_dropped() -> None:
    spec = "spec:\n  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: {}\n      namespaceSelector:\n"
    assert any("`namespaceSelector` without a value is dropped" in note for note in explain(spec).notes)


def test_text_has_no_markup_and_markdown_has() -> None:
    explanation = explain("spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}, {ports: [{port: 81}]}]}\n")
    assert "`" not in explanation.text()
    assert "    from anyone, on TCP 80\n    or from anyone, on TCP 81\n" in explanation.text()
    assert explanation.markdown().startswith("**NetworkPolicy `shop/web`** selects every pod")
    assert "- from anyone, on TCP 80" in explanation.markdown()


@pytest.mark.parametrize(
    ("types", "summary", "ingress"),
    [
        (
            "[Ingres]",
            "Whether ingress and egress are restricted is not known: `Ingres` in policyTypes is not a direction.",
            False,
        ),
        ("[Ingress, Egres]", "isolates them for ingress. Whether egress is restricted is not known: `Egres`", True),
        ("Ingress", "Whether ingress and egress are restricted is not known: policyTypes is not a list.", False),
        ("[1, x, Egress]", "isolates them for egress. Whether ingress is restricted is not known: `x`", False),
    ],
)
def test_what_is_not_a_direction_is_not_said_to_isolate_nothing(types, summary, ingress) -> None:
    found = explain(f"spec: {{podSelector: {{}}, policyTypes: {types}, ingress: [{{}}]}}\n")
    assert summary in found.summary
    assert "nothing" not in found.summary
    assert ("not known" in found.directions[0].summary) is not ingress


def test_facts_that_are_no_findings_are_told() -> None:
    peers = "{namespaceSelector: {}}, {podSelector: {matchLabels: {app: web}}}, {ipBlock: {cidr: 0.0.0.0/0}}"
    notes = explain(f"spec: {{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{peers}]}}]}}\n").notes
    assert any("every namespace" in note and "no address outside" in note for note in notes)
    assert any("policy's own pods" in note for note in notes)
    assert any("Every IPv4 address is named, and not every IPv6 address" in note for note in notes)
    both = "{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}"
    assert not any("address is named" in note for note in explain(f"spec: {{ingress: [{{from: [{both}]}}]}}\n").notes)
