"""Connectivity as Graphviz and Mermaid."""

import re

from netpol_lsp.formats.reach.connection_lines import ConnectivityReport, whole_report
from netpol_lsp.formats.reach.graphs import dot, mermaid
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.exposure import ExposedConnectivity
from tests.browser.clusters import many_workloads
from tests.reach.loading import as_text, load

HOSTILE = ['a"];x[label="', "`b`", "c#quot;d", "e|f]g", "h\ni", "j\u202ek", "l&amp;m", "end"]


def report_on(text: str) -> ConnectivityReport:
    return whole_report(ExposedConnectivity(Engine(load(text))))


def pods(*names: str, labels: bool = False) -> str:
    """Pods without policies; with labels of their own each is a group."""
    made = [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "x", "labels": {"app": f"n{number}"} if labels else {}},
            "spec": {"containers": [{"name": "main", "image": "i"}]},
        }
        for number, name in enumerate(names)
    ]
    return as_text(made)


def test_addresses_that_send_and_are_reached_are_there_twice():
    report = report_on(pods("one"))
    assert mermaid(report).splitlines() == [
        "flowchart LR",
        '  subgraph ns0["x"]',
        '    g0["one[Pod]"]',
        "  end",
        '  a1(["every address"])',
        '  a2(["every address"])',
        '  g0 -->|"all ports"| a1',
        '  a2 -->|"all ports"| g0',
    ]
    text = dot(report)
    assert text.count('label="every address"') == 2
    assert "  g0 -> a1 [" in text
    assert "  a2 -> g0 [" in text


def test_names_stay_in_their_strings():
    report = report_on(pods(*HOSTILE))
    for line in mermaid(report).splitlines():
        assert line.count('"') in (0, 2), line
        assert "`" not in line
        inside = line.partition('"')[2].rpartition('"')[0].replace("<br>", "")
        assert not re.search(r"[<>&]|#(?!(35|amp|quot|lt|gt|96);)", inside), line
    for line in dot(report).splitlines():
        assert line.replace("\\\\", "").replace('\\"', "").count('"') in (0, 2, 4), line
    assert "\u202e" not in mermaid(report) + dot(report)


def test_more_connections_than_mermaid_draws_are_said():
    assert "%%" not in mermaid(report_on(pods("one")))
    assert "connections: Mermaid draws up to 500" in mermaid(report_on(many_workloads(40, 1, "mesh")))
