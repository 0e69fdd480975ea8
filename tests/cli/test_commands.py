"""The commands rule, rules, config and completion; what importing costs."""

import importlib.util
import json
import shutil
import subprocess
import sys

import pytest

from netpol_lsp.cli import console
from netpol_lsp.config.config import rule_infos


@pytest.mark.parametrize("word", ["NP105", "np105", "unsupported-value"])
def test_rule_explains(folder, word: str) -> None:
    done = folder.run("rule", word)
    assert done.code == 0
    assert done.out.startswith("# NP105 unsupported-value\n")
    assert "```yaml\n" in done.out
    assert "<- NP105" not in done.out


def test_rule_on_a_terminal_is_rendered(folder, monkeypatch) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda _stream: True)
    monkeypatch.setenv("TERM", "xterm")
    done = folder.run("rule", "NP105", "--color", "never")
    assert "NP105 unsupported-value" in done.out
    assert "```" not in done.out
    assert "\x1b[3" not in done.out
    assert "\x1b[" in folder.run("rule", "NP105", "--color", "always").out
    assert folder.run("rule", "NP105", "--format", "markdown").out.startswith("# NP105")


def test_unknown_rule(folder) -> None:
    done = folder.run("rule", "NP1055")
    assert (done.code, done.out) == (2, "")
    assert done.err == "netpol-lint: unknown rule `NP1055`, did you mean `NP105`?\n"
    assert "netpol-lint rules lists them all" in folder.run("rule", "xyzzy").err


def test_rule_as_json(folder) -> None:
    (rule,) = json.loads(folder.run("rule", "NP105", "--format", "json").out)
    assert (rule["code"], rule["category"], rule["severity"], rule["fixable"]) == ("NP105", "api", "error", True)


def test_rules_lists_all(folder) -> None:
    codes = [info.code for info in rule_infos()]
    assert [line.split()[0] for line in folder.run("rules").out.splitlines()] == codes
    assert [rule["code"] for rule in json.loads(folder.run("rules", "--format", "json").out)] == codes
    markdown = folder.run("rules", "--format", "markdown").out
    assert all(f"[{code}]({code}.md)" in markdown for code in codes)


def test_config_shows_values_and_origins(folder) -> None:
    folder.write(".netpol-lint.yaml", "# mine\nprofile: strict\nseverity: {NP105: info}\nignore: [NP103]\n")
    done = folder.run("config", "--cni", "cilium@1.15", "--select", "NP10")
    rows = {line.split()[0]: line.split() for line in done.out.splitlines() if line.strip()}
    assert rows["profile"][1:] == ["strict", ".netpol-lint.yaml:2"]
    assert rows["cni"][1:] == ["cilium@1.15", "--cni"]
    assert rows["kubernetes-version"][2] == "default"
    assert rows["NP105"][2:] == ["info", ".netpol-lint.yaml:3"]
    assert rows["NP101"][2:] == ["error", "--select"]
    assert rows["NP110"][2:] == ["off", "--select"]


def test_config_as_json(folder) -> None:
    folder.write(".netpol-lint.yaml", "kubernetes-version: 1.30\nignore: [NP105]\n")
    shown = json.loads(folder.run("config", "--format", "json").out)
    assert shown["settings"]["kubernetes-version"]["value"] == "1.30"
    assert shown["settings"]["kubernetes-version"]["line"] == 1
    assert shown["settings"]["profile"] == {"value": "recommended", "origin": "default"}
    assert shown["rules"]["NP105"]["severity"] == "off"
    assert shown["rules"]["NP101"]["severity"] == "error"


def test_config_for_a_file_has_its_overrides(folder) -> None:
    folder.config("overrides:\n  - files: [prod/]\n    cni: calico\n")
    folder.good("prod/a.yaml")
    assert "calico" in folder.run("config", "prod/a.yaml").out
    assert "calico" not in folder.run("config", "test/a.yaml").out


def test_config_with_extends(folder) -> None:
    folder.write("base.yml", "cni: calico\nprofile: strict\n")
    folder.write(".netpol-lint.yaml", "extends: base.yml\nprofile: audit\n")
    out = folder.run("config").out
    assert "base.yml:1" in out
    assert ".netpol-lint.yaml:2" in out


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({".netpol-lint.yaml": "extends: gone.yml\n"}, ".netpol-lint.yaml:1:1: error: `gone.yml` cannot be read: no such file or directory"),
        ({".netpol-lint.yaml": "extends: .netpol-lint.yaml\n"}, ".netpol-lint.yaml:1:1: error: `.netpol-lint.yaml` extends itself in a circle"),
        ({".netpol-lint.yaml": "extends: a.yml\n", "a.yml": "\nextends: .netpol-lint.yaml\n"}, "a.yml:2:1: error: `.netpol-lint.yaml` extends itself in a circle"),
        ({".netpol-lint.yaml": "extends: a.yml\n", "a.yml": "cni: x y\n"}, "a.yml:1:6: error: unknown CNI `x y`; known are "),
        ({".netpol-lint.yaml": b"\xff"}, ".netpol-lint.yaml:1:1: error: is not UTF-8"),
        ({".netpol-lint.yaml": "profile: [\n"}, ".netpol-lint.yaml:"),
    ],
)  # fmt: skip
def test_config_problems(folder, files: dict[str, str | bytes], said: str) -> None:
    for name, text in files.items():
        folder.write(name, text)
    for command in (["config"], ["check"]):
        done = folder.run(*command)
        assert (done.code, done.out) == (2, "")
        assert said in done.err


