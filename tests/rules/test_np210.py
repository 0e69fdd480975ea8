"""NP210 peers-or-not-and: AND that was written as OR, and lists where OR is meant."""

import json

import pytest

from tests.builders import flow_policy as policy

TEAM = "{namespaceSelector: {matchLabels: {team: a}}}"
FRONTEND = "{podSelector: {matchLabels: {app: frontend}}}"
SPEC = "podSelector: {matchLabels: {app: api}}"


def peers(*items: str, spec: str = SPEC) -> str:
    return policy(f"{spec}, ingress: [{{from: [{', '.join(items)}]}}]")


def namespaces(**labels: str) -> str:
    return f"{{namespaceSelector: {{matchLabels: {json.dumps({key.replace('__', '/').replace('_', '.'): value for key, value in labels.items()})}}}}}"


def pods(**labels: str) -> str:
    return f"{{podSelector: {{matchLabels: {json.dumps({key.replace('_', '-'): value for key, value in labels.items()})}}}}}"


def named(namespace: str) -> str:
    return namespaces(kubernetes_io__metadata_name=namespace)


def test_both_readings_are_told(find):
    (found,) = find("NP210", peers(TEAM, FRONTEND))
    assert found.severity.value == "warning"
    assert found.field == "spec.ingress[0].from[1].podSelector"
    assert found.message == (
        "two items, so either is enough: every pod of namespaces with `team=a`, OR pods with `app=frontend` in the "
        "policy's own namespace `shop`; written as one item it would be: pods with `app=frontend` in namespaces with `team=a`"
    )


@pytest.mark.parametrize(
    ("items", "count"),
    [
        ((TEAM, FRONTEND), 1),
        ((FRONTEND, TEAM), 1),
        ((TEAM, FRONTEND, TEAM, FRONTEND), 2),
        ((FRONTEND, TEAM, FRONTEND, TEAM), 2),
        # pods that live in the namespaces beside them, whatever else the list holds
        (("{ipBlock: {cidr: 10.0.0.0/8}}", named("kube-system"), pods(k8s_app="kube-dns")), 1),
        ((pods(k8s_app="kube-dns"), namespaces(name="kube-system"), TEAM), 1),
        ((TEAM, TEAM, named("ingress-nginx"), pods(app="ingress-nginx")), 1),
        ((named("monitoring"), named("prometheus"), pods(app="prometheus")), 1),
        # the namespaceSelector has the own namespace in it, so that the podSelector would be pointless
        (("{ipBlock: {cidr: 10.0.0.0/8}}", "{namespaceSelector: {}}", FRONTEND), 1),
        (("{ipBlock: {cidr: 10.0.0.0/8}}", FRONTEND, named("shop")), 1),
        (("{namespaceSelector: {matchExpressions: [{key: team, operator: Exists}]}}", FRONTEND), 1),
    ],
)
def test_doubtful(find, items, count):
    assert len(find("NP210", peers(*items))) == count


@pytest.mark.parametrize(
    "items",
    [
        # the sample of the Kubernetes documentation, and other lists of alternatives
        ("{ipBlock: {cidr: 172.17.0.0/16}}", namespaces(project="myproject"), pods(role="frontend")),
        (namespaces(project="myproject"), pods(role="frontend"), "{ipBlock: {cidr: 172.17.0.0/16}}"),
        (TEAM, TEAM, FRONTEND),
        (TEAM, FRONTEND, FRONTEND),
        (FRONTEND, FRONTEND, TEAM),
        (TEAM, "{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: b}}}", FRONTEND),
        ("{namespaceSelector: {matchLabels: {team: b}}, podSelector: {matchLabels: {app: b}}}", TEAM, FRONTEND),
        # namespace and own pods of the same team: a shared word is no sign then
        ("{ipBlock: {cidr: 10.0.0.0/8}}", named("shop-jobs"), pods(app="shop-web")),
        # every pod of the own namespace cannot be meant as a condition
        (TEAM, "{podSelector: {}}"),
        (named("istio-system"), "{podSelector: {}}"),
        ("{namespaceSelector: {}}", "{podSelector: {}}"),
        # the policy's own pods talk to each other
        (named("monitoring"), pods(app="api")),
        # one item, or not two selectors
        ("{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: frontend}}}",),
        (TEAM,),
        (FRONTEND,),
        (TEAM, TEAM),
        # not known, or wrong
        ("{namespaceSelector: {matchLabels: {team: $TEAM}}}", FRONTEND),
        (TEAM, "{podSelector: {matchLabels: {app: $APP}}}"),
        (TEAM, "{podSelector: {matchLabels: {app: frontend}}, namespaceSelector: }"),
        (TEAM, "{podSelector: {matchLabels: {app: frontend}}, ports: []}"),
        (TEAM, "{podSelector: {app: frontend}}"),
        (TEAM, FRONTEND, "$MORE"),
    ],
)
def test_alternatives(find, items):
    assert find("NP210", peers(*items)) == []


