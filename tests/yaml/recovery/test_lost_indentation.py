"""Lost indentation: noticed, and given back from the shape of the objects."""

import random
import re
from pathlib import Path
from typing import Any

import pytest

from netpol_lsp.lint.engine import lint_text
from netpol_lsp.lint.schema import shape
from netpol_lsp.text.edits import Applicability, apply_edits
from netpol_lsp.yaml.documents import parse_document, split
from netpol_lsp.yaml.problems import ProblemKind
from netpol_lsp.yaml.recovery.lost_indentation import Restored, lost_indentation, restore
from netpol_lsp.yaml.style import Style, render_block
from netpol_lsp.yaml.to_python import to_python

SEED = Path(__file__).resolve().parents[3].parent / "shared" / "seed" / "article.txt"

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
  labels:
    app: web
# what it does
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
    - Egress
  ingress:
    # from the front end
    - from:
        - namespaceSelector:
            matchExpressions:
              - key: team
                operator: In
                values: [front, shop]
          podSelector: {}
        - ipBlock:
            cidr: 10.0.0.0/8
            except:
              - 10.1.0.0/16
      ports:
        - port: 80  # http
          protocol: TCP
  egress:
    - {}
"""


def stripped(text: str) -> str:
    return re.sub(r"^[ ]+", "", text, flags=re.MULTILINE)


def value(text: str) -> Any:
    document = parse_document(text)
    assert document.error is None
    return to_python(document.root).value


def restored(text: str) -> Restored:
    found = restore(text, shape())
    assert found is not None
    return found


def test_all_blanks_are_gone() -> None:
    found = restored(stripped(POLICY))
    assert found.text == POLICY
    assert found.is_certain


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_stay(newline: str) -> None:
    text = POLICY.replace("\n", newline)
    assert restored(re.sub(r"(?m)^[ ]+|(?<=\r)[ ]+", "", text)).text == text


@pytest.mark.parametrize("lost", [2, 4, 6])
def test_some_blanks_are_gone_everywhere(lost: int) -> None:
    cut = re.sub(rf"(?m)^ {{0,{lost}}}", "", POLICY)
    found = restored(cut)
    assert value(found.text) == value(POLICY)


def test_what_is_not_lost_is_left_alone() -> None:
    assert restore(POLICY, shape()) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nspec:\n  podSelector: {}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n",
        # One field that stands too far left is unknown-field's.
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\nspec:\n  podSelector:\n"
        "  matchLabels:\n    app: web\n",
        # A line that was moved, not blanks that were cut.
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n  metadata:\n  name: web\nspec:\n  podSelector: {}\n",
        # Nothing that one could restore.
        "metadata:\nThis is how it works\nand why\n",
    ],
)
def test_other_texts_are_not_lost(text: str) -> None:
    assert restore(text, shape()) is None


@pytest.mark.parametrize(
    "parent", ["metadata:\n  name: web", "spec:\n  podSelector:\n    matchLabels:\n      app: web"]
)
def test_short_texts(parent: str) -> None:
    text = f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n{parent}\n"
    assert restored(stripped(text)).text == text


def test_several_policies_without_separator() -> None:
    text = stripped(POLICY) + stripped(POLICY)
    found = restored(text)
    assert found.documents == 2
    assert found.text == f"{POLICY}---\n{POLICY}"
    assert found.is_certain


def test_kind_may_come_first() -> None:
    swapped = POLICY.replace(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n",
        "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\n",
    )
    assert restored(stripped(swapped + swapped)).text == f"{swapped}---\n{swapped}"


def test_prose_becomes_a_comment_and_makes_it_uncertain() -> None:
    text = "How to do it:\n" + stripped(POLICY) + "现在是第二个\n" + stripped(POLICY)
    found = restored(text)
    assert found.text == f"# How to do it:\n{POLICY}# 现在是第二个\n---\n{POLICY}"
    assert not found.is_certain


def test_two_readings_make_it_uncertain() -> None:
    """`podSelector` may be the peer's or the policy's."""
    text = (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nname: web\nspec:\ningress:\n- from:\n"
        "- namespaceSelector:\nmatchLabels:\nteam: front\npodSelector:\nmatchLabels:\napp: web\n"
    )
    assert not restored(text).is_certain
    assert restored(text.replace("spec:\n", "spec:\npodSelector: {}\n")).is_certain


def test_a_dash_tells_or_from_and() -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nname: web\nspec:\npodSelector: {}\ningress:\n- from:\n"
    both = head + "- namespaceSelector:\nmatchLabels:\na: b\npodSelector:\nmatchLabels:\nc: d\n"
    either = head + "- namespaceSelector:\nmatchLabels:\na: b\n- podSelector:\nmatchLabels:\nc: d\n"
    assert [len(value(restored(text).text)["spec"]["ingress"][0]["from"]) for text in (both, either)] == [1, 2]


def test_labels_named_like_fields() -> None:
    text = stripped(POLICY).replace("labels:\napp: web", "labels:\nname: web\nnamespace: x")
    assert value(restored(text).text)["metadata"]["labels"] == {"name": "web", "namespace": "x"}


@pytest.mark.parametrize(
    "annotation",
    [
        'note: "two\n  lines"',
        "note: 'two\n\n  lines'",
        "note: |\n  some text\n  and more",
    ],
)
def test_values_over_several_lines(annotation: str) -> None:
    inner = annotation.replace("\n", "\n    ")
    # Where the text of a block without blanks ends, only the next field tells: not a comment.
    text = POLICY.replace("  labels:\n    app: web\n# what it does\n", f"  annotations:\n    {inner}\n")
    found = restored(stripped(text))
    assert value(found.text) == value(text)


def test_duplicates_do_not_hide_it() -> None:
    text = stripped(POLICY).replace("name: web\n", "name: web\nname: web\n")
    problem = lost_indentation(text, shape())
    assert problem is not None
    assert problem.kind is ProblemKind.INDENTATION


def test_no_break_spaces_are_blanks_here() -> None:
    text = stripped(POLICY).replace("podSelector:\n", "\u00a0podSelector:\n", 1)
    assert value(restored(text).text) == value(POLICY)


def test_a_big_text_ends_soon() -> None:
    assert restored(stripped(POLICY) * 30).documents == 30


# Policies at random: without ambiguous places, what is restored equals what was there.


def labels(chance: random.Random) -> dict[str, str]:
    keys = ["app", "tier", "team", "app.kubernetes.io/name", "x-y.z/role"]
    return {key: chance.choice(["web", "db", "1", "true"]) for key in chance.sample(keys, chance.randint(1, 3))}


def selector(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if chance.random() < 0.6:
        made["matchLabels"] = labels(chance)
    if chance.random() < 0.4:
        made["matchExpressions"] = [
            {"key": "env", "operator": "In", "values": ["a", "b"]},
            {"key": "gone", "operator": "DoesNotExist"},
        ][: chance.randint(1, 2)]
    return made


def peer(chance: random.Random) -> dict[str, Any]:
    kind = chance.randrange(4)
    if kind == 0:
        block: dict[str, Any] = {"cidr": "10.0.0.0/8"}
        return {"ipBlock": {**block, "except": ["10.1.0.0/16"]} if chance.random() < 0.5 else block}
    if kind == 1:
        return {"podSelector": selector(chance)}
    if kind == 2:
        return {"namespaceSelector": selector(chance)}
    return {"namespaceSelector": selector(chance), "podSelector": selector(chance)}


def port(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {"port": chance.choice([80, "http", 8080])}
    if chance.random() < 0.5:
        made["protocol"] = chance.choice(["TCP", "UDP"])
    if made["port"] == 8080 and chance.random() < 0.5:
        made["endPort"] = 8090
    return made


def rules(chance: random.Random, peers_key: str) -> list[dict[str, Any]]:
    found = []
    for _ in range(chance.randint(0, 3)):
        rule: dict[str, Any] = {}
        if chance.random() < 0.8:
            rule[peers_key] = [peer(chance) for _ in range(chance.randint(1, 3))]
        if chance.random() < 0.5:
            rule["ports"] = [port(chance) for _ in range(chance.randint(1, 2))]
        found.append(rule)
    return found


def policy(chance: random.Random) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": "web", "namespace": "shop"}
    if chance.random() < 0.4:
        metadata["labels"] = labels(chance)
    parts: list[tuple[str, Any]] = [
        ("podSelector", selector(chance)),
        ("policyTypes", chance.choice([["Ingress"], ["Ingress", "Egress"]])),
    ]
    chance.shuffle(parts)
    for key, peers_key in (("ingress", "from"), ("egress", "to")):
        if chance.random() < 0.7:
            parts.append((key, rules(chance, peers_key)))
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": dict(parts)}


def test_random_policies_come_back() -> None:
    chance = random.Random(20240617)
    uncertain = 0
    for _ in range(150):
        wanted = policy(chance)
        style = Style(step=chance.choice([2, 4]), indents_items=chance.random() < 0.5)
        text = "\n".join(render_block(wanted, 0, style)) + "\n"
        assert value(text) == wanted
        cut = stripped(text) if chance.random() < 0.7 else re.sub(r"(?m)^ {0,2}", "", text)
        found = restore(cut, shape())
        if found is None:
            # With wide steps, nothing is lost when each line loses two blanks.
            assert value(cut) == wanted
            continue
        uncertain += not found.is_certain
        assert value(found.text) == wanted or not found.is_certain, cut
    assert uncertain < 20


def test_random_policies_behind_one_another_come_back() -> None:
    chance = random.Random(7)
    for _ in range(15):
        wanted = [policy(chance) for _ in range(3)]
        texts = ["\n".join(render_block(one, 0, Style())) + "\n" for one in wanted]
        found = restored(stripped("".join(texts)))
        values = [value(chunk.text) for chunk in split(found.text)]
        assert values == wanted or not found.is_certain


# The article that the project began with.

WANTED: list[dict[str, Any]] = [
    {"podSelector": {}, "ingress": None, "egress": None, "policyTypes": ["Egress", "Ingress"]},
    {"podSelector": {}, "ingress": [{}], "egress": [{}], "policyTypes": ["Egress", "Ingress"]},
    {
        "podSelector": {"matchLabels": {"access": "true"}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": None,
        "egress": None,
    },
    {
        "podSelector": {},
        "policyTypes": ["Egress", "Ingress"],
        "ingress": None,
        "egress": [{"to": [{"ipBlock": {"cidr": "192.168.0.0/16", "except": ["192.168.94.134/32"]}}]}],
    },
    {
        "policyTypes": ["Ingress"],
        "podSelector": {},
        "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"name": "cs1"}}}]}],
    },
    {
        "policyTypes": ["Ingress", "Egress"],
        "podSelector": {},
        "ingress": [
            {
                "from": [
                    {
                        "namespaceSelector": {
                            "matchExpressions": [{"key": "name", "operator": "In", "values": ["cs1", "cs2"]}]
                        }
                    }
                ]
            }
        ],
    },
    {
        "policyTypes": ["Ingress"],
        "podSelector": {},
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"access": "true"}}}]}],
    },
]


def article_policies() -> list[str]:
    """The policies of the article, each with its comments and without the prose around it."""
    parts = re.split(r"(?m)^(?=apiVersion:)", SEED.read_text("utf-8"))[1:]
    return [re.sub(r"(?m)^(?![#-]|\w+:).*\n", "", part) for part in parts]


needs_article = pytest.mark.skipif(not SEED.exists(), reason="the article of ../shared is not there")


@needs_article
@pytest.mark.parametrize("number", range(7))
def test_a_policy_of_the_article_alone(number: int) -> None:
    text = article_policies()[number]
    [finding] = [d for d in lint_text(text).diagnostics if d.is_refused]
    assert finding.code == "NP004"
    [fix] = finding.fixes
    assert fix.applicability is Applicability.SAFE
    mended = apply_edits(text, fix.edits)
    assert [d.message for d in lint_text(mended).diagnostics if d.is_refused] == []
    assert value(mended)["spec"] == WANTED[number]
    assert [line.strip() for line in mended.splitlines()] == text.splitlines()


@needs_article
def test_the_policies_of_the_article_behind_one_another() -> None:
    text = "".join(article_policies())
    [finding] = [d for d in lint_text(text).diagnostics if d.is_refused]
    [fix] = finding.fixes
    assert fix.applicability is Applicability.SAFE
    mended = apply_edits(text, fix.edits)
    report = lint_text(mended)
    assert report.policies == 7
    assert [d.message for d in report.diagnostics if d.is_refused] == []
    assert [value(chunk.text)["spec"] for chunk in split(mended)] == WANTED


@needs_article
def test_the_article_as_it_stands() -> None:
    text = SEED.read_text("utf-8")
    [finding] = [d for d in lint_text(text).diagnostics if d.is_refused]
    [fix] = finding.fixes
    assert fix.applicability is Applicability.UNSAFE
    mended = apply_edits(text, fix.edits)
    assert [d.message for d in lint_text(mended).diagnostics if d.is_refused] == []
    assert [value(chunk.text)["spec"] for chunk in split(mended)] == WANTED
    kept = [line.strip().removeprefix("# ") for line in mended.splitlines() if line != "---"]
    assert kept == text.splitlines()


HEAD_LINES = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: web\n  namespace: shop\nspec:\n"

LOST_DASHES = {
    "one of each": (
        "  podSelector:\n    matchLabels:\n      role: web\n  policyTypes:\n    - Ingress\n  ingress:\n    - from:\n"
        "        - podSelector:\n            matchLabels:\n              role: api\n      ports:\n        - protocol: TCP\n          port: 3301\n"
    ),
    "two ports, two rules, exceptions": (
        "  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n  egress:\n    - to:\n        - namespaceSelector:\n"
        "            matchLabels:\n              kubernetes.io/metadata.name: kube-system\n          podSelector:\n"
        "            matchLabels:\n              k8s-app: kube-dns\n      ports:\n        - port: 53\n          protocol: UDP\n"
        "        - port: 53\n          protocol: TCP\n    - to:\n        - ipBlock:\n            cidr: 10.0.0.0/8\n            except:\n"
        "              - 10.1.0.0/16\n              - 10.2.0.0/16\n"
    ),
    "conditions with values": (
        "  podSelector:\n    matchExpressions:\n      - key: app\n        operator: In\n        values:\n          - web\n          - api\n"
        "  policyTypes:\n    - Ingress\n"
    ),
    "comments": (
        "  # all pods\n  podSelector: {}\n  policyTypes:\n    # let in\n    - Ingress\n  ingress:\n    - from:\n        # the front\n        - podSelector: {}\n"
    ),
}


@pytest.mark.parametrize("name", LOST_DASHES)
def test_dashes_that_are_lost_as_well_are_restored(name: str) -> None:
    text = HEAD_LINES + LOST_DASHES[name]
    flat = "".join(f"{line.strip().removeprefix('- ')}\n" for line in text.splitlines())
    problem = lost_indentation(flat, shape())
    assert problem is not None
    assert "the dashes of lists are lost" in problem.message
    [fix] = problem.fixes
    assert apply_edits(flat, fix.edits) == text


def test_lost_dashes_are_restored_safely_only_where_one_reading_validates() -> None:
    def applicability(body: str) -> Applicability:
        flat = "".join(f"{line.strip().removeprefix('- ')}\n" for line in (HEAD_LINES + body).splitlines())
        problem = lost_indentation(flat, shape())
        assert problem is not None
        return problem.fixes[0].applicability

    assert applicability("  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n") is Applicability.SAFE
    # One rule or two: who may connect, and on which ports.
    assert applicability(LOST_DASHES["one of each"]) is Applicability.UNSAFE


def test_lost_dashes_that_cannot_be_restored_get_no_fix() -> None:
    flat = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\nname: web\nspec:\npodSelector: {}\ningress:\nfrom:\nhost: example\n"
    problem = lost_indentation(flat, shape())
    assert problem is None or problem.fixes == ()
