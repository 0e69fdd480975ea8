"""Reading `.netpol-lint.yaml`: what it says and what is wrong with it."""

import pytest

from netpol_lsp.config import config_file
from netpol_lsp.config import schema as config_schema
from netpol_lsp.config.config import rule_infos
from netpol_lsp.config.config_file import ConfigFile, parse_config
from netpol_lsp.files.gitignore import globs_in
from netpol_lsp.findings.diagnostic import Category, Severity
from netpol_lsp.findings.rule_info import Option, RuleInfo
from netpol_lsp.text.source import make_source

OPTIONS = (
    Option("dns_ports", list[int], [53], "Ports."),
    Option("names", list[str], [], "Names."),
    Option("strict", bool, False, "Strict."),
    Option("limit", int, 3, "Limit."),
    Option("pattern", str, "x", "Pattern."),
)
WITH_OPTIONS = RuleInfo("NP999", "made-up", Category.STYLE, Severity.HINT, "Made up.", OPTIONS)


@pytest.fixture(autouse=True)
def made_up_rule(monkeypatch) -> None:
    infos = (*rule_infos(), WITH_OPTIONS)
    monkeypatch.setattr(config_file, "rule_infos", lambda: infos)
    monkeypatch.setattr(config_schema, "rule_infos", lambda: infos)


def read(text: str) -> ConfigFile:
    return parse_config(make_source("c.yaml", text), lambda globs: globs_in("/repo", globs))


