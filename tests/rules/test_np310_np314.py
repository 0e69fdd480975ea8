"""NP310 and NP314, judged by policies and Services alone: no pod is known."""

import pytest

from tests.rules.test_other_manifests import REST, findings, policy

DENY_ALL = policy("deny-all", "shop", "podSelector: {}, policyTypes: [Ingress, Egress]")
DNS = policy(
    "dns",
    "shop",
    "podSelector: {}, policyTypes: [Egress], egress: [{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]",
)
TO_DB = policy(
    "api",
    "shop",
    "podSelector: {matchLabels: {app: api}}, policyTypes: [Egress], egress: ["
    "{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{protocol: TCP, port: 5432}]}]",
)
INTO_DB = policy(
    "db",
    "shop",
    "podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: ["
    "{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{protocol: TCP, port: 5432}]}]",
)


def test_egress_to_pods_that_let_no_one_in():
    found = findings({"a.yaml": "---\n".join([DENY_ALL, DNS, TO_DB])})["NP310"]
    assert found.severity.value == "info"
    assert (
        found.message
        == "egress on TCP 5432 is allowed here, but no ingress rule of the pods on the other side allows it"
    )
    assert [one.message for one in found.related] == ["restricts the ingress of the other side"]
    assert "NP310" in findings({"x/a.yaml": DENY_ALL, "x/b.yaml": TO_DB})


@pytest.mark.parametrize(
    "other",
    [
        INTO_DB,
        INTO_DB.replace("5432", "pg"),
        INTO_DB.replace("app: api", "tier: backend"),
        INTO_DB.replace("{podSelector: {matchLabels: {app: api}}}", "{namespaceSelector: {}}"),
        INTO_DB.replace("{podSelector: {matchLabels: {app: api}}}", "{ipBlock: {cidr: 10.0.0.0/8}}"),
        INTO_DB.replace("from: [{podSelector: {matchLabels: {app: api}}}], ", ""),
        INTO_DB.replace("app: db", "role: store"),
        INTO_DB.replace("app: api", "app: $APP"),
        INTO_DB.replace("namespace: shop", "namespace: $NS"),
        "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: x, namespace: shop}\n"
        "spec: {endpointSelector: {}, ingress: [{}]}\n",
    ],
)
def test_egress_to_pods_that_may_let_someone_in(other):
    assert "NP310" not in findings({"a.yaml": "---\n".join([DENY_ALL, DNS, TO_DB, other])})


@pytest.mark.parametrize(
    "other",
    [
        INTO_DB.replace("app: api", "app: web"),
        INTO_DB.replace("5432", "3306"),
        INTO_DB.replace("app: db", "app: cache"),
        INTO_DB.replace("namespace: shop", "namespace: other"),
        INTO_DB.replace(
            "podSelector: {matchLabels: {app: api}}}",
            "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}}",
        ),
    ],
)
def test_egress_to_pods_that_let_others_in(other):
    assert "NP310" in findings({"a.yaml": "---\n".join([DENY_ALL, DNS, TO_DB, other])})


def test_ingress_from_pods_that_no_one_lets_out():
    within = policy("within", "shop", "podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]")
    found = findings({"a.yaml": "---\n".join([DENY_ALL, DNS, within])})["NP310"]
    assert found.message == "ingress is allowed here, but no egress rule of the pods on the other side allows it"
    out = (
        within.replace("within", "out").replace("Ingress", "Egress").replace("ingress", "egress").replace("from", "to")
    )
    assert "NP310" not in findings({"a.yaml": "---\n".join([DENY_ALL, DNS, within, out])})
    assert "NP310" not in findings(
        {"a.yaml": "---\n".join([DNS.replace("podSelector: {}", "podSelector: {matchLabels: {app: x}}"), within])}
    )


def test_one_sided_connections_are_judged_where_policies_are_applied_together():
    assert "NP310" not in findings({"x/a.yaml": DENY_ALL, "y/b.yaml": TO_DB})
    assert "NP310" not in findings({"examples/a.yaml": DENY_ALL, "examples/b.yaml": TO_DB, **REST})
    nameless = [text.replace(", namespace: shop", "") for text in (DENY_ALL, TO_DB)]
    assert "NP310" in findings({"a.yaml": "---\n".join(nameless)})


