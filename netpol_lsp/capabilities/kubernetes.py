"""Since which Kubernetes version NetworkPolicies can say what; the file capabilities/kubernetes.json."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from netpol_lsp.resources import json_resource

FILE = "capabilities/kubernetes.json"
KubernetesVersion = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a policy can say since a version; the schema says what each field means."""

    name: str
    title: str
    since: KubernetesVersion
    text: str
    sources: tuple[str, ...]


def oldest_version() -> KubernetesVersion:
    """The first version with networking.k8s.io/v1."""
    return _minor(json_resource(FILE)["oldest"])


def latest_version() -> KubernetesVersion:
    """The newest version that is known."""
    return _minor(json_resource(FILE)["latest"])


@cache
def features() -> dict[str, Feature]:
    """Every feature by its name."""
    return {
        name: Feature(name, written["title"], _minor(written["since"]), written["text"], tuple(written["sources"]))
        for name, written in json_resource(FILE)["features"].items()
    }


def lacks(version: KubernetesVersion, name: str) -> Feature | None:
    """The feature, when a version does not have it yet."""
    feature = features()[name]
    return feature if version < feature.since else None


def _minor(text: str) -> KubernetesVersion:
    major, minor = text.split(".")
    return int(major), int(minor)
