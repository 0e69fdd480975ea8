"""An edit in a file of many policies has only those checked again that what was edited matters to."""

import gc

import pytest
from lsprotocol import types

from netpol_lsp.config.config import Config
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lsp.state import document_cache, publisher
from netpol_lsp.lsp.state import snapshot as snapshot_module
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.parts import Dependencies, _Values
from netpol_lsp.workspace.reads import READS
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from netpol_lsp.yaml.templates.languages import language_of
from tests.steps import steps_of

URI = "file:///ws/policies.yaml"
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: p{number}
  namespace: shop
spec:
  podSelector:
    matchLabels: {{app: a{number}}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {{app: a{next}}}
        - namespaceSelector:
            matchLabels: {{kubernetes.io/metadata.name: data}}
          podSelector:
            matchLabels: {{app: b}}
      ports:
        - port: 80
  egress:
    - to:
        - podSelector:
            matchLabels: {{app: a{next}}}
      ports:
        - port: 80
"""


class OneConfig:
    def __init__(self):
        self.config = Config([]).for_file()

    def for_path(self, _path):
        return self

    def for_document(self, _path):
        return self.config, True

    def counts(self, _path):
        return True


def policies(many):
    return "---\n".join(POLICY.format(number=number, next=number + 1) for number in range(many))


class Typist:
    """Somebody with a file of policies open."""

    def __init__(self, many, make=policies):
        self.session = Session(OneConfig(), WorkspaceStore())
        self.text = make(many)
        self.session.open(URI, 1, self.text)
        self.check()

    def check(self):
        for _ in self.session.steps(self.session.get(URI)):
            pass
        return self.session.up_to_date(URI)

    def replace(self, old, new):
        """An edit of the text where `old` is there for the first time."""
        assert old in self.text
        self.text = self.text.replace(old, new, 1)
        self.session.change(URI, 2, [types.TextDocumentContentChangeWholeDocument(text=self.text)])
        return self.check()

    def from_nothing(self):
        config = OneConfig().config
        view = WorkspaceSnapshot.of_files({URI: facts_of(make_source(URI, self.text), config.settings)})
        report = lint(analyse(make_source(URI, self.text)), config, view)
        return shown(one for one in report.diagnostics if one.suppressed is None)


def shown(findings):
    return [(one.code, one.span, one.message) for one in findings]


@pytest.fixture
def judged(monkeypatch):
    """The names of the policies whose rules about other manifests run."""
    names = []
    real = document_cache.lint_document

    def lint_document(analysis, config, *workspace, **scope):
        if workspace:
            names.extend(policy.object.name for policy in analysis.policies)
        return real(analysis, config, *workspace, **scope)

    monkeypatch.setattr(document_cache, "lint_document", lint_document)
    return names


EDITS = {
    "a comment": ("  name: p5\n", "  # the fifth\n  name: p5\n", {"p5"}),
    "a label of the policy": ("  name: p5\n", "  name: p5\n  labels: {a: b}\n", {"p5"}),
    "half a key, which hides what the policy means": ("  name: p5\n", "  name: p5\n  na\n", {"p5", "p4"}),
    "the name": ("  name: p5\n", "  name: p5x\n", {"p5x", "p4"}),
    "the namespace": ("  name: p5\n  namespace: shop", "  name: p5\n  namespace: shopx", {"p5", "p4"}),
    "the selector": ("{app: a5}\n  policyTypes", "{app: a5x}\n  policyTypes", {"p5", "p4"}),
    "a name that another has": ("  name: p5\n", "  name: p9\n", {"p9", "p4"}),
}


@pytest.mark.parametrize("what", EDITS)
def test_only_policies_that_an_edit_matters_to_are_judged_again(judged, what):
    old, new, expected = EDITS[what]
    typist = Typist(20)
    judged.clear()
    snapshot = typist.replace(old, new)
    assert set(judged) == expected
    assert shown(snapshot.findings) == typist.from_nothing()


def test_a_request_after_a_check_costs_the_same_in_a_file_of_any_size():
    few, many = (Typist(number).session for number in (20, 100))
    assert steps_of(lambda: many.up_to_date(URI)) == steps_of(lambda: few.up_to_date(URI))


def test_a_policy_for_all_pods_matters_to_all(judged):
    typist = Typist(20)
    judged.clear()
    typist.replace("matchLabels: {app: a5}\n  policyTypes", "{}\n  policyTypes")
    assert len(judged) == 20


def spread(many):
    """Policies of many namespaces."""
    texts = (POLICY.format(number=number, next=number + 1) for number in range(many))
    return "---\n".join(
        text.replace("namespace: shop\n", f"namespace: shop{number % 10}\n", 1) for number, text in enumerate(texts)
    )


# One whose rules run again takes some 2,000 steps.
@pytest.mark.parametrize(("make", "most"), [(policies, 140), (spread, 40)])
def test_the_steps_of_an_edit_hardly_grow_with_the_policies_of_the_file(make, most):
    def cost(many):
        typist = Typist(many, make)
        typist.replace("{app: a5}\n  policyTypes", "{app: a5x}\n  policyTypes")
        return steps_of(lambda: typist.replace("{app: a5x}\n  policyTypes", "{app: a5xx}\n  policyTypes"))

    few, many = cost(20), cost(120)
    each = (many - few) / 100
    assert each < most, (few, many, each)


def test_only_what_is_new_is_looked_at_for_signs_of_a_template(monkeypatch):
    looked_at = []
    real = snapshot_module.may_be_template
    monkeypatch.setattr(snapshot_module, "may_be_template", lambda text: looked_at.append(text) or real(text))
    typist = Typist(20)
    looked_at.clear()
    typist.replace("{app: a5}\n  policyTypes", "{app: a5x}\n  policyTypes")
    (only,) = looked_at
    assert "name: p5\n" in only
    assert "name: p4\n" not in only


def test_a_template_that_comes_and_goes_is_read_as_from_nothing():
    typist = Typist(6)
    go, edit = "{{ if .Values.a }}\n", "  policyTypes: [Ingress, Egress]\n"
    # A mark comes, goes and comes back; a brace makes one of the brace beside it, and an end elsewhere belongs to it.
    for old, new in (
        (edit, go + edit),
        (go, ""),
        (edit, go + edit),
        (go, ""),
        ("{app: a3}\n  policyTypes", "{{app: a3}\n  policyTypes"),
        ("name: p5\n", "name: p5 }}\n"),
        ("{{app: a3}", "{app: a3}"),
        ("name: p5 }}\n", "name: p5\n"),
    ):
        snapshot = typist.replace(old, new)
        assert snapshot.document.language is language_of(typist.text, URI)
        assert shown(snapshot.findings) == typist.from_nothing()


def test_what_was_read_at_moments_that_are_past_is_not_kept():
    def kept(edits):
        typist = Typist(10)
        for _ in range(edits):
            typist.replace("  name: p5\n", "  name: p5x\n")
            typist.replace("  name: p5x\n", "  name: p5\n")
        gc.collect()
        return sum(isinstance(one, _Values) for one in gc.get_objects())

    assert kept(20) <= kept(3) + 4


WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: d{number}, namespace: shop}}
spec:
  template:
    metadata: {{labels: {{app: {app}}}}}
    spec: {{containers: [{{name: main, image: x, ports: [{{containerPort: 80}}]}}]}}
"""


class BesideWorkloads(Typist):
    """Somebody with a file of policies open, beside files of workloads that these select."""

    def __init__(self, many):
        self.store = WorkspaceStore()
        self.files = {}
        for number in range(many + 1):
            self.files |= self.workload(number, f"a{number}")
        self.store.use_disk(self.files)
        self.session = Session(OneConfig(), self.store)
        self.text = policies(many)
        self.session.open(URI, 1, self.text)
        self.check()

    def workload(self, number, app):
        uri = f"file:///ws/workload{number}.yaml"
        return {uri: self.facts(uri, WORKLOAD.format(number=number, app=app))}

    def facts(self, uri, text):
        return facts_of(make_source(uri, text), OneConfig().config.settings)

    def save(self, files):
        """Files of the disk are others now."""
        self.files |= files
        self.store.use_files(files)
        return self.check()

    def from_nothing(self):
        config = OneConfig().config
        view = WorkspaceSnapshot.of_files({**self.files, URI: self.facts(URI, self.text)})
        report = lint(analyse(make_source(URI, self.text)), config, view)
        return shown(one for one in report.diagnostics if one.suppressed is None)


@pytest.mark.parametrize("what", EDITS)
def test_beside_workloads_only_policies_that_an_edit_matters_to_are_judged_again(judged, what):
    old, new, expected = EDITS[what]
    typist = BesideWorkloads(20)
    judged.clear()
    snapshot = typist.replace(old, new)
    # With two policies of one name nobody knows which of them counts, and what reaches the pods of their namespace.
    assert set(judged) == (
        {one.policy.name for one in snapshot.workspace.view} if what.startswith("a name") else expected
    )
    assert shown(snapshot.findings) == typist.from_nothing()


def test_a_workload_has_only_those_judged_again_that_are_about_its_pods(judged):
    typist = BesideWorkloads(20)
    changes = (
        (5, "a5", set()),
        (5, "b5", {"p4", "p5"}),
        (5, "a5", {"p4", "p5"}),
        (50, "other", set()),
        (50, "a7", {"p6", "p7"}),
        (51, "a8", {"p7", "p8"}),
    )
    for number, app, expected in changes:
        judged.clear()
        snapshot = typist.save(typist.workload(number, app))
        assert set(judged) == expected, (number, app)
        assert shown(snapshot.findings) == typist.from_nothing()


def test_two_workloads_of_one_name_leave_the_namespace_unknown(judged):
    typist = BesideWorkloads(6)
    judged.clear()
    twin = {"file:///ws/twin.yaml": typist.facts("file:///ws/twin.yaml", WORKLOAD.format(number=3, app="b"))}
    snapshot = typist.save(twin)
    assert len(judged) == 6  # nobody knows which of the two counts
    assert shown(snapshot.findings) == typist.from_nothing()


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, namespace: shop}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: a3}, ports: [{port: 80}]}
"""


def test_a_way_in_is_noticed_when_it_comes_and_goes(judged):
    typist = BesideWorkloads(6)
    typist.replace(
        "        - namespaceSelector:\n            matchLabels: {kubernetes.io/metadata.name: data}\n"
        "          podSelector:\n            matchLabels: {app: b}\n",
        "",
    )
    uri = "file:///ws/ingress.yaml"
    found = typist.save({uri: typist.facts(uri, INGRESS.replace("app: a3", "app: a0"))}).findings
    assert any(one.code == "NP314" for one in found)
    assert shown(found) == typist.from_nothing()
    judged.clear()
    found = typist.save({uri: typist.facts(uri, INGRESS)}).findings
    assert not any(one.code == "NP314" for one in found)
    assert shown(found) == typist.from_nothing()
    assert {"p0", "p3"} <= set(judged)


def view_of(context=False, **files):
    facts = {
        f"file:///ws/{name}.yaml": facts_of(make_source(f"file:///ws/{name}.yaml", text), OneConfig().config.settings)
        for name, text in files.items()
    }
    return WorkspaceSnapshot.of_files(facts, ["file:///ws/cluster.yaml"] if context else ())


def test_an_answer_about_a_namespace_does_not_depend_on_others():
    shop, data = POLICY.format(number=1, next=2), POLICY.format(number=1, next=2).replace("shop", "data")
    view = view_of(shop=shop)
    with READS.recording() as reads:
        assert view.namespace("shop") is not None
        assert view.namespace("media") is None
    known = Dependencies(view, reads)
    assert known.hold_in(view_of(shop=shop, data=data))
    assert not known.hold_in(view_of(shop=shop, data=shop.replace("namespace: shop", "namespace: media")))


def test_a_policy_of_the_context_that_gives_way_is_noticed():
    copy, other = POLICY.format(number=1, next=2), POLICY.format(number=7, next=8)
    view = view_of(True, cluster=copy, other=other)
    located = next(iter(view.policies_named("shop", "p1")))
    with READS.recording() as reads:
        assert len(list(view.around(located))) == 1
    known = Dependencies(view, reads)
    # Its name is taken by a policy with another selector: the copy in the cluster is an older one.
    assert not known.hold_in(view_of(True, cluster=copy, other=other.replace("name: p7", "name: p1")))


@pytest.mark.asyncio
@pytest.mark.parametrize("files", [1, 2])
async def test_a_file_is_brought_up_to_date_once_however_many_findings_lead_to_it(
    make_editor, tmp_path, monkeypatch, files
):
    editor = make_editor()
    await editor.start(tmp_path)
    await editor.until(lambda: editor.server.services.session.workspace.is_complete)
    asked, in_one_answer = [], []
    up_to_date, render = Session.up_to_date, publisher.render_findings

    def render_findings(*args):
        before = len(asked)
        rendered = render(*args)
        in_one_answer.append(len(asked) - before)
        return rendered

    monkeypatch.setattr(Session, "up_to_date", lambda self, uri: (asked.append(uri), up_to_date(self, uri))[1])
    monkeypatch.setattr(publisher, "render_findings", render_findings)
    text = "---\n".join(POLICY.format(number=1, next=2) for _ in range(12))
    opened = [editor.open(text, (tmp_path / f"{number}.yaml").as_uri()) for number in range(files)]
    for document in opened:
        found = await editor.diagnostics(document)
        assert [one["code"] for one in found].count("NP305") == 12
    await editor.quiet()
    assert max(in_one_answer) == files - 1
