"""A chart with one policy, and what rendering it needs."""

import pytest

from netpol_lsp.sources.helm import can_render_charts

needs_helm = pytest.mark.skipif(not can_render_charts(), reason="neither helm-python-sdk nor helm is installed")
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: {{ .Values.app }}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {app: front}
      ports:
        - port: {{ .Values.port }}
"""
