"""What a reading of text without indentation is made of: open collections, placed rows, states of the search."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from netpol_lsp.yaml.recovery.logical_lines import LogicalLine
from netpol_lsp.yaml.recovery.schema_shape import ObjectShape


class Frame(NamedTuple):
    """A collection that is open. `column` is where its keys or dashes go; `residual` where its first row stood."""

    name: str
    shape: ObjectShape
    column: int
    residual: int
    parent_residual: int
    seen: frozenset[str] = frozenset()
    rows: int = 0

    def grown(self, residual: int, key: str | None = None) -> Frame:
        """The frame with one more row, whose first one is at `residual`."""
        return Frame(
            self.name,
            self.shape,
            self.column,
            self.residual if self.rows else residual,
            self.parent_residual,
            self.seen if key is None else self.seen | {key},
            self.rows + 1,
        )


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """Where one row goes. `dash`: it starts a list item and has lost its dash, too; `is_prose`: it is no YAML; `starts`: a new document starts with it; `lost`: it stood too far left."""

    row: LogicalLine
    column: int
    is_prose: bool = False
    starts: bool = False
    lost: bool = False
    parent: str = ""
    dash: bool = False


class State(NamedTuple):
    """A reading of the rows so far."""

    frames: tuple[Frame, ...] = ()
    cost: float = 0.0
    documents: int = 0
    # Earlier placements as a chain, so that states share them.
    placed: tuple[object, PlacedLine | None] | None = None
    odd: int = 0


@dataclass(frozen=True, slots=True)
class IndentHypothesis:
    """The best reading: `rows` in order (content only), its cost, and whether another one is as good."""

    rows: tuple[PlacedLine, ...]
    cost: float
    documents: int
    is_certain: bool
    lost: tuple[PlacedLine, ...] = field(default=())
