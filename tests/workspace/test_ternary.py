"""Kleene's logic: the truth tables."""

from __future__ import annotations

import itertools

import pytest

from netpol_lsp.workspace.ternary import Ternary, all_of, any_of

WORLDS = {Ternary.YES: {True}, Ternary.NO: {False}, Ternary.UNKNOWN: {True, False}}


def as_answer(outcomes: set[bool]) -> Ternary:
    return next(answer for answer, world in WORLDS.items() if world == outcomes)


@pytest.mark.parametrize("answers", list(itertools.product(Ternary, repeat=3)))
def test_the_answer_is_known_exactly_when_every_world_agrees(answers):
    worlds = list(itertools.product(*(WORLDS[answer] for answer in answers)))
    assert any_of(answers) is as_answer({any(world) for world in worlds})
    assert all_of(answers) is as_answer({all(world) for world in worlds})


def test_no_answers():
    assert any_of([]) is Ternary.NO
    assert all_of([]) is Ternary.YES


def test_conversions():
    assert [Ternary.of(known=True), Ternary.of(known=False)] == [Ternary.YES, Ternary.NO]
    assert [answer.unless_no() for answer in (Ternary.YES, Ternary.NO, Ternary.UNKNOWN)] == [
        Ternary.UNKNOWN,
        Ternary.NO,
        Ternary.UNKNOWN,
    ]
