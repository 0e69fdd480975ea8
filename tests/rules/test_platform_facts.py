"""A finding for each fact that a profile has, none without the profile, and none that rests on what nobody knows."""

import re
from dataclasses import replace
from functools import cache

import pytest

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Fact, LimitKind, Support
from netpol_lsp.capabilities.profiles import all_profiles, capabilities_of
from netpol_lsp.config.config import Config, FileConfig, Layer, Setting, rule_infos
from netpol_lsp.config.settings import Settings
from netpol_lsp.findings.diagnostic import Diagnostic, Severity
from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.examples import examples_of
from netpol_lsp.lint.registry import all_rules

PLATFORM = frozenset({"NP501", "NP502", "NP503", "NP504", "NP505"})
HEAD = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
"""
BOTH = "  policyTypes: [Ingress, Egress]\n"
# A policy for each capability that a policy can rely on, and the text that the finding points to.
FIXTURES = {
    Capability.INGRESS: ("  policyTypes: [Ingress]\n", "Ingress"),
    Capability.EGRESS: ("  policyTypes: [Egress]\n", "Egress"),
    Capability.INGRESS_IP_BLOCK: (
        BOTH + "  ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]\n",
        "203.0.113.0/24",
    ),
    Capability.EGRESS_IP_BLOCK: (BOTH + "  egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24}}]}]\n", "203.0.113.0/24"),
    Capability.IP_BLOCK_EXCEPT: (
        BOTH + "  egress: [{to: [{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.7/32]}}]}]\n",
        "except",
    ),
    Capability.IP_BLOCK_MATCHES_PODS: (
        BOTH + "  egress: [{to: [{ipBlock: {cidr: 10.244.3.0/24}}]}]\n",
        "10.244.3.0/24",
    ),
    Capability.NAMESPACE_SELECTOR: (
        BOTH + "  ingress: [{from: [{namespaceSelector: {matchLabels: {team: a}}}]}]\n",
        "namespaceSelector",
    ),
    Capability.COMBINED_SELECTORS: (
        BOTH
        + "  ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchLabels: {c: d}}}]}]\n",
        "namespaceSelector",
    ),
    Capability.MATCH_EXPRESSIONS: (
        BOTH + "  ingress: [{from: [{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}]}]\n",
        "{key: a, operator: NotIn, values: [b]}",
    ),
    Capability.NAMED_PORTS: (BOTH + "  ingress: [{ports: [{port: http}]}]\n", "http"),
    Capability.END_PORT: (BOTH + "  ingress: [{ports: [{port: 8000, endPort: 8010}]}]\n", "8010"),
    Capability.SCTP: (BOTH + "  ingress: [{ports: [{protocol: SCTP, port: 3868}]}]\n", "SCTP"),
    Capability.IPV6: (BOTH + "  egress: [{to: [{ipBlock: {cidr: '2001:db8::/32'}}]}]\n", "'2001:db8::/32'"),
    Capability.POLICY_TYPES: ("  policyTypes: [Ingress]\n  egress: [{to: [{podSelector: {}}]}]\n", "egress"),
    Capability.CLIENT_ADDRESS: (BOTH + "  ingress: [{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]\n", "203.0.113.0/24"),
}
# What other manifests show (see below), or hovers and `netpol-lint cni` tell, because no policy shows whether it matters.
TOLD_ELSEWHERE = {
    Capability.IP_BLOCK_MATCHES_NODES,
    Capability.ESTABLISHED_CONNECTIONS,
    Capability.PROBES,
    Capability.HOST_NETWORK_PODS,
    Capability.STANDALONE_PODS,
    Capability.PORTS_AFTER_TRANSLATION,
    Capability.POD_START,
    Capability.ADMIN_NETWORK_POLICY,
    Capability.CLUSTER_NETWORK_POLICY,
}


@cache
def config(cni: str | None, **more: object) -> FileConfig:
    said = {"cni": cni, "pod-cidrs": ("10.244.0.0/16",), **more}
    found = Config([Layer({key: Setting(value) for key, value in said.items() if value is not None})]).for_file()
    return replace(found, enabled=frozenset(info.code for info in rule_infos()))


def findings(text: str, settings: FileConfig) -> list[Diagnostic]:
    return list(lint_text(text, config=settings).diagnostics)


def places(text: str, settings: FileConfig, codes: frozenset[str] = PLATFORM) -> set[tuple[str, str]]:
    return {(d.code, text[d.span.start : d.span.end]) for d in findings(text, settings) if d.code in codes}


def versions(name: str) -> list[str]:
    """The profile without a version, and in a version of each range that it tells apart."""
    profile = next(one for one in all_profiles() if one.name == name)
    ends = {end for found in profile.facts.values() for one in found for end in (one.versions.first, one.versions.end)}
    numbers = sorted(end for end in ends if end is not None)
    before = [(end[0] - 1,) if len(end) == 1 else (*end[:-1], end[-1] - 1) for end in numbers if end[-1] > 0]
    return [name, *(f"{name}@{'.'.join(map(str, one))}" for one in sorted({*numbers, *before}))]


EVERY = [cni for profile in all_profiles() for cni in versions(profile.name)]


def test_each_capability_has_a_fixture_or_is_told_elsewhere() -> None:
    assert set(FIXTURES) | TOLD_ELSEWHERE == set(Capability)
    assert not set(FIXTURES) & TOLD_ELSEWHERE


@pytest.mark.parametrize("cni", EVERY)
def test_facts_give_findings_and_what_is_unknown_gives_none(cni: str) -> None:
    known = capabilities_of(cni)
    for capability, (rest, pointed) in FIXTURES.items():
        text = HEAD + rest
        fact = known.fact(capability)
        about_it = {
            (d.code, text[d.span.start : d.span.end])
            for d in findings(text, config(cni))
            if d.code in ("NP502", "NP504") and fact.text and fact.text in d.message
        }
        if known.enforces_nothing:
            assert places(text, config(cni), frozenset({"NP502", "NP504"})) == set(), capability
            assert ("NP501", "web") in places(text, config(cni)), capability
        elif capability is Capability.POLICY_TYPES:
            assert about_it == set()
        elif is_moot(known, capability, rest):
            assert about_it == set(), capability
        elif capability is Capability.IP_BLOCK_MATCHES_PODS:
            is_special = fact.support in (Support.NO, Support.PARTIAL)
            assert about_it == ({("NP504", pointed)} if is_special else set()), capability
        elif capability is Capability.CLIENT_ADDRESS:
            assert about_it == ({("NP504", pointed)} if fact.support is Support.NO else set()), capability
        elif fact.support is Support.NO:
            assert about_it == {("NP502", pointed)}, capability
        elif fact.support is Support.PARTIAL:
            assert about_it == {("NP504", pointed)}, capability
        else:
            assert about_it == set(), capability


def is_moot(known: Capabilities, capability: Capability, rest: str) -> bool:
    """Whether what the fixture uses is in a direction that is not enforced at all."""
    if capability in (Capability.INGRESS, Capability.EGRESS):
        return False
    direction = "Ingress" if "  ingress:" in rest else "Egress"
    return known.enforces(direction).support is Support.NO


@pytest.mark.parametrize("capability", FIXTURES)
def test_without_a_profile_and_with_the_standard_nothing_is_found(capability: Capability) -> None:
    text = HEAD + FIXTURES[capability][0]
    for cni in (None, "standard", "antrea"):
        assert places(text, config(cni)) == set(), cni


def mystery(support: Support) -> Capabilities:
    """A plugin of which each fact has this support and nothing else is known."""
    return Capabilities("mystery", "Mystery", None, {one: Fact(one, support, "it is so") for one in Capability})


def test_no_finding_of_any_rule_rests_on_an_unknown_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    """All rules over all examples and fixtures: a profile that knows nothing gives what no profile gives."""
    texts = [example.text for rule in all_rules() for example in examples_of(rule.info.doc)]
    texts += [HEAD + rest for rest, _ in FIXTURES.values()]
    without = [said(text, config(None)) for text in texts]
    for unknown in (mystery(Support.UNKNOWN), Capabilities("mystery", "Mystery")):
        monkeypatch.setattr(Settings, "capabilities", property(lambda _, unknown=unknown: unknown))
        assert [said(text, config("calico")) for text in texts] == without
    # And it is the facts that make the difference.
    monkeypatch.setattr(Settings, "capabilities", property(lambda _: mystery(Support.NO)))
    assert [said(text, config("calico")) for text in texts] != without


def said(text: str, settings: FileConfig) -> list[tuple[str, str, int, Severity]]:
    return [(d.code, d.message, d.span.start, d.severity) for d in findings(text, settings)]


@pytest.mark.parametrize(
    ("cni", "text"),
    [
        ("cilium@1.15", "only `port` is open"),
        ("weave", "only `port` is open"),
    ],
)
def test_messages_say_what_happens_instead(cni: str, text: str) -> None:
    (found,) = [d for d in findings(HEAD + FIXTURES[Capability.END_PORT][0], config(cni)) if d.code == "NP502"]
    assert found.message.startswith("`endPort: 8010` does not work on ")
    assert text in found.message
    assert found.severity is Severity.WARNING


def test_an_end_port_that_is_the_port_is_no_range() -> None:
    text = HEAD + BOTH + "  ingress: [{ports: [{port: 8000, endPort: 8000}]}]\n"
    assert places(text, config("cilium@1.15")) == set()


def test_rules_without_effect_use_nothing() -> None:
    text = HEAD + "  policyTypes: [Ingress]\n  egress: [{ports: [{port: 8000, endPort: 8010}]}]\n"
    assert places(text, config("cilium@1.15")) == set()


def test_policy_types_that_are_not_honoured_change_the_words() -> None:
    text = HEAD + FIXTURES[Capability.POLICY_TYPES][0]
    for cni, enforced in ((None, False), ("calico", False), ("cilium", True), ("aws-vpc-cni@1.19", True)):
        (found,) = [d for d in findings(text, config(cni)) if d.code == "NP202"]
        assert ("enforces these egress rules" in found.message) is enforced, cni
        assert bool(found.tags) is not enforced
    mirrored = HEAD + "  policyTypes: [Egress]\n  ingress: [{from: [{podSelector: {}}]}]\n"
    (found,) = [d for d in findings(mirrored, config("cilium")) if d.code == "NP203"]
    assert "but Cilium enforces these ingress rules" in found.message


@pytest.mark.parametrize(
    ("kind", "cni", "good", "bad"),
    [
        (
            LimitKind.MATCH_LABELS,
            "nsx-t",
            "  ingress: [{from: [{podSelector: {matchLabels: {a: a, b: b, c: c, d: d}}}]}]\n",
            "  ingress: [{from: [{podSelector: {matchLabels: {a: a, b: b, c: c, d: d, e: e}}}]}]\n",
        ),
        (
            LimitKind.SELECTORS_PER_RULE,
            "nsx-t",
            "  ingress: [{from: ["
            + ", ".join(f"{{podSelector: {{matchLabels: {{a: a{n}}}}}}}" for n in range(5))
            + "]}]\n",
            "  ingress: [{from: ["
            + ", ".join(f"{{podSelector: {{matchLabels: {{a: a{n}}}}}}}" for n in range(6))
            + "]}]\n",
        ),
        (
            LimitKind.PORTS_PER_PEER,
            "aws-vpc-cni@1.19",
            "  ingress: [{ports: [" + ", ".join(f"{{port: {80 + n}}}" for n in range(24)) + "]}]\n",
            "  ingress: [{ports: [" + ", ".join(f"{{port: {80 + n}}}" for n in range(25)) + "]}]\n",
        ),
    ],
    ids=str,
)
def test_numbers_over_a_limit(kind: LimitKind, cni: str, good: str, bad: str) -> None:
    limit = capabilities_of(cni).limit(kind)
    assert limit is not None

    def about(rest: str, plugin: str | None = cni) -> list[Severity]:
        return [d.severity for d in findings(HEAD + BOTH + rest, config(plugin)) if limit.text in d.message]

    assert about(good) == []
    assert about(bad) == [Severity.WARNING]
    assert about(bad, None) == about(bad, "calico") == []


def test_what_must_be_switched_on_is_said_once() -> None:
    policies = "---\n".join(HEAD.replace("name: web,", f"name: {name},") + BOTH for name in "abc")
    found = [d.message for d in findings(policies, config("eks-auto")) if d.code == "NP504"]
    assert len([message for message in found if "enable-network-policy-controller" in message]) == 1
    assert [d for d in findings(policies, config("calico")) if d.code in PLATFORM] == []


def test_many_policies_are_advised_against_once() -> None:
    def about(count: int) -> list[str]:
        policies = "---\n".join(HEAD.replace("name: web,", f"name: web-{n},") + BOTH for n in range(count))
        found = findings(policies, config("ack-terway"))
        return [d.message for d in found if d.code == "NP504" and "fewer than 100" in d.message]

    assert about(100) == []
    assert about(101) == [
        "101 policies are many for Alibaba ACK with Terway: Alibaba advises fewer than 100 NetworkPolicies in a cluster"
    ]


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "0.0.0.0/0"])
def test_a_block_around_the_pods_does_not_include_them(cidr: str) -> None:
    text = HEAD + BOTH + f"  egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}]\n"
    (found,) = [d for d in findings(text, config("cilium")) if d.code == "NP504"]
    assert found.severity is Severity.INFO
    assert found.message.startswith(f"`{cidr}` does not include the pods: ")
    assert places(text, config("calico")) == set()


def test_the_usual_ranges_of_a_platform_say_nothing_about_the_world() -> None:
    preset = Config([Layer({"platform": Setting("k3s"), "cni": Setting("cilium")})]).for_file()
    world = HEAD + BOTH + "  egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]\n"
    inside = HEAD + BOTH + "  egress: [{to: [{ipBlock: {cidr: 10.42.3.0/24}}]}]\n"
    assert [d for d in findings(world, preset) if d.code == "NP504"] == []
    assert [d.severity for d in findings(inside, preset) if d.code == "NP504"] == [Severity.INFO]


def test_a_block_of_pods_gives_one_finding_and_not_two() -> None:
    text = HEAD + FIXTURES[Capability.IP_BLOCK_MATCHES_PODS][0]
    assert places(text, config("cilium"), frozenset({"NP221", "NP504"})) == {("NP504", "10.244.3.0/24")}
    assert places(text, config("calico"), frozenset({"NP221", "NP504"})) == {("NP221", "10.244.3.0/24")}


def test_ranges_of_a_preset_are_no_more_than_usual() -> None:
    text = HEAD + BOTH + "  egress: [{to: [{ipBlock: {cidr: 172.30.4.4/32}}]}]\n"
    preset = Config([Layer({"platform": Setting("openshift")})]).for_file()
    written = Config([Layer({"service-cidrs": Setting(("172.30.0.0/16",))})]).for_file()
    assert [d.severity for d in findings(text, preset) if d.code == "NP221"] == [Severity.INFO]
    assert [d.severity for d in findings(text, written) if d.code == "NP221"] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("version", "codes"),
    [((1, 20), {"NP503"}), ((1, 22), set()), (None, set())],
)
def test_what_kubernetes_lacks_is_said_once(version: tuple[int, int] | None, codes: set[str]) -> None:
    text = HEAD + FIXTURES[Capability.END_PORT][0]
    for cni in (None, "calico"):
        assert {code for code, _ in places(text, config(cni, **{"kubernetes-version": version}))} == codes


def test_namespaces_have_no_label_of_their_name_before_kubernetes_1_21() -> None:
    rest = BOTH + (
        "  ingress:\n"
        "    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}]\n"
        "    - from: [{namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: Exists}]}}]\n"
    )
    key = "kubernetes.io/metadata.name"
    assert (
        len([d for d in findings(HEAD + rest, config(None, **{"kubernetes-version": (1, 20)})) if key in d.message])
        == 2
    )
    assert places(HEAD + rest, config(None, **{"kubernetes-version": (1, 21)})) == set()


@pytest.mark.parametrize("profile", [one for one in all_profiles() if not one.is_alive], ids=lambda one: one.name)
def test_plugins_that_are_not_kept_up_are_named_once(profile) -> None:
    policies = "---\n".join(HEAD.replace("name: web,", f"name: {name},") + BOTH for name in "ab")
    found = [d for d in findings(policies, config(profile.name)) if d.code == "NP505"]
    assert [d.severity for d in found] == [Severity.INFO]
    assert re.search(re.escape(profile.status_text), found[0].message)
    assert [d for d in findings(policies, config("calico")) if d.code == "NP505"] == []


SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: PORT, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: web, ports: [{containerPort: 8080}]}]}
"""


