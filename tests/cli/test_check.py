"""`netpol-lint check`: exit codes, options, input and output."""

import json
import os
from pathlib import Path

import pytest

from netpol_lsp.lint import plan
from netpol_lsp.lint.registry import all_rules


def findings(done) -> list[tuple[str, str]]:
    return [(found["path"], found["code"]) for found in json.loads(done.out)["findings"]]


def test_nothing_found(folder) -> None:
    folder.good("a.yaml")
    done = folder.run("a.yaml")
    assert (done.code, done.err) == (0, "")
    assert "1 file, 1 policy: 0 errors" in done.out


def test_something_found(folder) -> None:
    folder.bad("a.yaml")
    done = folder.run()
    assert done.code == 1
    assert "a.yaml:13:21" in done.out
    assert "error[NP105]" in done.out


def test_check_is_the_default_command(folder) -> None:
    folder.bad("a.yaml")
    assert folder.run("check", "a.yaml") == folder.run("a.yaml")


def test_options_may_stand_between_paths(folder) -> None:
    folder.bad("a.yaml")
    folder.bad("b.yaml")
    done = folder.run("a.yaml", "--format", "concise", "b.yaml", "-q")
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["a.yaml", "b.yaml"]


def test_empty_folder_is_no_error(folder) -> None:
    done = folder.run()
    assert done.code == 0
    assert "0 files" in done.out


def test_output_is_sorted_by_path(folder) -> None:
    for name in ("b/z.yaml", "b.yaml", "a.yaml", "b/a.yaml"):
        folder.bad(name)
    done = folder.run("--format", "json", "b", "b.yaml", "a.yaml")
    assert [path for path, _ in findings(done)] == ["a.yaml", "b.yaml", "b/a.yaml", "b/z.yaml"]


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("error", "error", 1),
        ("warning", "error", 0),
        ("warning", None, 1),
        ("info", None, 0),
        ("info", "info", 1),
        ("hint", "info", 0),
        ("error", "never", 0),
    ],
)
def test_fail_on(folder, severity: str, fail_on: str | None, code: int) -> None:
    folder.bad("a.yaml")
    options = ["--fail-on", fail_on] if fail_on else []
    assert folder.run("a.yaml", "--severity", f"NP105={severity}", *options).code == code


def test_exit_zero_counts_for_findings_only(folder) -> None:
    folder.bad("a.yaml")
    assert folder.run("a.yaml", "--exit-zero").code == 0
    assert folder.run("a.yaml", "no.yaml", "--exit-zero").code == 2


def test_missing_path_is_said_and_the_rest_is_linted(folder) -> None:
    folder.bad("a.yaml")
    done = folder.run("no.yaml", "a.yaml", "--format", "json")
    assert done.code == 2
    assert done.err == "netpol-lint: no.yaml: no such file or folder\n"
    assert findings(done) == [("a.yaml", "NP105")]


@pytest.mark.parametrize(
    "data", [b"\xffkind: NetworkPolicy\n", b"kind: NetworkPolicy\0\n", "kind: NetworkPolicy".encode("utf-16-le")]
)
def test_unreadable_content_is_exit_2_in_folders_too(folder, data: bytes) -> None:
    folder.write("x.yaml", data)
    for arguments in (["x.yaml"], []):
        done = folder.run(*arguments)
        assert done.code == 2
        assert done.err.startswith("netpol-lint: x.yaml:1: is ")


