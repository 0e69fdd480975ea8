"""Policies for a whole namespace: what they say, and when there is one already."""

import pytest

from netpol_lsp.config.settings import Settings
from netpol_lsp.ide.namespace_policies import allow_dns, default_deny
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.pods import Place
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.style import Style
from tests.builders import HEAD

SHOP = Place("shop", "u")


def view_of(spec):
    return WorkspaceSnapshot.of_files({"u": facts_of(make_source("u", f"{HEAD}spec: {spec}\n"), Settings())})


def test_a_default_deny_isolates_both_directions():
    made = default_deny(view_of("{podSelector: {}, policyTypes: [Ingress], ingress: [{}]}"), SHOP, "shop")
    assert made is not None
    policy = analyse(make_source("u", made.render(Style()))).parts[0].analysis.policies[0]
    assert policy.effective_types == frozenset(Direction)
    assert (policy.object.namespace, policy.all_rules, policy.pod_selector.is_empty) == ("shop", (), True)


@pytest.mark.parametrize(
    ("spec", "is_wanted"),
    [
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", False),
        ("{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}]}", True),
        ("{podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress]}", True),
        ("{podSelector: {}, policyTypes: [Egress]}", True),
    ],
)
def test_one_default_deny_is_enough(spec, is_wanted):
    assert (default_deny(view_of(spec), SHOP, "shop") is not None) is is_wanted
    assert default_deny(view_of(spec), Place(None, "u", is_unknown=True), None) is None


DNS = "egress: [{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]"


@pytest.mark.parametrize(
    ("spec", "is_wanted"),
    [
        ("{podSelector: {}, policyTypes: [Ingress, Egress]}", True),
        ("{podSelector: {}, policyTypes: [Ingress]}", False),
        ("{podSelector: {matchLabels: {a: b}}, policyTypes: [Egress]}", False),
        ("{podSelector: {}, policyTypes: [Egress], " + DNS + "}", False),
        ("{podSelector: {}, policyTypes: [Egress], " + DNS.replace(", {protocol: TCP, port: 53}", "") + "}", True),
    ],
)
def test_dns_is_offered_where_all_pods_lack_it(spec, is_wanted):
    """A policy for DNS alone isolates egress: where nothing does, it would cut off everything else."""
    assert (allow_dns(view_of(spec), SHOP, "shop", Settings()) is not None) is is_wanted
