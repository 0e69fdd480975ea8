"""Two namespaces: a frontend in `shop`, a database in `data`, and the policy that lets the one reach the other."""

SHOP = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: b}}
"""
DATA = """\
apiVersion: v1
kind: Namespace
metadata: {name: data}
"""
WORKLOADS = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend, namespace: shop}
spec:
  template:
    metadata: {labels: {app: frontend}}
    spec: {containers: [{name: main, image: i}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: main, image: i, ports: [{name: pg, containerPort: 5432}]}]
"""
POLICY = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: "🎉"}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {team: b}}
          podSelector: {matchLabels: {app: frontend}}
      ports:
        - port: pg
"""