@pytest.mark.parametrize(
    ("cni", "port", "found"),
    [
        ("aws@1.19", 80, True),
        ("aws@1.19", 8080, False),
        ("eks-auto", 80, True),
        ("calico", 80, False),
        (None, 80, False),
    ],
)
def test_a_service_that_sends_its_port_on_to_another(cni: str | None, port: int, found: bool) -> None:
    text = HEAD + BOTH + "  ingress: [{ports: [{port: 8080}]}]\n" + SERVICE.replace("PORT", str(port))
    about = [d for d in findings(text, config(cni)) if "sends port" in d.message]
    assert [d.severity for d in about] == ([Severity.WARNING] if found else [])
    assert [text[d.span.start : d.span.end] for d in about] == (["8080"] if found else [])


@pytest.mark.parametrize(("cni", "found"), [("aws@1.19", True), ("calico", False), (None, False)])
def test_pods_without_an_owner(cni: str | None, found: bool) -> None:
    pod = "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}OWNER}\nspec: {containers: [{name: c}]}\n"
    owner = ", ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: '1', controller: true}]"
    about = [
        d for d in findings(HEAD + BOTH + pod.replace("OWNER", ""), config(cni)) if "does not hold for" in d.message
    ]
    assert [d.severity for d in about] == ([Severity.WARNING] if found else [])
    assert not [
        d for d in findings(HEAD + BOTH + pod.replace("OWNER", owner), config(cni)) if "does not hold for" in d.message
    ]


def test_host_network_follows_the_plugin() -> None:
    pod = (
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\n"
        "spec: {hostNetwork: true, containers: [{name: c}]}\n"
    )
    messages = {
        cni: [d.message for d in findings(HEAD + BOTH + pod, config(cni)) if d.code == "NP311"]
        for cni in (None, "calico")
    }
    assert "most plugins do not enforce" in messages[None][0]
    assert capabilities_of("calico").host_network_pods.text in messages["calico"][0]
