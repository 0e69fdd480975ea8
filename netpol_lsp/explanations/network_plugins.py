"""What is known of network plugins, as Markdown and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability, Fact, Limit, Note, Support
from netpol_lsp.capabilities.platforms import Platform, all_platforms
from netpol_lsp.capabilities.profiles import Profile, VersionedFact, all_profiles
from netpol_lsp.resources import json_resource

TITLES = {
    Capability.INGRESS: "ingress",
    Capability.EGRESS: "egress",
    Capability.INGRESS_IP_BLOCK: "`ipBlock` in `from`",
    Capability.EGRESS_IP_BLOCK: "`ipBlock` in `to`",
    Capability.IP_BLOCK_EXCEPT: "`except`",
    Capability.IP_BLOCK_MATCHES_PODS: "`ipBlock` matches pods",
    Capability.IP_BLOCK_MATCHES_NODES: "`ipBlock` matches nodes",
    Capability.NAMESPACE_SELECTOR: "`namespaceSelector`",
    Capability.COMBINED_SELECTORS: "both selectors in a peer",
    Capability.MATCH_EXPRESSIONS: "`matchExpressions`",
    Capability.NAMED_PORTS: "named ports",
    Capability.END_PORT: "`endPort`",
    Capability.SCTP: "SCTP",
    Capability.IPV6: "IPv6",
    Capability.POLICY_TYPES: "`policyTypes` honoured",
    Capability.ESTABLISHED_CONNECTIONS: "existing connections judged",
    Capability.PROBES: "probes always pass",
    Capability.HOST_NETWORK_PODS: "`hostNetwork` pods selected",
    Capability.STANDALONE_PODS: "pods without owner",
    Capability.PORTS_AFTER_TRANSLATION: "ports of the pod, not the Service",
    Capability.CLIENT_ADDRESS: "client's address kept",
    Capability.POD_START: "from the first packet",
    Capability.ADMIN_NETWORK_POLICY: "AdminNetworkPolicy",
    Capability.CLUSTER_NETWORK_POLICY: "ClusterNetworkPolicy",
}
"""What tables call each capability."""
WORDS = {Support.YES: "yes", Support.NO: "no", Support.PARTIAL: "partly", Support.UNKNOWN: "?"}
"""What tables call each support."""
MATRIX = (
    Capability.INGRESS,
    Capability.EGRESS,
    Capability.INGRESS_IP_BLOCK,
    Capability.EGRESS_IP_BLOCK,
    Capability.IP_BLOCK_EXCEPT,
    Capability.IP_BLOCK_MATCHES_PODS,
    Capability.NAMESPACE_SELECTOR,
    Capability.COMBINED_SELECTORS,
    Capability.NAMED_PORTS,
    Capability.END_PORT,
    Capability.SCTP,
    Capability.IPV6,
    Capability.POLICY_TYPES,
    Capability.ADMIN_NETWORK_POLICY,
    Capability.CLUSTER_NETWORK_POLICY,
)
"""The columns of the matrix; each profile's own table has all capabilities."""
EVERY_VERSION = "every version"


@cache
def meanings() -> dict[Capability, str]:
    """What YES means for each capability: the schema is the one place that says it."""
    facts = json_resource("schemas/cni-profile.schema.json")["properties"]["facts"]["properties"]
    return {capability: facts[capability.value]["description"] for capability in Capability}


def short_answer(profile: Profile, capability: Capability) -> str:
    """One word for a cell; the newest version's, with a star where older ones differ. Where nothing is enforced: `no`."""
    found = profile.facts.get(capability)
    if found is None:
        is_moot = all(_newest(profile, one) is Support.NO for one in (Capability.INGRESS, Capability.EGRESS))
        return "no" if is_moot else "?"
    word = WORDS[found[-1].fact.support]
    return f"{word}*" if len({one.fact.support for one in found}) > 1 else word


def _newest(profile: Profile, capability: Capability) -> Support:
    found = profile.facts.get(capability)
    return found[-1].fact.support if found else Support.UNKNOWN


def plugins_page() -> str:
    """docs/cni.md: every profile with its facts and sources, and every platform."""
    return "\n".join(_plugins_page()) + "\n"


