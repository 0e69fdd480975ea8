"""The index changed file by file is the one that is built from scratch; what did not change stays the same value."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.config.settings import Settings
from netpol_lsp.kube.label_selector import EVERYTHING, includes, match_labels
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.text.source import Source, make_source
from netpol_lsp.workspace.index import EMPTY_INDEX, NO_FACTS, FileFacts, WorkspaceIndex, build
from netpol_lsp.workspace.pods import Place, find_pods
from netpol_lsp.workspace.shelf import Question
from netpol_lsp.workspace.shelf_keys import namespace_key
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}{space}}}\nspec: {{podSelector: {{matchLabels: {{app: {app}}}}}, policyTypes: [Ingress]}}\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}{space}, labels: {{app: {app}}}}}\nspec: {{containers: [{{name: a}}]}}\n"


def facts(uri: str, *texts: str) -> FileFacts:
    return facts_of(make_source(uri, "---\n".join(texts)), Settings())


def text(form: str, name: str, app: str, namespace: str | None) -> str:
    return form.format(name=name, app=app, space=f", namespace: {namespace}" if namespace else "")


URIS = ("a/x.yaml", "a/y.yaml", "b/z.yaml")
TEXTS = st.builds(
    text,
    st.sampled_from([POLICY, POD]),
    st.sampled_from(["one", "two"]),
    st.sampled_from(["web", "db"]),
    st.sampled_from([None, "shop", "bank"]),
)
KUSTOMIZATION = st.sampled_from([None, "namespace: shop\nresources: [x.yaml]\n", "resources: [x.yaml, y.yaml]\n"])
STEPS = st.lists(st.tuples(st.sampled_from(URIS), st.lists(TEXTS, max_size=3), st.booleans()), max_size=8)


def seen(index: WorkspaceIndex) -> object:
    """All that can be asked of an index, in the order in which it answers."""
    view = WorkspaceSnapshot(index)
    policies = [repr(located) for located in view]
    by_namespace = {space: [repr(located) for located in view.policies_in(space)] for space in (None, "shop", "bank")}
    near = {
        repr(one): sorted(repr(other) for other in view.around(one))
        for one in view
        if not one.policy.is_namespace_unknown
    }
    shards = [(key, list(map(repr, shard.workloads))) for key, shard in index.shards.items()]
    return policies, by_namespace, near, shards, index.root, list(view.namespaces), sorted(map(repr, index.shelves))


@given(STEPS, KUSTOMIZATION)
def test_step_by_step_or_at_once(steps, kustomization) -> None:
    index = EMPTY_INDEX
    files: dict[str, FileFacts] = {}
    context: set[str] = set()
    if kustomization is not None:
        uri = "a/kustomization.yaml"
        files[uri] = facts_of(Source(uri, kustomization), Settings())
        index = index.with_files({uri: files[uri]})
    for uri, texts, is_context in steps:
        files[uri] = facts(uri, *texts)
        context = context | {uri} if is_context and files[uri] else context - {uri}
        index = index.with_files({uri: files[uri]}, [uri] if is_context else [])
        list(WorkspaceSnapshot(index))  # tables that were made must not be stale later
    known = {uri: one for uri, one in files.items() if one}
    assert seen(index) == seen(build(known, context & known.keys()))
    assert seen(pickle.loads(pickle.dumps(index))) == seen(index)


@given(STEPS)
def test_what_is_said_to_be_as_before_is_as_before(steps) -> None:
    index = EMPTY_INDEX
    labels = [match_labels({"app": app}) for app in ("web", "db")]
    questions = [(asked, one) for one in (*labels, EVERYTHING) for asked in (Question.INTERSECTING, Question.INCLUDING)]
    questions += [(Question.NAMED, name) for name in ("one", "two")]
    for uri, texts, is_context in steps:
        before = index
        index = before.with_files({uri: facts(uri, *texts)}, [uri] if is_context else [])
        touched = index.touched_since(before.moment)
        for key in {*before.shelves, *index.shelves}:
            old, new = before.shelf(key), index.shelf(key)
            assert touched is None or key in touched or new is old
            for question, about in questions:
                if new.answers_as_before(old.files, iter([(key, question, about)])):
                    assert new.answer(question, about) == old.answer(question, about)


def test_an_edit_touches_the_shelves_of_its_policy() -> None:
    files = {f"{name}.yaml": facts(f"{name}.yaml", text(POLICY, name, "web", name)) for name in ("a", "b")}
    before = build(files)
    after = before.with_files({"a.yaml": facts("a.yaml", text(POLICY, "a", "db", "a"))})
    touched = after.touched_since(before.moment)
    assert touched is not None
    assert namespace_key("a") in touched
    assert namespace_key("b") not in touched
    assert after.touched_since(after.moment) == frozenset()
    pods = after.with_files({"b.yaml": facts("b.yaml", text(POD, "b", "web", "b"))})
    assert pods.touched_since(after.moment) is None
    shelf, old = after.shelf(namespace_key("a")), before.shelf(namespace_key("a"))
    asked = (namespace_key("a"), Question.NAMED)
    assert shelf.answers_as_before(old.files, [(*asked, "b")])
    assert not shelf.answers_as_before(old.files, [(*asked, "b"), (*asked, "a")])


def test_what_did_not_change_stays_the_same_value() -> None:
    index = build(
        {
            "a.yaml": facts("a.yaml", text(POLICY, "a", "web", "shop")),
            "b.yaml": facts("b.yaml", text(POD, "b", "web", "bank")),
        }
    )
    assert index.with_files({"a.yaml": facts("a.yaml", text(POLICY, "a", "web", "shop"))}) is index
    changed = index.with_files({"a.yaml": facts("a.yaml", text(POLICY, "a", "db", "shop"))})
    assert changed.shelf(namespace_key("bank")) is index.shelf(namespace_key("bank"))
    assert changed.shelf(namespace_key("shop")) is not index.shelf(namespace_key("shop"))
    assert changed.shards is index.shards
    pods = index.with_files({"b.yaml": facts("b.yaml", text(POD, "b", "db", "bank"))})
    assert pods.shards is not index.shards
    assert pods.shelf(namespace_key("shop")) is index.shelf(namespace_key("shop"))


def test_lines_above_change_no_fact() -> None:
    one, two = text(POLICY, "a", "web", "shop"), text(POD, "b", "web", "shop")
    before, after = facts("a.yaml", one, two), facts("a.yaml", f"# a comment\n{one}", two)
    assert before.resources == after.resources
    assert before.starts != after.starts
    view = WorkspaceSnapshot.of_files({"a.yaml": after})
    (pod,) = view.workloads_in("shop")
    span = view.file_span(pod.origin)
    whole = f"# a comment\n{one}---\n{two}"
    assert whole[span.start : span.end] == "b"


def test_the_context_is_an_older_copy() -> None:
    linted = facts("a.yaml", text(POD, "web", "new", "shop"))
    cluster = facts("c.yaml", text(POD, "web", "old", "shop"), text(POD, "other", "old", "shop"))
    view = WorkspaceSnapshot.of_files({"a.yaml": linted, "c.yaml": cluster}, ["c.yaml"])
    assert sorted((one.name, one.labels["app"]) for one in view.workloads_in("shop")) == [
        ("other", "old"),
        ("web", "new"),
    ]
    assert view.whole_namespaces == {"shop"}
    gone = WorkspaceSnapshot(view.index.with_files({"a.yaml": NO_FACTS}))
    assert sorted(one.labels["app"] for one in gone.workloads_in("shop")) == ["old", "old"]


def test_a_kustomization_puts_pods_into_its_namespace() -> None:
    pod = facts("base/pod.yaml", text(POD, "web", "web", None))
    uri = "base/kustomization.yaml"
    shop = facts_of(Source(uri, "namespace: shop\nresources: [pod.yaml]\ncommonLabels: {team: a}\n"), Settings())
    view = WorkspaceSnapshot.of_files({"base/pod.yaml": pod, uri: shop})
    (found,) = view.workloads_in("shop")
    assert found.labels == {"app": "web", "team": "a"}
    two = facts_of(Source("x/kustomization.yaml", "namespace: bank\nresources: [../base]\n"), Settings())
    three = facts_of(Source("y/kustomization.yaml", "namespace: shop\nresources: [../base]\n"), Settings())
    both = WorkspaceSnapshot(view.index.with_files({"x/kustomization.yaml": two, "y/kustomization.yaml": three}))
    assert both.workloads_in("shop") == ()
    assert find_pods(both, Place("shop", ""), both.index.shard("\0").workloads and _app("web")).perhaps


def _app(value: str):
    from netpol_lsp.kube.label_selector import match_labels

    return match_labels({"app": value})


def test_policies_keep_the_order_of_files():
    # A kustomization makes all files be looked at again; sets would give them back in another order in each run.
    uris = sorted(f"a/{number}.yaml" for number in range(20))
    files = {uri: facts(uri, text(POLICY, f"p{number}", "web", "shop")) for number, uri in enumerate(uris)}
    whole = {**files, "a/kustomization.yaml": facts("a/kustomization.yaml", "resources: [0.yaml]\n")}
    view = WorkspaceSnapshot(build(whole))
    assert [located.uri for located in view] == uris
    assert [located.uri for located in view.policies_in("shop")] == uris


def test_wider_neighbours_are_those_that_select_at_least_the_same():
    uris = [f"a/{name}.yaml" for name in ("all", "web", "db", "both", "not", "absent")]
    selectors = [
        "{}",
        "{matchLabels: {app: web}}",
        "{matchLabels: {app: db}}",
        "{matchLabels: {app: web, tier: front}}",
        "{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}",
        "{matchExpressions: [{key: tier, operator: DoesNotExist}]}",
    ]
    form = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {}}}\nspec: {{podSelector: {}}}\n"
    texts = [form.format(uri[2:-5], selector) for uri, selector in zip(uris, selectors, strict=True)]
    view = WorkspaceSnapshot(build({uri: facts(uri, one) for uri, one in zip(uris, texts, strict=True)}))
    for one in view:
        wider = {
            other.uri
            for other in view.wider_neighbours(one)
            if includes(other.policy.pod_selector, one.policy.pod_selector)
        }
        assert wider == {
            other.uri for other in view.neighbours(one) if includes(other.policy.pod_selector, one.policy.pod_selector)
        }


def test_the_root_is_the_folder_that_holds_what_is_linted() -> None:
    index = build({uri: facts(uri, text(POLICY, "a", "web", "shop")) for uri in ("/r/a/x.yaml", "/r/a/b/y.yaml")})
    assert index.root == "/r/a/"
    assert index.with_files({"/r/abc/z.yaml": facts("/r/abc/z.yaml", text(POLICY, "b", "web", "shop"))}).root == "/r/"
    assert (
        index.with_files({"/s.yaml": facts("/s.yaml", text(POLICY, "b", "web", "shop"))}, ["/s.yaml"]).root == "/r/a/"
    )
    assert index.with_files({"/r/a/x.yaml": NO_FACTS}).root == "/r/a/b/"
    assert EMPTY_INDEX.root == build({"x.yaml": facts("x.yaml", text(POLICY, "a", "web", None))}).root == ""
