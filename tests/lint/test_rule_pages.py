"""The page of a rule is its docstring without the indentation."""

import inspect

import pytest

from netpol_lsp.lint.registry import all_rules
from netpol_lsp.lint.rule import page_of


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.info.code)
def test_pages_are_as_inspect_makes_them(rule):
    docstring = rule.check.__doc__
    assert rule.info.doc == inspect.cleandoc(docstring)


@pytest.mark.parametrize(
    "docstring",
    [
        "One line.",
        "One.\n\n    ## Why\n    Because.\n\n        deeper\n    ",
        "One.\n\n        ## Why\n        Because.\n    ",
        "One.\n\n    Because.\n    ",
        "One.\n\n## Why\nBecause.\n\n    deeper\n",
        "One.\n\n\n    ## Why\n\n\n    Because.  \n\n    ",
        "One.\n    ## Why\n\tBecause.\n",
        "  One.\n  ## Why\n  Because.",
    ],
)
def test_odd_docstrings(docstring):
    assert page_of(docstring) == inspect.cleandoc(docstring)
