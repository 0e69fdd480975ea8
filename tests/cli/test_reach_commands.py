"""why, connectivity, diff and test from the command line."""

import contextlib
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from netpol_lsp.cli.main import main

APP = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: b}}
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend, namespace: shop, labels: {role: client}}
spec:
  template:
    metadata: {labels: {app: frontend}}
    spec:
      containers: [{name: main, image: i, ports: [{name: http, containerPort: 8080}]}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: data}
spec:
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: main, image: i, ports: [{name: pg, containerPort: 5432}]}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: data}
spec: {selector: {app: db}, ports: [{port: 5433, targetPort: pg}]}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  ingress:
    - from:
        - namespaceSelector: {matchLabels: {team: TEAM}}
          podSelector: {matchLabels: {app: frontend}}
      ports:
        - port: pg
"""
TESTS = """\
apiVersion: netpol-lint/v1
kind: ConnectivityTest
tests:
  - {name: the shop reads its database, from: shop/frontend, to: data/db, port: 5432/TCP, expect: allow}
  - {name: nobody else does, from: world, to: data/db, expect: deny}
"""


@pytest.fixture
def shop(folder):
    folder.write("app.yaml", APP)
    folder.write("policy.yaml", POLICY.replace("TEAM", "a"))
    return folder


def opened(folder) -> None:
    folder.write("policy.yaml", POLICY.replace("TEAM", "b"))


def test_why_names_lines_near_misses_and_edits(shop) -> None:
    done = shop.run("why", "frontend", "data/db:5432")
    assert done.code == 0
    assert "deny: shop/frontend[Deployment] -> data/db[StatefulSet], TCP 5432" in done.out
    assert "policy.yaml:3:18" in done.out
    assert "namespace `shop` lacks the label `team=a` (it has `team=b`)" in done.out
    assert "add the label team=a to the namespace shop" in done.out
    assert "kubernetes.io/metadata.name: shop" in done.out


def test_policies_that_allow_it_perhaps_are_counted_apart(shop) -> None:
    opened(shop)
    unread = POLICY.replace("name: db, namespace", "name: other, namespace").replace(
        "{matchLabels: {app: db}}", "app=db"
    )
    shop.write("other.yaml", unread.replace("TEAM", "b"))
    done = shop.run("why", "frontend", "data/db:5432")
    assert "1 policy of data/db[StatefulSet] allows it, and perhaps 1 more" in done.out, done.out


def test_edits_do_what_they_say(shop) -> None:
    data = json.loads(shop.run("why", "frontend", "db:5432", "--format", "json").out)
    assert data["verdict"] == "deny"
    labels, rule = data["connections"][0]["edits"]
    shop.write("app.yaml", APP.replace("{team: b}", "{" + labels["yaml"] + "}"))
    assert json.loads(shop.run("why", "frontend", "db:5432", "--format", "json").out)["verdict"] == "allow"
    shop.write("app.yaml", APP)
    indented = "".join(f"    {line}\n" for line in rule["yaml"].splitlines())
    shop.write("policy.yaml", POLICY.replace("TEAM", "a") + indented)
    assert json.loads(shop.run("why", "frontend", "db:5432", "--format", "json").out)["verdict"] == "allow"


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_why_in_all_formats(shop, form: str) -> None:
    opened(shop)
    done = shop.run("why", "shop/frontend", "svc:data/db:5433", "--format", form)
    assert done.code == 0
    assert "policy.yaml" in done.out
    assert "allow" in done.out
    assert "5432" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fronten", "db"), "did you mean shop/frontend?"),
        (("shop/frontend", "data/db:99999"), "ports go from 1 to 65535"),
        (("shop/frontend", "svc:data/nope"), "no Service `data/nope` is known"),
        (("world", "ip:203.0.113.9"), "both ends are addresses"),
        (("shop/frontend", "ip:nonsense"), "`nonsense` is not an IP address"),
        (("shop/app=nope", "db"), "no workload in namespace `shop` has the labels"),
    ],
)
def test_wrong_names_are_said_and_others_proposed(shop, arguments, message: str) -> None:
    done = shop.run("why", *arguments)
    assert done.code == 2
    assert message in done.err


def test_evidence_is_the_same_each_time(shop) -> None:
    for name in ("../one", "../two"):
        assert shop.run("why", "frontend", "db", "--evidence", name, "--time", "2026-01-02").code == 0
    assert (shop.path.parent / "one.json").read_bytes() == (shop.path.parent / "two.json").read_bytes()
    data = json.loads((shop.path.parent / "one.json").read_text())
    assert data["time"] == "2026-01-02"
    assert [item["name"] for item in data["policiesConsidered"]] == ["db"]
    assert {item["path"] for item in data["inputs"]} == {"app.yaml", "policy.yaml"}
    assert "Policies considered" in (shop.path.parent / "one.md").read_text()


def test_connectivity_table_counts_isolation(shop) -> None:
    opened(shop)
    done = shop.run("connectivity", "--exposure")
    assert done.code == 0
    assert "shop/frontend[Deployment]  data/db[StatefulSet]" in done.out
    assert "data       1          1 (100 %)         0 (0 %)" in done.out
    assert "pods with app=frontend in namespaces with team=b" not in done.out, "the frontend is shown itself"


def test_connectivity_filters(shop) -> None:
    opened(shop)
    rows = shop.run("connectivity", "--format", "csv", "--to", "data/db", "--no-outside").out.splitlines()
    assert rows == ["source,destination,allow,unknown", "shop/frontend[Deployment],data/db[StatefulSet],TCP 5432,"]
    rows = shop.run(
        "connectivity", "--format", "csv", "--from", "shop/*", "--to", "world", "--port", "443"
    ).out.splitlines()
    assert rows[1:] == ["shop/frontend[Deployment],every address,TCP 443,"]
    rows = shop.run("connectivity", "--format", "csv", "--namespace", "nowhere").out.splitlines()
    assert len(rows) == 1


def test_connectivity_as_graphs_and_data(shop) -> None:
    opened(shop)
    assert shop.run("connectivity", "--format", "mermaid").out.startswith("flowchart LR\n")
    assert shop.run("connectivity", "--format", "dot").out.startswith("digraph connectivity {")
    assert r"| shop/frontend\[Deployment\] |" in shop.run("connectivity", "--format", "markdown").out
    data = json.loads(shop.run("connectivity", "--format", "json").out)
    assert {item["namespace"] for item in data["groups"]} == {"shop", "data"}
    svg = shop.run("connectivity", "--format", "svg")
    if shutil.which("dot"):
        assert "<svg" in svg.out
    else:
        assert (svg.code, "Graphviz" in svg.err) == (2, True)


def test_diff_of_folders_names_the_lines(shop) -> None:
    shop.write("base/policy.yaml", APP + "---\n" + POLICY.replace("TEAM", "a"))
    shop.write("head/policy.yaml", APP + "---\n" + POLICY.replace("TEAM", "b"))
    done = shop.run("diff", "base", "head", "--fail-on", "opened-cross")
    assert done.code == 1
    assert "+ shop/frontend[Deployment] -> data/db[StatefulSet]: TCP 5432" in done.out
    assert "head/policy.yaml:39:11" in done.out
    assert shop.run("diff", "base", "head", "--fail-on", "opened-world").code == 0
    assert "closed" in shop.run("diff", "head", "base").out.lower()
    assert shop.run("diff", "head", "base", "--fail-on", "opened").code == 0
    assert shop.run("diff", "head", "base", "--fail-on", "changed").code == 1
    assert shop.run("diff", "base", "base").out == "no connection changes\n"


@pytest.mark.parametrize("form", ["json", "sarif", "markdown"])
def test_diff_in_all_formats(shop, form: str) -> None:
    shop.write("base/policy.yaml", APP + "---\n" + POLICY.replace("TEAM", "a"))
    shop.write("head/policy.yaml", APP + "---\n" + POLICY.replace("TEAM", "b"))
    text = shop.run("diff", "base", "head", "--format", form).out
    assert "shop/frontend[Deployment]" in text
    if form != "markdown":
        json.loads(text)


@pytest.fixture
def git(shop):
    """Runs git in the folder."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")

    def git(*arguments: str, folder=None) -> None:
        command = ["git", "-c", "user.email=a@example.com", "-c", "user.name=a", *arguments]
        subprocess.run(command, cwd=folder or shop.path, check=True, capture_output=True)

    return git


