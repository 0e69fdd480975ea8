"""What `platform` stands for, and what wins over it."""

import pytest

from netpol_lsp.capabilities.platforms import all_platforms
from netpol_lsp.config.config import Config, Layer, Origin, Setting
from netpol_lsp.config.presets import preset
from netpol_lsp.config.schema import KEYS_BY_NAME


def layer(origin: str = "file", /, **settings: object) -> Layer:
    said = {key.replace("__", ".").replace("_", "-"): value for key, value in settings.items()}
    return Layer({key: Setting(value, Origin(origin)) for key, value in said.items()})


def test_a_platform_stands_for_its_network_its_dns_and_its_cloud() -> None:
    settings = Config([layer(platform="openshift")]).for_file().settings
    assert (settings.cni, settings.dns_ports, settings.dns_namespace) == ("ovn-kubernetes", (5353,), "openshift-dns")
    assert settings.service_cidrs == ("172.30.0.0/16",)
    assert settings.capabilities.title == "OVN-Kubernetes"
    assert settings.assumed >= {"cni", "dns.ports", "service-cidrs"}
    assert Config([layer(platform="kind")]).for_file().settings.cloud == "none"
    assert "169.254.169.254" in Config([layer(platform="eks")]).for_file().settings.metadata_addresses
    assert Config([layer(platform="eks-auto")]).for_file().settings.is_dns_on_node


@pytest.mark.parametrize(
    "layers",
    [
        [layer(platform="eks", cni="calico")],
        [layer(platform="eks"), layer("--cni", cni="calico")],
        [layer(cni="calico"), layer("--platform", platform="eks")],
    ],
)
def test_a_single_key_wins_wherever_it_is_written(layers: list[Layer]) -> None:
    config = Config(layers)
    assert config.for_file().settings.cni == "calico"
    assert config.for_file().settings.cloud == "aws"
    found = config.setting("cni")
    assert found is not None
    assert found.value == "calico"


def test_the_origin_of_a_preset_is_the_platform() -> None:
    config = Config([Layer({"platform": Setting("k3s", Origin("config file", "c.yaml", 3))})])
    found = config.setting("pod-cidrs")
    assert found is not None
    assert found.value == ("10.42.0.0/16",)
    assert (found.origin.text, str(found.origin)) == ("platform k3s", "c.yaml:3")
    assert config.for_file().settings.cni_origin == "platform k3s"


def test_what_was_found_in_manifests_is_weaker_than_what_is_written_and_stronger_than_a_preset() -> None:
    found = Layer({"cni": Setting("flannel", Origin("DaemonSet kube-flannel-ds", "f.yaml", 1), is_detected=True)})
    assert Config([found]).for_file().settings.cni_origin == "DaemonSet kube-flannel-ds"
    assert Config([found, layer(platform="eks")]).for_file().settings.cni == "flannel"
    written = Config([found, layer(cni="cilium")]).for_file().settings
    assert (written.cni, written.cni_origin) == ("cilium", "")


def test_without_a_platform_nothing_is_assumed() -> None:
    settings = Config().for_file().settings
    assert (settings.platform, settings.cni, settings.cloud, settings.assumed) == (None, None, "unknown", frozenset())
    assert not settings.capabilities.is_known
    assert preset("no-such-platform") == {}


def test_presets_are_values_that_the_config_file_takes() -> None:
    for platform in all_platforms():
        for key, value in preset(platform.name).items():
            known = KEYS_BY_NAME[key]
            for one in value if known.is_list else (value,):
                assert known.parse(str(one).lower() if isinstance(one, bool) else str(one)) == one, platform.name


def test_the_kubernetes_version_counts_only_when_it_is_said() -> None:
    assert Config([layer(cni="huawei-cce")]).for_file().settings.capabilities.enforces("Egress").is_supported is None
    old = Config([layer(cni="huawei-cce", kubernetes_version=(1, 21))]).for_file().settings
    assert old.capabilities.enforces("Egress").is_supported is False


def test_other_settings_give_another_key() -> None:
    keys = {Config([layer(platform=name)]).key_for() for name in ("eks", "gke", "k3s")}
    assert len(keys) == 3


def test_settings_can_be_keys_of_caches() -> None:
    assert len({Config([layer(platform=name)]).for_file().settings for name in ("eks", "eks", "gke")}) == 2
    hash(Config().for_file().settings)
