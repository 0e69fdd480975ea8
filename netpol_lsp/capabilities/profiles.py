"""The profiles of network plugins: the files of capabilities/profiles/, and what they say for one version.

schemas/cni-profile.schema.json says what each key means; a test validates every file against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from netpol_lsp.capabilities.capabilities import ALIVE, UNKNOWN_CNI, Capabilities
from netpol_lsp.capabilities.fact import Capability, Effect, Fact, Limit, LimitKind, Note, Support
from netpol_lsp.capabilities.kubernetes import KubernetesVersion, lacks
from netpol_lsp.capabilities.versions import Version, VersionRange, parse_version
from netpol_lsp.resources import has_resource, json_resource, resource_names

FOLDER = "capabilities/profiles"


@dataclass(frozen=True, slots=True)
class VersionedFact:
    """A fact and the versions that it holds for."""

    versions: VersionRange
    fact: Fact


@dataclass(frozen=True)
class Profile:
    """What the file of one network plugin says, the facts that it inherits included; see the schema for the fields.

    `facts`: by capability, in the order of the file.
    """

    name: str
    title: str
    status: str
    status_text: str = ""
    aliases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    inherits: str | None = None
    version_of: str | None = None
    precondition: Note | None = None
    facts: Mapping[Capability, tuple[VersionedFact, ...]] = field(default_factory=dict, hash=False)
    limits: tuple[Limit, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def is_alive(self) -> bool:
        """Whether the plugin is kept up."""
        return self.status == ALIVE


@cache
def profile_names() -> tuple[str, ...]:
    """The names of all profiles, sorted."""
    return resource_names(FOLDER, ".json")


@cache
def all_profiles() -> tuple[Profile, ...]:
    """Every profile, by name."""
    return tuple(_load(name) for name in profile_names())


def find_profile(name: str) -> Profile | None:
    """The profile with this name or alias, in any case; None when there is none."""
    word = name.strip().lower()
    if "/" not in word and "." not in word and has_resource(f"{FOLDER}/{word}.json"):
        return _load(word)
    return next((profile for profile in all_profiles() if word in profile.aliases), None)


@cache
def resolve(
    name: str, version: str | None = None, kubernetes_version: KubernetesVersion | None = None
) -> Capabilities | None:
    """What the plugin `name` enforces in a version; None when there is no such profile.

    `kubernetes_version` counts for profiles whose versions are those of the cluster.
    """
    profile = find_profile(name)
    if profile is None:
        return None
    numbers: Version | None = parse_version(version) if version else None
    if numbers is None and kubernetes_version is not None and profile.version_of == "kubernetes":
        numbers = kubernetes_version
    return Capabilities(
        name=profile.name,
        title=profile.title,
        version=version,
        facts={capability: _choose(capability, found, numbers) for capability, found in profile.facts.items()},
        status=profile.status,
        status_text=profile.status_text,
        precondition=profile.precondition,
        limits=profile.limits,
    )


@cache
def capabilities_of(cni: str | None, kubernetes_version: KubernetesVersion | None = None) -> Capabilities:
    """What a cluster enforces: `cni` as in the configuration (`cilium@1.15`), None or a name without a profile for unknown.

    What a Kubernetes version does not have yet no plugin can enforce; None: the version is not known.
    """
    name, _, version = (cni or "").partition("@")
    found = resolve(name, version or None, kubernetes_version) if name else None
    found = found or UNKNOWN_CNI
    missing = {
        capability: Fact(capability, Support.NO, feature.text, feature.sources, effect)
        for capability, (feature_name, effect) in _BY_KUBERNETES.items()
        if kubernetes_version is not None and (feature := lacks(kubernetes_version, feature_name)) is not None
    }
    return replace(found, facts={**found.facts, **missing}) if missing else found


_BY_KUBERNETES = {
    Capability.END_PORT: ("end-port", Effect.FIRST_PORT_ONLY),
    Capability.EGRESS: ("egress", Effect.NOT_ENFORCED),
    Capability.INGRESS_IP_BLOCK: ("ip-block", None),
    Capability.EGRESS_IP_BLOCK: ("ip-block", None),
    Capability.COMBINED_SELECTORS: ("combined-selectors", None),
    Capability.SCTP: ("sctp", None),
}


def _choose(capability: Capability, found: tuple[VersionedFact, ...], version: Version | None) -> Fact:
    """The fact for a version; UNKNOWN, with all that is known, where the version decides and is not known well enough."""
    if version is not None:
        for versioned in found:
            if versioned.versions.covers(version):
                return versioned.fact
        found = tuple(versioned for versioned in found if versioned.versions.overlaps(version))
    elif len(found) == 1 and found[0].versions == VersionRange():
        return found[0].fact
    if not found:
        return Fact(capability)
    texts = dict.fromkeys(versioned.fact.text for versioned in found)
    sources = dict.fromkeys(source for versioned in found for source in versioned.fact.sources)
    return Fact(capability, Support.UNKNOWN, "it depends on the version: " + "; ".join(texts), tuple(sources))


@cache
def _load(name: str) -> Profile:
    written = json_resource(f"{FOLDER}/{name}.json")
    inherited = _load(written["inherits"]) if "inherits" in written else None
    facts: dict[Capability, tuple[VersionedFact, ...]] = {}
    if inherited is not None:
        dropped = {Capability(word) for word in written.get("not-inherited", ())}
        facts = {capability: found for capability, found in inherited.facts.items() if capability not in dropped}
    facts.update(
        {
            Capability(word): tuple(_versioned(Capability(word), one) for one in found)
            for word, found in written["facts"].items()
        }
    )
    precondition = written.get("precondition")
    return Profile(
        name=written["name"],
        title=written["title"],
        status=written["status"],
        status_text=written.get("status-text", ""),
        aliases=tuple(written.get("aliases", ())),
        sources=tuple(written["sources"]),
        inherits=written.get("inherits"),
        version_of=written.get("version-of"),
        precondition=_note(precondition) if precondition else None,
        facts={capability: facts[capability] for capability in Capability if capability in facts},
        limits=tuple(_limit(one) for one in written.get("limits", ())),
        notes=tuple(map(_note, written.get("notes", ()))),
    )


def _versioned(capability: Capability, written: Mapping[str, Any]) -> VersionedFact:
    versions = VersionRange(*(parse_version(written[key]) if key in written else None for key in ("from", "before")))
    effect = Effect(written["effect"]) if "effect" in written else None
    fact = Fact(capability, Support(written["support"]), written["text"], tuple(written["sources"]), effect)
    return VersionedFact(versions, fact)


def _note(written: Mapping[str, Any]) -> Note:
    return Note(written["text"], tuple(written["sources"]))


def _limit(written: Mapping[str, Any]) -> Limit:
    kind, sources = LimitKind(written["kind"]), tuple(written["sources"])
    return Limit(kind, written["value"], written["level"] == "warning", written["text"], sources)
