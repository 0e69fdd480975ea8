"""The pages of `connectivity` and `diff` in a real browser."""

import json
from itertools import cycle

import pytest

from netpol_lsp.formats.page.html import page
from tests.browser.clusters import many_workloads
from tests.browser.conftest import EXAMPLES, make_page
from tests.page_strings import HOSTILE, shown, with_strings

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def dubbo(show, dubbo_page):
    """A tab with the page of examples/dubbo."""
    return show(page=dubbo_page)


def rows(tab, view="table"):
    """The rows of a table, cell by cell."""
    return tab.evaluate(
        f"[...document.querySelectorAll('#view-{view} tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )


def drawn(tab):
    """The labels of the nodes that the graph shows, first lines only, and its edges by the ends' labels."""
    return tab.evaluate(
        "(() => { const name = (one) => one.data('label').split('\\n')[0];"
        " return { nodes: graph.cy.nodes().map(name).sort(),"
        " edges: graph.cy.edges().map((one) => `${name(one.source())} > ${name(one.target())}: ${one.data('label')}`).sort() }; })()"
    )


def click_in_graph(tab, element):
    """Click on a node or an edge, where the picture has it."""
    x, y = tab.evaluate(
        f"(() => {{ const one = {element}; const at = one.isEdge() ? one.renderedMidpoint() : one.renderedPosition();"
        " const box = document.getElementById('graph').getBoundingClientRect(); return [at.x + box.x, at.y + box.y]; })()"
    )
    tab.click_at(x, y)


def edge(source, target):
    """The edge between two nodes, by the start of their labels, in the page's own words."""
    return (
        f"graph.cy.edges().filter((one) => one.source().data('label').startsWith({json.dumps(source)})"
        f" && one.target().data('label').startsWith({json.dumps(target)}))[0]"
    )


def test_the_graph_shows_namespaces_workloads_and_connections(dubbo):
    shown = drawn(dubbo)
    assert shown["nodes"] == sorted(
        ["dubbo-registry", "every address", "every address", "nacos", "order", "order-provider"]
        + ["payment", "payment-provider", "portal", "portal"]
    )
    assert "portal > order-provider: TCP 20880" in shown["edges"]
    assert "order-provider > nacos: TCP 2181,8848,9848" in shown["edges"]
    assert not any("> payment-provider" in one for one in shown["edges"])
    assert dubbo.text("#summary") == "5 workloads in 4 namespaces; 4 ingress isolated, 1 egress isolated"
    overlapping = dubbo.evaluate(
        "graph.cy.nodes(':childless').some((a) => graph.cy.nodes(':childless').some((b) => a !== b && (() => {"
        " const [p, q] = [a.boundingBox(), b.boundingBox()]; return p.x1 < q.x2 && q.x1 < p.x2 && p.y1 < q.y2 && q.y1 < p.y2; })()))"
    )
    assert not overlapping


def test_a_click_on_an_edge_tells_the_lines(dubbo):
    click_in_graph(dubbo, edge("portal", "order-provider"))
    said = dubbo.text("#details")
    assert said.startswith("×\nportal/portal[Deployment] → order/order-provider[Deployment]")
    assert "allowed: TCP 20880" in said
    assert "NetworkPolicy portal/portal: rule 3 allows it\npolicies.yaml:106:11\n- namespaceSelector:" in said
    assert "NetworkPolicy order/order-provider: rule 1 allows it\npolicies.yaml:46:11" in said
    assert "- {protocol: TCP, port: 20880}" in said
    assert "netpol-lint why portal/Deployment/portal order/Deployment/order-provider" in said
    faint = dubbo.evaluate("graph.cy.nodes('.away').map((one) => one.data('label')).sort()")
    assert "payment-provider" in faint
    assert "order-provider" not in faint
    dubbo.key("Escape", 27)
    assert dubbo.text("#details h2") == "Workloads"
    assert dubbo.evaluate("graph.cy.elements('.away').length") == 0


def test_a_click_on_a_node_tells_of_the_workload(dubbo):
    click_in_graph(dubbo, "graph.cy.nodes().filter((one) => one.data('label') === 'portal' && one.isChildless())[0]")
    said = dubbo.text("#details")
    assert said.startswith("×\nportal/portal[Deployment]\nworkloads.yaml:118:9\nname: portal")
    assert "app=portal" in said
    assert "ports: TCP 8080 (http)" in said
    assert "ingress: not isolated" in said
    assert "egress: isolated by 1 policy\nNetworkPolicy portal/portal\npolicies.yaml:78:9" in said
    assert "to pods with app=zoo-keeper in namespace dubbo-registry: TCP 2181" in said
    dubbo.click("#details ul.plain button")
    assert " → portal/portal[Deployment]" in dubbo.text("#details h2")


def test_search(dubbo):
    dubbo.fill("#search", "dubbo=provider order")
    assert dubbo.text("#count") == "4 of 11 connections shown"
    shown = drawn(dubbo)
    assert all("order-provider" in one for one in shown["edges"])
    assert "payment" not in shown["nodes"]
    assert dubbo.evaluate("graph.cy.nodes('.found').map((one) => one.data('label'))") == ["order-provider"]
    dubbo.fill("#search", "networkpolicy payment")
    assert {cells[0] for cells in rows(dubbo)} == {"payment/payment-provider[Deployment]"}
    dubbo.fill("#search", "nothing of the kind")
    assert dubbo.text("#graph-note") == "Nothing is left: the filters exclude everything."
    dubbo.click("#reset")
    dubbo.until("document.getElementById('count').textContent === '11 connections shown'")
    assert not dubbo.evaluate("document.getElementById('graph-note').offsetParent")


@pytest.mark.parametrize(
    ("field", "value", "count"),
    [
        ("#port", "20880", 9),
        ("#port", "20880/UDP", 8),
        ("#port", "2181,8848", 10),
        ("#port", "1-3000/tcp", 10),
        ("#namespace", "payment", 3),
    ],
)
def test_filters(dubbo, field, value, count):
    if field == "#port":
        dubbo.fill(field, value)
    else:
        dubbo.choose(field, value)
    dubbo.until(f"document.getElementById('count').textContent === '{count} of 11 connections shown'")
    assert len(rows(dubbo)) == count


def test_a_port_that_is_none_is_marked(dubbo):
    dubbo.fill("#port", "70000")
    assert dubbo.evaluate("document.getElementById('port').getAttribute('aria-invalid')") == "true"
    assert dubbo.text("#count") == "11 connections shown"


def test_isolated_workloads_alone(dubbo):
    dubbo.choose("#isolation", "egress")
    dubbo.click("#outside")
    assert drawn(dubbo)["nodes"] == ["portal", "portal"]
    dubbo.choose("#isolation", "ingress")
    assert "portal" not in drawn(dubbo)["nodes"]


def test_namespaces_open_and_close(dubbo):
    dubbo.click("#collapse")
    assert drawn(dubbo)["nodes"] == ["dubbo-registry", "every address", "every address", "order", "payment", "portal"]
    assert "portal > order: TCP 20880" in drawn(dubbo)["edges"]
    click_in_graph(dubbo, "graph.cy.nodes('[namespace = \"order\"]')")
    assert dubbo.text("#details h2") == "Namespace order"
    dubbo.evaluate(
        "[...document.querySelectorAll('#details button')].find((one) => one.textContent === 'Expand').click()"
    )
    assert "order-provider" in drawn(dubbo)["nodes"]
    assert "payment-provider" not in drawn(dubbo)["nodes"]
    dubbo.click("#expand")
    assert "payment-provider" in drawn(dubbo)["nodes"]


def test_a_workload_in_a_closed_namespace_is_shown_when_chosen(dubbo):
    dubbo.click("#collapse")
    dubbo.evaluate(
        "[...document.querySelectorAll('#details .tree button')].find((one) => one.textContent.startsWith('order/')).click()"
    )
    assert "order-provider" in drawn(dubbo)["nodes"]
    assert dubbo.evaluate("graph.cy.nodes('.chosen').map((one) => one.data('label'))") == ["order-provider"]


def test_a_connection_that_is_denied_can_be_asked_for(dubbo):
    dubbo.fill("#ask-from", "order/order-provider")
    dubbo.fill("#ask-to", "payment/payment-provider[Deployment]")
    dubbo.click(".ask button")
    said = dubbo.text("#details")
    assert "order/order-provider[Deployment] → payment/payment-provider[Deployment]" in said
    assert "denied No policy allows any part of it." in said
    assert (
        "These policies restrict the ingress of the receiver\nNetworkPolicy payment/payment-provider\npolicies.yaml:59:9"
        in said
    )
    assert "egress of the sender" not in said
    dubbo.key("Escape", 27)
    dubbo.fill("#ask-from", "nobody")
    dubbo.fill("#ask-to", "portal/portal")
    dubbo.click(".ask button")
    assert dubbo.text("#details [role=alert]") == "There is no “nobody”."
    dubbo.fill("#ask-from", "dubbo-registry/zookeeper")
    dubbo.click(".ask button")
    assert "allowed: all ports" in dubbo.text("#details")


def test_the_table_has_everything_without_the_graph(dubbo):
    dubbo.click("#tab-table")
    assert dubbo.evaluate("document.getElementById('graph').offsetParent === null")
    found = rows(dubbo)
    assert len(found) == 11
    assert ["portal/portal[Deployment]", "order/order-provider[Deployment]", "allowed", "TCP 20880", "why"] in found
    dubbo.click("#view-table th:nth-child(2) button")
    assert [cells[1] for cells in rows(dubbo)] == sorted((cells[1] for cells in found), key=str.lower)
    dubbo.click("#view-table th:nth-child(2) button")
    assert dubbo.evaluate("document.querySelector('#view-table th:nth-child(2)').ariaSort") == "descending"
    dubbo.click("#view-table tbody tr:last-child .why")
    assert "→" in dubbo.text("#details h2")
    assert dubbo.evaluate("document.activeElement.tagName") == "H2"
    dubbo.click("#tab-exposure")
    assert ["portal/portal[Deployment]", "ingress", "everybody: no policy selects it", ""] in rows(dubbo, "exposure")
    dubbo.click("#tab-namespaces")
    assert ["order", "1", "1 of 1", "0 of 1"] in rows(dubbo, "namespaces")


def test_the_keyboard_is_enough(dubbo):
    dubbo.evaluate("document.activeElement.blur()")
    dubbo.send("Input.dispatchKeyEvent", type="keyDown", key="/", text="/", code="Slash")
    assert dubbo.evaluate("document.activeElement.id") == "search"
    dubbo.evaluate("document.getElementById('tab-graph').focus()")
    dubbo.key("ArrowRight", 39)
    assert dubbo.evaluate("[document.activeElement.id, document.activeElement.ariaSelected]") == ["tab-table", "true"]
    unnamed = dubbo.evaluate(
        "[...document.querySelectorAll('button, input, select')].filter((one) => !one.textContent.trim() && !one.ariaLabel"
        " && !one.labels?.length && !one.title).map((one) => one.outerHTML)"
    )
    assert unnamed == []


def test_a_screen_reader_hears_names_and_roles(dubbo):
    dubbo.click("#tab-table")
    nodes = dubbo.send("Accessibility.getFullAXTree")["nodes"]
    heard = {(one["role"]["value"], one.get("name", {}).get("value", "")) for one in nodes if "role" in one}
    for expected in (
        ("heading", "Who may talk to whom"),
        ("search", "Filters"),
        ("searchbox", "Search"),
        ("tab", "Table"),
        ("table", "Connections"),
        ("columnheader", "From"),
        ("button", "why portal/portal[Deployment] → order/order-provider[Deployment]"),
        ("complementary", "Details"),
    ):
        assert expected in heard


def test_light_and_dark(show, dubbo_page):
    back = "getComputedStyle(document.body).backgroundColor"
    light = show(page=dubbo_page)
    dark = show(page=dubbo_page, dark=True)
    assert light.evaluate(back) == "rgb(255, 255, 255)"
    assert dark.evaluate(back) == "rgb(20, 24, 31)"
    node = "graph.cy.nodes('.workloads')[0].style('background-color')"
    assert light.evaluate(node) != dark.evaluate(node)
    dark.click("#theme")
    assert dark.evaluate(back) == light.evaluate(back)
    assert dark.evaluate(node) == light.evaluate(node)


def contrast(first, second):
    """How well two colours differ, as WCAG measures it."""

    def luminance(color):
        parts = [int(part) / 255 for part in color[4:-1].split(",")[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_texts_can_be_read(show, dubbo_page, dark):
    tab = show(page=dubbo_page, dark=dark)
    pairs = tab.evaluate(
        "(() => { const box = document.createElement('i'); document.body.append(box); const value = (name) => {"
        " box.className = ''; box.setAttribute('data-x', ''); box.style.color = `var(--${name})`; return getComputedStyle(box).color; };"
        " const found = []; for (const front of ['text', 'soft', 'accent', 'allow', 'unknown', 'opened', 'closed', 'denied'])"
        " for (const back of ['back', 'panel']) found.push([front, back, value(front), value(back)]); box.remove(); return found; })()"
    )
    weak = [(front, back) for front, back, one, other in pairs if contrast(one, other) < 4.5]
    assert weak == []


def test_it_prints(dubbo):
    dubbo.send("Emulation.setEmulatedMedia", media="print")
    assert not dubbo.evaluate("document.getElementById('search').offsetParent")
    assert dubbo.evaluate("document.getElementById('view-table').offsetHeight > 300")
    dubbo.send("Emulation.setEmulatedMedia", media="screen")
    assert len(dubbo.send("Page.printToPDF")["data"]) > 20000


def test_where_no_scripts_run_there_is_a_table(show, dubbo_page):
    tab = show(page=dubbo_page, scripts=False)
    said = tab.evaluate("document.body.innerText")
    assert "portal/portal[Deployment]\torder/order-provider[Deployment]\tTCP 20880" in said
    assert "Search" not in said


@pytest.mark.parametrize("command", [("connectivity", "."), ("diff", "before", "after")], ids=["connectivity", "diff"])
def test_hostile_strings_stay_strings(show, tmp_path, command):
    make_change(tmp_path)
    folder = EXAMPLES / "dubbo" if command[0] == "connectivity" else tmp_path
    text = make_page(tmp_path / "plain.html", folder, *command).read_text("utf-8")
    data = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
    path = tmp_path / "hostile.html"
    path.write_text(page(with_strings(data, cycle(HOSTILE))), encoding="utf-8", errors="backslashreplace")
    tab = show(page=path)
    title = tab.evaluate("document.title")
    said = ""
    for index in range(len(data["nodes"])):
        tab.evaluate(f"choose({{ node: {index} }})")
        said += tab.evaluate("document.getElementById('details').textContent")
    for index in range(len(data["edges"])):
        tab.evaluate(f"choose({{ edge: {index} }})")
        said += tab.evaluate("document.getElementById('details').textContent")
    assert all(name in said for name in shown(HOSTILE))
    tab.click("#collapse")
    for view in ("table", "namespaces", "graph"):
        tab.click(f"#tab-{view}")
    assert tab.evaluate("document.title") == title
    assert tab.evaluate("document.getElementById('smuggled')") is None
    assert tab.evaluate("[document.scripts.length, document.images.length]") == [3, 0]


def test_the_policy_of_the_page_blocks_what_is_not_in_it(dubbo):
    blocked = dubbo.evaluate(
        """new Promise((done) => {
          const found = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            found.push(event.effectiveDirective);
            if (found.length === 4) done(found.sort());
          });
          fetch("https://example.org/").catch(() => {});
          new Image().src = "https://example.org/x.png";
          const script = document.createElement("script");
          script.textContent = "document.title = 'run'";
          document.body.append(script);
          const style = document.createElement("style");
          style.textContent = "body { display: none }";
          document.body.append(style);
        })"""
    )
    assert blocked == ["connect-src", "img-src", "script-src-elem", "style-src-elem"]
    assert dubbo.evaluate("document.title") == "Who may talk to whom"
    assert len(dubbo.problems) >= 4
    dubbo.expected_problems = list(dubbo.problems)
    dubbo.requests = dubbo.requests[:1]


DIFFERENCE = {
    "app: zoo-keeper": "app: zookeeper",
    "  policyTypes: [Egress]\n": "  policyTypes: [Ingress, Egress]\n  ingress: [{ports: [{port: 8080}]}]\n",
}


def make_change(folder):
    """Folders with a state before and one after."""
    for name in ("before", "after"):
        (folder / name).mkdir()
        for file in ("policies.yaml", "workloads.yaml"):
            text = (EXAMPLES / "dubbo" / file).read_text("utf-8")
            for old, new in DIFFERENCE.items() if name == "after" else ():
                text = text.replace(old, new)
            (folder / name / file).write_text(text, encoding="utf-8")


@pytest.fixture
def change(show, tmp_path):
    """A tab with the page of a difference."""
    make_change(tmp_path)
    return show("diff", "before", "after")


def test_a_difference_shows_what_opened_closed_and_stayed(change):
    assert change.text("#summary").startswith("before → after: 1 opened, 5 closed; ")
    said = change.text("#details")
    assert (
        "Opened across namespaces (1)\nportal/portal[Deployment] → dubbo-registry/zookeeper[StatefulSet] + TCP 2181"
        in said
    )
    classes = change.evaluate(
        "Object.fromEntries(['opened', 'closed', 'same'].map((name) => [name, graph.cy.edges('.' + name).length]))"
    )
    assert classes["opened"] == 1
    assert classes["closed"] == 5
    assert classes["same"] > 5
    click_in_graph(change, edge("portal", "zookeeper"))
    said = change.text("#details")
    assert "opened: TCP 2181" in said
    assert "Opened by\nNetworkPolicy portal/portal (rule 2) allows it\nafter/policies.yaml:" in said
    assert "After the change" in said


def test_filters_of_a_difference(change):
    for kind in ("opened", "closed"):
        change.evaluate(f"document.querySelector('#verdicts input[value={kind}]').click()")
    assert change.evaluate("graph.cy.edges('.opened, .closed').length") == 0
    change.evaluate("document.querySelector('#verdicts input[value=opened]').click()")
    change.evaluate("document.querySelector('#verdicts input[value=allow]').click()")
    found = rows(change)
    assert [cells[:3] for cells in found] == [
        ["portal/portal[Deployment]", "dubbo-registry/zookeeper[StatefulSet]", "TCP 2181"]
    ]


def test_five_hundred_workloads(show, tmp_path):
    (tmp_path / "all.yaml").write_text(many_workloads(500), encoding="utf-8")
    tab = show("connectivity", "all.yaml", "--cni", "cilium")
    assert tab.text("#summary").startswith("500 workloads in 20 namespaces")
    # It opens with the namespaces closed, and a page of the table: what is drawn at once is bounded.
    assert tab.evaluate("graph.cy.nodes().length") < 40
    assert tab.evaluate("document.querySelectorAll('#view-table tbody tr').length") == 100
    tab.fill("#search", "api-2 team-d")
    assert 0 < tab.evaluate("graph.cy.nodes().length") < 30
    click_in_graph(tab, edge("api-2", "cache-2"))
    assert "team-d/cache-2[Deployment]" in tab.text("#details h2")
    tab.click("#reset")
    tab.until("document.getElementById('count').textContent.includes(' of ') === false")
    tab.click("#expand")
    assert tab.evaluate("graph.cy.nodes('.workloads').length") > 300


def test_a_large_difference_shows_what_changes(show, tmp_path):
    text = many_workloads(200)
    (tmp_path / "before.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "after.yaml").write_text(text.replace('"port": 8081', '"port": 8082'), encoding="utf-8")
    tab = show("diff", "before.yaml", "after.yaml", "--cni", "cilium")
    assert tab.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#verdicts input')].map((one) => [one.value, one.checked]))"
    ) == {
        "closed": True,
        "allow": False,
    }
    closed = tab.evaluate("edges.filter((edge) => edge.closed >= 0).length")
    assert tab.text("#count").startswith(f"{closed} of ")
    tab.click("#collapse")
    labels = tab.evaluate("graph.cy.nodes('.folded.closed').map((one) => one.data('label'))")
    assert "team-a\n4 workloads\n− 2 closed" in labels
    tab.evaluate("document.querySelector('#verdicts input[value=allow]').click()")
    assert "of" not in tab.text("#count")


def test_a_policy_leads_to_what_it_selects(dubbo):
    dubbo.evaluate("choose({ node: nodes.findIndex((one) => one.workloads?.[0].name === 'portal') })")
    dubbo.click("#details [title='Show what it selects']")
    assert dubbo.evaluate("document.getElementById('search').value") == "NetworkPolicy portal/portal"
    assert dubbo.evaluate("graph.cy.nodes('.found').map((one) => one.data('label'))") == ["portal"]
    assert dubbo.text("#details h2") == "Workloads"


def test_more_lines_than_anybody_can_see_are_drawn_when_asked_for(show, tmp_path):
    (tmp_path / "all.yaml").write_text(many_workloads(60, spaces=1, shape="mesh"), encoding="utf-8")
    tab = show("connectivity", "all.yaml", "--cni", "cilium")
    assert "would cover each other" in tab.text("#graph-note")
    assert tab.evaluate("graph.cy.edges().length") == 0
    click_in_graph(tab, "graph.cy.nodes('.workloads')[3]")
    assert 0 < tab.evaluate("graph.cy.edges().length") < 200
    tab.key("Escape", 27)
    assert tab.evaluate("graph.cy.edges().length") == 0


def test_an_editor_opens_places(dubbo):
    script = "window.acquireVsCodeApi = () => ({ postMessage: (message) => (window.sent = [...(window.sent ?? []), message]) })"
    dubbo.send("Page.addScriptToEvaluateOnNewDocument", source=script)
    dubbo.is_loaded = False
    dubbo.send("Page.reload")
    dubbo.wait_for_load()
    dubbo.evaluate("choose({ node: nodes.findIndex((one) => one.workloads?.[0].name === 'portal') })")
    dubbo.click("#details .where")
    assert dubbo.evaluate("window.sent") == [{"command": "open", "path": "workloads.yaml", "line": 118, "column": 9}]
    dubbo.requests = dubbo.requests[:1]
