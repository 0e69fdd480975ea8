"""What a template language puts between the literal text of a file: the tokens that every lexer gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from netpol_lsp.yaml.templates.conditions import UNKNOWN, Condition


class TokenKind(StrEnum):
    """What an action does to the text around it."""

    OUTPUT = "output"
    """It puts text there."""
    OPEN = "open"
    """`if`, `with`, `range`, `for`: a chain of branches starts."""
    MIDDLE = "middle"
    """`else`, `else if`, `elif`: the next branch of the chain."""
    CLOSE = "close"
    """`end`: the chain, or the definition, is over."""
    DEFINE = "define"
    """A definition starts: its body is rendered somewhere else, if at all."""
    NOTHING = "nothing"
    """A comment or an assignment: nothing comes of it."""


@dataclass(frozen=True, slots=True)
class Output:
    """What is known, without rendering, of the text that an action puts in.

    `column`: all of its lines start at this column (`nindent 4`). `added`: so many spaces come before each of
    its lines (`indent 4`). `literal`: its value is written in the template. `is_string`: it is quoted, so that
    YAML reads a string whatever comes. `name`: the definition that it includes.
    """

    column: int | None = None
    added: int | None = None
    literal: str | None = None
    is_string: bool = False
    name: str = ""


ANYTHING = Output()


@dataclass(frozen=True, slots=True)
class Token:
    """One action at `start`..`end` of the text.

    `condition` belongs to OPEN and MIDDLE (an `else` is always true). `is_loop`: its body comes any number of
    times. `is_scope`: inside it the names mean something else (`with`, `range`). `trims_before`, `trims_after`:
    the spaces and line ends there are taken away. `name` is a definition's, `is_else`: a MIDDLE
    that asks nothing.
    """

    kind: TokenKind
    start: int
    end: int
    condition: Condition = UNKNOWN
    is_loop: bool = False
    is_scope: bool = False
    trims_before: bool = False
    trims_after: bool = False
    name: str = ""
    output: Output = ANYTHING
    is_else: bool = False

    def placed(self, start: int, end: int, *, trims_before: bool, trims_after: bool) -> Token:
        """The same action somewhere else; `dataclasses.replace` takes four times as long."""
        return Token(
            self.kind,
            start,
            end,
            self.condition,
            self.is_loop,
            self.is_scope,
            trims_before,
            trims_after,
            self.name,
            self.output,
            self.is_else,
        )
