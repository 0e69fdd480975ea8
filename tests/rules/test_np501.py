"""NP501: one clear error where nothing is enforced."""

import pytest

from netpol_lsp.config.config import Config, Layer, Origin, Setting
from netpol_lsp.lint.analysis import analyse
from netpol_lsp.lint.engine import lint, lint_text
from netpol_lsp.lint.locate import located_policies
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  podSelector: {{}}
  policyTypes: [Ingress, Egress]
"""


def policy(name: str, namespace: str = "shop") -> str:
    return POLICY.format(name=name, namespace=namespace)


def config(**said: str):
    return Config([Layer({key: Setting(value) for key, value in said.items()})]).for_file()


def check(files: dict[str, str], by_file) -> list[tuple[str, str, str]]:
    """The findings about the network plugin in several files that know each other."""
    analyses = {name: analyse(make_source(name, text)) for name, text in files.items()}
    located = [one for name, found in analyses.items() for one in located_policies(found, by_file(name).settings)]
    workspace = WorkspaceSnapshot.of(located)
    return [
        (name, found.source.text[d.span.start : d.span.end], d.message)
        for name, found in analyses.items()
        for d in lint(found, by_file(name), workspace).diagnostics
        if d.code == "NP501"
    ]


@pytest.mark.parametrize(
    "cni", ["flannel", "kube-flannel", "bridge", "kubenet", "azure-cni", "kindnet@0.23", "aws@1.13"]
)
def test_one_error_for_all_policies(cni: str) -> None:
    flannel = config(cni=cni)
    files = {"b.yaml": policy("c", "x"), "a.yaml": policy("a") + "---\n" + policy("b"), "c.yaml": policy("d", "y")}
    ((file, place, message),) = check(files, lambda _: flannel)
    assert (file, place) == ("a.yaml", "a")
    assert message.startswith("none of these 4 NetworkPolicies has any effect: ")


@pytest.mark.parametrize(
    "cni",
    [
        "canal",
        "calico",
        "kube-router",
        "cilium",
        "antrea",
        "weave",
        "kindnet",
        "kindnet@0.24",
        "flannel-netpol",
        "romana",
    ],
)
def test_none_where_something_is_enforced(cni: str) -> None:
    assert check({"a.yaml": policy("a")}, lambda _: config(cni=cni)) == []


def test_none_where_nobody_names_the_network_plugin() -> None:
    assert check({"a.yaml": policy("a")}, lambda _: config()) == []
    assert check({"a.yaml": policy("a")}, lambda _: config(platform="aks")) == []


def test_each_cluster_of_a_repository_is_told() -> None:
    files = {
        "calico/a.yaml": policy("a"),
        "flannel/b.yaml": policy("b"),
        "flannel/c.yaml": policy("c"),
        "kind/d.yaml": policy("d"),
    }
    by_folder = {"calico": config(cni="calico"), "flannel": config(cni="flannel"), "kind": config(cni="kindnet@0.20")}
    found = check(files, lambda name: by_folder[name.partition("/")[0]])
    assert [(file, message.partition(":")[0]) for file, _, message in found] == [
        ("flannel/b.yaml", "none of these 2 NetworkPolicies has any effect"),
        ("kind/d.yaml", "this NetworkPolicy has no effect"),
    ]


def test_a_preset_is_named_as_the_reason() -> None:
    ((_, _, message),) = check({"a.yaml": policy("a")}, lambda _: config(platform="talos"))
    assert (
        message
        == "this NetworkPolicy has no effect: Flannel moves packets and enforces no NetworkPolicy (platform talos)"
    )
    assert check({"a.yaml": policy("a")}, lambda _: config(platform="talos", cni="cilium")) == []


def test_what_was_found_in_manifests_is_named_as_the_reason() -> None:
    origin = Origin("DaemonSet `kube-flannel-ds`", "flannel.yaml", 3)
    found = Config([Layer({"cni": Setting("flannel", origin, is_detected=True)})]).for_file()
    ((_, _, message),) = check({"a.yaml": policy("a")}, lambda _: found)
    assert message.endswith("(DaemonSet `kube-flannel-ds`)")


def test_a_policy_alone_and_one_in_a_list() -> None:
    flannel = config(cni="flannel")
    assert [d.code for d in lint_text(policy("a"), config=flannel).diagnostics if d.code == "NP501"] == ["NP501"]
    items = "".join("  - " + policy(name).replace("\n", "\n    ").rstrip() + "\n" for name in "ab")
    listed = f"apiVersion: v1\nkind: List\nitems:\n{items}"
    assert len([d for d in lint_text(listed, config=flannel).diagnostics if d.code == "NP501"]) == 1


def test_rules_about_what_is_blocked_are_silent_where_nothing_is() -> None:
    text = policy("a").rstrip() + "\n  egress: [{to: [{podSelector: {}}], ports: [{port: 5432}]}]\n"
    assert "NP216" in {d.code for d in lint_text(text, config=config(cni="calico")).diagnostics}
    for cni in ("flannel", "romana"):
        assert "NP216" not in {d.code for d in lint_text(text, config=config(cni=cni)).diagnostics}