def test_foreign_bytes_without_a_policy_count_only_when_named(folder) -> None:
    folder.write("x.yaml", b"caf\xe9: 1\n")
    assert folder.run().code == 0
    assert folder.run("x.yaml").code == 2
    assert folder.run("./x.yaml").code == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_are_linted(folder, encoding: str) -> None:
    text = folder.bad("a.yaml").read_text()
    folder.write("a.yaml", text.encode(encoding))
    assert findings(folder.run("--format", "json")) == [("a.yaml", "NP105")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_named_pipe_is_refused(folder) -> None:
    os.mkfifo("p.yaml")
    done = folder.run("p.yaml")
    assert done.code == 2
    assert "use `-` to read standard input" in done.err


def test_standard_input(folder) -> None:
    text = folder.bad("a.yaml").read_bytes()
    done = folder.run("-", "--format", "json", stdin=text)
    assert (done.code, findings(done)) == (1, [("<stdin>", "NP105")])
    named = folder.run("-", "--stdin-filename", "x/y.yaml", "--format", "json", stdin=text)
    assert findings(named) == [("x/y.yaml", "NP105")]


def test_standard_input_takes_the_config_of_its_name(folder) -> None:
    folder.config("ignore: [NP105]\n", "x/.netpol-lint.yaml")
    text = folder.bad("a.yaml").read_bytes()
    assert folder.run("-", "--stdin-filename", "x/y.yaml", stdin=text).code == 0
    assert folder.run("-", "--stdin-filename", "y.yaml", stdin=text).code == 1


def test_unreadable_standard_input(folder) -> None:
    done = folder.run("-", stdin=b"a: \xff")
    assert done.code == 2
    assert "<stdin>:1: is not UTF-8" in done.err


def test_select_and_ignore(folder) -> None:
    folder.bad("a.yaml")
    assert folder.run("a.yaml", "--select", "NP101,NP103").code == 0
    assert folder.run("a.yaml", "--select", "NP101", "--select", "unsupported-value").code == 1
    assert folder.run("a.yaml", "--ignore", "api").code == 0
    assert folder.run("a.yaml", "--severity", "NP105=off").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", "NP1055"], "--select: unknown rule `NP1055`, did you mean `NP105`?"),
        (
            ["--ignore", "unsuported-value"],
            "--ignore: unknown rule `unsuported-value`, did you mean `unsupported-value`?",
        ),
        (["--severity", "NP105"], "--severity: `NP105` is not of the form CODE=SEVERITY, as in NP216=error"),
        (["--severity", "NP105=bad"], "--severity: unknown severity `bad`"),
        (["--kubernetes-version", "new"], "--kubernetes-version: `new` is not a Kubernetes version"),
        (["--cni", "a b"], "--cni: unknown CNI `a b`; known are"),
        (["--namespace", "A"], "--namespace: `A` cannot be the name of a namespace"),
        (["--config", "no.yaml"], "--config: no.yaml: no such file"),
        (["--baseline", "no.json"], "baseline no.json: cannot be read: no such file or directory"),
        (["--context", "no.yaml"], "context: no.yaml: no such file or folder"),
    ],
)
def test_wrong_values_are_said(folder, arguments: list[str], said: str) -> None:
    folder.good("a.yaml")
    done = folder.run("a.yaml", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--formatt", "json"],
        ["--format", "yaml"],
        ["--jobs", "0"],
        ["--config", "a", "--no-config"],
        ["-q", "-v"],
        ["--fail-on", "hint"],
    ],
)
def test_wrong_usage(folder, arguments: list[str]) -> None:
    done = folder.run(*arguments)
    assert done.code == 2
    assert "usage: netpol-lint" in done.err


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(folder, option: str) -> None:
    done = folder.run(option)
    assert done.code == 0
    assert done.out.startswith("netpol-lint ")


def test_help_names_the_commands(folder) -> None:
    done = folder.run("--help")
    assert done.code == 0
    for command in ("check", "rule", "rules", "explain", "config", "server", "completion"):
        assert f"\n  {command} " in done.out


def test_config_file_problems_end_the_run(folder) -> None:
    folder.good("a.yaml")
    folder.write(".netpol-lint.yaml", "profil: strict\nignore: [NP1055]\n")
    done = folder.run()
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        ".netpol-lint.yaml:1:1: error: unknown key `profil`, did you mean `profile`?",
        ".netpol-lint.yaml:2:10: error: unknown rule `NP1055`, did you mean `NP105`?",
    ]
    assert folder.run("--no-config").code == 0


def test_nearest_config_counts(folder) -> None:
    folder.bad("a.yaml")
    folder.bad("x/a.yaml")
    folder.bad("x/y/a.yaml")
    folder.config("severity: {NP105: info}\n", "x/.netpol-lint.yaml")
    found = json.loads(folder.run("--format", "json").out)["findings"]
    assert [(item["path"], item["severity"]) for item in found] == [
        ("a.yaml", "error"),
        ("x/a.yaml", "info"),
        ("x/y/a.yaml", "info"),
    ]
    folder.config("", "x/y/.netpol-lint.yaml")
    found = json.loads(folder.run("x/y", "--format", "json").out)["findings"]
    assert [item["severity"] for item in found] == ["error"]


def test_config_option_counts_for_everything(folder) -> None:
    folder.bad("x/a.yaml")
    folder.config("ignore: [NP105]\n", "x/.netpol-lint.yaml")
    other = folder.config("severity: {NP105: hint}\n", "other.yml")
    found = json.loads(folder.run("x", "--config", str(other), "--format", "json").out)["findings"]
    assert [item["severity"] for item in found] == ["hint"]


def test_overrides_and_exclude(folder) -> None:
    folder.bad("prod/a.yaml")
    folder.bad("test/a.yaml")
    folder.bad("charts/a.yaml")
    folder.config("exclude: [charts/]\noverrides:\n  - files: [test/]\n    ignore: [NP105]\n")
    assert findings(folder.run("--format", "json")) == [("prod/a.yaml", "NP105")]
    assert findings(folder.run("--format", "json", "charts/a.yaml")) == [("charts/a.yaml", "NP105")]
    assert folder.run("charts/a.yaml", "--force-exclude").code == 0


