"""What tests of connections mean, row by row."""

import pytest

from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.intent_check import check
from netpol_lsp.reach.intent_reader import read_intents
from netpol_lsp.reach.intents import Outcome
from netpol_lsp.reach.names import Names
from netpol_lsp.yaml.documents import parse_document
from tests.reach.loading import load

CLUSTER = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: main, image: i, ports: [{name: pg, containerPort: 5432}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec:
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: main, image: i}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: 10.96.0.7, selector: {app: db}, ports: [{name: sql, port: 1, targetPort: pg}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: pg}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {}}]
"""


@pytest.mark.parametrize(
    ("row", "actual"),
    [
        ("{from: shop/web, to: shop/db, port: 5432, expect: allow}", "allow"),
        ("{from: shop/web, to: shop/db, port: pg, expect: allow}", "allow"),
        ("{from: shop/web, to: shop/db, port: 5432/UDP, expect: allow}", "deny"),
        ("{from: shop/web, to: shop/db, expect: allow}", "deny"),
        ("{from: shop/web, to: shop/db, expect: deny}", "allow"),
        ("{from: shop/web, to: shop/db, port: 5431-5433, expect: allow}", "deny"),
        ("{from: shop/web, to: shop/db, port: 5431-5433, expect: deny}", "allow"),
        ("{from: shop/api, to: 'svc:shop/db', port: sql, expect: deny}", "deny"),
        ("{from: shop/web, to: 'svc:shop/db', port: 1, expect: allow}", "allow"),
        ("{from: shop/web, to: 'ip:10.96.0.7', port: 1, expect: allow}", "allow"),
        ("{from: 'shop/*', to: shop/db, port: 5432, expect: allow}", "deny"),
        ("{from: 'shop/*', to: shop/db, port: 5432, expect: any allow}", "allow"),
        ("{from: 'shop/*', to: shop/db, port: 5432, expect: any deny}", "deny"),
        ("{from: shop/app=web, to: '*/*', port: http, expect: any deny}", "unknown"),
        ("{from: shop/db, to: shop/db, expect: allow}", "allow"),
        ("{from: shop/api, to: shop/api, expect: allow}", "allow"),
        ("{from: shop/web, to: world, port: 443, expect: deny}", "allow"),
        ("{from: shop/web, to: world, port: 443, expect: allow}", "deny"),
        ("{from: shop/web, to: 'cidr:10.1.0.0/16', expect: allow}", "allow"),
        ("{from: shop/web, to: 'cidr:0.0.0.0/0', expect: any deny}", "deny"),
        ("{from: shop/web, to: 'host:example.org', port: 443, expect: allow}", "unknown"),
        ("{from: shop/api, to: 'host:example.org', port: 443, expect: allow}", "allow"),
        ("{from: world, to: shop/db, expect: deny}", "deny"),
        ("{from: 'ip:192.0.2.1', to: shop/db, port: 5432, expect: deny}", "deny"),
        ("{from: nobody, to: shop/db, expect: deny}", "unknown"),
        ("{from: shop/web, to: shop/db, port: nope, expect: deny}", "unknown"),
        ("{from: 'ip:192.0.2.1', to: world, expect: deny}", "unknown"),
        ("{from: 'shop/app in (web, api)', to: shop/db, port: 5432, expect: deny}", "allow"),
    ],
)
def test_rows(row: str, actual: str) -> None:
    cluster = load(CLUSTER)
    text = f"apiVersion: netpol-lint/v1\nkind: ConnectivityTest\ntests:\n  - {row}\n"
    file = read_intents(parse_document(text, "tests.yaml"))
    assert not file.problems
    checked = check(Engine(cluster), Names(cluster), file.intents[0])
    assert checked.actual is Outcome(actual)
    assert checked.passed is (checked.actual is file.intents[0].expect)
