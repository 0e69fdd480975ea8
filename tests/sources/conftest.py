"""Charts and kustomizations to render."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from netpol_lsp.files.boundary import Boundary
from netpol_lsp.sources.helm import ChartRelease, render_chart
from netpol_lsp.sources.kustomize import build_kustomization
from netpol_lsp.sources.origin_map import Written
from netpol_lsp.sources.rendering import Rendering
from netpol_lsp.text.span import Span

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}-web
  labels:
    {{- include "web.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {app: web}
  ingress:
  {{- range .Values.clients }}
    - from:
        - podSelector:
            matchLabels:
              app: {{ . | quote }}
      ports:
        - port: {{ $.Values.port }}
          protocol: tcp
  {{- end }}
  {{- if .Values.egress }}
  egress:
    {{- toYaml .Values.egress | nindent 4 }}
  {{- else }}
  policyTypes: [Ingress]
  {{- end }}
"""
HELPERS = """\
{{/* Labels. */}}
{{- define "web.labels" -}}
app.kubernetes.io/name: web
release: {{ .Release.Name }}
{{- end }}
"""
VALUES = "clients: [shop, admin]\nport: 8080\negress: []\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def a_chart(folder: Path, **more: str) -> Path:
    """A chart with a policy; `more` files by name, `__` for `/`."""
    files = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        "values.yaml": VALUES,
        "templates/policy.yaml": POLICY,
        "templates/_helpers.tpl": HELPERS,
    }
    return write(folder, {**files, **{name.replace("__", "/"): text for name, text in more.items()}})


needs_kustomize = pytest.mark.usefixtures("new_kustomize")


def chart(root: Path, *values: str, name: str | None = None, namespace: str | None = None) -> Rendering:
    release = ChartRelease(tuple(f"{root}/{one}" for one in values), name, namespace)
    return render_chart(str(root), release, Boundary(str(root.parent)))


def built(root: Path, boundary: Path | None = None) -> Rendering:
    return build_kustomization(str(root), Boundary(str(boundary or root.parent)))


def origin(rendering: Rendering, token: str, after: str = "") -> Written:
    """Where the first `token` after `after` was written."""
    start = rendering.text.index(token, rendering.text.index(after))
    assert rendering.origins is not None
    return rendering.origins.find(Span(start, start + len(token)))


def shown(written: Written) -> tuple[str, str]:
    """The name of the file, and what is at the place."""
    text = Path(written.path).read_text()
    return Path(written.path).name, text[written.span.start : written.span.end]


Chart = Callable[..., Rendering]
