"""A template in the variants in which it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from netpol_lsp.text.budget import OverBudgetError
from netpol_lsp.text.span import Span
from netpol_lsp.yaml.templates.branches import Branch, Chain, Definition, Template, build
from netpol_lsp.yaml.templates.languages import Language, lex
from netpol_lsp.yaml.templates.reading import MaskedText, mask
from netpol_lsp.yaml.templates.variants import Variant, choose

_WHOLE_OBJECT = re.compile(r"^([ \t]*)(?:apiVersion|kind)[ \t]*:", re.MULTILINE)

MOST_ACTIONS = 20_000
"""Of one document. Nobody writes so many."""
_MOST_CHARACTERS = 10_000_000
"""Of all readings together, after which no further definition is read: each is read beside the whole text."""


@dataclass(frozen=True, slots=True)
class ReadVariant:
    """One variant as YAML.

    `loops` are the bodies in it that come any number of times; `is_definition`: it is what a definition holds, which may be a part
    of what comes in where it is included.
    """

    variant: Variant
    masked: MaskedText
    loops: tuple[Span, ...]
    is_definition: bool = False


@dataclass(frozen=True, slots=True)
class ReadTemplate:
    """A template's structure and its variants: those of the whole first, then those of each definition that is an object."""

    template: Template
    variants: tuple[ReadVariant, ...]

    def changing(self) -> Iterator[Span]:
        """Where lines may come in or fall out: chains and actions that are lines."""
        stack = [self.template.body]
        while stack:
            for item in stack.pop().items:
                if isinstance(item, Chain):
                    stack += item.branches
                    if item.may_be_absent or len(item.branches) > 1:
                        yield from _edges(item)
                else:
                    stack.append(item.body)


def read_template(text: str, language: Language) -> ReadTemplate | None:
    """The variants of a text; None when there is no action in it. Raises OverBudgetError where there are too many."""
    tokens, volatile = lex(text, language)
    few = list(islice(tokens, MOST_ACTIONS + 1))
    if len(few) > MOST_ACTIONS:
        message = f"the template has more than {MOST_ACTIONS:,} actions, which is more than is read"
        raise OverBudgetError(message)
    template = build(text, few, volatile)
    if not template.tokens:
        return None
    regions: list[Definition | None] = [None]
    regions += [one for one in template.definitions() if _WHOLE_OBJECT.search(text, one.body.start, one.body.end)]
    found: list[ReadVariant] = []
    for region in regions:
        if len(found) * len(text) > _MOST_CHARACTERS:
            break
        reading = choose(template, region)
        for variant in reading.variants:
            unread = [span for span in reading.unread if variant.is_live(span.start - 1)]
            masked = mask(text, template.tokens, variant, unread)
            loops = tuple(_loops(template.body, variant))
            found.append(ReadVariant(variant, masked, loops, region is not None))
    return ReadTemplate(template, tuple(found))


def _edges(chain: Chain) -> Iterator[Span]:
    """The actions of a chain but for the last."""
    start = chain.start
    for branch in chain.branches:
        yield Span(start, branch.start)
        start = branch.end


def _loops(root: Branch, variant: Variant) -> Iterator[Span]:
    stack = [root]
    while stack:
        for item in stack.pop().items:
            if isinstance(item, Definition):
                stack.append(item.body)
                continue
            for branch in item.branches:
                if branch.start < branch.end and variant.is_live(branch.start):
                    stack.append(branch)
                    if branch.is_loop:
                        yield Span(branch.start, branch.end)
