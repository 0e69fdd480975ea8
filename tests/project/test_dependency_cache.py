"""What findings depend on is kept between runs: safely, and used for what did not change."""

import json
import stat
import sys
from pathlib import Path

import pytest

from netpol_lsp.project import disk_cache, linting, sealed_file
from netpol_lsp.project.dependency_cache import DependencyCache, Record
from netpol_lsp.project.disk_cache import digest
from netpol_lsp.project.in_process import InProcessExecutor
from netpol_lsp.workspace.part_digests import PartState

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME, namespace: SPACE}
spec:
  podSelector: {matchLabels: {app: NAME}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {}}], ports: [{port: http}, {port: 53, protocol: UDP}]}]
"""
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, namespace: SPACE}
spec: {template: {metadata: {labels: {app: NAME}}, spec: {containers: [{name: a, image: a}]}}}
"""


@pytest.fixture
def project(folder, monkeypatch):
    """Two namespaces with policies and workloads; a cache pays for any number of files."""
    monkeypatch.setattr("netpol_lsp.cli.check.WORTHWHILE", 0)
    monkeypatch.setattr(disk_cache, "_SETTLED_NS", -(10**18))
    folder.write(".netpol-lint.yaml", "profile: strict\n")
    for space in ("shop", "bank"):
        for name in ("web", "db"):
            put(folder, POLICY, space, name)
            put(folder, WORKLOAD, space, name)
    return folder


def put(folder, text: str, space: str, name: str, file: str = "") -> None:
    kind = "policy" if "NetworkPolicy" in text else "workload"
    folder.write(file or f"{space}/{name}-{kind}.yaml", text.replace("NAME", name).replace("SPACE", space))


@pytest.fixture
def done(monkeypatch) -> dict[str, list[str]]:
    """Notes what is read for its facts and what is linted."""
    noted: dict[str, list[str]] = {"read": [], "linted": []}
    start = InProcessExecutor.__init__

    def note(self, work, **options) -> None:
        noted["read"] += [item.text.source.uri for item in work if item.wants_facts]
        noted["linted"] += [item.text.source.uri for item in work if item.is_linted]
        start(self, work, **options)

    monkeypatch.setattr(InProcessExecutor, "__init__", note)
    return noted


def check(folder, done: dict[str, list[str]] | None = None) -> str:
    """A report that a run without the cache gives, too."""
    for found in (done or {}).values():
        found.clear()
    cached = folder.run("--format", "json", "--verbose")
    if done is not None:
        noted = {key: sorted(found) for key, found in done.items()}
    fresh = folder.run("--format", "json", "--no-cache")
    assert (cached.code, cached.out) == (fresh.code, fresh.out)
    if done is not None:
        done.update(noted)
    return cached.out


def facts_file(folder) -> Path:
    (path,) = (folder.path.parent / ".cache" / "netpol-lsp").glob("*.facts")
    return path


def test_what_is_the_same_is_neither_read_nor_linted(project, done) -> None:
    check(project, done)
    assert len(done["read"]) == 8
    assert len(done["linted"]) == 4
    check(project, done)
    assert done == {"read": [], "linted": []}


def test_a_changed_policy_reaches_its_namespace_only(project, done) -> None:
    check(project)
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    check(project, done)
    assert done["read"] == ["shop/web-policy.yaml"]
    assert "shop/web-policy.yaml" in done["linted"]
    # The first policy of a namespace speaks for it, and asks whether all policies are known.
    assert "bank/web-policy.yaml" not in done["linted"]


def test_a_changed_workload_reaches_its_namespace_only(project, done) -> None:
    check(project)
    put(project, WORKLOAD.replace("app: NAME", "app: other"), "shop", "web")
    check(project, done)
    assert done["read"] == ["shop/web-workload.yaml"]
    assert "shop/web-policy.yaml" in done["linted"]
    assert not [uri for uri in done["linted"] if uri.startswith("bank/")]


