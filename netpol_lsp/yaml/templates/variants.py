"""Which branches of a template are read together.

A variant chooses one branch of every chain; chains with the same condition, or its opposite, switch together.
The first variant takes all first branches; the next ones change one chain each, so that each branch is live in
at least one. Where that would be too many, chains are changed in groups, by the digits of their numbers, so that
for any two chains there are variants in which one is changed and the other is not.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from netpol_lsp.text.span import Span
from netpol_lsp.yaml.templates.branches import Branch, Chain, Definition, Template
from netpol_lsp.yaml.templates.conditions import Answers

MOST_VARIANTS = 16
_MOST_DIGITS = 5
_LEAST_VARIANTS = 2
_MOST_CHOICES = 60_000
"""Choices that all variants make together: a text of tens of thousands of chains is read in fewer ways."""


@dataclass(frozen=True, slots=True)
class Variant:
    """`dead`: the parts that are not there, in order and apart; `choices` tells variants apart."""

    dead: tuple[Span, ...]
    starts: tuple[int, ...]

    def is_live(self, offset: int) -> bool:
        """Whether what is written at an offset is there."""
        at = bisect_right(self.starts, offset) - 1
        return at < 0 or offset >= self.dead[at].end


@dataclass(frozen=True, slots=True)
class Reading:
    """The variants in which a part of a template is read, and the branches that are live in none of them."""

    variants: tuple[Variant, ...]
    unread: tuple[Span, ...]


def choose(template: Template, region: Definition | None = None) -> Reading:
    """The variants of the whole text without its definitions, or of one definition."""
    root = region.body if region is not None else template.body
    outside = [Span(0, root.start), Span(root.end, len(template.text))] if region is not None else []
    reader = _Reader(root, outside)
    targets = list(reader.targets())
    reader.read(lambda _: 0)
    changes = [path for path in targets if path[2]]
    share = _MOST_CHOICES // max(1, len(targets))
    reader.most_tries = max(MOST_VARIANTS, share)
    reader.most = max(_LEAST_VARIANTS, min(MOST_VARIANTS, share))
    if len(changes) < MOST_VARIANTS:
        for path in changes:
            reader.read(lambda _: 0, path)
        reader.read_once(lambda chain: len(chain.branches))
    else:
        _read_groups(reader, changes)
    unread = (path for path in targets if not reader.is_read(path))
    for path in islice(unread, reader.most_tries):
        reader.read_once(lambda _: 0, path)
        if len(reader.variants) >= reader.most:
            break
    return Reading(tuple(reader.variants), reader.unread(targets))


Path = tuple["Path | None", Chain, int]
"""A choice and the choices around it: one for each branch of a chain, and one more for none of them."""


def _read_groups(reader: _Reader, targets: list[Path]) -> None:
    reader.read(lambda chain: len(chain.branches))
    numbers = {id(chain): number for number, (_, chain, _) in enumerate(targets)}
    digits = min(_MOST_DIGITS, len(targets).bit_length(), (reader.most - 2) // 2)
    for digit in range(digits):
        for kept in (0, 1):

            def wish(chain: Chain, digit: int = digit, kept: int = kept) -> int:
                is_changed = (numbers.get(id(chain), 0) >> digit) & 1 != kept
                return 1 + digit % len(chain.branches) if is_changed else 0

            reader.read(wish)


class _Reader:
    """Makes variants of one region and keeps those that differ.

    `most` is how many there may be, `most_tries` for how many choices is found out whether they can be made.
    """

    def __init__(self, root: Branch, outside: list[Span]) -> None:
        self.root = root
        self.outside = outside
        self.most = self.most_tries = MOST_VARIANTS
        self.variants: list[Variant] = []
        self._known: set[tuple[Span, ...]] = set()

    def targets(self) -> Iterator[Path]:
        """The choices that the first variant does not make, outer ones first."""
        stack: list[tuple[Path | None, Branch, bool]] = [(None, self.root, True)]
        for path, branch, is_first in stack:
            for item in branch.items:
                if isinstance(item, Definition):
                    continue
                for number, inner in enumerate(item.branches):
                    chosen: Path = (path, item, number)
                    if number or not is_first:
                        yield chosen
                    stack.append((chosen, inner, is_first and not number))
                if item.may_be_absent:
                    yield path, item, len(item.branches)

    def read(self, wish: Callable[[Chain], int], path: Path | None = None) -> None:
        """Add the variant that makes the choices of `path`, and those that are wished for where that is possible."""
        answers = Answers()
        fixed: dict[int, int] = {}
        while path is not None:
            path, chain, number = path
            fixed[id(chain)] = number
            if not _answer(answers, chain, number):
                return  # it contradicts itself: the branch is never there
        dead = [*self.outside[:1], *_dead(self.root, answers, lambda chain: fixed.get(id(chain), wish(chain)))]
        spans = tuple(_joined([*dead, *self.outside[1:]]))
        if spans not in self._known:
            self._known.add(spans)
            self.variants.append(Variant(spans, tuple(span.start for span in spans)))

    def read_once(self, wish: Callable[[Chain], int], path: Path | None = None) -> None:
        """As `read`, while there is room for another variant."""
        if len(self.variants) < self.most:
            self.read(wish, path)

    def is_read(self, path: Path) -> bool:
        """Whether a choice is made in one of the variants."""
        _, chain, number = path
        if number == len(chain.branches):
            return True
        branch = chain.branches[number]
        return branch.start == branch.end or any(variant.is_live(branch.start) for variant in self.variants)

    def unread(self, targets: list[Path]) -> tuple[Span, ...]:
        """The branches that are live in no variant, but for those that cannot be."""
        found: list[Span] = []
        tries = 0
        for path in targets:
            _, chain, number = path
            if self.is_read(path):
                continue
            # Whether a branch can be there takes longest to tell where there are most: there it does not matter.
            tries += 1
            if tries > self.most_tries or len(found) >= MOST_VARIANTS or _is_possible(path):
                branch = chain.branches[number]
                found.append(Span(branch.start, branch.end))
        return tuple(found)


def _is_possible(path: Path | None) -> bool:
    answers = Answers()
    while path is not None:
        path, chain, number = path
        if not _answer(answers, chain, number):
            return False
    return True


def _answer(answers: Answers, chain: Chain, number: int) -> bool:
    """Make a branch of a chain the one that is there (none, when the number is that of no branch); whether that can be."""
    branches = chain.branches
    if len(branches) == 1:
        return answers.require(branches[0].condition, is_true=not number)
    wanted = ((branches[at].condition, at == number) for at in range(min(number + 1, len(branches))))
    return answers.require_all(wanted)


def _dead(root: Branch, answers: Answers, wish: Callable[[Chain], int]) -> list[Span]:
    """The parts of a branch that are not there, in order."""
    dead: list[Span] = []
    stack: list[Chain | Definition | Branch] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Branch):
            stack += reversed(item.items)
        elif isinstance(item, Definition):
            dead.append(Span(item.start, item.end))
        else:
            stack += reversed(_live_branches(item, answers, wish(item), dead))
    dead.sort(key=_ends)
    return dead


def _live_branches(chain: Chain, answers: Answers, wished: int, dead: list[Span]) -> list[Branch]:
    """The branch of a chain that is there, if any; the others are added to the dead."""
    numbers = range(len(chain.branches) + chain.may_be_absent)
    order = [wished, *numbers] if wished in numbers else [*reversed(numbers)] if wished else [*numbers]
    chosen = next((number for number in order if _answer(answers, chain, number)), 0)
    for number, branch in enumerate(chain.branches):
        if number != chosen:
            dead.append(Span(branch.start, branch.end))
    return [chain.branches[chosen]] if chosen < len(chain.branches) else []


def _ends(span: Span) -> tuple[int, int]:
    """What spans are sorted by: comparing them is ten times as slow."""
    return span.start, span.end


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Spans in order without those that are empty or lie in an earlier one."""
    reached = -1
    for span in sorted(spans, key=_ends):
        if span.end > reached and span.start < span.end:
            yield span
            reached = span.end
