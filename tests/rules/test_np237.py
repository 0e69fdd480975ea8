"""NP237 split-rule: peers and ports as two rules."""

import pytest

from tests.builders import flow_policy as policy

FROM = "{from: [{podSelector: {matchLabels: {app: frontend}}}]}"
PORTS = "{ports: [{port: 80}]}"


def test_both_readings_are_told(find):
    (found,) = find("NP237", policy(f"podSelector: {{}}, ingress: [{FROM}, {PORTS}]"))
    assert found.severity.value == "warning"
    assert found.field == "spec.ingress[1].ports"
    assert found.message == (
        "two rules, so either is enough: from pods with `app=frontend` in the policy's own namespace `shop`, on every port, "
        "OR from anyone, on TCP 80; written as one rule it would be: from pods with `app=frontend` in the policy's own "
        "namespace `shop`, on TCP 80"
    )


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        (f"ingress: [{FROM}, {PORTS}]", 1),
        (f"ingress: [{PORTS}, {FROM}]", 1),
        (f"ingress: [{FROM}, {PORTS}, {FROM}, {PORTS}]", 2),
        (f"ingress: [{FROM}, {PORTS}, {FROM}]", 1),
        ("policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {ports: [{port: 53}, {port: 443}]}]", 1),
        (
            "policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}, {ports: [{port: 53, protocol: UDP}, {port: 53}]}]",
            0,
        ),
        (f"ingress: [{FROM}]", 0),
        (f"ingress: [{FROM}, {FROM}]", 0),
        ("ingress: [{from: []}, {ports: [{port: 80}]}]", 0),  # NP208's
        (f"ingress: [{FROM}, {{ports: []}}]", 0),
        (f"ingress: [{FROM}, {{}}]", 0),
        (f"ingress: [{{from: [{{podSelector: {{}}}}], ports: [{{port: 80}}]}}, {PORTS}]", 0),
        (f"policyTypes: [Egress], ingress: [{FROM}, {PORTS}]", 0),  # NP203's
        (f"policyTypes: [$TYPE], ingress: [{FROM}, {PORTS}]", 0),
        (f"ingress: [{FROM}, $RULE, {PORTS}]", 0),
    ],
)
def test_pairs(find, spec, count):
    assert len(find("NP237", policy("podSelector: {}, " + spec))) == count


BLOCK = policy("").replace(
    "spec: {}\n",
    """\
spec:
  podSelector: {}
  ingress:
    - from:
        - podSelector: {} # all
    # web
    - ports:
        - port: 80
    - ports:
        - port: 53
""",
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_join(mend, newline):
    text = BLOCK.replace("\n", newline)
    assert mend("NP237", text) == text.replace(f"# web{newline}    - ports", f"# web{newline}      ports")


def test_join_in_flow_style(mend):
    assert mend("NP237", policy(f"podSelector: {{}}, ingress: [{FROM}, {PORTS}]")) == policy(
        "podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: frontend}}}], ports: [{port: 80}]}]"
    )


def test_pods_that_talk_among_themselves_and_a_port_for_everyone(find):
    text = policy(f"podSelector: {{matchLabels: {{app: frontend}}}}, ingress: [{FROM}, {PORTS}]")
    assert find("NP237", text) == []
    assert (
        len(
            find(
                "NP237",
                text.replace(
                    "spec: {podSelector: {matchLabels: {app: frontend}}", "spec: {podSelector: {matchLabels: {app: db}}"
                ),
            )
        )
        == 1
    )


def test_comments_of_their_own(find):
    assert find("NP237", BLOCK.replace("    - from:", "    # all of our own pods\n    - from:", 1)) == []
    assert len(find("NP237", BLOCK)) == 1


DNS = "ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]"
KUBE_DNS = "namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}"


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        (f"[{{to: [{{{KUBE_DNS}}}]}}, {{{DNS}}}]", 1),
        (f"[{{{DNS}}}, {{to: [{{{KUBE_DNS}}}]}}]", 1),
        (
            f"[{{to: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: openshift-dns}}}}}}]}}, {{{DNS}}}]",
            1,
        ),
        (
            f"[{{to: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: kube-system}}}}}}]}}, {{{DNS}}}]",
            0,
        ),
        (f"[{{to: [{{{KUBE_DNS}}}, {{podSelector: {{}}}}]}}, {{{DNS}}}]", 0),
        (f"[{{to: [{{{KUBE_DNS}}}]}}, {{ports: [{{port: 99999}}]}}]", 0),
    ],
)
def test_ports_of_dns_belong_to_dns(find, rules, count):
    assert len(find("NP237", policy(f"podSelector: {{}}, policyTypes: [Egress], egress: {rules}"))) == count


def test_the_web_first_and_then_pods(find):
    peers = "{to: [{podSelector: {matchLabels: {app: db}}}]}"
    egress = "podSelector: {{}}, policyTypes: [Egress], egress: [{}, {}]"
    web = "{ports: [{port: 443}, {port: 8088}]}"
    assert find("NP237", policy(egress.format(web, peers))) == []
    assert len(find("NP237", policy(egress.format(peers, web)))) == 1
    assert len(find("NP237", policy(egress.format(web.replace("443", "5432"), peers)))) == 1
