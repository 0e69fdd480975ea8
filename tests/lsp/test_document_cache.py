"""What is kept of a document's findings while other policies change."""

from netpol_lsp.config.config import Config, Layer, Setting, default_file_config
from netpol_lsp.lint.analysis import analyse_document
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.lsp.state.document_cache import CachedDocument
from netpol_lsp.project.workspace_state import WorkspaceState
from netpol_lsp.text.source import make_source

CONFIG = default_file_config()
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
    - to: [{podSelector: {matchLabels: {app: db}}}]
      ports: [{protocol: UDP, port: 5000}]
"""


def world_with(workspace, name, text):
    source = make_source(f"file:///ws/{name}.yaml", text)
    return workspace.with_document(source.uri, facts_of(source, CONFIG.settings))


def test_findings_look_the_same_until_another_policy_matters():
    text = POLICY.replace("NAME", "web")
    known = CachedDocument(analyse_document(text))
    workspace = world_with(WorkspaceState(), "web", text)
    known.check(CONFIG, workspace)
    assert known.has(lambda finding: finding.code == "NP216")
    revision, look = known.revision, known.look

    known.check(CONFIG, world_with(workspace, "other", POLICY.replace("shop", "data")))
    assert (known.revision, known.look) == (revision, look)

    known.check(CONFIG, world_with(workspace, "other", POLICY.replace("app: web", "app: api")))
    assert (known.revision, known.look) == (revision, look)

    workspace = world_with(workspace, "other", POLICY.replace("5000", "5001"))
    known.check(CONFIG, workspace)
    assert known.revision is not revision
    assert known.look is look

    known.check(CONFIG, world_with(workspace, "other", POLICY.replace("UDP, port: 5000", "UDP, port: 53")))
    assert not known.has(lambda finding: finding.code == "NP216")
    assert known.look is not look


def test_what_is_said_once_a_workspace_moves_with_the_first_policy():
    flannel = Config([Layer({"cni": Setting("flannel")})]).for_file()

    def put(workspace, name, text):
        source = make_source(f"file:///ws/{name}.yaml", text)
        return workspace.with_document(source.uri, facts_of(source, flannel.settings))

    def says_it(known):
        return known.has(lambda finding: finding.code == "NP501")

    first, second = POLICY.replace("NAME", "a"), POLICY.replace("NAME", "b").replace("shop", "data")
    known = CachedDocument(analyse_document(second, "file:///ws/b.yaml"))
    workspace = put(put(WorkspaceState(), "a", first), "b", second)
    known.check(flannel, workspace)
    assert not says_it(known)
    revision = known.revision
    known.check(flannel, put(workspace, "a", first.replace("5000", "5001")))
    assert known.revision is revision
    known.check(flannel, put(workspace, "a", ""))
    assert says_it(known)