@pytest.mark.parametrize("hidden", ["old/app.yaml", ".github/app.yaml", "node_modules/app.yaml", "link.yaml"])
def test_what_is_left_out_now_is_left_out_of_a_revision(shop, git, hidden) -> None:
    text = APP.replace("namespace: shop", "namespace: other")
    if hidden == "link.yaml":
        shop.write("ignored/app.yaml", text)
        (shop.path / hidden).symlink_to("ignored/app.yaml")
    else:
        shop.write(hidden, text)
    shop.write(".netpol-lint.yaml", "exclude: [old/, ignored/]\n")
    git("init", "-q", "-b", "main")
    git("add", "-f", ".")
    git("commit", "-qm", "one")
    assert shop.run("diff", "HEAD").out == "no connection changes\n"
    if hidden == "link.yaml":
        for number, target in enumerate(["nowhere.yaml", "../outside.yaml", "ignored", "loop2.yaml"]):
            (shop.path / f"loop{number}.yaml").symlink_to(target)
        git("add", "-f", ".")
        git("commit", "-qm", "links")
        assert shop.run("diff", "HEAD~1", "HEAD").out == "no connection changes\n"
    # What git ignores by now counts on neither side.
    shop.write("more/app.yaml", text)
    git("add", ".")
    git("commit", "-qm", "two")
    shop.write(".gitignore", "more/\n")
    assert shop.run("diff", "HEAD").out == "no connection changes\n"