def test_ingress_from_pods_whose_own_rules_do_not_have_it():
    """Where a default deny alone closes the clients' egress, their rule may be written with them, elsewhere."""
    files = [DENY_ALL, DNS, INTO_DB]
    assert "NP310" not in findings({"a.yaml": "---\n".join(files)})
    client = TO_DB.replace("app: db", "app: cache")
    assert "NP310" in findings({"a.yaml": "---\n".join([*files, client, INTO_DB.replace("db", "cache")])})
    assert "NP310" not in findings({"a.yaml": "---\n".join([*files, TO_DB])})


SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
    "spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}\n"
)
PODS_ONLY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    # from outside the cluster (NodePort)
    - from:
        - namespaceSelector: {}
      ports:
        - {protocol: TCP, port: 8080}
"""


def test_a_node_port_that_is_meant_for_clients_from_outside():
    files = {"a.yaml": PODS_ONLY, "b.yaml": SERVICE}
    found = findings(files)
    assert found["NP314"].severity.value == "warning"
    assert "NodePort Service `web`" in found["NP314"].message
    assert not {"NP320", "NP241"} & found.keys()
    balanced = findings({**files, "b.yaml": SERVICE.replace("NodePort", "LoadBalancer")})
    assert "LoadBalancer Service `web`" in balanced["NP314"].message
    plain = findings({**files, "a.yaml": PODS_ONLY.replace("    # from outside the cluster (NodePort)\n", "")})
    assert plain["NP320"].severity.value == "info"
    assert "NP314" not in plain
    for other in (
        SERVICE.replace("NodePort", "ClusterIP"),
        SERVICE.replace("8080", "9090"),
        SERVICE.replace("shop", "b"),
    ):
        assert not {"NP314", "NP320"} & findings({**files, "b.yaml": other}).keys()
    opened = PODS_ONLY.replace("- namespaceSelector: {}", "- ipBlock: {cidr: 203.0.113.0/24}")
    assert not {"NP314", "NP320"} & findings({**files, "a.yaml": opened}).keys()


def test_egress_of_one_part_of_an_application():
    """A peer for all parts of an application does not count on each of them."""
    part = policy(
        "part",
        "shop",
        "podSelector: {matchLabels: {app: shop, part: cart}}, policyTypes: [Egress], "
        "egress: [{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]",
    )
    host = policy(
        "db",
        "shop",
        "podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], "
        "ingress: [{from: [{podSelector: {matchLabels: {app: shop}}}]}]",
    )
    assert "NP319" not in findings({"a.yaml": f"{part}---\n{host}"})
    named = host.replace("{app: shop}", "{part: cart, app: shop}")
    assert "NP319" in findings({"a.yaml": f"{part}---\n{named}"})


def test_a_rule_for_replicas():
    own = policy(
        "db",
        "shop",
        "podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress, Egress], ingress: [{from: ["
        "{podSelector: {matchLabels: {app: db}}}], ports: [{protocol: TCP, port: 5432}]}]",
    )
    assert "NP310" not in findings({"a.yaml": own})
    other = policy(
        "web",
        "shop",
        "podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: cache}}}]}]",
    )
    assert "NP310" in findings(
        {
            "a.yaml": f"{own.replace('from: [{podSelector: {matchLabels: {app: db', 'from: [{podSelector: {matchLabels: {app: web')}---\n{other}"
        }
    )


SELF = policy(
    "monitoring",
    "shop",
    "podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}], ports: [{protocol: TCP, port: 3000}]}], "
    "egress: [{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]",
)


def test_a_policy_that_closes_its_own_other_side_is_named_where_it_is():
    text = "---\n".join([policy("default-deny-all", "other", "podSelector: {}"), SELF])
    (place,) = findings({"a.yaml": text})["NP310"].related
    assert text[place.span.start : place.span.end] == "monitoring"


def test_a_rule_that_is_not_meant_for_pods_has_no_other_side():
    text = "\n".join(
        [
            "apiVersion: networking.k8s.io/v1",
            "kind: NetworkPolicy",
            "metadata: {name: web, namespace: shop}",
            "spec:",
            "  podSelector: {}",
            "  policyTypes: [Ingress, Egress]",
            "  egress:",
            "    - ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]",
            "    # HTTPS for external APIs",
            "    - to: [{podSelector: {}}]",
            "      ports: [{protocol: TCP, port: 443}]",
            "",
        ]
    )
    found = findings({"a.yaml": text})
    assert "NP241" in found
    assert "NP310" not in found
    assert "NP310" in findings({"a.yaml": text.replace("external APIs", "the web pods")})
