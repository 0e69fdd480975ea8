"""Help in the config file."""

import pytest

from netpol_lsp.ide.config_help import explain_in_config, suggest_in_config


def labels(text: str) -> list[str]:
    """What is offered at the mark `|`."""
    return [one.label for one in suggest_in_config(text.replace("|", ""), text.index("|"))]


def hover(text: str) -> str:
    """What is said at the mark `|`."""
    found = explain_in_config(text.replace("|", ""), text.index("|"))
    return found[0] if found else ""


def test_keys_that_are_not_there_yet() -> None:
    offered = labels("cni: calico\n|")
    assert {"platform", "profile", "kubernetes-version", "dns", "overrides"} <= set(offered)
    assert "cni" not in offered
    assert {"on-node", "namespace", "node-local-address"} <= set(labels("dns:\n  ports: [53]\n  |"))
    assert "ports" not in labels("dns:\n  ports: [53]\n  |")


def test_a_key_gets_its_colon() -> None:
    (one,) = [one for one in suggest_in_config("plat", 4) if one.label == "platform"]
    assert (one.text, one.span.start, one.span.end) == ("platform: ", 0, 4)


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("cni: |", {"cilium", "flannel", "nsx-t"}),
        ("cni: cil|", {"cilium"}),
        ("platform: |", {"eks-auto", "openshift"}),
        ("profile: |", {"recommended", "strict", "audit"}),
        ("cloud: |", {"aws", "none"}),
        ("detect: |", {"true", "false"}),
        ("dns:\n  on-node: |", {"true", "false"}),
        ("select: [|]", {"NP216", "security"}),
        ("ignore:\n  - |", {"NP216"}),
        ("severity:\n  NP216: |", {"error", "off"}),
        ("severity:\n  |", {"NP216"}),
        ("overrides:\n  - files: [a]\n    cni: |", {"calico"}),
        ("overrides:\n  - files: [a]\n    |", {"cni", "platform", "severity"}),
    ],
)
def test_values(text: str, some: set[str]) -> None:
    assert some <= set(labels(text))


@pytest.mark.parametrize("text", ["nonsense: |", "extends: |", "cni:\n  - |", "# |", "kubernetes-version: |"])
def test_where_nothing_is_known_nothing_is_offered(text: str) -> None:
    assert labels(text) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("cni: ci|lium@1.15\n", ["**Cilium 1.15**", "Not enforced: ", "`endPort`", "netpol-lint cni cilium"]),
        ("cni: cilium@1.1|6\n", ["**Cilium 1.16**", "Enforced: "]),
        ("cni: weave|\n", ["**Weave Net**, archived", "do not choose it"]),
        ("cni: weave-n|et\n", ["**Weave Net**, archived"]),
        ("cni: fla|nnel\n", ["It enforces nothing: Flannel moves packets"]),
        ("cni: eks-au|to\n", ["First: EKS Auto Mode enforces nothing until"]),
        ("platform: opens|hift\n", ["- `dns.ports`: 5353", "- `cni`: ovn-kubernetes", "- the API server: port 6443"]),
        ("platform: o|kd\n", ["**OpenShift**"]),
        ("pl|atform: eks\n", ["**platform**", "What the cluster runs on"]),
        ("profile: str|ict\n", ["**profile**", "Default: `recommended`"]),
        ("det|ect: true\n", ["Default: `true`"]),
        ("dns:\n  por|ts: [53]\n", ["**dns.ports**", "Default: `53`"]),
        ("ignore: [NP2|16]\n", ["Egress is restricted"]),
        ("ignore: [egress-without-|dns]\n", ["Egress is restricted"]),
    ],
)
def test_what_is_under_the_pointer(text: str, parts: list[str]) -> None:
    said = hover(text)
    assert all(part in said for part in parts), said


@pytest.mark.parametrize("text", ["non|sense: 1\n", "nonsense: {a: b|}\n", "|", "# no|te\n", "[|\n", "a: [b|\n"])
def test_nothing_is_said_of_what_is_not_known(text: str) -> None:
    assert hover(text) == ""


def test_of_a_plugin_that_is_not_known_the_key_is_explained() -> None:
    assert hover("cni: no-such-pl|ugin\n").startswith("**cni**")