def test_config_in_a_folder_is_no_config(folder) -> None:
    folder.write(".netpol-lint.yaml/a.txt", "")
    assert folder.run("config").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_read_by_its_shell(folder, shell: str) -> None:
    done = folder.run("completion", shell)
    assert done.code == 0
    assert "--unsafe-fixes" in done.out or "unsafe-fixes" in done.out
    assert "NP105" in done.out
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.out, text=True, check=True)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["netpol-lint", "ru"], ["rule", "rules"]),
        (["netpol-lint", "--format", "js"], ["json", "jsonl"]),
        (["netpol-lint", "check", "--unsafe"], ["--unsafe-fixes"]),
        (["netpol-lint", "rule", "NP105"], ["NP105"]),
        (["netpol-lint", "completion", "z"], ["zsh"]),
    ],
)
def test_bash_completes(folder, words: list[str], expected: list[str]) -> None:
    script = folder.run("completion", "bash").out
    quoted = " ".join(f"'{word}'" for word in words)
    script += (
        f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _netpol_lint; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
    )
    done = subprocess.run(["bash"], input=script, text=True, check=True, capture_output=True)
    assert done.stdout.split() == expected


@pytest.mark.parametrize(
    "command", [["rule"], ["rules", "--format", "yaml"], ["completion", "tcsh"], ["config", "--nope"]]
)
def test_wrong_usage_of_commands(folder, command: list[str]) -> None:
    assert folder.run(*command).code == 2


def test_starting_is_cheap() -> None:
    code = (
        "import sys, netpol_lsp.cli.main, netpol_lsp.cli.check\n"
        "heavy = ('lsprotocol', 'pygls', 'jsonschema', 'jsonschema_rs', 'rich', 'ruamel', 'pathspec', 'multiprocessing')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: api
      ports:
        - protocol: TCP
          port: 8080
"""
NOT_FOR_A_POLICY_ALONE = (
    "capabilities.kubernetes",
    "capabilities.platforms",
    "capabilities.profiles",
    "cli.found_inputs",
    "config.config_file",
    "config.render_settings",
    "config.schema",
    "formats.finding_picture",
    "formats.source_snippet",
    "lint.closed_ports",
    "lint.misplaced",
    "lint.peer_targets",
    "lint.port_notation",
    "lint.rule_pods",
    "lint.suppress",
    "policies.networkpolicy.exclusions",
    "policies.networkpolicy.feature_uses",
    "project.context_manifests",
    "project.effective_config",
    "project.process_pool",
    "project.unmatched_globs",
    "reach",
    "sources",
    "workspace.extract",
    "workspace.extract_delivery",
    "workspace.fact_codec",
    "workspace.platform_hints",
    "workspace.prune",
    "workspace.resources",
    "yaml.comments",
    "yaml.cst",
    "yaml.line_scanner",
    "yaml.templates.conditions",
    "yaml.templates.tokens",
)
"""What a file with one policy, in which nothing is found, needs nothing of. To import one of these is to make each run slower."""


def test_a_policy_alone_loads_little(tmp_path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY, "utf-8")
    code = (
        "import sys\n"
        "from netpol_lsp.cli.main import main\n"
        "assert main(['--quiet', 'policy.yaml']) == 0\n"
        "print(*(name.removeprefix('netpol_lsp.') for name in sys.modules if name.startswith('netpol_lsp.')))\n"
        "print(*(name for name in ('hashlib', 'multiprocessing', 'subprocess', 'asyncio') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    loaded, libraries = done.stdout.split("\n")[:2]
    assert [name for name in loaded.split() if name in NOT_FOR_A_POLICY_ALONE] == []
    assert libraries == ""


def test_what_is_not_loaded_is_there() -> None:
    """A module that is renamed would be watched no more."""
    for name in NOT_FOR_A_POLICY_ALONE:
        assert importlib.util.find_spec(f"netpol_lsp.{name}") is not None, name


def test_module_runs_as_the_command(tmp_path) -> None:
    command = [sys.executable, "-m", "netpol_lsp", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("netpol-lint ")
