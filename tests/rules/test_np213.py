"""NP213 redundant-peer."""

import pytest

from netpol_lsp.lint.engine import lint_text
from tests.builders import HEAD, policy_text

WEB = "{podSelector: {matchLabels: {app: web}}}"


def policy(peers: str, namespace: str = "shop") -> str:
    return policy_text(f"  podSelector: {{}}\n  ingress:\n  - from: [{peers}]\n", namespace=namespace)


@pytest.mark.parametrize(
    ("peers", "number", "words"),
    [
        (f"{WEB}, {{podSelector: {{}}}}", 0, "every pod of the policy's own namespace `shop`"),
        (f"{{podSelector: {{}}}}, {WEB}", 1, "every pod of the policy's own namespace `shop`"),
        (
            f"{WEB}, {{podSelector: {{matchExpressions: [{{key: app, operator: In, values: [web, api]}}]}}}}",
            0,
            "pods with `app in (web, api)` in the policy's own namespace `shop`",
        ),
        (
            f"{WEB}, {{podSelector: {{matchExpressions: [{{key: app, operator: Exists}}]}}}}",
            0,
            "pods with a label `app` in the policy's own namespace `shop`",
        ),
        # Two ways to write the same: the later one is superfluous.
        (
            f"{WEB}, {{podSelector: {{matchExpressions: [{{key: app, operator: In, values: [web]}}]}}}}",
            1,
            "pods with `app=web` in the policy's own namespace `shop`",
        ),
        (
            "{namespaceSelector: {}}, {namespaceSelector: {matchLabels: {team: a}}}",
            1,
            "every pod of every namespace",
        ),
        (
            f"{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: shop}}}}}}, {WEB}",
            1,
            "every pod of namespace `shop`",
        ),
        (
            "{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 10.1.0.0/16, except: [10.1.2.0/24]}}",
            1,
            "addresses in `10.0.0.0/8`",
        ),
        (
            "{ipBlock: {cidr: 10.1.0.0/16}}, {ipBlock: {cidr: 10.0.0.0/8, except: [10.2.0.0/16]}}",
            0,
            "addresses in `10.0.0.0/8` except `10.2.0.0/16`",
        ),
    ],
)
def test_message(find, peers, number, words):
    text = policy(peers)
    (found,) = find("NP213", text)
    assert found.message == f"this peer adds nothing: another one already takes in {words}"
    assert found.field == f"spec.ingress[0].from[{number}]"
    assert [one.message for one in found.related] == ["the peer that covers it"]
    assert found.related[0].span != found.span
    assert not found.fixes


@pytest.mark.parametrize(
    "peers",
    [
        WEB,
        f"{WEB}, {{podSelector: {{matchLabels: {{app: api}}}}}}",
        f"{WEB}, {{podSelector: {{matchLabels: {{app: web}}}}, namespaceSelector: {{matchLabels: {{team: a}}}}}}",
        # Whether other namespaces have this label is not known.
        f"{{namespaceSelector: {{matchLabels: {{team: a}}}}}}, {WEB}",
        f"{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: other}}}}}}, {WEB}",
        # Whether an ipBlock takes in pods is up to the network plugin.
        f"{{ipBlock: {{cidr: 0.0.0.0/0}}}}, {WEB}",
        "{ipBlock: {cidr: 0.0.0.0/0}}, {ipBlock: {cidr: '::/0'}}",
        "{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {ipBlock: {cidr: 10.1.0.0/24}}",
        # Equal to the letter: NP215.
        f"{WEB}, {WEB}",
        f"{WEB}, {{'podSelector': {{matchLabels: {{'app': \"web\"}}}}}}",
        # Nobody: NP212, NP219.
        "{podSelector: {}}, {podSelector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: DoesNotExist}]}}",
        "{ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 10.1.0.0/16, except: [10.1.0.0/17, 10.1.128.0/17]}}",
        # Unknown.
        f"{{podSelector: $SELECTOR}}, {WEB}",
        f"{{podSelector: {{matchLabels: {{app: $APP}}}}}}, {WEB}",
        "{ipBlock: {cidr: $CIDR}}, {ipBlock: {cidr: 10.0.0.0/8}}",
        "{ipBlock: {cidr: 10.0.0.0/8, except: [$CIDR]}}, {ipBlock: {cidr: 10.1.0.0/16}}",
        "$PEER, " + WEB,
        # Refused anyway.
        "{}, " + WEB,
        "{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}, " + WEB,
    ],
)
def test_silent(find, peers):
    assert find("NP213", policy(peers)) == []


def test_what_is_known_of_an_unknown_selector_is_enough(find):
    assert len(find("NP213", policy(f"{{podSelector: {{matchLabels: {{app: web, tier: $T}}}}}}, {WEB}"))) == 1


def test_a_namespace_that_nobody_knows(find):
    text = policy(f"{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: shop}}}}}}, {WEB}", "$NS")
    assert find("NP213", text) == []
    assert len(find("NP213", policy(f"{{podSelector: {{}}}}, {WEB}", "$NS"))) == 1
    assert len(find("NP213", policy(f"{{namespaceSelector: {{}}}}, {WEB}", "$NS"))) == 1


def test_a_copy_that_a_third_one_covers_is_said_once(find):
    text = policy(f"{WEB}, {{podSelector: {{}}}}, {WEB}")
    assert [found.field for found in find("NP213", text)] == ["spec.ingress[0].from[0]"]
    assert [found.field for found in find("NP215", text)] == ["spec.ingress[0].from[2]"]


def test_block_style_egress_and_crlf(find):
    text = (
        HEAD
        + "spec:\n  podSelector: {}\n  egress:\n  - to:\n    # the whole range\n    - ipBlock:\n        cidr: 10.0.0.0/8\n"
        "    -\n      ipBlock:  # again\n        cidr: 10.1.0.0/16\n"
    ).replace("\n", "\r\n")
    (found,) = find("NP213", text)
    assert found.field == "spec.egress[0].to[1].ipBlock"
    assert text[found.span.start : found.span.end] == "ipBlock"


def test_rules_that_cannot_be_read_do_not_shift_the_others():
    text = HEAD + (
        f"spec:\n  podSelector: {{}}\n  ingress: [$RULE, {{from: [{WEB}, {{podSelector: {{}}}}]}}]\n"
        f"  egress: [7, {{to: [text, {WEB}, {{podSelector: {{}}}}]}}]\n"
    )
    report = lint_text(text)
    assert "NP990" not in {found.code for found in report.diagnostics}
    fields = [found.field for found in report.diagnostics if found.code == "NP213"]
    assert fields == ["spec.ingress[1].from[0]", "spec.egress[1].to[1]"]


def test_aliases(find):
    text = policy(f"&w {WEB}, {{podSelector: {{}}}}")
    assert len(find("NP213", text)) == 1
    aliased = f"{HEAD}spec:\n  podSelector: {{}}\n  ingress:\n  - from: &p [{WEB}, {{podSelector: {{}}}}]\n  - from: *p\n    ports: [port: 80]\n"
    assert [found.field for found in find("NP213", aliased)] == ["spec.ingress[0].from[0]"]


def test_items_of_a_list(find):
    inner = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {}, ingress: [{from: [PEERS]}]}}"
    text = "apiVersion: v1\nkind: List\nitems:\n- " + inner.replace("PEERS", f"{WEB}, {{podSelector: {{}}}}") + "\n"
    (found,) = find("NP213", text)
    assert found.object is not None
    assert found.object.name == "a"