def _plugins_page() -> Iterator[str]:
    yield "# What network plugins enforce"
    yield ""
    yield "A NetworkPolicy means something only where the network plugin (CNI) enforces it, and none enforces all of it. This"
    yield "page is made from the profiles in `netpol_lsp/capabilities/profiles/`, where each fact has its source; to add or"
    yield "correct one, change its file there (`schemas/cni-profile.schema.json` says what each key means). What no source"
    yield "says is `?`: no finding and no verdict rests on it."
    yield ""
    yield "Say in `.netpol-lint.yaml` what the cluster has: `cni: cilium@1.15`, or `platform: eks-auto`. The same is shown by"
    yield "`netpol-lint cni`, `netpol-lint cni cilium@1.15`, and `netpol-lint cni weave cilium` for what changes in a move."
    yield ""
    yield from matrix(all_profiles())
    yield ""
    yield "`*`: the newest versions; older ones differ. `partly`: in cases that the profile names."
    yield ""
    yield "## What the columns mean"
    yield ""
    for capability, text in meanings().items():
        yield f"- **{TITLES[capability]}** (`{capability}`): {text}"
    yield ""
    yield "## Platforms"
    yield ""
    yield "What `platform` in the configuration stands for. A key that is written out always wins."
    yield ""
    yield from platform_table(all_platforms())
    for profile in all_profiles():
        yield ""
        yield from profile_section(profile, level=2)


def matrix(profiles: Iterable[Profile]) -> Iterator[str]:
    """The table of all profiles, as Markdown."""
    yield "| `cni` | status | " + " | ".join(TITLES[capability] for capability in MATRIX) + " |"
    yield "|---|---|" + "---|" * len(MATRIX)
    for profile in profiles:
        cells = " | ".join(short_answer(profile, capability) for capability in MATRIX)
        yield f"| [{profile.name}](#{anchor(profile.title)}) | {profile.status} | {cells} |"


def platform_table(platforms: Iterable[Platform]) -> Iterator[str]:
    """The table of platforms, as Markdown."""
    yield "| `platform` | what it is | `cni` | pods | Services | DNS | cloud | API server |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in platforms:
        cni = f"`{one.cni}`: {one.cni_text}" if one.cni else one.cni_text
        names = ", ".join(f"`{name}`" for name in (one.name, *one.aliases))
        cidrs = [" or ".join(f"`{cidr}`" for cidr in found) for found in (one.pod_cidrs, one.service_cidrs)]
        metadata = ", ".join(f"`{address}`" for address in one.metadata_addresses)
        cloud = f"{one.cloud}: {metadata}" if metadata else one.cloud
        server = f"port {one.control_plane_port}: {one.control_plane_text}"
        links = " ".join(f"[{number}]({source})" for number, source in enumerate(one.sources, 1))
        cells = (names, f"{one.title} {links}", cni, *cidrs, _dns_words(one), cloud, server)
        yield f"| {' | '.join(cells)} |"


def _dns_words(platform: Platform) -> str:
    ports = ", ".join(map(str, platform.dns_ports))
    if platform.is_dns_on_node:
        return f"a service of the node on port {ports}: no selector reaches it"
    labels = ", ".join(f"`{key}: {value}`" for key, value in platform.dns_labels.items())
    return f"pods {labels} in `{platform.dns_namespace}`, port {ports}"


def profile_section(profile: Profile, *, level: int = 1) -> Iterator[str]:
    """Everything that a profile says, as Markdown."""
    yield f"{'#' * level} {profile.title}"
    yield ""
    words = ", ".join(f"`cni: {word}`" for word in (profile.name, *profile.aliases))
    yield f"{words}. Status: {profile.status}{f' ({profile.status_text})' if profile.status_text else ''}."
    if profile.version_of:
        yield f"The version after `@` is that of {profile.version_of.capitalize() if profile.version_of == 'kubernetes' else profile.version_of}."
    if profile.precondition is not None:
        yield ""
        yield f"**First:** {_note_words(profile.precondition)}."
    yield ""
    yield "| what | versions | | |"
    yield "|---|---|---|---|"
    for capability in Capability:
        for versioned in profile.facts.get(capability, ()):
            yield _fact_row(capability, versioned)
    unknown = [TITLES[capability] for capability in Capability if capability not in profile.facts]
    if unknown and not _enforces_nothing(profile):
        yield ""
        yield f"Not known: {', '.join(unknown)}."
    for text in (*_limit_words(profile.limits), *(f"{_note_words(note)}." for note in profile.notes)):
        yield ""
        yield f"- {text}"
    yield ""
    yield "Sources: " + ", ".join(f"<{source}>" for source in profile.sources)