def settings(text: str) -> dict[str, object]:
    parsed = read(text)
    assert [str(problem) for problem in parsed.problems] == []
    return {key: setting.value for key, setting in parsed.layers[0].settings.items()}


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def test_everything() -> None:
    said = settings(
        """\
extends: ../base.yaml
profile: strict
select: [NP1, intent]
ignore:
  - NP105
exclude: [charts/]
context: [cluster.yaml]
cni: cilium@1.15
kubernetes-version: 1.30
pod-cidrs: [10.244.0.0/16]
service-cidrs: [10.96.0.0/12, "fd00::/108"]
default-namespace: shop
dns:
  ports: [53, 5353]
  node-local-address: 169.254.20.10
severity:
  NP103: off
  NP1: warning
options:
  NP999:
    dns_ports: [53, 5353]
    names: [a, "1"]
    strict: yes
    limit: 7
    pattern: ab*
"""
    )
    assert said == {
        "extends": "../base.yaml",
        "profile": "strict",
        "select": ("NP1", "intent"),
        "ignore": ("NP105",),
        "exclude": ("charts/",),
        "context": ("cluster.yaml",),
        "cni": "cilium@1.15",
        "kubernetes-version": (1, 30),
        "pod-cidrs": ("10.244.0.0/16",),
        "service-cidrs": ("10.96.0.0/12", "fd00::/108"),
        "default-namespace": "shop",
        "dns.ports": (53, 5353),
        "dns.node-local-address": "169.254.20.10",
        "severity.NP103": "off",
        "severity.NP1": "warning",
        "options.NP999.dns_ports": [53, 5353],
        "options.NP999.names": ["a", "1"],
        "options.NP999.strict": True,
        "options.NP999.limit": 7,
        "options.NP999.pattern": "ab*",
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null\n", "{}\n", "profile:\nselect:\n", "\n\n"])
def test_empty_files_say_nothing(text: str) -> None:
    assert settings(text) == {}


def test_origin_is_the_line_of_the_key() -> None:
    parsed = read("# head\nprofile: strict\n\nseverity:\n  NP103: info\n")
    origins = {key: str(setting.origin) for key, setting in parsed.layers[0].settings.items()}
    assert origins == {"profile": "c.yaml:2", "severity.NP103": "c.yaml:5"}


def test_overrides() -> None:
    parsed = read("overrides:\n  - files: [prod/]\n    ignore: [NP105]\n  - files: ['*.gen.yaml']\n    cni: calico\n")
    assert parsed.problems == ()
    first, second = parsed.layers[1:]
    assert (first.files, first.settings["ignore"].value) == (("prod/",), ("NP105",))
    assert first.matches is not None
    assert first.matches("/repo/prod/x/a.yaml")
    assert not first.matches("/repo/a.gen.yaml")
    assert second.matches is not None
    assert second.matches("/repo/a.gen.yaml")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("profil: strict\n", "c.yaml:1:1: unknown key `profil`, did you mean `profile`?"),
        ("a: 1\n\nservice_cidrs: []\n", "c.yaml:3:1: unknown key `service_cidrs`, did you mean `service-cidrs`?"),
        ("profile: paranoid\n", "c.yaml:1:10: unknown profile `paranoid`: use `recommended`, `strict` or `audit`"),
        ("profile: strct\n", "c.yaml:1:10: unknown profile `strct`, did you mean `strict`?"),
        ("profile: [strict]\n", "c.yaml:1:10: a value of `profile` must be a single word or number, but it is a list"),
        ("ignore: NP105\n", "c.yaml:1:9: `ignore` must be a list, as in `ignore: [NP105]`"),
        ("ignore: {a: b}\n", "c.yaml:1:9: `ignore` must be a list, as in `ignore: [...]`"),
        ("ignore: [NP105, NP1055]\n", "c.yaml:1:17: unknown rule `NP1055`, did you mean `NP105`?"),
        ("ignore:\n  - a: b\n", "c.yaml:2:5: a value of `ignore` must be a single word or number, but it is a mapping"),
        ("ignore:\n  -\n  - NP105\n", "a value of `ignore` must be a single word or number, but it is empty"),
        ("severity: {NP105: fatal}\n", "c.yaml:1:19: unknown severity `fatal`: use `error`, `warning`, `info`, `hint` or `off`"),
        ("severity: {unknown-fild: error}\n", "c.yaml:1:12: unknown rule `unknown-fild`, did you mean `unknown-field`?"),
        ("severity: [NP105]\n", "c.yaml:1:11: `severity` must be a mapping"),
        ("cni: cillium@1.15\n", "c.yaml:1:6: unknown CNI `cillium@1.15`, did you mean `cilium`?; known are `ack-terway`, "),
        ("cni: weavenett\n", "unknown CNI `weavenett`, did you mean `weavenet`?"),
        ("cni: cilium@new\n", "c.yaml:1:6: `new` is not a version, as in `cilium@1.15`"),
        ("platform: eksauto\n", "c.yaml:1:11: unknown platform `eksauto`, did you mean `eks-auto`?; known are `ack`, "),
        ("kubernetes-version: 1.99\n", "c.yaml:1:21: unknown Kubernetes version `1.99`: known are 1.7 to 1.37"),
        ("kubernetes-version: 1.6\n", "unknown Kubernetes version `1.6`: known are 1.7 to 1.37"),
        ("cloud: asure\n", "unknown cloud `asure`, did you mean `azure`?"),
        ("metadata-addresses: [here]\n", "`here` is not an IP address such as `169.254.20.10`"),
        ("dns: {labels: [kube-dns]}\n", "`kube-dns` is not a label such as `k8s-app=kube-dns`"),
        ("dns: {on-node: perhaps}\n", "unknown value `perhaps`"),
        ("cni: two words\n", "c.yaml:1:6: unknown CNI `two words`; known are `ack-terway`, "),
        ("kubernetes-version: latest\n", "c.yaml:1:21: `latest` is not a Kubernetes version such as `1."),
        ("pod-cidrs: [10.0.0.1/8]\n", "`10.0.0.1/8` is not an address range such as `10.0.0.0/8`: it has host bits set"),
        ("pod-cidrs: [nonsense]\n", "`nonsense` is not an address range such as `10.0.0.0/8`: no range can be read from it"),
        ("default-namespace: Shop\n", "`Shop` cannot be the name of a namespace"),
        ("dns: {port: [53]}\n", "c.yaml:1:7: unknown key `port`, did you mean `ports`?"),
        ("dns: {ports: [0]}\n", "`0` is not a port number from 1 to 65535"),
        ("dns: {ports: [53], node-local-address: here}\n", "`here` is not an IP address such as `169.254.20.10`"),
        ("dns: 53\n", "c.yaml:1:6: `dns` must be a mapping"),
        ("options: {NP998: {a: 1}}\n", "c.yaml:1:11: unknown rule `NP998`, did you mean `NP999`?"),
        ("options: {NP105: {a: 1}}\n", "c.yaml:1:11: rule `NP105` has no options"),
        ("options: {made-up: {dns_port: [1]}}\n", "unknown key `dns_port`, did you mean `dns_ports`?"),
        ("options: {NP999: {dns_ports: 53}}\n", "`dns_ports` must be a list of integers"),
        ("options: {NP999: {dns_ports: [a]}}\n", "`dns_ports` must be a list of integers"),
        ("options: {NP999: {names: [1]}}\n", "`names` must be a list of strings"),
        ("options: {NP999: {strict: 1}}\n", "`strict` must be true or false"),
        ("options: {NP999: {limit: true}}\n", "`limit` must be an integer"),
        ("options: {NP999: {pattern: }}\n", "`pattern` must be a string"),
        ('options: {NP602: {pattern: "("}}\n', "c.yaml:1:28: `pattern` is not a valid regular expression: `(` at position 0 is not closed"),
        ("overrides: {files: [a]}\n", "`overrides` must be a list of mappings, each with `files`"),
        ("overrides:\n  - ignore: [NP105]\n", "c.yaml:2:5: an override is a mapping with `files` and the settings for them"),
        ("overrides:\n  - files: [a]\n    exclude: [b]\n", "c.yaml:3:5: `exclude` applies to the whole file and cannot be set in an override"),
        ("overrides:\n  - files: [a]\n    ignor: [b]\n", "c.yaml:3:5: unknown key `ignor`, did you mean `ignore`?"),
        ("files: [a]\n", "c.yaml:1:1: unknown key `files`"),
        ("- profile\n", "c.yaml:1:1: a config file is a mapping such as `profile: strict`"),
        ("profile: strict\n---\nprofile: audit\n", "c.yaml:2:1: a config file is a single YAML document"),
        ("extends: ''\n", "an empty string has no meaning here"),
        ("profile: strict\nprofile: audit\n", "c.yaml:2:1: key `profile` is set twice in this mapping"),
    ],
)  # fmt: skip
def test_problems_have_a_place_and_a_way_out(text: str, problem: str) -> None:
    assert problem in "\n".join(problems(text))


def test_good_settings_beside_a_problem_still_count() -> None:
    parsed = read("profile: strict\ncni: two words\nignore: [NP105, nonsense]\n")
    assert len(parsed.problems) == 2
    assert {key: setting.value for key, setting in parsed.layers[0].settings.items()} == {
        "profile": "strict",
        "ignore": ("NP105",),
    }


def test_broken_yaml_is_a_problem_with_its_line() -> None:
    parsed = read("profile: strict\nignore: [NP105\n")
    assert len(parsed.problems) == 1
    assert parsed.problems[0].line >= 2


def test_problems_come_in_the_order_of_the_text() -> None:
    assert [problem.line for problem in read("a: 1\nprofile: x\nb: 2\nseverity: {c: error}\n").problems] == [1, 2, 3, 4]


@pytest.mark.parametrize("length", range(0, 120, 3))
def test_every_start_of_a_config_file_can_be_read(length: int) -> None:
    text = "profile: strict\nselect: [NP1, 'intent']\noverrides:\n  - files: [a, {b: c}]\n    severity: {NP1: error}\noptions: {NP999: {limit: 3}}\n"
    parsed = read(text[:length])
    assert parsed.layers
