"""What must be in a manifest before a rule can find anything."""

from __future__ import annotations

from enum import StrEnum


class Trigger(StrEnum):
    """The first two are for rules about documents, the next five for rules about policies."""

    PROBLEMS = "problems"
    """Something that YAML itself refuses."""
    VIOLATIONS = "violations"
    """Something that the schemas refuse."""
    RULES = "rules"
    """An item of `ingress` or `egress`."""
    PEERS = "peers"
    """An item of `from` or `to` that is a mapping."""
    PORTS = "ports"
    """An item of `ports`."""
    IP_BLOCKS = "ipBlocks"
    """A peer with an `ipBlock`."""
    CONDITIONS = "conditions"
    """An item of `matchExpressions` that is a mapping."""
    NEVER = "never"
    """Others find it, and not by looking at a manifest."""


class ResourceTrigger(StrEnum):
    """What must be known besides policies before a rule can find anything."""

    WORKLOADS = "workloads"
    """Some object that makes pods."""
    SERVICES = "services"
    """Some Service."""
    NAMESPACES = "namespaces"
    """Some Namespace."""
