"""After any series of edits the findings are those of a run from nothing, whatever was kept in between."""

from dataclasses import replace

import pytest
from lsprotocol import types

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.lint import known_cluster
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import in_files, lint
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lsp.state.session import Session
from netpol_lsp.project.workspace_store import WorkspaceStore
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot
from tests.properties.manifests import ManifestDraw

CONTEXT = "file:///ws/cluster.yaml"
LOOK_AT_OTHER_FILES = {"NP216", "NP217", "NP302", "NP305", "NP310", "NP312", "NP316"}
FILES = [f"file:///ws/{folder}/{number}.yaml" for folder in "ab" for number in range(4)]


class OneConfig:
    """The same configuration for all documents, which all count."""

    def __init__(self, **settings: object) -> None:
        self.config = Config([Layer({key: Setting(value) for key, value in settings.items()})]).for_file()

    def for_path(self, _path):
        return self

    def for_document(self, _path):
        return self.config, True

    def counts(self, _path):
        return True


class Editor:
    """Files that are open in a session, beside others that are not and a context."""

    def __init__(self, seed: int, **settings: object) -> None:
        self.draw = ManifestDraw(seed)
        self.settings = OneConfig(**settings)
        self.store = WorkspaceStore()
        self.session = Session(self.settings, self.store)
        self.texts: dict[str, str] = {}
        self.closed: dict[str, str] = {}
        self.context = self.draw.file() if self.draw.chance.random() < 0.5 else ""
        if self.context:
            self.store.use_context({CONTEXT: self.facts(CONTEXT, self.context)})
        for uri in FILES[:5]:
            self.write(uri, self.draw.file())

    def facts(self, uri, text):
        return facts_of(make_source(uri, text), self.settings.config.settings)

    def write(self, uri, text):
        """Another text of a file that is open, or is opened for it."""
        if uri in self.texts:
            self.session.change(uri, len(text), [types.TextDocumentContentChangeWholeDocument(text=text)])
        else:
            self.session.open(uri, 1, text)
        self.closed.pop(uri, None)
        self.texts[uri] = text
        self.check(uri)

    def close(self, uri, text):
        """A file is closed, and holds this on the disk; "" for nothing."""
        self.session.close(uri)
        self.texts.pop(uri, None)
        self.closed[uri] = text
        self.store.use_files({uri: self.facts(uri, text)})

    def check(self, uri):
        for _ in self.session.steps(self.session.get(uri)):
            pass

    def step(self):
        chance = self.draw.chance
        uri = chance.choice(FILES)
        if uri in self.texts and chance.random() < 0.2:
            self.close(uri, chance.choice(("", self.draw.file())))
        elif uri in self.texts and chance.random() < 0.5:
            # An edit that leaves most of the file as it is, as typing does.
            documents = self.texts[uri].split("---\n")
            documents[chance.randrange(len(documents))] = chance.choice(
                (self.draw.policy(), self.draw.workload(), "# nothing\n")
            )
            self.write(uri, "---\n".join(documents))
        else:
            self.write(uri, self.draw.file())

    def kept(self, uri):
        """The findings that the session has."""
        self.check(uri)
        snapshot = self.session.up_to_date(uri)
        places = snapshot.workspace.view.places
        return [shown(in_files(one, places)) for one in snapshot.findings]

    def from_nothing(self):
        """The findings of a run from nothing, by file."""
        texts = {**self.texts, **self.closed}
        files = {uri: self.facts(uri, text) for uri, text in texts.items()}
        context = {CONTEXT: self.facts(CONTEXT, self.context)} if self.context else {}
        view = WorkspaceSnapshot.of_files({**files, **context}, context)
        found = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(known_cluster, "_LAST", {})
            for uri, text in self.texts.items():
                report = lint(analyse(make_source(uri, text)), self.settings.config, view)
                found[uri] = [shown(one) for one in report.diagnostics]
        return found


def shown(diagnostic):
    """A finding as it is shown, without what is worked out when someone asks."""
    return replace(diagnostic, fixes=(), number=0)


def differences(kept, expected):
    """The findings that only one of two runs has."""
    return [
        (uri, side, one.code, one.message, one.span, one.related)
        for uri, found in expected.items()
        for side, mine, other in (("kept", kept[uri], found), ("from nothing", found, kept[uri]))
        for one in mine
        if one not in other
    ]


@pytest.mark.parametrize("default_namespace", [None, "shop"])
@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_between_edits_changes_no_finding(seed, default_namespace):
    settings = {"default-namespace": default_namespace} if default_namespace else {}
    editor = Editor(seed, profile="audit" if seed % 2 else "recommended", **settings)
    seen = set()
    for _ in range(12):
        editor.step()
        kept = {uri: editor.kept(uri) for uri in editor.texts}
        expected = editor.from_nothing()
        assert differences(kept, expected) == []
        seen |= {one.code for found in kept.values() for one in found}
    assert seen & LOOK_AT_OTHER_FILES


HEAD = (
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n"
)
POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: {namespace}, labels: {{app: p}}}}\nspec: {{containers: [{{name: c, image: c}}]}}\n"


def test_a_policy_of_another_namespace_decides_a_finding():
    editor = Editor(0)
    for uri in list(editor.texts):
        editor.close(uri, "")
    egress = HEAD.format(name="client", namespace="shop") + (
        "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n"
        "    - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: data}}, podSelector: {matchLabels: {app: p}}}]\n"
    )
    editor.write(FILES[0], egress)
    editor.write(FILES[1], POD.format(namespace="shop") + "---\n" + POD.format(namespace="data"))

    def codes():
        assert differences({FILES[0]: editor.kept(FILES[0])}, {FILES[0]: editor.from_nothing()[FILES[0]]}) == []
        return {one.code for one in editor.kept(FILES[0])}

    assert "NP310" not in codes()
    closed = HEAD.format(name="server", namespace="data") + "  podSelector: {}\n  policyTypes: [Ingress]\n"
    editor.write(FILES[2], closed)
    assert "NP310" in codes()
    editor.write(FILES[2], closed + "  ingress: [{}]\n")
    assert "NP310" not in codes()
    editor.write(FILES[2], closed)
    editor.write(FILES[1], POD.format(namespace="shop"))
    assert "NP310" not in codes()
