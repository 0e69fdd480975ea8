"""The engine of connectivity for rules: who may talk to whom, as far as the workspace tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.context import PolicyContext
from netpol_lsp.text.memo import Memo
from netpol_lsp.workspace.snapshot import WorkspaceSnapshot

if TYPE_CHECKING:
    # The engine is loaded when a rule first asks for it: most runs know policies only.
    from netpol_lsp.policies.ir import PolicySemantics
    from netpol_lsp.reach.cluster import Workload
    from netpol_lsp.reach.engine import Engine
    from netpol_lsp.reach.from_facts import ClusterBuilder, Duplicate
    from netpol_lsp.reach.names import Names


@dataclass(frozen=True, slots=True)
class KnownCluster:
    """The engine over a workspace. `ambiguous`: namespaces with two objects of one name, of which no one knows which counts."""

    engine: Engine
    ambiguous: frozenset[str | None]
    duplicates: tuple[Duplicate, ...] = ()

    def policy_of(self, ctx: PolicyContext) -> PolicySemantics | None:
        """The policy that a rule looks at; None when the workspace does not have it, or it is not known well enough."""
        located = ctx.located
        for policy in self.engine.cluster.policies:
            origin = policy.origin
            if (policy.name, origin.uri, origin.object_path) == (located.policy.name, located.uri, located.path) and (
                located.policy.namespace in (None, policy.namespace)
            ):
                return None if policy.namespace in self.ambiguous or policy.is_partial else policy
        return None

    def subjects(self, policy: PolicySemantics) -> tuple[Workload, ...]:
        """The workloads that a policy surely selects."""
        sure, _ = self.engine.classes.pods(policy.subject)
        return tuple(self._members(sure))

    def policies_in(self, namespace: str) -> tuple[PolicySemantics, ...]:
        """The policies of a namespace, in the order of files and documents."""
        found = [policy for policy in self.engine.cluster.policies if policy.namespace == namespace]
        return tuple(sorted(found, key=_place))

    def workloads_in(self, namespace: str) -> tuple[Workload, ...]:
        """The workloads of a namespace."""
        return tuple(item for item in self.engine.cluster.workloads if item.namespace == namespace)

    def is_first_of_namespace(self, policy: PolicySemantics) -> bool:
        """Whether it is the first policy of its namespace that is linted: what is said once is said there."""
        linted = [one for one in self.policies_in(policy.namespace or "") if not one.is_context]
        return bool(linted) and linted[0] is policy

    def _members(self, classes: int) -> Iterator[Workload]:
        for item in self.engine.classes.bits(classes):
            yield from self.engine.classes.members[item.index]


def _place(policy: PolicySemantics) -> tuple[str, int, str]:
    return policy.origin.uri, policy.origin.document, policy.origin.object_path


_KNOWN: Memo[WorkspaceSnapshot, tuple[str | None, Capabilities], KnownCluster] = Memo()


@lru_cache(maxsize=8)
def _builder(default_namespace: str | None, *, ignores_types: bool) -> ClusterBuilder:
    """The builder of the last workspace: after an edit it makes the policies and workloads anew that have changed."""
    from netpol_lsp.reach.from_facts import ClusterBuilder  # noqa: PLC0415 - start-up is a feature, and few workspaces need it

    return ClusterBuilder(default_namespace, ignores_types=ignores_types)


def known_cluster(ctx: PolicyContext) -> KnownCluster:
    """The cluster that the workspace describes, as a rule asks for it."""
    return cluster_of(ctx.workspace, ctx.settings.default_namespace, ctx.settings.capabilities)


def cluster_of(workspace: WorkspaceSnapshot, default_namespace: str | None, capabilities: Capabilities) -> KnownCluster:
    """The cluster that a workspace describes; made once for all who ask."""
    from netpol_lsp.reach.enforcement import enforcement_of  # noqa: PLC0415 - start-up is a feature, and few workspaces need it
    from netpol_lsp.reach.engine import Engine  # noqa: PLC0415

    key = (default_namespace, capabilities)
    known = _KNOWN.of(workspace)
    found = known.get(key)
    if found is None:
        ignores_types = capabilities.has(Capability.POLICY_TYPES) is False
        builder = _builder(default_namespace, ignores_types=ignores_types)
        cluster = builder.build(workspace)
        ambiguous = frozenset(item.namespace for item in builder.duplicates)
        engine = Engine(cluster, enforcement_of(capabilities))
        found = known[key] = KnownCluster(engine, ambiguous, tuple(builder.duplicates))
    return found


def cluster_and_names(view: WorkspaceSnapshot, settings: Settings) -> tuple[KnownCluster, Names]:
    """The cluster of a workspace, and what names mean in it: pods and Services are not the world."""
    from netpol_lsp.reach.from_facts import DEFAULT_NAMESPACE  # noqa: PLC0415 - start-up is a feature, and few workspaces need it
    from netpol_lsp.reach.names import names_beside  # noqa: PLC0415

    known = cluster_of(view, settings.default_namespace or DEFAULT_NAMESPACE, settings.capabilities)
    return known, names_beside(known.engine.cluster, (*settings.pod_cidrs, *settings.service_cidrs))
