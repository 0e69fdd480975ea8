"""Which Services a workload says it calls."""

import pytest

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.text.source import make_source


def workload(env, kind="containers"):
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n"
        "    metadata: {labels: {app: web}}\n    spec:\n"
        + ("" if kind == "containers" else "      containers: [{name: main}]\n")
        + f"      {kind}:\n        - name: one\n          env:\n{env}          image: x\n"
    )
    return text, facts_of(make_source("file:///web.yaml", text), Settings()).resources.workloads[0]


def calls(**variables):
    env = "".join(f"            - name: {name}\n              value: '{value}'\n" for name, value in variables.items())
    return [(one.service, one.namespace, one.port) for one in workload(env)[1].calls]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("A", "http://orders.shop.svc:8080", ("orders", "shop", 8080)),
        ("A", "http://orders.shop.svc.cluster.local./v1?x=y", ("orders", "shop", 80)),
        ("A", "https://user:pass@orders", ("orders", None, 443)),
        ("A", "grpc://orders", ("orders", None, None)),
        ("A", "jdbc:postgresql://db.data:5433/shop", ("db", "data", 5433)),
        ("A", "jdbc:postgresql://db.data/shop", ("db", "data", 5432)),
        ("A", "orders:8080", ("orders", None, 8080)),
        ("A", "Orders.SHOP.svc", ("orders", "shop", None)),
        ("A", "dns:///orders:8080", None),
        ("ORDERS_HOST", "orders.shop", ("orders", "shop", None)),
        ("HOST", "orders", ("orders", None, None)),
        ("orders_url", "orders", ("orders", None, None)),
        ("ORDERS_NAME", "orders", None),
        ("GHOST", "orders", None),
        ("A", "a b", None),
        ("A", "orders", None),
        ("ADDR", "10.0.0.1", None),
        ("ADDR", "10.0.0.1:80", None),
        ("ADDR", ":8080", None),
        ("URL", "https://api.example.com/x", None),
        ("URL", "https://$(HOST):80", None),
        ("LOG_URL", "/var/log", None),
        ("IMAGE", "shop/web:1.2", None),
        ("A", "kafka-0.kafka.data:9092", ("kafka", "data", 9092)),
        ("A", "kafka-0.kafka:9092", ("kafka", None, 9092)),
        ("A", "kafka-0.kafka.data.svc.cluster.local:9092", ("kafka", "data", 9092)),
    ],
)
def test_what_a_value_names(name, value, wanted):
    assert calls(**{name: value}) == ([wanted] if wanted else [])


def test_several_addresses_and_a_port_beside():
    assert calls(NATS="nats://a:4222,b.msg") == [("a", None, 4222), ("b", "msg", 4222)]
    assert calls(KAFKA_BROKERS="k-0.k:9092, k-1.k:9092") == [("k", None, 9092)]
    assert calls(ORDERS_HOST="orders", ORDERS_PORT="8080") == [("orders", None, 8080)]
    assert calls(ORDERS_SERVICE_HOST="orders", ORDERS_SERVICE_PORT="x") == [("orders", None, None)]
    assert calls(HOST="orders", PORT="70000") == [("orders", None, None)]


def test_what_is_not_literal_is_not_known():
    env = (
        "            - {name: A_HOST, valueFrom: {configMapKeyRef: {name: a, key: orders}}}\n"
        "            - {name: B_HOST}\n            - {name: C_HOST, value: 80}\n            - {value: 'http://orders:80'}\n"
        "            - {name: D_HOST, value: '${ORDERS}'}\n"
    )
    assert workload(env)[1].calls == ()


@pytest.mark.parametrize("kind", ["containers", "initContainers"])
def test_the_place_is_that_of_the_value(kind):
    text, found = workload("            - name: A\n              value: http://orders:80\n", kind)
    (call,) = found.calls
    assert text[call.origin.start : call.origin.end] == "http://orders:80"
    assert call.origin.field == f"spec.template.spec.{kind}[0].env[0].value"
    assert call.variable == "A"


def test_a_value_that_is_long_is_read_fast():
    assert calls(A="http://" + "a-" * 900 + "b") == []
    assert calls(A_HOST="a." * 900 + "!") == []
