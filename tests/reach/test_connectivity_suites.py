"""What np-guard's analysers expect, case by case; what differs is in docs/connectivity-deviations.md with its reason."""

from pathlib import Path

import pytest

from netpol_lsp.kube.net import intervals
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.direction import Direction
from netpol_lsp.reach.diff import difference
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.entry_points import entry_points
from netpol_lsp.reach.exposure import Exposed, ExposedConnectivity, Representative, Unprotected, exposure
from netpol_lsp.reach.names import backends
from netpol_lsp.reach.query import Pair
from netpol_lsp.reach.traffic import Traffic
from netpol_lsp.reach.why import Effect, Reason, SideReasons, explain
from netpol_lsp.workspace.ternary import Ternary
from tests.reach.suite_files import (
    CORPUS,
    NEVER_PODS,
    SUITES,
    Found,
    by_title,
    cases,
    check_lines,
    cluster,
    deviations,
    fits,
    index,
    narrowed,
    needs_suites,
)
from tests.reach.suites import parse_line, parse_range, parse_traffic, three_protocols

pytestmark = needs_suites
ANSWERS = {Ternary.YES: "allow", Ternary.NO: "deny", Ternary.UNKNOWN: "unknown"}


def folder_of(case: str) -> Path:
    return SUITES / "cases" / case


def expected(folder: Path) -> list[str]:
    return (folder / "EXPECTED.txt").read_text("utf-8").splitlines()


CORPUS_CASES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.exists() else []


@pytest.mark.parametrize(
    "name", [f"connlist/{name}" for name in cases("connlist")] + [f"corpus/{name}" for name in CORPUS_CASES]
)
def test_connections(name: str) -> None:
    group, _, case = name.partition("/")
    folder = CORPUS / case if group == "corpus" else folder_of(name)
    options = {} if group == "corpus" else index()[name].get("options") or {}
    problems = check_lines(narrowed(Found(cluster(folder)), options), expected(folder))
    assert bool(problems) is (deviations().get(name) == "broken-document"), problems[:3]


def test_nothing_is_unknown_where_all_is_modelled() -> None:
    for case in cases("connlist"):
        found = Found(cluster(folder_of(f"connlist/{case}")))
        if found.is_certain:
            assert all(sure == may for sure, may in found.pairs.values()), case


@pytest.mark.parametrize("case", cases("eval"))
def test_single_questions(case: str) -> None:
    folder = folder_of(f"eval/{case}")
    found = cluster(folder)
    engine = Engine(found, NEVER_PODS)
    named = {f"{item.namespace}/{item.name}": item for item in found.workloads} | {
        title.partition("[")[0]: items[0] for title, items in by_title(found).items()
    }
    for text in expected(folder):
        if not text.strip() or text.startswith("#"):
            continue
        ends, _, rest = text.partition(" : ")
        source, _, destination = ends.partition(" => ")
        if source not in named or destination not in named:
            addresses = destination if source in named else source
            workload = named[source] if source in named else named[destination]
            direction = Direction.EGRESS if source in named else Direction.INGRESS
            target = address(addresses)
            verdict = engine.outside(engine.class_of(workload), direction, target)
        else:
            verdict = engine.verdict(named[source], named[destination])
        possible = three_protocols(verdict.allow), three_protocols(intervals.union(verdict.allow, verdict.unknown))
        traffic, _, answer = rest.partition(" : ")
        if answer:
            wanted = parse_traffic(traffic)
            assert ANSWERS[verdict.answer(wanted)] in (answer, "unknown"), text
            assert ANSWERS[verdict.answer(wanted)] == answer or found.others, text
        else:
            assert fits(possible, parse_traffic(traffic)), text


def address(text: str) -> CidrSet:
    from netpol_lsp.kube.net.address_set import address_set

    found = parse_range(text) or address_set(f"{text}/32")
    assert found is not None
    return found


@pytest.mark.parametrize("case", cases("services"))
def test_services_and_routes(case: str) -> None:
    folder = folder_of(f"services/{case}")
    found = cluster(folder)
    engine = Engine(found, NEVER_PODS)
    opened: dict[str, Traffic] = {}
    for entry in entry_points(engine):
        title = entry.workload.title
        opened[title] = intervals.union(opened.get(title, ()), entry.wanted)
    lines = expected(folder)
    for text in lines:
        parsed = parse_line(text)
        if parsed is not None:
            assert opened.get(parsed[1]) == parse_traffic(parsed[2]), text
        elif text.startswith("service "):
            _, name, _, count = text.split()
            namespace, _, plain = name.partition("/")
            selected = {item.title for item in backends(found, found.services_by_name[namespace, plain])[0]}
            assert len(selected) == int(count), text
    assert len(opened) == sum("{ingress-controller}" in text for text in lines)


