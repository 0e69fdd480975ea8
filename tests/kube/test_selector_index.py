"""The index leaves nothing out that may match, and looks at little else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netpol_lsp.kube.label_selector import (
    EVERYTHING,
    LabelRequirement,
    LabelSelector,
    Operator,
    intersects,
    label_selector,
    match_labels,
)
from netpol_lsp.kube.selector_index import SelectorIndex

VALUES = st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(tuple)
REQUIREMENTS = st.one_of(
    st.builds(LabelRequirement, st.sampled_from("xyz"), st.sampled_from([Operator.IN, Operator.NOT_IN]), VALUES),
    st.builds(LabelRequirement, st.sampled_from("xyz"), st.sampled_from([Operator.EXISTS, Operator.DOES_NOT_EXIST])),
)
SELECTORS = st.lists(REQUIREMENTS, max_size=4).map(label_selector)


def index_of(selectors: list[LabelSelector]) -> SelectorIndex[tuple[int, LabelSelector]]:
    return SelectorIndex(list(enumerate(selectors)), lambda item: item[1])


@given(st.lists(SELECTORS, max_size=8), SELECTORS)
def test_nothing_is_left_out_and_nothing_comes_twice(selectors, wanted):
    found = list(index_of(selectors).candidates(wanted))
    assert len(found) == len(set(found))
    matching = [item for item in enumerate(selectors) if intersects(item[1], wanted)]
    assert set(matching) <= set(found)


def test_other_values_of_a_label_are_not_looked_at():
    selectors = [match_labels({"app": f"a{number}"}) for number in range(100)]
    assert [number for number, _ in index_of(selectors).candidates(selectors[7])] == [7]
    assert len(list(index_of(selectors).candidates(EVERYTHING))) == 100
    assert [number for number, _ in index_of([*selectors, EVERYTHING]).candidates(selectors[7])] == [100, 7]