def test_command_line_is_stronger_than_the_config_file(folder) -> None:
    folder.bad("a.yaml")
    folder.write(
        ".netpol-lint.yaml", "severity: {NP105: info}\noverrides:\n  - files: ['*.yaml']\n    ignore: [NP105]\n"
    )
    assert folder.run().code == 0
    assert folder.run("--select", "NP105", "--severity", "NP105=error").code == 1


def test_formats_go_to_a_file(folder) -> None:
    folder.bad("a.yaml")
    done = folder.run("--format", "json", "--output", "report.json")
    assert (done.code, done.out) == (1, "")
    assert json.loads((folder.path / "report.json").read_text())["summary"]["error"] == 1
    assert folder.run("--output", "no/report.json").code == 2


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_output_to_a_device_leaves_it_a_device(folder) -> None:
    folder.bad("a.yaml")
    assert folder.run("--output", "/dev/null").code == 1
    assert not Path("/dev/null").is_file()


def test_auto_is_github_in_its_actions(folder, monkeypatch) -> None:
    folder.bad("a.yaml")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert folder.run().out.startswith("::error ")
    assert folder.run("--format", "text").out.startswith("error[NP105]")


def test_min_severity(folder) -> None:
    folder.bad("a.yaml")
    hint = ["--severity", "NP105=hint", "--format", "concise", "-q"]
    assert folder.run(*hint).out == ""
    assert "NP105" in folder.run(*hint, "--min-severity", "hint").out
    assert folder.run("--format", "concise", "--min-severity", "error", "--severity", "NP105=warning", "-q").out == ""


def test_color(folder, monkeypatch) -> None:
    folder.bad("a.yaml")
    assert "\x1b[" not in folder.run().out
    assert "\x1b[" in folder.run("--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in folder.run().out
    assert "\x1b[" not in folder.run("--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in folder.run().out


def test_quiet_and_verbose(folder) -> None:
    folder.good("a.yaml")
    assert folder.run("-q").out == ""
    folder.config("")
    assert "1 file; config files: .netpol-lint.yaml" in folder.run("-v").err


def test_statistics(folder) -> None:
    folder.bad("a.yaml")
    folder.bad("b.yaml")
    assert "2  NP105  unsupported-value  error    2 with a fix" in folder.run("--statistics").out
    machine = folder.run("--statistics", "--format", "json")
    assert json.loads(machine.out)["summary"]["error"] == 2
    assert "NP105" in machine.err
    assert "no findings" in folder.run("--statistics", "--select", "NP101").out


def test_internal_error_is_a_finding_and_exit_2(folder, monkeypatch) -> None:
    def fail(_ctx):
        raise ZeroDivisionError("oh")

    rules = [type(rule)(rule.info, fail) if rule.info.code == "NP106" else rule for rule in all_rules()]
    monkeypatch.setattr(plan, "all_rules", lambda: tuple(rules))
    folder.good("a.yaml")
    done = folder.run("--format", "concise", "--exit-zero", "--fail-on", "never", "--select", "NP106")
    assert done.code == 2
    assert "NP990 internal error in NP106" in done.out


def test_a_crash_is_a_sentence(folder, monkeypatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("netpol_lsp.cli.check.find_manifests", fail)
    done = folder.run()
    assert done.code == 2
    assert "internal error at test_check.py:" in done.err
    assert "(ZeroDivisionError: oh); please report it" in done.err
    assert "Traceback" not in done.err


def test_interrupt(folder, monkeypatch) -> None:
    def interrupt(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("netpol_lsp.cli.check.find_manifests", interrupt)
    assert folder.run().code == 130


def test_context_is_not_linted(folder) -> None:
    folder.good("a.yaml")
    folder.bad("cluster/live.yaml")
    done = folder.run("a.yaml", "--context", "cluster", "--format", "json")
    assert (done.code, json.loads(done.out)["files"]) == (0, 1)
    folder.config("context: [cluster/gone.yaml]\n")
    assert "context: " in folder.run("a.yaml").err


def test_list_from_kubectl(folder) -> None:
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"podSelector": {}, "policyTypes": ["ingress"]},
    }
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [policy, policy]}, indent=1)
    done = folder.run("-", "--format", "json", "--select", "NP105", stdin=text.encode())
    assert [found["field"] for found in json.loads(done.out)["findings"]] == ["spec.policyTypes[0]"] * 2


