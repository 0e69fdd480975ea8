"""Fixes that are worked out late."""

from netpol_lsp.text.edits import Applicability, Fix, Fixes, TextEdit, move_fixes
from netpol_lsp.text.span import Span


def make_one():
    return [Fix("Write", (TextEdit(Span(1, 2), "x"),))]


def test_fixes_are_worked_out_when_asked_for_and_once():
    asked = []
    fixes = Fixes(lambda: (asked.append(1), make_one())[1])
    assert asked == []
    assert len(fixes) == 1
    assert (fixes[0], fixes[:1], list(fixes)) == (make_one()[0], tuple(make_one()), make_one())
    assert fixes == Fixes(make_one) == tuple(make_one())
    assert fixes != ()
    assert hash(fixes) == hash(tuple(make_one()))
    assert asked == [1]


def test_a_fix_that_fails_says_so_and_edits_nothing():
    def fail():
        raise ZeroDivisionError("oh")

    [fix] = Fixes(fail)
    assert (fix.edits, fix.applicability) == ((), Applicability.DISPLAY)
    assert "ZeroDivisionError: oh" in fix.title


def test_moved_fixes_are_worked_out_late_too():
    asked = []
    moved = move_fixes(Fixes(lambda: (asked.append(1), make_one())[1]), 10)
    assert asked == []
    assert moved[0].edits == (TextEdit(Span(11, 12), "x"),)
    assert move_fixes((), 10) == ()
    assert move_fixes(tuple(make_one()), 10)[0].edits[0].span == Span(11, 12)