def test_a_comment_in_another_file_reaches_nobody(project, done) -> None:
    check(project)
    put(project, "# a comment\n" + WORKLOAD, "shop", "web")
    check(project, done)
    assert done == {"read": ["shop/web-workload.yaml"], "linted": []}


def test_a_comment_in_another_policy_reaches_nobody(project, done) -> None:
    check(project)
    put(project, POLICY.replace("spec:", "# a comment\nspec:"), "shop", "web")
    check(project, done)
    assert done["linted"] == ["shop/web-policy.yaml"]


def test_a_finding_that_shows_a_place_of_another_file_follows_it(project, done) -> None:
    put(project, POLICY, "shop", "web", "shop/copy.yaml")
    before = json.loads(check(project))
    put(project, "# one\n# two\n" + POLICY, "shop", "web", "shop/copy.yaml")
    after = json.loads(check(project, done))
    assert done["linted"] == ["shop/copy.yaml", "shop/web-policy.yaml"]

    def shown(report):
        (one,) = [found for found in report["findings"] if found["code"] == "NP305" and "web-policy" in found["path"]]
        return one["related"][0]["start"]["line"]

    assert shown(after) == shown(before) + 2


def test_what_is_absent_is_read_as_well(project, done) -> None:
    (project.path / "shop/web-workload.yaml").unlink()
    check(project)
    put(project, WORKLOAD, "shop", "web")
    check(project, done)
    assert "shop/web-policy.yaml" in done["linted"]


def test_another_configuration_needs_no_facts_anew(project, done) -> None:
    check(project)
    project.write(".netpol-lint.yaml", "profile: strict\nseverity: {NP302: error}\n")
    check(project, done)
    assert done["read"] == []
    assert len(done["linted"]) == 4
    project.write(".netpol-lint.yaml", "profile: strict\ndefault-namespace: shop\n")
    check(project, done)
    assert len(done["read"]) == 8


def test_context_is_read_once(project, monkeypatch) -> None:
    project.write("context/cluster.yaml", WORKLOAD.replace("NAME", "api").replace("SPACE", "shop"))
    project.write(".netpol-lint.yaml", "profile: strict\nexclude: [context]\ncontext: [context/cluster.yaml]\n")
    check(project)
    project.write("context/cluster.yaml", WORKLOAD.replace("NAME", "web").replace("SPACE", "shop"))
    check(project)
    read: list[str] = []
    real = linting.facts_of
    monkeypatch.setattr(
        linting, "facts_of", lambda source, settings: (read.append(source.uri), real(source, settings))[1]
    )
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    project.run("--format", "json")
    assert read == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_processes_tell_what_findings_were_read_from(project, done, jobs: str) -> None:
    project.run("--format", "json", "--jobs", jobs)
    put(project, "# a comment\n" + POLICY, "shop", "web")
    check(project, done)
    assert done["read"] == ["shop/web-policy.yaml"]
    assert len(done["linted"]) < 4


DAMAGE = [b"", b"\n", b"x\ny", b"\xff", b"{}\n[]\n", b"[" * 100_000]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_none(project, done, damage: bytes) -> None:
    check(project)
    facts_file(project).write_bytes(damage)
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    check(project, done)
    assert len(done["linted"]) == 4


def test_a_file_that_lost_its_end_is_none(project, done) -> None:
    check(project)
    facts_file(project).write_bytes(facts_file(project).read_bytes()[:-2])
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    check(project, done)
    assert len(done["linted"]) == 4


def rewrite(folder, states: object, lines: list[str]) -> None:
    """Damage that the digest of the file does not tell."""
    path = facts_file(folder)
    number, tool, _ = path.read_text().partition("\n")[0].split()
    body = "\n".join([json.dumps(states), *lines])
    path.write_text(f"{number} {tool} {digest(body)}\n{body}")


