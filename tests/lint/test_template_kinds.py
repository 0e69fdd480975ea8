"""The kinds of templated files that repositories have: nothing false is said of them, and what is wrong is found.

Each text is right as it is; `WRONG` are changes of one line after which every rendering with it is refused.
"""

import pytest

from netpol_lsp.lint.engine import lint_text

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ .Release.Name }}\n"
PLAIN = HEAD.replace("{{ .Release.Name }}", "web")
FILES: dict[str, str] = {
    "a key with an action and literal keys below": HEAD
    + '  labels: {{- include "shop.labels" . | nindent 4 }}\n    tier: web\nspec:\n  podSelector:\n    matchLabels: {{- include "s" . | nindent 6 }}\n'
    "      app: web\n      part: shop\n  policyTypes: [Ingress]\n  ingress:\n    - from:\n        - podSelector:\n"
    '            matchLabels: {{- include "s" . | nindent 14 }}\n              app: gate\n              part: shop\n',
    "branches that close each other's mappings": HEAD
    + "spec:\n  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n    - ports:\n      {{- if .Values.cache }}\n        - port: {{ .Values.p }}\n      to:\n"
    "        - podSelector:\n            matchLabels:\n              app: cache\n      {{- else }}\n        - port: {{ .Values.q }}\n      {{- end }}\n",
    "the last peer is a template": HEAD
    + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    - ports:\n        - {port: 80, protocol: TCP}\n      from:\n"
    "        - namespaceSelector:\n            {{- toYaml .Values.sel | nindent 12 }}\n",
    "a whole document in each branch": "{{- if .Values.a }}\n"
    + HEAD
    + "spec:\n  podSelector: {}\n{{- else }}\n"
    + HEAD
    + "spec:\n  podSelector: {}\n  policyTypes: [Egress]\n{{- end }}\n",
    "a key for each branch": HEAD
    + "spec:\n  {{- if .Values.all }}\n  podSelector: {}\n  {{- else }}\n  podSelector:\n    matchLabels: {app: web}\n  {{- end }}\n  policyTypes: [Ingress]\n",
    "exclusive conditions": HEAD
    + 'spec:\n  podSelector: {}\n  {{- if eq .Values.t "a" }}\n  policyTypes: [Ingress]\n  {{- end }}\n  {{- if eq .Values.t "b" }}\n'
    "  policyTypes: [Egress]\n  {{- end }}\n",
    "a branch inside a word": HEAD.replace("{{ .Release.Name }}", "web{{ if .Values.x }}-x{{ else }}-y{{ end }}-z")
    + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n",
    "lines that begin with an action": HEAD
    + "spec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n    {{ if .Values.e }}- Egress{{ end }}\n  {{ if .Values.e }}egress: []{{ end }}\n",
    "an API version for each cluster": '{{- if .Capabilities.APIVersions.Has "extensions/v1beta1" }}\napiVersion: extensions/v1beta1\n{{- else }}\n'
    "apiVersion: networking.k8s.io/v1\n{{- end }}\nkind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n",
    "a definition": '{{- define "netpol" -}}\n' + HEAD + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n{{- end -}}\n",
    "a definition of the API version alone": '{{- define "networking.apiVersion" -}}\n{{- if .Capabilities.APIVersions.Has "networking.k8s.io/v1" }}\n'
    "apiVersion: networking.k8s.io/v1\n{{- else }}\napiVersion: networking.k8s.io/v1beta1\n{{- end }}\n{{- end -}}\n",
    "a definition of the head": '{{- define "netpol.head" -}}\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{{- end -}}\n',
    "a definition of all but the spec": '{{- define "netpol.head" -}}\n' + HEAD + "{{- end -}}\n",
    "square brackets": PLAIN.replace("web", "[[ .Values.name ]]")
    + "spec:\n  podSelector:\n    matchLabels:\n      [[- toYaml .Values.l | nindent 6 ]]\n  policyTypes: [Ingress]\n",
    "Jinja": PLAIN
    + "  labels:\n{% for k, v in labels.items() %}\n    {{ k }}: '{{ v }}'\n{% endfor %}\nspec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n"
    "{% if egress %}\n    - Egress\n{% endif %}\n  ingress:\n{% for ns in allowed %}\n    - from: [{namespaceSelector: {matchLabels: {ns: {{ ns }}}}}]\n"
    "{% else %}\n    []\n{% endfor %}\n",
    "a comment of Jinja": PLAIN + "{# who: what #}\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress: {{ rules }}\n",
    "ytt": '#@ load("@ytt:data", "data")\n---\n'
    + PLAIN
    + "  namespace: #@ data.values.ns\nspec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n  - from:\n    - #@ peer()\n    #@ if data.values.b:\n"
    "    - podSelector: {}\n    #@ else:\n    - ipBlock: {cidr: 10.0.0.0/8}\n    #@ end\n",
    "one node of ytt": "#@ a = 1\n---\n" + PLAIN + "spec:\n  podSelector: {}\n  #@ if/end a:\n  policyTypes: [Ingress]\n  ingress: #@ rules()\n",
    "ERB": PLAIN.replace("web", "<%= @app %>")
    + "spec:\n  podSelector: {}\n  policyTypes:\n<% @types.each do |t| %>\n  - <%= t %>\n<% end %>\n<%# a: comment %>\n",
    "EJS": PLAIN.replace("web", "<%= app %>")
    + "spec:\n  podSelector: {}\n<% if (egress) { %>\n  policyTypes: [Egress]\n<% } else { %>\n  policyTypes: [Ingress]\n<% } %>\n",
    "Mustache": PLAIN.replace("web", "{{name}}")
    + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n  {{#ports}}\n  - ports: [{port: {{port}}}]\n  {{/ports}}\n  {{^ports}}\n  - {}\n  {{/ports}}\n",
    "Handlebars": PLAIN.replace("web", "{{name}}")
    + "spec:\n  podSelector: {}\n  {{#if a}}\n  policyTypes: [Ingress]\n  {{else}}\n  policyTypes: [Egress]\n  {{/if}}\n",
    "Terraform": PLAIN.replace("web", "${name}")
    + "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n%{ for p in ports ~}\n    - ports: [{port: ${p}}]\n%{ endfor ~}\n%{ if x }\n    - {}\n%{ endif }\n",
    "envsubst": PLAIN.replace("web", "${NAME:=web}")
    + "  labels:\n    ${LABELS}\nspec:\n  podSelector: {matchLabels: {app: ${APP}}}\n  policyTypes: [${TYPES}]\n  ingress:\n    - ports: [{port: ${PORT}}]\n",
    "OpenShift": "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n"
    "  metadata: {name: '${NAME}-db'}\n  spec:\n    podSelector: {}\n    policyTypes: [Ingress]\n    ingress: [{ports: [{port: ${{PORT}}}]}]\n",
    "a text with a policy in it": "apiVersion: v1\nkind: ConfigMap\ndata:\n  policy.yaml: |\n    {{- if .Values.x }}\n    kind: NetworkPolicy\n    {{- end }}\n    spec:\n"
    "      podSelector: ${SELECTOR}\n",
}  # fmt: skip


def said(text: str) -> list[tuple[str, str]]:
    """The errors and warnings, and that a template could not be read."""
    found = lint_text(text).diagnostics
    return [
        (one.code, text[one.span.start : one.span.end])
        for one in found
        if one.severity.value in ("error", "warning") or one.code == "NP008"
    ]


SURPRISES = frozenset({"NP202", "NP203", "NP216", "NP207", "NP208", "NP402", "NP403", "NP201", "NP213", "NP214"})
"""What accepted policies may well be told: these texts are about what is refused, and about what cannot be read."""


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_nothing_false_is_said(text):
    assert [one for one in said(text) if one[0] not in SURPRISES] == []


WRONG = [
    ("a key with an action and literal keys below", "    - from:", "    - form:", "NP101", "form"),
    ("branches that close each other's mappings", "        - podSelector:", "        - podSelectors:", "NP101", "podSelectors"),
    ("branches that close each other's mappings", "  egress:", "  egres:", "NP101", "egres"),
    ("the last peer is a template", "protocol: TCP", "protocol: tcp", "NP105", "tcp"),
    ("a whole document in each branch", "[Egress]", "[egress]", "NP105", "egress"),
    ("a key for each branch", "    matchLabels: {app: web}", "    matchlabels: {app: web}", "NP101", "matchlabels"),
    ("exclusive conditions", "[Egress]", "[egress]", "NP105", "egress"),
    ("lines that begin with an action", "- Egress{{", "- egress{{", "NP105", "egress"),
    ("a definition", "[Ingress]", "[ingress]", "NP105", "ingress"),
    ("square brackets", "[Ingress]", "[ingress]", "NP105", "ingress"),
    ("Jinja", "    - Egress", "    - egress", "NP105", "egress"),
    ("ytt", "10.0.0.0/8", "10.0.0.0/33", "NP112", "10.0.0.0/33"),
    ("one node of ytt", "[Ingress]", "[ingress]", "NP105", "ingress"),
    ("ERB", "  policyTypes:", "  policyType:", "NP101", "policyType"),
    ("EJS", "[Egress]", "[egress]", "NP105", "egress"),
    ("Mustache", "  - ports:", "  - port:", "NP101", "port"),
    ("Handlebars", "[Egress]", "[egress]", "NP105", "egress"),
    ("Terraform", "    - ports:", "    - portz:", "NP101", "portz"),
    ("envsubst", "  policyTypes:", "  policyType:", "NP101", "policyType"),
    ("OpenShift", "[Ingress]", "[ingress]", "NP105", "ingress"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "old", "new", "code", "token"), WRONG)
def test_what_every_rendering_is_refused_for_is_found(kind, old, new, code, token):
    text = FILES[kind]
    assert old in text
    found = lint_text(text.replace(old, new, 1)).diagnostics
    refused = [(one.code, text.replace(old, new, 1)[one.span.start : one.span.end]) for one in found if one.is_refused]
    assert [one[0] for one in refused] == [code]
    assert refused[0][1].startswith(token)
