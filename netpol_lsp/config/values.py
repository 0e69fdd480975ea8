"""Single values of the configuration, from text to what the engine uses; each raises ValueError with a plain reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from netpol_lsp.config.selection import PROFILES, did_you_mean, match_selector
from netpol_lsp.config.settings import LATEST_KUBERNETES, OLDEST_KUBERNETES
from netpol_lsp.findings.diagnostic import Severity

if TYPE_CHECKING:
    from netpol_lsp.findings.rule_info import RuleInfo

OFF = "off"
SEVERITIES = (*(str(severity) for severity in Severity), OFF)
_VERSION = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.\d+)?(?:[-+].*)?\Z")
_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")


def parse_word(words: Iterable[str], what: str) -> Callable[[str], str]:
    """A reader for one of some words."""
    known = tuple(words)

    def read(text: str) -> str:
        if text.strip().lower() in known:
            return text.strip().lower()
        message = f"unknown {what} `{text}`{did_you_mean(text, known) or ': use ' + _one_of(known)}"
        raise ValueError(message)

    return read


parse_profile = parse_word(PROFILES, "profile")
parse_severity = parse_word(SEVERITIES, "severity")
"""A severity by name, or `off`."""


def parse_selector(text: str, rules: Iterable[RuleInfo]) -> str:
    """A selector that means at least a known family of rules, as written."""
    match_selector(text, rules)
    return text.strip()


def parse_version(text: str) -> tuple[int, int]:
    """A Kubernetes version that is known as (major, minor): `1.30`, `v1.30`, `1.30.4`."""
    match = _VERSION.match(text.strip())
    if match is None:
        message = f"`{text}` is not a Kubernetes version such as `{_dotted(LATEST_KUBERNETES)}`"
        raise ValueError(message)
    version = int(match[1]), int(match[2])
    if not OLDEST_KUBERNETES <= version <= LATEST_KUBERNETES:
        known = f"{_dotted(OLDEST_KUBERNETES)} to {_dotted(LATEST_KUBERNETES)}"
        message = f"unknown Kubernetes version `{text}`: known are {known}"
        raise ValueError(message)
    return version


def parse_cni(text: str) -> str:
    """The name of a network plugin that has a profile, with its version after `@` where that matters: `cilium@1.15`."""
    from netpol_lsp.capabilities import profiles, versions  # noqa: PLC0415 - start-up is a feature

    name, at, version = text.strip().lower().partition("@")
    profile = profiles.find_profile(name)
    if profile is None:
        aliases = [alias for known in profiles.all_profiles() for alias in known.aliases]
        near = did_you_mean(name, [*profiles.profile_names(), *aliases])
        message = f"unknown CNI `{text}`{near}; known are {_listed(profiles.profile_names())}"
        raise ValueError(message)
    if at and versions.parse_version(version) is None:
        message = f"`{version}` is not a version, as in `{profile.name}@1.15`"
        raise ValueError(message)
    return f"{profile.name}@{version.removeprefix('v')}" if at else profile.name


def parse_platform(text: str) -> str:
    """The name of a platform that is known."""
    from netpol_lsp.capabilities import platforms  # noqa: PLC0415 - start-up is a feature

    platform = platforms.find_platform(text)
    if platform is None:
        names = [known.name for known in platforms.all_platforms()]
        aliases = [alias for known in platforms.all_platforms() for alias in known.aliases]
        near = did_you_mean(text.strip(), [*names, *aliases])
        message = f"unknown platform `{text}`{near}; known are {_listed(sorted(names))}"
        raise ValueError(message)
    return platform.name


CLOUDS = ("aws", "gcp", "azure", "alibaba", "huawei", "tencent", "none", "unknown")
"""Whose instance metadata pods could reach; `none`: there is none, `unknown`: no one says."""
parse_cloud = parse_word(CLOUDS, "cloud")


def parse_flag(text: str) -> bool:
    """`true` or `false`."""
    return parse_word(("true", "false"), "value")(text) == "true"


def parse_label(text: str) -> str:
    """A label of a pod, `key=value`."""
    key, equals, value = text.strip().partition("=")
    if not key or not equals or " " in text.strip():
        message = f"`{text}` is not a label such as `k8s-app=kube-dns`"
        raise ValueError(message)
    return f"{key}={value}"


def parse_cidr(text: str) -> str:
    """An address range in its canonical form."""
    try:
        return str(ip_network(text.strip()))
    except ValueError as error:
        message = f"`{text}` is not an address range such as `10.0.0.0/8`: {_reason(error)}"
        raise ValueError(message) from None


def parse_address(text: str) -> str:
    """An IP address in its canonical form."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        message = f"`{text}` is not an IP address such as `169.254.20.10`"
        raise ValueError(message) from None


def parse_port(text: str) -> int:
    """A port number."""
    plain = text.strip().lstrip("0")
    if plain.isdecimal() and len(plain) <= 5 and 1 <= int(plain) <= 65535:
        return int(plain)
    message = f"`{text}` is not a port number from 1 to 65535"
    raise ValueError(message)


def parse_namespace(text: str) -> str:
    """A namespace's name."""
    if not _LABEL.match(text.strip()):
        message = f"`{text}` cannot be the name of a namespace: lower-case letters, digits and `-`, 63 at most"
        raise ValueError(message)
    return text.strip()


def parse_namespace_pattern(text: str) -> str:
    """A namespace's name, in which `*` is for any characters."""
    if not _LABEL.match(text.strip().replace("*", "x")):
        message = f"`{text}` is not the name of a namespace, or such a name with `*` for any characters"
        raise ValueError(message)
    return text.strip()


def parse_text(text: str) -> str:
    """Any text that is not empty."""
    if not text.strip():
        raise ValueError("an empty string has no meaning here")
    return text


def split_list(text: str) -> list[str]:
    """The parts of a list on the command line, separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _one_of(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words[:-1]) + f" or `{words[-1]}`"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def _reason(error: ValueError) -> str:
    return "it has host bits set" if "host bits" in str(error) else "no range can be read from it"
