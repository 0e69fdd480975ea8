"""Kleene's logic: the truth tables."""

from __future__ import annotations

import itertools

import pytest

from netpol_lsp.workspace.ternary import Answer, all_of, any_of

WORLDS = {Answer.YES: {True}, Answer.NO: {False}, Answer.UNKNOWN: {True, False}}


def as_answer(outcomes: set[bool]) -> Answer:
    return next(answer for answer, world in WORLDS.items() if world == outcomes)


@pytest.mark.parametrize("answers", list(itertools.product(Answer, repeat=3)))
def test_the_answer_is_known_exactly_when_every_world_agrees(answers):
    worlds = list(itertools.product(*(WORLDS[answer] for answer in answers)))
    assert any_of(answers) is as_answer({any(world) for world in worlds})
    assert all_of(answers) is as_answer({all(world) for world in worlds})


def test_no_answers():
    assert any_of([]) is Answer.NO
    assert all_of([]) is Answer.YES


def test_conversions():
    assert [Answer.of(known=True), Answer.of(known=False)] == [Answer.YES, Answer.NO]
    assert [answer.unless_no() for answer in (Answer.YES, Answer.NO, Answer.UNKNOWN)] == [
        Answer.UNKNOWN,
        Answer.NO,
        Answer.UNKNOWN,
    ]