def _enforces_nothing(profile: Profile) -> bool:
    return all(
        {one.fact.support for one in profile.facts.get(direction, ())} == {Support.NO}
        for direction in (Capability.INGRESS, Capability.EGRESS)
    )


def _fact_row(capability: Capability, versioned: VersionedFact) -> str:
    fact = versioned.fact
    links = " ".join(f"[{number}]({source})" for number, source in enumerate(fact.sources, 1))
    versions = str(versioned.versions) or EVERY_VERSION
    return f"| {TITLES[capability]} | {versions} | **{WORDS[fact.support]}** | {fact.text} {links} |"


def _note_words(note: Note) -> str:
    return f"{note.text} " + " ".join(f"[{number}]({source})" for number, source in enumerate(note.sources, 1))


def _limit_words(limits: Iterable[Limit]) -> list[str]:
    return [f"limit: {_note_words(Note(limit.text, limit.sources))}." for limit in limits]


def anchor(title: str) -> str:
    """The anchor that GitHub and GitLab give a heading."""
    kept = [char for char in title.lower().replace(" ", "-") if char.isalnum() or char in "-_"]
    return "".join(kept)


def profile_data(profile: Profile) -> dict[str, Any]:
    """A profile as plain data."""
    return {
        "name": profile.name,
        "title": profile.title,
        "aliases": list(profile.aliases),
        "status": profile.status,
        "statusText": profile.status_text,
        "versionOf": profile.version_of,
        "precondition": _note_data(profile.precondition) if profile.precondition else None,
        "capabilities": {
            capability.value: [
                {"versions": str(one.versions) or EVERY_VERSION, **fact_data(one.fact)}
                for one in profile.facts.get(capability, ())
            ]
            or [{"versions": EVERY_VERSION, **fact_data(Fact(capability))}]
            for capability in Capability
        },
        "limits": [
            {
                "kind": limit.kind.value,
                "value": limit.value,
                "level": "warning" if limit.is_hard else "info",
                "text": limit.text,
                "sources": list(limit.sources),
            }
            for limit in profile.limits
        ],
        "notes": [_note_data(note) for note in profile.notes],
        "sources": list(profile.sources),
    }


def fact_data(fact: Fact) -> dict[str, Any]:
    """A fact as plain data."""
    return {
        "support": fact.support.value,
        "effect": fact.effect.value if fact.effect else None,
        "text": fact.text,
        "sources": list(fact.sources),
    }


def platform_data(platform: Platform) -> dict[str, Any]:
    """A platform as plain data."""
    return {
        "name": platform.name,
        "title": platform.title,
        "aliases": list(platform.aliases),
        "cni": platform.cni,
        "cniText": platform.cni_text,
        "podCidrs": list(platform.pod_cidrs),
        "serviceCidrs": list(platform.service_cidrs),
        "dns": {
            "namespace": platform.dns_namespace,
            "labels": dict(platform.dns_labels),
            "ports": list(platform.dns_ports),
            "onNode": platform.is_dns_on_node,
            "nodeLocalAddress": platform.node_local_dns,
        },
        "cloud": platform.cloud,
        "metadataAddresses": list(platform.metadata_addresses),
        "controlPlane": {"port": platform.control_plane_port, "text": platform.control_plane_text},
        "notes": list(platform.notes),
        "sources": list(platform.sources),
    }


def _note_data(note: Note) -> dict[str, Any]:
    return {"text": note.text, "sources": list(note.sources)}


def capability_rows(capabilities: Capabilities) -> list[tuple[str, str, str]]:
    """What a plugin in one version enforces: a title, a word and a sentence for each capability, without markup."""
    rows = []
    for capability in Capability:
        fact = capabilities.fact(capability)
        rows.append((TITLES[capability].replace("`", ""), WORDS[fact.support], fact.text.replace("`", "")))
    return rows
