"""The structure of a template: chains of branches, definitions, and what is in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from netpol_lsp.yaml.templates.conditions import ALWAYS, UNKNOWN, Condition, Operator
from netpol_lsp.yaml.templates.tokens import Token, TokenKind

# A name that begins with a dot means something else in each `with` and `range`.
_RELATIVE = re.compile(r"(?<![\w$\])])\.")
_VARIABLE = re.compile(r"\$\w+")


@dataclass(slots=True)
class Branch:
    """One branch at `start`..`end`, without its header and what ends it."""

    condition: Condition
    start: int
    end: int
    items: list[Item] = field(default_factory=list)
    is_loop: bool = False

    def item_at(self, offset: int) -> Item | None:
        """The chain or definition that an offset is in."""
        at = bisect_right(self.items, offset, key=lambda item: item.start) - 1
        return self.items[at] if at >= 0 and offset < self.items[at].end else None


@dataclass(slots=True)
class Chain:
    """`if … else … end`: at most one branch is there. `start` and `end` are those of the whole."""

    start: int
    end: int
    branches: list[Branch]

    @property
    def may_be_absent(self) -> bool:
        """Whether all branches may be left out."""
        return self.branches[-1].condition is not ALWAYS


@dataclass(slots=True)
class Definition:
    """What is rendered only where it is included."""

    name: str
    start: int
    end: int
    body: Branch


Item = Chain | Definition
"""What has structure; the literal text and other tokens are what lies between."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with its actions in order, and its structure: `body` is all of it.

    `is_balanced`: each chain and definition that begins in the text ends in it, and the other way round.
    """

    text: str
    tokens: tuple[Token, ...]
    body: Branch
    is_balanced: bool = True

    def definitions(self) -> Iterator[Definition]:
        """All definitions, in order."""
        stack = [self.body]
        while stack:
            for item in stack.pop().items:
                if isinstance(item, Definition):
                    yield item
                    stack.append(item.body)
                else:
                    stack += item.branches

    def chains_around(self, offset: int) -> Iterator[tuple[Chain, int]]:
        """The chains with a branch that holds an offset, from the outside in, and the branch's number."""
        branch: Branch | None = self.body
        while branch is not None:
            item = branch.item_at(offset)
            branch = None
            if isinstance(item, Definition):
                branch = item.body
            elif item is not None:
                for number, inner in enumerate(item.branches):
                    if inner.start <= offset < inner.end:
                        yield item, number
                        branch = inner

    def branch_at(self, offset: int) -> tuple[int, int] | None:
        """What tells the innermost branch around an offset from others; None outside of all."""
        around = [(chain.start, number) for chain, number in self.chains_around(offset)]
        return around[-1] if around else None


def build(text: str, tokens: Iterable[Token], volatile: frozenset[str] = frozenset()) -> Template:
    """The structure of a text.

    A document that is cut out of its file may lack the start or the end of a chain: what is before a stray
    `else` or `end` is a branch whose condition is not known. `volatile` are variables that change.
    """
    kept = tuple(tokens)
    builder = _Builder(volatile)
    for token in kept:
        builder.take(token)
    is_balanced = builder.is_balanced
    return Template(text, kept, builder.finish(len(text)), is_balanced)


class _Builder:
    """Holds the open chains and definitions while the tokens come in."""

    def __init__(self, volatile: frozenset[str]) -> None:
        self.volatile = volatile
        self.root = Branch(ALWAYS, 0, 0)
        # Each level: the chain or definition, its branch that is open, and where the scope of its names began.
        self.levels: list[tuple[Item, Branch, int]] = []
        self.has_strays = False

    @property
    def is_balanced(self) -> bool:
        return not self.levels and not self.has_strays

    @property
    def current(self) -> Branch:
        return self.levels[-1][1] if self.levels else self.root

    @property
    def scope(self) -> int:
        return self.levels[-1][2] if self.levels else 0

    def take(self, token: Token) -> None:
        """Read one token."""
        if token.kind is TokenKind.OPEN:
            branch = Branch(self._named(token), token.end, token.end, is_loop=token.is_loop)
            self._push(Chain(token.start, token.end, [branch]), branch, token)
        elif token.kind is TokenKind.DEFINE:
            body = Branch(ALWAYS, token.end, token.end)
            self._push(Definition(token.name, token.start, token.end, body), body, token)
        elif token.kind is TokenKind.MIDDLE:
            self._next_branch(token)
        elif token.kind is TokenKind.CLOSE:
            self._close(token)

    def _push(self, item: Item, branch: Branch, token: Token) -> None:
        self.current.items.append(item)
        self.levels.append((item, branch, token.end if token.is_scope else self.scope))

    def _next_branch(self, token: Token) -> None:
        if not self.levels or isinstance(self.levels[-1][0], Definition):
            self._imply(token)
        chain, branch, _ = self.levels.pop()
        assert isinstance(chain, Chain)
        branch.end = token.start
        self.has_strays |= len(chain.branches) > 1 and branch.condition is ALWAYS
        made = Branch(ALWAYS if token.is_else else self._named(token), token.end, token.end)
        chain.branches.append(made)
        self.levels.append((chain, made, token.end if token.is_scope else self.scope))

    def _close(self, token: Token) -> None:
        if not self.levels:
            self._imply(token)
        item, branch, _ = self.levels.pop()
        branch.end = token.start
        item.end = token.end

    def _imply(self, token: Token) -> None:
        """Make what came before a stray token a branch of a chain whose start is not in this text."""
        self.has_strays = True
        around = self.current
        branch = Branch(Condition(Operator.ATOM, f"@{token.start}"), around.start, token.start, around.items)
        around.items = [Chain(around.start, token.end, [branch])]
        self.levels.append((around.items[0], branch, self.scope))

    def _named(self, token: Token) -> Condition:
        """The condition with names that mean the same wherever they are the same."""
        return self._rename(token.condition, token.start)

    def _rename(self, condition: Condition, place: int) -> Condition:
        if condition.operator is Operator.ATOM:
            name = condition.name
            if condition == UNKNOWN or (self.volatile and not self.volatile.isdisjoint(_VARIABLE.findall(name))):
                return Condition(Operator.ATOM, f"@{place}")
            if self.scope and _RELATIVE.search(name):
                rival = f"{self.scope} {condition.rival}" if condition.rival else ""
                return Condition(Operator.ATOM, f"{self.scope} {name}", rival=rival)
            return condition
        if not condition.operands:
            return condition
        return replace(condition, operands=tuple(self._rename(operand, place) for operand in condition.operands))

    def finish(self, end: int) -> Branch:
        """Close what is open: the whole."""
        for item, branch, _ in self.levels:
            branch.end = item.end = end
        self.root.end = end
        return self.root
