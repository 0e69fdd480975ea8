"""Which objects are ours to judge."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from netpol_lsp.kube.objects import KubeObject
from netpol_lsp.text.edit_distance import distance

NETWORK_POLICY = "NetworkPolicy"
GROUP = "networking.k8s.io"
API_VERSION = f"{GROUP}/v1"

REMOVED_API_VERSIONS = {"extensions/v1beta1": "1.16", "networking.k8s.io/v1beta1": None}
"""Versions that once had (or look as if they had) NetworkPolicy, with the Kubernetes version that removed it."""

# Groups with a NetworkPolicy kind of their own: someone else's documents.
_OTHER_OWNERS = re.compile(r"(?:^|\.)(?:projectcalico\.org|antrea\.io|antrea\.tanzu\.vmware\.com|nsx\.vmware\.com)$")
# Any domain may be the group of a CustomResourceDefinition, but for those of which it is known what they have.
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")
_KNOWN_GROUPS = re.compile(r"(?:^|\.)(?:k8s\.io|kubernetes\.io|cilium\.io|istio\.io)$")
# What is nearly one of these is a slip.
_SPELT_GROUPS = (
    "projectcalico.org",
    "crd.projectcalico.org",
    "antrea.io",
    "crd.antrea.io",
    "cilium.io",
    "policy.networking.k8s.io",
)
# Kinds near enough to be taken for a misspelt NetworkPolicy, but real.
_LIST = "networkpolicylist"
_REAL_KINDS = frozenset({_LIST, "adminnetworkpolicy"})
# The name of the resource, written as the kind: ours in our group only.
_PLURAL = "networkpolicies"
_READABLE = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)


def is_network_policy(kube_object: KubeObject) -> bool:
    """Whether the object counts as a NetworkPolicy of Kubernetes, well written or not.

    That is: its kind is NetworkPolicy in any case, or misspelt beyond doubt, and its group is not one that
    has, or may have, a NetworkPolicy of its own; or its group is networking.k8s.io and it has no readable kind.
    """
    group = (kube_object.api_version or "").partition("/")[0]
    kind_field = kube_object.kind_field
    kind = kind_field.value or "" if kind_field is not None else ""
    if looks_like_network_policy(kind):
        return not (_OTHER_OWNERS.search(group) or _may_be_foreign(group))
    if group != GROUP:
        return False
    is_unknown = kind_field is not None and kind_field.is_unknown
    if kind.lower() == _LIST:
        # A list with a spec instead of items is a policy under a wrong name.
        return kube_object.node.get("spec") is not None and kube_object.node.get("items") is None
    return kind.lower() == _PLURAL or (not _READABLE.match(kind) and not is_unknown)


@lru_cache(maxsize=256)
def _may_be_foreign(group: str) -> bool:
    """Whether a group may be one of a CustomResourceDefinition that nobody here knows, and is no slip of ours."""
    is_domain = group != GROUP and _DOMAIN.match(group) is not None and not _KNOWN_GROUPS.search(group)
    if not is_domain or "k8s" in group or distance(group, GROUP, 4) <= 4:
        return False
    return all(distance(group, known, 2) > 2 for known in _SPELT_GROUPS)


@lru_cache(maxsize=256)
def looks_like_network_policy(kind: str) -> bool:
    """Whether a kind is NetworkPolicy, in any case, or misspelt beyond doubt."""
    if kind == NETWORK_POLICY:
        return True
    folded = re.sub(r"[\s_-]", "", kind).lower()
    if folded == "networkpolicy":
        return True
    return folded not in _REAL_KINDS and folded != _PLURAL and distance(folded, "networkpolicy", 3) <= 3


# A document that none of these words is in holds nothing of ours and is not parsed. In lower case: an expression that
# ignores case takes forty times as long, and it is asked of each file of a workspace.
_OUR_WORDS = ("networking.k8s.io", "podselector", "policytype", "policiestype")
_OUR_NAME = re.compile(r"network.{0,3}pol")
# The letters outside ASCII that are the same as one of ASCII where case does not count.
_FOLDED = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
_KIND_LINE = re.compile(r"^[ \t\"'{,]*kind[ \t\"']*:[ \t\"']*(?P<kind>[^\s\"',}]*)", re.MULTILINE)
_VERSION_LINE = re.compile(r"^[ \t\"'{,]*apiVersion[ \t\"']*:?[ \t\"']*networking\.k8s\.io/", re.MULTILINE)


def may_be_ours(text: str) -> bool:
    """Whether a text can hold an object of ours: a quick look before parsing."""
    folded = _folded(text)
    if not any(word in folded for word in _OUR_WORDS) and not _OUR_NAME.search(folded):
        return False
    return len(text) < _LONG or _may_be_manifest(text)


def _folded(text: str) -> str:
    """The text in lower case and ASCII, character for character."""
    if not text.isascii():
        for odd, plain in _FOLDED:
            text = text.replace(odd, plain)
        text = text.encode("ascii", "replace").decode("ascii")
    return text.lower()


# In a longer text it is worth a look whether it is a manifest at all: schemas and API descriptions name every kind.
_LONG = 20_000
_FIELDS_OF_MANIFESTS = frozenset({"apiVersion", "kind", "metadata", "spec", "items", "objects"})
_TOP_KEY = re.compile(r"^[\"']?(?P<key>[A-Za-z$][\w.$-]*)[\"']?[ \t]*:(?=\s|\Z)", re.MULTILINE)
_OTHER_TOP = re.compile(r"^(?:[?{\[]|[^\s\w\"'#%.$-]|[^\x00-\x7f])", re.MULTILINE)


def _may_be_manifest(text: str) -> bool:
    """Whether the outermost keys of a text can be those of manifests."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return True
        return not isinstance(found, dict) or not found.keys().isdisjoint(_FIELDS_OF_MANIFESTS)
    keys = {match["key"] for match in _TOP_KEY.finditer(text)}
    return not keys or not keys.isdisjoint(_FIELDS_OF_MANIFESTS) or _OTHER_TOP.search(text) is not None


def looks_like_ours(text: str) -> bool:
    """Whether a document that cannot be parsed is meant to be a NetworkPolicy, going by its lines."""
    kinds = [match["kind"] for match in _KIND_LINE.finditer(text)]
    if any(looks_like_network_policy(kind) for kind in kinds):
        return not re.search(
            r"^[ \t]*apiVersion:[ \t]*[\"']?(?:crd\.)?(?:projectcalico|antrea|cilium)", text, re.MULTILINE
        )
    readable = [kind for kind in kinds if _READABLE.match(kind) and kind.lower() != _PLURAL]
    return not readable and _VERSION_LINE.search(text) is not None