@pytest.mark.parametrize("column", range(7))
@pytest.mark.parametrize("damage", ["x", "[]", '{"policies":7}', '{"policies":[{}]}', "999999", "-1 x", "\t"])
def test_damaged_lines_are_read_anew(project, column: int, damage: str) -> None:
    check(project)
    _, states, *lines = facts_file(project).read_text().split("\n")
    cells = [line.split("\t") for line in lines]
    for one in cells:
        one[column] = damage
    rewrite(project, json.loads(states), ["\t".join(one) for one in cells])
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    check(project)


@pytest.mark.parametrize(
    "state",
    [
        "x",
        ["a", "b"],
        ["", "", "", ""],
        [1, 2, 3],
        ["[", "", ""],
        ['["files",null]', "x", ""],
        ['["policies alike",["all","?",null]]', "x", "y"],
        ['["derived","nothing"]', "x", ""],
        ['["workloads",[["a"]]]', "x", ""],
    ],
)
def test_damaged_parts_hold_for_nobody(project, state: object) -> None:
    check(project)
    _, states, *lines = facts_file(project).read_text().split("\n")
    rewrite(project, [state for _ in json.loads(states)], lines)
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    check(project)


def test_what_belongs_to_other_findings_does_not_count(project) -> None:
    """A run was killed after it had written the one file and before the other."""
    check(project)
    before = facts_file(project).read_bytes()
    put(project, WORKLOAD.replace("app: NAME", "app: other"), "shop", "web")
    check(project)
    facts_file(project).write_bytes(before)
    put(project, WORKLOAD, "shop", "web")
    check(project)


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_the_file_is_ours_alone(project) -> None:
    check(project)
    path = facts_file(project)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    aside = project.path.parent / "aside"
    path.rename(aside)
    path.symlink_to(aside)
    put(project, POLICY.replace("[Ingress]", "[Egress]"), "shop", "web")
    written = aside.read_bytes()
    check(project)
    assert aside.read_bytes() == written


def test_parts_that_nobody_needs_are_forgotten(tmp_path) -> None:
    path = str(tmp_path / "facts")
    cache = DependencyCache(path, "tool")
    for number in range(3):
        parts = cache.numbers([PartState(f"read {number}", "digest"), PartState("all read this", "digest")])
        cache.put(f"{number}.yaml", Record("content", "settings", "", parts=parts))
    names = ["0.yaml", "1.yaml", "2.yaml"]
    cache.save(names)
    cache = DependencyCache(path, "tool")
    cache.put("1.yaml", Record("content", "settings", ""))
    cache.save(names)
    again = DependencyCache(path, "tool")
    record = again.get("2.yaml")
    assert record is not None
    assert {part.read for part in again.parts_of(record)} == {"read 2", "all read this"}
    assert b"read 1" not in (tmp_path / "facts").read_bytes()
    assert DependencyCache(path, "another tool").get("2.yaml") is None


def test_files_that_are_gone_are_forgotten(tmp_path) -> None:
    path = str(tmp_path / "facts")
    (tmp_path / "there.yaml").write_text("")
    there, gone = str(tmp_path / "there.yaml"), str(tmp_path / "gone.yaml")
    cache = DependencyCache(path, "tool")
    for name in (there, gone, "seen"):
        cache.put(name, Record("content", "settings", ""))
    cache.save(["seen"])
    again = DependencyCache(path, "tool")
    assert [name for name in (there, gone, "seen") if again.get(name)] == [there, "seen"]


def test_a_large_file_forgets_what_was_not_seen(tmp_path, monkeypatch) -> None:
    path = str(tmp_path / "facts")
    cache = DependencyCache(path, "tool")
    for number in range(10):
        cache.put(f"{number}.yaml", Record("content", "settings", "x" * 100))
    monkeypatch.setattr(sealed_file, "_LARGEST", 500)
    cache.save(["3.yaml", "4.yaml"])
    again = DependencyCache(path, "tool")
    assert [number for number in range(10) if again.get(f"{number}.yaml")] == [3, 4]
    cache.put("3.yaml", Record("content", "settings", "x" * 1000))
    cache.save(["3.yaml"])
    assert DependencyCache(path, "tool").get("4.yaml") is not None
