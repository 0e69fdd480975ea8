"""What is on both sides of a policy's rules, for rules that judge the two together.

An answer is about few pods and the policies that select them, in a cluster of many: it is kept as long as these are the same,
whatever else is changed. So it is noted as what was asked, and asked again in the next workspace, instead of as all that
the pods and policies were looked for in.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.lint.known_cluster import KnownCluster, PolicyPlace, cluster_of
from netpol_lsp.policies.direction import Direction
from netpol_lsp.workspace.index import CLUSTER
from netpol_lsp.workspace.parts import answers
from netpol_lsp.workspace.reads import ANSWER, READS, WATCHED
from netpol_lsp.workspace.shelf_keys import UNKNOWN_NAMESPACE, namespace_key
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    from netpol_lsp.capabilities.capabilities import Capabilities
    from netpol_lsp.policies.ir import Peer, PolicySemantics
    from netpol_lsp.reach.cluster import Workload
    from netpol_lsp.reach.engine import Side
    from netpol_lsp.reach.entry_points import EntryPoint


_NAME = "both sides"
_ENTRIES = "entries"


class _Circumstances(NamedTuple):
    """What a cluster depends on besides the workspace, in words."""

    default_namespace: str | None
    cni: str | None
    kubernetes_version: str | None
    switched_on: tuple[str, ...]

    @staticmethod
    def of(settings: Settings) -> _Circumstances:
        version = ".".join(map(str, settings.kubernetes_version)) if settings.is_kubernetes_version_known else None
        return _Circumstances(settings.default_namespace, settings.cni, version, settings.switched_on)

    def capabilities(self) -> Capabilities:
        """What the network plugin and the version enforce."""
        major, minor = map(int, (self.kubernetes_version or "0.0").split("."))
        return Settings(
            cni=self.cni,
            kubernetes_version=(major, minor),
            is_kubernetes_version_known=self.kubernetes_version is not None,
            switched_on=self.switched_on,
        ).capabilities


class _Question(NamedTuple):
    """What was asked of a cluster about a policy: the pods of one of its peers (direction and numbers); None: its own pods.

    `_ENTRIES`: the ways from outside the cluster to its own pods.
    """

    circumstances: _Circumstances
    place: PolicyPlace
    what: str | None


class BothSides:
    """A policy, its own pods, and those that its peers mean. What is asked is noted."""

    def __init__(self, ctx: PolicyContext, known: KnownCluster) -> None:
        self._circumstances = _Circumstances.of(ctx.settings)
        self._known = known
        self._place = known.place_of(ctx.located)
        self.policy = known.policy_at(self._place)
        """The policy as the cluster has it; None when it is not known well enough."""
        self._note(None)
        self._watch(self._place.namespace)
        # Peers are judged by the labels of namespaces.
        READS.note("namespaces", CLUSTER)

    @property
    def own(self) -> tuple[Workload, ...]:
        """The workloads that the policy surely selects."""
        return self._known.subjects(self.policy) if self.policy is not None else ()

    def others(self, direction: Direction, rule: int, peer: int, meant: Peer) -> tuple[Workload, ...]:
        """The workloads that a peer means, where all of them are surely known; none otherwise."""
        self._note(f"{direction.value} {rule} {peer}")
        found = self._known.meant_by(meant)
        for namespace in {item.namespace for item in found}:
            self._watch(namespace)
        return found

    @property
    def entries(self) -> tuple[EntryPoint, ...]:
        """The ways through Ingresses and routes to the workloads that the policy surely selects."""
        self._note(_ENTRIES)
        return _entries(self._known, self.policy) if self.policy is not None else ()

    def _note(self, what: str | None) -> None:
        READS.note(ANSWER, (_NAME, _Question(self._circumstances, self._place, what)))

    def _watch(self, namespace: str | None) -> None:
        """Another policy that selects pods there may come in any of these."""
        for source in (namespace, UNKNOWN_NAMESPACE, None):
            READS.note(WATCHED, namespace_key(source))


@answers(_NAME)
def _answer(view: WorkspaceSnapshot, question: tuple[Any, ...]) -> object:
    """What a question is answered with in a workspace: equal as long as all that matters is."""
    circumstances, place = _Circumstances(*question[0]), PolicyPlace(*question[1])
    known = cluster_of(view, circumstances.default_namespace, _capabilities(circumstances))
    if question not in known.answers:
        policy = known.policy_at(place)
        known.answers[question] = None if policy is None else (policy, _of_policy(known, policy, question[2]))
    return known.answers[question]


@lru_cache(maxsize=16)
def _capabilities(circumstances: _Circumstances) -> Capabilities:
    return circumstances.capabilities()


def _of_policy(known: KnownCluster, policy: PolicySemantics, what: str | None) -> object:
    if what is None:
        return tuple((item.namespace, item.facts) for item in known.subjects(policy))
    if what == _ENTRIES:
        return tuple(_of_entry(known, entry) for entry in _entries(known, policy))
    direction, number, peer = Direction(what.split()[0]), *map(int, what.split()[1:])
    semantics = policy.direction(direction)
    rule = next((one for one in semantics.rules if one.index == number), None) if semantics is not None else None
    if rule is None or rule.peers is None or peer >= len(rule.peers):
        return None
    back = Direction.INGRESS if direction is Direction.EGRESS else Direction.EGRESS
    sides: dict[int, object] = {}
    found = []
    for item in known.meant_by(rule.peers[peer]):
        pods = known.engine.class_of(item)
        if pods.index not in sides:
            sides[pods.index] = _content(known.engine.side(pods, back))
        found.append((item.namespace, item.facts, item.namespace in known.ambiguous, sides[pods.index]))
    return tuple(found)


def _entries(known: KnownCluster, policy: PolicySemantics) -> tuple[EntryPoint, ...]:
    if policy.namespace is None:
        return ()
    entries = known.entry_points_to(policy.namespace)
    subjects = set(known.subjects(policy)) if entries else ()
    return tuple(entry for entry in entries if entry.workload in subjects)


def _of_entry(known: KnownCluster, entry: EntryPoint) -> object:
    side = known.engine.side(known.engine.class_of(entry.workload), Direction.INGRESS)
    workload = (entry.workload.namespace, entry.workload.facts)
    return entry.route, entry.backend, entry.service, workload, entry.wanted, entry.open, entry.maybe, _content(side)


def _content(side: Side) -> object:
    """What decides on one side of a connection."""
    return side.is_enforced, side.doubts, tuple((one.policy, one.is_sure) for one in side.policies)
