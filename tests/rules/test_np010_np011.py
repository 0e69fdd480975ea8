"""NP010 template-indentation and NP011 template-unquoted-label."""

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.text.edits import Applicability


def policy(metadata: str = "", labels: str = "") -> str:
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{{{ .Release.Name }}}}\n{metadata}"
        f"spec:\n  podSelector:\n    matchLabels:\n{labels or '      app: web'}\n  policyTypes: [Ingress]\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        policy("  labels:\n    a: b\n    {{- toYaml .x | nindent 6 }}\n"),
        policy("  labels:\n    {{- toYaml .x | nindent 2 }}\n"),
        policy("  labels: {{- toYaml .x | nindent 6 }}\n    a: b\n"),
        policy("  labels:\n    {{ toYaml .x | indent 4 }}\n"),
        policy(labels="      app: web\n      {{- toYaml .x | nindent 5 }}"),
        policy("  {{- if .y }}\n  labels:\n    a: b\n    {{- toYaml .x | nindent 6 }}\n  {{- end }}\n"),
    ],
)
def test_lines_at_a_wrong_column(find, mend, text):
    (found,) = find("NP010", text)
    assert text[found.span.start : found.span.end].startswith("{{")
    (fix,) = found.fixes
    assert fix.applicability is Applicability.UNSAFE
    assert find("NP010", mend("NP010", text)) == []


@pytest.mark.parametrize(
    "text",
    [
        policy("  labels:\n    a: b\n    {{- toYaml .x | nindent 4 }}\n"),
        policy("  labels:\n{{ toYaml .x | indent 4 }}\n"),
        policy("  labels:\n    {{- toYaml .x | nindent 8 }}\n"),
        policy("  labels: {{- toYaml .x | nindent 4 }}\n    a: b\n"),
        policy("  labels: {{- toYaml .x | nindent 4 }}\n{{- with .y }}\n{{ toYaml . | indent 4 }}\n{{- end }}\n"),
        policy("  finalizers:\n  {{- toYaml .x | nindent 2 }}\n"),
        policy("{{ toYaml .x | indent 2 }}\n"),
        policy("  {{- toYaml .x | nindent 2 }}\n"),
        policy("  {{ include `x` . | nindent 4 | trim }}\n"),
        # one reading fits: what is around depends on the branch
        policy("  labels:\n    {{- if .y }}\n    a: b\n    {{- end }}\n    {{- toYaml .x | nindent 6 }}\n"),
    ],
)
def test_lines_that_fit(find, text):
    assert find("NP010", text) == []


def test_unquoted_labels_are_said_only_when_asked_for(find):
    text = policy(labels="      app: {{ .Release.Name }}")
    assert "NP011" not in default_file_config().enabled
    (found,) = find("NP011", text)
    assert text[found.span.start : found.span.end] == "{{ .Release.Name }}"


@pytest.mark.parametrize(
    "value", ["{{ .a | quote }}", '"{{ .a }}"', "web-{{ .a }}", "{{ .a }}-web", "web", "'{{ .a }}'", "{{ squote .a }}"]
)
def test_quoted_labels(find, value):
    assert find("NP011", policy(labels=f"      app: {value}")) == []


@pytest.mark.parametrize(
    ("action", "quoted"),
    [
        ("{{ .a }}", "{{ .a | quote }}"),
        ("{{- .a -}}", "{{- .a | quote -}}"),
        ('{{ include "x" . }}', '{{ include "x" . | quote }}'),
    ],
)
def test_the_fix_quotes(mend, action, quoted):
    assert mend("NP011", policy(labels=f"      app: {action}")) == policy(labels=f"      app: {quoted}")
