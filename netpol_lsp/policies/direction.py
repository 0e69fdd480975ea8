"""The two directions of a connection, as a NetworkPolicy names them."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """A policy type; `rules_key` and `peers_key` are its fields."""

    INGRESS = "Ingress"
    EGRESS = "Egress"

    @property
    def rules_key(self) -> str:
        """`ingress` or `egress`."""
        return "ingress" if self is Direction.INGRESS else "egress"

    @property
    def peers_key(self) -> str:
        """`from` or `to`."""
        return "from" if self is Direction.INGRESS else "to"


DIRECTIONS = (Direction.INGRESS, Direction.EGRESS)
"""Both, in the order in which rules and findings have them. An enum is iterated by a generator, twenty times as slow as a tuple."""