def test_empty_standard_input_is_a_failure_of_what_writes_it(folder) -> None:
    for text in (b"", b"\n", b"  \n\t\n"):
        for options in (["-"], ["-", "--fix"], ["-", "--exit-zero", "--format", "json"]):
            done = folder.run(*options, stdin=text)
            assert (done.code, done.err.count("nothing to lint on standard input")) == (2, 1), options
        assert folder.run("explain", "-", stdin=text).code == 2
    assert folder.run("-", stdin=b"# nothing of ours\n").code == 0


def test_a_report_in_a_file_leaves_the_summary_on_standard_error(folder) -> None:
    folder.bad("a.yaml")
    for name in ("text", "json", "sarif", "junit"):
        done = folder.run("--format", name, "-o", "report.txt")
        assert done.out == ""
        assert done.err.startswith("1 file, 1 policy: 1 error")
        assert folder.run("--format", name, "-o", "report.txt", "-q").err == ""


def test_junit_fails_for_what_fails_the_run(folder) -> None:
    folder.bad("a.yaml")
    for limit, failures in (("error", 1), ("warning", 1), ("never", 0)):
        assert f'tests="1" failures="{failures}" errors="0"' in folder.run("--format", "junit", "--fail-on", limit).out


def test_strict_fails_on_what_cannot_be_read(folder) -> None:
    folder.bad("a.yaml")
    assert folder.run("--strict").code == 1
    folder.write("broken.yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: [\n")
    (folder.path / ".netpol-lint.yaml").write_text("select: [api, syntax]\n")
    assert folder.run("--exit-zero").code == 0
    done = folder.run("--exit-zero", "--strict")
    assert done.code == 2
    assert "broken.yaml: cannot be read as YAML, or in part only (--strict)" in done.err
    assert "a.yaml: cannot be read" not in done.err


def test_no_ignores_counts_everything(folder) -> None:
    path = folder.bad("a.yaml")
    path.write_text("# netpol: ignore-file[NP105] known\n" + path.read_text())
    assert folder.run().code == 0
    done = folder.run("--no-ignores", "--format", "json")
    assert done.code == 1
    assert [found["suppressed"] for found in json.loads(done.out)["findings"]] == [None]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("--formt", "--format"), ("--ouput=x", "--output"), ("--failon", "--fail-on"), ("--unsafe-fix", "--unsafe-fixes")],
)
def test_a_misspelt_option(folder, written, meant) -> None:
    done = folder.run(written)
    assert done.code == 2
    assert f"unknown option: {written}, did you mean `{meant}`?" in done.err


def test_an_option_like_no_other(folder) -> None:
    assert "unknown option: --zzzzzz\n" in folder.run("--zzzzzz").err


def test_globs_that_match_nothing_are_said(folder) -> None:
    folder.bad("gen/a.yaml")
    folder.bad("b.yaml")
    (folder.path / ".netpol-lint.yaml").write_text(
        "select: [api, tool]\n"
        "exclude: [gen/, old/**, '!gen/keep.yaml']\n"
        "overrides:\n"
        "  - files: ['*.yaml', 'tests/**']\n"
        "    ignore: [NP2]\n"
    )
    expected = [
        ".netpol-lint.yaml:2: warning: exclude: `old/**` matches no manifest",
        ".netpol-lint.yaml:2: warning: exclude: `!gen/keep.yaml` matches no manifest",
        ".netpol-lint.yaml:5: warning: overrides: `tests/**` matches no manifest",
    ]
    assert folder.run().err.splitlines() == expected
    assert folder.run(".", "-q").err == ""
    # Of a part of the project, or of one file, nothing can be said.
    assert folder.run("gen").err == ""
    assert folder.run("b.yaml").err == ""


def test_after_two_dashes_come_paths(folder) -> None:
    for name in ("--exit-zero", "-q", "--output=x.yaml", "plain.yaml"):
        folder.bad(name)
    done = folder.run("--format", "concise", "--", "--exit-zero", "-q", "--output=x.yaml", "plain.yaml")
    assert done.code == 1
    reported = {line.partition(":")[0] for line in done.out.splitlines() if "NP105" in line}
    assert reported == {"--exit-zero", "-q", "--output=x.yaml", "plain.yaml"}
    assert not (folder.path / "x.yaml").exists()


@pytest.mark.parametrize("name", ["--exit-zero", "-q", "--output=x.yaml", "-x.yaml"])
def test_a_file_that_looks_like_an_option_is_refused_without_them(folder, name) -> None:
    folder.bad(name)
    done = folder.run("--format", "concise", name)
    assert done.code == 2
    assert f"write ./{name} for the file" in done.err
    assert not (folder.path / "x.yaml").exists()
    assert folder.run("--format", "concise", f"./{name}").out.startswith(f"{name}:")