def test_what_a_partial_clone_lacks_is_fetched(shop, git, tmp_path_factory) -> None:
    git("init", "-q", "-b", "main")
    git("config", "uploadpack.allowFilter", "true")
    git("add", ".")
    git("commit", "-qm", "one")
    opened(shop)
    git("commit", "-qam", "two")
    clone = tmp_path_factory.mktemp("clone")
    git("clone", "-q", "--filter=blob:none", shop.path.as_uri(), str(clone))
    with contextlib.chdir(clone):
        assert main(["diff", "HEAD~1", "--fail-on", "opened"]) == 1


def test_markdown_of_a_large_difference_is_cut_and_says_so(shop) -> None:
    names = [f"workload-with-a-long-name-{number:03}" for number in range(30)]
    apps = "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}\n"
        "spec: {containers: [{name: main, image: i}]}\n"
        for name in names
    )
    deny = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}}\n"
    shop.write("base/a.yaml", apps)
    shop.write("head/a.yaml", apps + deny)
    text = shop.run("diff", "base", "head", "--format", "markdown").out
    assert "**900** closed" in text
    assert 40_000 < len(text) < 65_536
    shown = text.count("\n| - |")
    assert 100 < shown < 900
    assert f"{900 - shown} more not shown here" in text


def test_markdown_of_names_that_mean_harm(shop) -> None:
    name = "x` | ![i](https://example.org/i.png) @all #1"
    app = APP.replace("name: frontend", f"name: {json.dumps(name)}")
    shop.write("base/a.yaml", app)
    shop.write("head/a.yaml", app + "---\n" + POLICY.replace("TEAM", "a"))
    for arguments in (("diff", "base", "head"), ("connectivity", "head")):
        text = shop.run(*arguments, "--format", "markdown").out
        rows = [line for line in text.splitlines() if "example.org" in line]
        assert rows
        for row in rows:
            plain = "".join(re.split(r"(`[^`]*`)", row)[::2])
            assert "](" not in plain.replace("\\]", "")
            assert not re.search(r"(?<!\\)[<!]", plain)
            assert "https://" not in plain
            assert "@all" not in plain


def test_diff_of_git_revisions(shop, git) -> None:
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "one")
    opened(shop)
    now = shop.run("diff", "HEAD", "--fail-on", "opened")
    assert (now.code, "TCP 5432" in now.out) == (1, True)
    git("checkout", "-qb", "change")
    git("commit", "-qam", "two")
    assert shop.run("diff", "--against", "main").out == now.out
    assert shop.run("diff", "main", "change").out.count("TCP 5432") == 1
    wrong = shop.run("diff", "no-such-thing")
    assert (wrong.code, "is not a git revision" in wrong.err) == (2, True)


def test_tests_fail_with_the_line_that_decides(shop) -> None:
    shop.write("tests.yaml", TESTS)
    done = shop.run("test", "tests.yaml")
    assert done.code == 1
    assert "FAIL the shop reads its database: expected allow, is deny" in done.out
    assert done.out.endswith("1 passed, 1 failed\n")
    opened(shop)
    assert shop.run("test", "tests.yaml", "app.yaml", "policy.yaml").code == 0


def test_tests_as_json_are_the_contract(shop) -> None:
    shop.write("tests.yaml", TESTS)
    data = json.loads(shop.run("test", "tests.yaml", "--format", "json").out)
    assert (data["version"], data["passed"], data["failed"]) == (1, 1, 1)
    first = data["tests"][0]
    assert list(first) == ["name", "from", "to", "port", "expect", "actual", "passed", "because"]
    assert (first["actual"], first["passed"]) == ("deny", False)
    assert list(first["because"][0]) == ["path", "start", "end", "text"]
    assert first["because"][0]["start"] == {"line": 3, "column": 18, "offset": 70}


