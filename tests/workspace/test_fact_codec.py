"""Facts are the same after they were kept as JSON; anything else than facts is refused."""

import json

import pytest

from netpol_lsp.config.config import default_file_config
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.fact_codec import facts_from_json, facts_to_json
from netpol_lsp.workspace.file_resources import NO_RESOURCES
from netpol_lsp.workspace.index import NO_FACTS, FileFacts

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: NotIn, values: [db]}, {key: x, operator: Exists}]}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {team: blue}}
          podSelector: {}
        - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}
        - ipBlock: {cidr: 2001:db8::/32}
      ports: [{port: http}, {port: 8000, endPort: 8100}, {port: 53, protocol: UDP}]
    - {}
  egress: []
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 0
  template:
    metadata: {labels: {app: web, tier: back}, annotations: {prometheus.io/scrape: "true"}}
    spec: {serviceAccountName: web, containers: [{name: a, ports: [{name: http, containerPort: 8080}]}]}
"""
OTHERS = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {clusterIP: None, ports: [{port: 80, targetPort: 8080}]}\n",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {team: blue}}\n",
    "apiVersion: v1\nkind: Node\nmetadata: {name: n}\nspec: {podCIDRs: [10.0.0.0/24], providerID: 'aws:///a/b'}\n",
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e, labels: {kubernetes.io/service-name: a}}\n"
    "endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: p}}]\nports: [{port: 80}]\n",
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {tls: [{}], rules: [{host: a.example, http: {paths: "
    "[{backend: {service: {name: a, port: {name: http}}}}]}}]}\n",
    "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\nspec: {selector: {matchLabels: {a: b}}, "
    "namespaceSelector: {any: true}, endpoints: [{targetPort: 8080}, {port: http}]}\n",
    "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c}\nspec: {endpointSelector: {}, egress: [{}]}\n",
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\nspec: {targetNamespace: shop}\n",
    "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.a.b}\nspec: {service: {name: a, namespace: shop}}\n",
    DEPLOYMENT.replace("app: web", "app: {{ .Values.app }}"),
    POLICY.replace("namespace: shop", "namespace: {{ .Values.space }}"),
    POLICY.replace("ingress:", "ingress: ]"),
)
KUSTOMIZATION = """\
namespace: bank
resources: [a.yaml, sub]
patches: [{path: p.yaml}]
commonLabels: {app: web}
labels: [{pairs: {a: b}, includeTemplates: true}]
"""


def facts(text: str, uri: str = "a.yaml") -> FileFacts:
    return facts_of(make_source(uri, text), default_file_config().settings)


EVERYTHING = "---\n".join((POLICY, DEPLOYMENT, *OTHERS))


@pytest.mark.parametrize("text", [POLICY, DEPLOYMENT, *OTHERS, EVERYTHING])
def test_facts_are_what_they_were(text: str) -> None:
    one = facts(text)
    assert one
    read = facts_from_json(facts_to_json(one, "a.yaml"), "a.yaml")
    # The text of a value shows fields, too, that do not count when values are compared; a set has no order.
    assert (read, _shown(read)) == (one, _shown(one))


def _shown(one: FileFacts) -> str:
    shown = repr((one.policies, one.resources, one.starts))
    for order in (tuple(Direction), tuple(reversed(Direction))):
        shown = shown.replace(repr(frozenset(order)), "both")
    return shown


def test_delivery_is_what_it_was() -> None:
    one = facts(KUSTOMIZATION, "base/kustomization.yaml")
    assert one.resources.deliveries
    assert facts_from_json(facts_to_json(one, "base/kustomization.yaml"), "base/kustomization.yaml") == one


def test_a_file_without_facts_is_an_empty_line() -> None:
    assert facts_to_json(NO_FACTS, "a.yaml") == ""
    assert facts_from_json("", "a.yaml") is NO_FACTS


def test_a_file_of_policies_alone_has_no_resources() -> None:
    read = facts_from_json(facts_to_json(facts(POLICY), "a.yaml"), "a.yaml")
    assert read.resources is NO_RESOURCES


def test_lines_are_ascii_without_breaks() -> None:
    line = facts_to_json(facts(DEPLOYMENT.replace("name: web", 'name: "人\\n\\t\\u2028"')), "a.yaml")
    assert line.isascii()
    assert line.isprintable()


def test_places_say_their_file_where_it_is_another_one() -> None:
    line = facts_to_json(facts(DEPLOYMENT), "a.yaml")
    assert facts_from_json(line, "b.yaml").resources.workloads[0].origin.uri == "b.yaml"
    line = facts_to_json(facts(DEPLOYMENT), "c.yaml")
    assert facts_from_json(line, "b.yaml").resources.workloads[0].origin.uri == "a.yaml"


def test_any_value_of_another_type_is_refused() -> None:
    """Each value of the JSON is replaced by one of a type that cannot be there."""
    data = json.loads(facts_to_json(facts(EVERYTHING), "a.yaml"))
    count = 0
    for holder, key in list(_places(data)):
        was = holder[key]
        holder[key] = {"no": "such"} if isinstance(was, (list, str, int)) else 1.5
        with pytest.raises((ValueError, TypeError, KeyError)):
            facts_from_json(json.dumps(data), "a.yaml")
        holder[key] = was
        count += 1
    assert count > 500
    assert facts_from_json(json.dumps(data), "a.yaml") == facts(EVERYTHING)


def _places(data):
    for key, value in enumerate(data) if isinstance(data, list) else data.items():
        yield data, key
        if isinstance(value, (list, dict)):
            yield from _places(value)