@pytest.mark.parametrize("case", cases("explain"))
def test_reasons(case: str) -> None:
    folder = folder_of(f"explain/{case}")
    found = cluster(folder)
    engine = Engine(found, NEVER_PODS)
    titles = by_title(found)
    for text in expected(folder):
        if not text.startswith("why ") or "{ingress-controller}" in text:
            continue
        head, egress, ingress = text.removeprefix("why ").split(" | ")
        ends, _, verdict = head.partition(" : ")
        source, _, destination = ends.partition(" => ")
        answer, _, traffic = verdict.partition(" ")
        for pair in pairs_of(engine, titles, source, destination, parse_traffic(traffic)):
            for segment in explain(engine, pair).segments:
                if found.others:
                    assert ANSWERS[segment.answer] in (answer, "unknown"), text
                    continue
                assert ANSWERS[segment.answer] == answer, text
                assert_side(egress, segment.egress)
                assert_side(ingress, segment.ingress)


def pairs_of(engine: Engine, titles: dict, source: str, destination: str, traffic: Traffic) -> list[Pair]:
    start, end = parse_range(source), parse_range(destination)
    if start is None and end is None:
        one, other = titles[source][0], titles[destination][0]
        return [Pair(one, other, traffic, engine.verdict(one, other))]
    direction = Direction.INGRESS if start is not None else Direction.EGRESS
    addresses = start if start is not None else end
    assert addresses is not None
    workload = titles[destination if start is not None else source][0]
    pods = engine.class_of(workload)
    return [
        Pair(
            *((part, workload) if start is not None else (workload, part)),
            traffic,
            engine.outside(pods, direction, part),
        )
        for part in engine.address_parts(pods, direction, addresses)
    ]


def assert_side(text: str, side: SideReasons | None) -> None:
    head, _, rest = text.partition(": ")
    answer = head.split()[1]
    if side is None:
        assert (answer, rest.strip()) == ("allow", "default")
        return
    assert ANSWERS[side.answer] == answer, text
    named = {item.strip() for item in rest.split(";")}
    if side.is_default:
        assert named == {"default"}, text
        return
    reasons = {written(reason) for reason in side.reasons}
    assert named <= reasons, (text, reasons)
    # Further rules of the same policies may be named, further policies not.
    assert {item.split()[1] for item in named} == {item.split()[1] for item in reasons}, (text, reasons)


def written(reason: Reason) -> str:
    policy = reason.policy
    number = f" #{reason.rule.index + 1}" if reason.rule is not None else ""
    return f"{policy.kind} {policy.namespace}/{policy.name} {EFFECTS[reason.effect]}{number}"


EFFECTS = {
    Effect.ALLOWS: "allows",
    Effect.PEER_NOT_SELECTED: "peer-not-selected",
    Effect.NO_RULES: "no-rules",
    Effect.PORTS_DIFFER: "ports-differ",
    Effect.NAMED_PORT_UNKNOWN: "named-port-unknown",
}


@pytest.mark.parametrize("case", cases("exposure"))
def test_exposure(case: str) -> None:
    folder = folder_of(f"exposure/{case}")
    found = cluster(folder)
    if found.others:
        pytest.skip("policies of kinds that are not modelled: all of it is unknown")
    options = index()[f"exposure/{case}"].get("options") or {}
    facts, unprotected = exposed(ExposedConnectivity(Engine(found, NEVER_PODS)), options)
    wanted: dict[tuple[str, ...], str] = {}
    wanted_unprotected = set()
    for text in expected(folder):
        kind, _, rest = text.partition(" ")
        if kind == "unprotected":
            wanted_unprotected.add(rest)
        elif kind in ("egress", "ingress") and "[External]" not in text:
            workload, _, tail = rest.partition(" => " if kind == "egress" else " <= ")
            peer, _, traffic = tail.rpartition(" : ")
            wanted[kind, workload, canonical(peer)] = traffic
    assert unprotected == wanted_unprotected
    assert facts.keys() == wanted.keys()
    differ = [key for key, traffic in wanted.items() if facts[key] != parse_traffic(traffic)]
    assert bool(differ) is (deviations().get(f"exposure/{case}") == "exposure-one-rule"), differ