@pytest.mark.parametrize("form", ["junit", "sarif", "github"])
def test_tests_in_all_formats(shop, form: str) -> None:
    shop.write("tests.yaml", TESTS)
    text = shop.run("test", "tests.yaml", "--format", form).out
    assert "the shop reads its database" in text
    assert "policy.yaml" in text
    if form == "junit":
        assert len(ET.fromstring(text).findall(".//testcase")) == 2
    if form == "sarif":
        json.loads(text)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("{form: a, to: b, expect: allow}", "tests.yaml:4:6: `form` is not a field of a test; did you mean `from`?"),
        ("{from: a, to: b, expect: alow}", "`alow` is not a valid expectation; did you mean `allow`?"),
        ("{from: a, to: b, port: 0, expect: deny}", "`0` is not a valid port"),
        ("{to: b, expect: deny}", "`from` is missing"),
        ("just text", "a test has to be a mapping"),
    ],
)
def test_mistakes_in_tests_have_a_position(shop, test: str, message: str) -> None:
    shop.write("tests.yaml", f"apiVersion: netpol-lint/v1\nkind: ConnectivityTest\ntests:\n  - {test}\n")
    done = shop.run("test", "tests.yaml")
    assert done.code == 2
    assert message in done.err


def test_names_that_match_nothing_fail(shop) -> None:
    shop.write("tests.yaml", TESTS.replace("shop/frontend", "shop/nobody"))
    data = json.loads(shop.run("test", "tests.yaml", "--format", "json").out)
    first = data["tests"][0]
    assert (first["actual"], first["passed"]) == ("unknown", False)
    assert "no workload `shop/nobody` is known" in first["because"][0]["text"]


def test_netassert_there_and_back(shop) -> None:
    shop.write("tests.yaml", TESTS)
    done = shop.run("test", "tests.yaml", "--export", "netassert")
    assert "left out: nobody else does" in done.err
    shop.write("live/netassert.yaml", done.out)
    failed = shop.run("test", "live/netassert.yaml", "app.yaml", "policy.yaml")
    assert (failed.code, "0 passed, 1 failed" in failed.out) == (1, True)
    opened(shop)
    assert shop.run("test", "live/netassert.yaml", "app.yaml", "policy.yaml").code == 0


def valid(name: str, text: str) -> None:
    schema = json.loads((Path(__file__).resolve().parents[2] / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(text))


@pytest.mark.parametrize("team", ["a", "b"])
def test_data_is_as_its_schemas_say(shop, team: str) -> None:
    policy = POLICY.replace("TEAM", team)
    shop.write("policy.yaml", policy)
    shop.write("tests.yaml", TESTS)
    for arguments in (
        ("frontend", "db:5432"),
        ("*/*", "*/*"),
        ("frontend", "world:443"),
        ("cidr:10.0.0.0/8", "db:http"),
    ):
        valid("why", shop.run("why", *arguments, "--format", "json").out)
    valid("connectivity", shop.run("connectivity", "--exposure", "--format", "json").out)
    valid("test", shop.run("test", "tests.yaml", "--format", "json").out)
    shop.write("base/all.yaml", APP)
    shop.write("head/all.yaml", APP.partition("---\napiVersion: v1\nkind: Service")[0] + "---\n" + policy)
    valid("diff", shop.run("diff", "base", "head", "--format", "json").out)
    assert shop.run("why", "frontend", "db", "--evidence", "../record").code == 0
    valid("evidence", (shop.path.parent / "record.json").read_text())


def test_unknown_says_why(shop) -> None:
    shop.write("app.yaml", "---\n".join(part for part in APP.split("---\n") if "kind: Namespace" not in part))
    done = shop.run("why", "frontend", "db:5432")
    assert "unknown: shop/frontend[Deployment] -> data/db[StatefulSet], TCP 5432" in done.out
    assert "not all labels of namespace `shop` are known: no manifest says them" in done.out
    other = "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: c, namespace: data}\nspec: {endpointSelector: {}}\n"
    shop.write("cilium.yaml", other)
    assert "CiliumNetworkPolicy data/c may select these pods" in shop.run("why", "frontend", "db:5432").out


def test_the_host_network_is_not_known(shop) -> None:
    shop.write(
        "app.yaml",
        APP.replace(
            "containers: [{name: main, image: i, ports: [{name: pg",
            "hostNetwork: true\n      containers: [{name: main, image: i, ports: [{name: pg",
        ),
    )
    assert "uses the network of its node" in shop.run("why", "frontend", "db:5432").out
