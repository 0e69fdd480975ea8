"""Finding and loading config files."""

from pathlib import Path

import pytest

from netpol_lsp.config.config import Layer, Origin, Setting
from netpol_lsp.project.config_files import ConfigFiles, load_config


@pytest.fixture
def root(tmp_path) -> Path:
    (tmp_path / "a" / "b").mkdir(parents=True)
    return tmp_path


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_nearest_one_upwards(root) -> None:
    write(root / ".netpol-lint.yaml", "cni: calico\n")
    near = write(root / "a" / ".netpol-lint.yaml", "cni: cilium\n")
    configs = ConfigFiles()
    loaded = configs.for_path(str(root / "a" / "b" / "x.yaml"))
    assert loaded.path == near
    assert loaded.config.for_file().settings.cni == "cilium"
    assert configs.for_path(str(root / "x.yaml")).config.for_file().settings.cni == "calico"
    assert configs.for_folder(str(root / "a" / "b")) is loaded
    assert configs.for_path(str(root / "a" / "b") + "/") is loaded
    assert [item.path for item in configs.loaded()] == [str(root / ".netpol-lint.yaml"), near]


def test_each_file_is_read_once(root, monkeypatch) -> None:
    write(root / ".netpol-lint.yaml", "cni: calico\n")
    configs = ConfigFiles()
    first = configs.for_path(str(root / "x.yaml"))
    monkeypatch.setattr("netpol_lsp.project.config_files.read_source", lambda _path: pytest.fail("read again"))
    assert configs.for_path(str(root / "a" / "b" / "x.yaml")) is first


def test_no_config_file_gives_the_defaults(root) -> None:
    configs = ConfigFiles(ignore_files=True)
    write(root / ".netpol-lint.yaml", "cni: calico\n")
    loaded = configs.for_path(str(root / "x.yaml"))
    assert (loaded.path, loaded.config.for_file().settings.cni) == (None, None)


def test_one_file_for_everything(root) -> None:
    write(root / ".netpol-lint.yaml", "cni: calico\n")
    only = write(root / "other.yml", "cni: antrea\n")
    configs = ConfigFiles(only=only)
    assert configs.for_path(str(root / "x.yaml")).path == only
    assert configs.for_folder(str(root)).config.for_file().settings.cni == "antrea"


def test_layers_on_top_win(root) -> None:
    write(root / ".netpol-lint.yaml", "cni: calico\ndefault-namespace: shop\n")
    top = Layer({"cni": Setting("antrea", Origin("--cni"))})
    settings = ConfigFiles([top]).for_path(str(root / "x.yaml")).config.for_file().settings
    assert (settings.cni, settings.default_namespace) == ("antrea", "shop")


def test_extends_over_several_files_with_their_own_folders(root) -> None:
    write(
        root / "base.yml",
        "cni: calico\nexclude: [gen/]\nprofile: strict\noverrides:\n  - files: [a/]\n    cni: weave\n",
    )
    write(root / "a" / "mid.yml", "extends: ../base.yml\nexclude: [tmp/]\nprofile: audit\n")
    path = write(root / "a" / "b" / ".netpol-lint.yaml", "extends: ../mid.yml\ncontext: [cluster.yaml]\n")
    loaded = load_config(path)
    assert loaded.problems == ()
    assert loaded.files == (path, str(root / "a" / "mid.yml"), str(root / "base.yml"))
    assert loaded.config.setting("profile") == Setting("audit", Origin("config file", str(root / "a/b/../mid.yml"), 3))
    assert loaded.config.for_file(str(root / "a/b/x.yaml")).settings.cni == "weave"
    assert loaded.config.for_file(str(root / "x.yaml")).settings.cni == "calico"
    assert loaded.is_excluded(str(root / "gen/x.yaml"))
    assert loaded.is_excluded(str(root / "a/tmp/") + "/")
    assert not loaded.is_excluded(str(root / "a/tmp.yaml"))
    assert loaded.context_paths == (str(root / "a/b/cluster.yaml"),)


def test_a_circle_ends(root) -> None:
    path = write(root / "a.yml", "extends: b.yml\ncni: calico\n")
    write(root / "b.yml", "extends: ./a/../a.yml\ndefault-namespace: shop\n")
    loaded = load_config(path)
    assert [problem.message for problem in loaded.problems] == ["`./a/../a.yml` extends itself in a circle"]
    assert loaded.config.for_file().settings.cni == "calico"
    assert loaded.config.for_file().settings.default_namespace == "shop"


def test_a_missing_base_keeps_what_the_file_itself_says(root) -> None:
    loaded = load_config(write(root / "a.yml", "cni: calico\nextends: gone.yml\n"))
    (problem,) = loaded.problems
    assert (problem.line, problem.message) == (2, "`gone.yml` cannot be read: no such file or directory")
    assert loaded.config.for_file().settings.cni == "calico"


def test_an_unreadable_config_file(root) -> None:
    path = root / "a.yml"
    path.write_bytes(b"cni: calico\n\xff")
    (problem,) = load_config(str(path)).problems
    assert (problem.path, problem.line) == (str(path), 2)