def test_pods_of_kube_system_in_kube_system(find):
    text = peers("{ipBlock: {cidr: 10.0.0.0/8}}", TEAM, pods(k8s_app="kube-dns"))
    assert len(find("NP210", text)) == 1
    assert find("NP210", text.replace("shop", "kube-system")) == []


def test_rules_that_are_not_in_force_are_left_alone(find):
    text = policy(
        f"{SPEC}, policyTypes: [Egress], ingress: [{{from: [{TEAM}, {FRONTEND}]}}], egress: [{{to: [{TEAM}, {FRONTEND}]}}]"
    )
    assert [found.field for found in find("NP210", text)] == ["spec.egress[0].to[1].podSelector"]


BLOCK = policy("").replace(
    "spec: {}\n",
    """\
spec:
  podSelector: {}
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          team: a
    # the frontend
    - podSelector:
        matchLabels:
          app: frontend # ours
    ports:
    - port: 80
""",
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_join_keeps_comments_and_line_ends(mend, newline):
    text = BLOCK.replace("\n", newline)
    assert mend("NP210", text, "Join") == text.replace("    - podSelector", "      podSelector")


def test_join_in_flow_style_and_json(mend):
    joined = "{namespaceSelector: {matchLabels: {team: a}}, podSelector: {matchLabels: {app: frontend}}}"
    assert mend("NP210", peers(TEAM, FRONTEND), "Join") == peers(joined)
    selectors = [
        {"namespaceSelector": {"matchLabels": {"team": "a"}}},
        {"podSelector": {"matchLabels": {"app": "frontend"}}},
    ]
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web"}}
    text = json.dumps({**body, "spec": {"podSelector": {}, "ingress": [{"from": selectors}]}}, indent=2)
    assert json.loads(mend("NP210", text, "Join"))["spec"]["ingress"][0]["from"] == [{**selectors[0], **selectors[1]}]


def test_join_that_cannot_be_is_not_offered(find):
    text = BLOCK.replace("    - podSelector:\n        matchLabels:\n          app: frontend # ours\n", "    - *web\n")
    text = text.replace("  podSelector: {}\n", "  podSelector: {}\n  policyTypes: [Ingress]\n").replace(
        "metadata: {name: web,",
        "metadata: {name: web, annotations: &web {podSelector: {matchLabels: {app: frontend}}},",
    )
    found = find("NP210", text)
    assert [[fix.title for fix in one.fixes] for one in found] == [["Keep two items and say so in a comment"]]


def test_keep_says_so_and_silences(find, mend):
    kept = mend("NP210", BLOCK, "Keep")
    assert kept == BLOCK.replace("    - namespaceSelector", "    # either of these is enough\n    - namespaceSelector")
    assert find("NP210", kept) == []


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("or our frontend", 0),
        ("pods of the same namespace", 0),
        ("also the frontend", 0),
        ("the frontend of team a", 1),
        ("for the order service", 1),
    ],
)
def test_comments_tell(find, comment, count):
    assert len(find("NP210", BLOCK.replace("the frontend", comment))) == count


def test_templates(find):
    text = BLOCK.replace("    # the frontend\n", "    {{- if .Values.frontend }}\n")
    assert find("NP210", text) == []
