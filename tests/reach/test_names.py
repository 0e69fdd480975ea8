"""Names of the ends of a connection: any text has an answer, and a wrong one a reason."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from netpol_lsp.reach.cluster import NAMELESS, Workload
from netpol_lsp.reach.names import Names, parse_selector
from netpol_lsp.reach.ports import PortProblem, parse_port
from netpol_lsp.workspace.resources import WorkloadFacts
from tests.reach.loading import load

PODS = "---\n".join(
    f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}\nspec: {{containers: []}}\n"
    for name, namespace in (("web", "shop"), ("web", "store"), ("db", "shop"))
)
NAMES = Names(load(PODS))
WORDS = st.lists(
    st.sampled_from(
        [
            "shop",
            "web",
            "db",
            "/",
            ":",
            "*",
            "svc:",
            "ip:",
            "cidr:",
            "10.0.0.1",
            "=",
            "app",
            "(",
            "!",
            "@",
            ",",
            "::",
            "",
            "in",
        ]
    ),
    max_size=6,
).map("".join)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=20), WORDS))
def test_any_text_has_an_answer(text: str) -> None:
    found = NAMES.find(text)
    assert found.is_nothing is (found.problem is not None)
    parse_selector(text)
    with suppress(PortProblem):
        parse_port(text)


def titles(text: str) -> list[str]:
    return sorted(item.title for item in NAMES.find(text).workloads)


def test_forgiving_names() -> None:
    assert titles("db") == titles("pod/db") == titles("shop/pod/db") == titles("shop/app=db") == ["shop/db[Pod]"]
    assert titles("*/web") == titles("*/app=web") == ["shop/web[Pod]", "store/web[Pod]"]
    assert titles("shop/*") == ["shop/db[Pod]", "shop/web[Pod]"]
    assert NAMES.find("web").candidates == ("shop/web", "store/web")
    assert NAMES.find("shop/wbe").candidates[0] == "shop/web"
    assert NAMES.find("nowhere/web").problem == "no namespace `nowhere` is known"


def test_a_namespace_that_no_one_names_is_not_in_a_title():
    facts = WorkloadFacts("Deployment", "apps/v1", None, "web")
    assert Workload(f"{NAMELESS}file:///a", facts).title == "web[Deployment]"
    assert Workload("shop", facts).title == "shop/web[Deployment]"
