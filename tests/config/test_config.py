"""Layers of settings and what they mean for a file."""

import pytest

from netpol_lsp.config.config import DEFAULT_ORIGIN, Config, Layer, Origin, Setting, default_file_config, rule_infos
from netpol_lsp.config.selection import profile_codes
from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.lint.engine import lint_text

REFUSED = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: true}}
  policyTypes: [Ingress]
"""


def layer(origin: str = "file", /, **settings: object) -> Layer:
    said = {key.replace("__", ".").replace("_", "-"): value for key, value in settings.items()}
    return Layer({key: Setting(value, Origin(origin)) for key, value in said.items()})


def severity_of(config: Config, code: str) -> tuple[Severity | None, str]:
    found = next(item for item in config.rules_for() if item.rule.code == code)
    return found.severity, str(found.origin)


def test_defaults() -> None:
    config = default_file_config()
    assert config.enabled == profile_codes("recommended", rule_infos())
    assert config.severities == {}
    assert config.settings.dns_ports == (53,)


def test_a_stronger_layer_wins() -> None:
    config = Config([layer(cni="calico", default_namespace="a"), layer(cni="cilium@1.15")])
    assert config.for_file().settings.cni == "cilium@1.15"
    assert config.for_file().settings.default_namespace == "a"


def test_settings_reach_the_rules() -> None:
    said = Layer(
        {
            "kubernetes-version": Setting((1, 28)),
            "pod-cidrs": Setting(("10.0.0.0/8",)),
            "service-cidrs": Setting(("10.96.0.0/12",)),
            "dns.ports": Setting((53, 5353)),
            "dns.node-local-address": Setting("169.254.20.10"),
        }
    )
    settings = Config([said]).for_file().settings
    assert settings.kubernetes_version == (1, 28)
    assert (settings.pod_cidrs, settings.service_cidrs) == (("10.0.0.0/8",), ("10.96.0.0/12",))
    assert (settings.dns_ports, settings.node_local_dns) == ((53, 5353), "169.254.20.10")


def test_select_alone_says_exactly_what_runs() -> None:
    assert Config([layer(select=("NP105",))]).for_file().enabled == {"NP105"}


def test_select_beside_a_profile_adds_to_it() -> None:
    recommended = profile_codes("recommended", rule_infos())
    both = Config([layer(profile="recommended", select=("NP105",))])
    assert both.for_file().enabled == recommended


def test_select_of_a_stronger_layer_replaces_and_ignore_removes() -> None:
    config = Config([layer(profile="strict"), layer("line", select=("NP10",)), layer(ignore=("NP105",))])
    assert config.for_file().enabled == {
        rule.code for rule in rule_infos() if rule.code.startswith("NP10") and rule.code != "NP105"
    }


def test_ignore_of_a_stronger_layer_removes_what_was_selected_exactly() -> None:
    assert Config([layer(select=("NP105",)), layer(ignore=("NP1",))]).for_file().enabled == frozenset()


def test_severity_by_code_beats_severity_by_start_whatever_comes_first() -> None:
    for said in (
        {"severity__NP105": "info", "severity__NP1": "warning"},
        {"severity__NP1": "warning", "severity__NP105": "info"},
    ):
        severities = Config([layer(**said)]).for_file().severities
        assert severities["NP105"] is Severity.INFO
        assert severities["NP103"] is Severity.WARNING


def test_a_severity_that_is_written_counts_where_it_is_the_usual_one() -> None:
    usual = Config().for_file()
    written = Config([layer(severity__NP001="error")]).for_file()
    assert "NP001" not in usual.severities
    assert written.severities == {"NP001": Severity.ERROR}
    assert written.enabled == usual.enabled


def test_off_switches_a_rule_off_until_a_stronger_layer_says_otherwise() -> None:
    off = layer(severity__NP105="off")
    assert "NP105" not in Config([off]).for_file().enabled
    again = Config([off, layer(severity__NP105="hint")]).for_file()
    assert again.severities["NP105"] is Severity.HINT
    assert Config([off, layer(select=("NP105",))]).for_file().enabled == {"NP105"}
    assert Config([layer(select=("NP105",), severity__NP105="off")]).for_file().enabled == frozenset()


def test_origins_of_rules() -> None:
    config = Config(
        [
            layer("file:1", severity__NP103="info"),
            layer("--ignore", ignore=("NP105",)),
            layer("late", severity__NP105="off"),
        ]
    )
    assert severity_of(config, "NP101") == (Severity.ERROR, "default")
    assert severity_of(config, "NP103") == (Severity.INFO, "file:1")
    assert severity_of(config, "NP105") == (None, "--ignore")


def test_select_is_the_origin_of_what_it_leaves_out() -> None:
    config = Config([layer("--select", select=("NP105",))])
    assert severity_of(config, "NP105") == (Severity.ERROR, "--select")
    assert severity_of(config, "NP101") == (None, "--select")


def test_overrides_hold_for_their_files_only() -> None:
    override = Layer({"ignore": Setting(("NP105",))}, ("prod/",), lambda path: path.startswith("/repo/prod/"))
    config = Config([layer(cni="calico"), override])
    assert "NP105" in config.for_file("/repo/test/a.yaml").enabled
    assert "NP105" not in config.for_file("/repo/prod/a.yaml").enabled
    assert "NP105" in config.for_file().enabled
    assert config.for_file("/repo/prod/a.yaml") is config.for_file("/repo/prod/b.yaml")
    assert config.key_for("/repo/prod/a.yaml") != config.key_for("/repo/test/a.yaml")


def test_keys_are_equal_for_equal_settings() -> None:
    assert Config([layer("one", cni="calico")]).key_for() == Config([layer("two", cni="calico"), Layer({})]).key_for()
    assert Config([layer(cni="calico")]).key_for() != Config([layer(cni="cilium")]).key_for()


def test_setting_has_its_origin() -> None:
    config = Config([layer("file:3", cni="calico")])
    assert config.setting("cni") == Setting("calico", Origin("file:3"))
    assert config.setting("profile") is None
    assert str(DEFAULT_ORIGIN) == "default"
    assert str(Origin("config file", "a.yaml", 7)) == "a.yaml:7"


@pytest.mark.parametrize(
    ("said", "refused"), [({}, True), ({"severity__NP103": "warning"}, False), ({"severity__NP2": "error"}, True)]
)
def test_api_errors_stay_errors_unless_the_user_says_otherwise(said: dict[str, str], refused: bool) -> None:
    report = lint_text(REFUSED, config=Config([layer(**said)]).for_file())
    assert any(diagnostic.is_refused for diagnostic in report.diagnostics) is refused