def exposed(connectivity: ExposedConnectivity, options: dict) -> tuple[dict[tuple[str, ...], Traffic], set[str]]:
    facts, unprotected = {}, set()
    for item in exposure(connectivity):
        direction = item.direction.value.lower()
        if options.get("direction") not in (None, direction):
            continue
        for title in item.group.titles:
            plain = title.partition("[")[0]
            names = options.get("workloads")
            if names and not any(name in (plain, plain.partition("/")[2]) for name in names):
                continue
            if isinstance(item, Unprotected):
                unprotected.add(f"{title} {direction}")
            elif isinstance(item, Exposed) and not isinstance(item.peer, CidrSet):
                facts[direction, title, canonical(notation(item.peer))] = three_protocols(item.allow)
    return facts, unprotected


def notation(peer: Representative) -> str:
    if peer.is_entire_cluster:
        return "entire-cluster"
    namespace = peer.namespace_name or (
        "[all namespaces]" if peer.namespaces.selects_everything else selector("namespace", peer.namespaces)
    )
    return f"{namespace}/{'[all pods]' if peer.pods.selects_everything else selector('pod', peer.pods)}"


def selector(word: str, found) -> str:
    labels = [f"{item.key}={item.values[0]}" for item in found.requirements if not item.is_expression]
    terms = [
        f"{{Key:{item.key},Operator:{item.operator.value},Values:[{' '.join(item.values)}],}}"
        for item in found.requirements
        if item.is_expression
    ]
    return f"[{word} with {{{','.join(labels + terms)}}}]"


def canonical(text: str) -> str:
    """The words of a peer, in any order."""
    for sign in "{}[],":
        text = text.replace(sign, " ")
    return " ".join(sorted(text.split()))


@pytest.mark.parametrize("case", cases("diff"))
def test_differences(case: str) -> None:
    folder = folder_of(f"diff/{case}")
    before, after = Engine(cluster(folder / "base"), NEVER_PODS), Engine(cluster(folder / "head"), NEVER_PODS)
    found = difference(before, after)
    pairs: dict[tuple[str, str], tuple[Traffic, Traffic]] = {}
    ranges: dict[tuple[str, Direction], list[tuple[CidrSet, Traffic, Traffic]]] = {}
    for change in found.changes:
        old = three_protocols(change.before.allow) if change.before is not None else ()
        new = three_protocols(change.after.allow) if change.after is not None else ()
        if isinstance(change.source, CidrSet):
            assert not isinstance(change.destination, CidrSet)
            ranges.setdefault((change.destination.title, Direction.INGRESS), []).append((change.source, old, new))
        elif isinstance(change.destination, CidrSet):
            ranges.setdefault((change.source.title, Direction.EGRESS), []).append((change.destination, old, new))
        elif change.source.title != change.destination.title and old != new:
            pairs[change.source.title, change.destination.title] = (old, new)
    if before.cluster.others or after.cluster.others:
        return
    wanted: dict[tuple[str, str], tuple[Traffic, Traffic]] = {}
    for text in expected(folder):
        sign, line = text[:1], text[2:].partition("#")[0].strip()
        parsed = parse_line(line)
        if sign not in "+-~" or parsed is None or "{ingress-controller}" in text:
            continue
        old, new = both(sign, parsed[2])
        start, end = parse_range(parsed[0]), parse_range(parsed[1])
        if start is None and end is None:
            wanted[parsed[0], parsed[1]] = (old, new)
            continue
        key = (parsed[1], Direction.INGRESS) if start is not None else (parsed[0], Direction.EGRESS)
        addresses = start if start is not None else end
        assert addresses is not None
        covering = [item for item in ranges.get(key, []) if item[0].intersects(addresses)]
        assert covering, text
        assert all(item[1:] == (old, new) for item in covering), text
    if deviations().get(f"diff/{case}") != "broken-document":
        assert pairs == wanted


def both(sign: str, text: str) -> tuple[Traffic, Traffic]:
    if sign == "~":
        old, _, new = text.partition(" -> ")
        return parse_traffic(old), parse_traffic(new)
    return ((), parse_traffic(text)) if sign == "+" else (parse_traffic(text), ())
