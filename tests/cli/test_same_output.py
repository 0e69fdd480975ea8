"""The same input gives the same output in each run, whatever order Python gives to sets of strings."""

import os
import subprocess
import sys

MANIFESTS = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: hosts, namespace: shop}
spec:
  podSelector:
    matchExpressions: [{key: app, operator: In, values: [a, b, c, d, e, f]}]
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [f, e, d, c, b, a]}]}}]
"""
POD = """\
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: {name}, tier: t-{name}}}}}
spec: {{hostNetwork: true, containers: [{{name: c}}]}}
"""


def test_whatever_the_seed_of_hashes(tmp_path) -> None:
    (tmp_path / "shop.yaml").write_text(MANIFESTS + "".join(POD.format(name=name) for name in "fedcba"))
    command = [sys.executable, "-m", "netpol_lsp", "check", "--no-cache", "--exit-zero", "--profile", "audit"]
    outputs = {
        subprocess.run(
            [*command, "--format", "json", "shop.yaml"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(1, 7)
    }
    assert any("NP311" in output for output in outputs)
    assert len(outputs) == 1
