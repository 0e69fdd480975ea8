"""What `context` names, and why some of it cannot be read."""

from pathlib import Path

import pytest

from netpol_lsp.project.config_files import load_config
from netpol_lsp.project.context_manifests import ContextProblem, context_paths, problems_of_config, read_context


@pytest.fixture
def config(tmp_path):
    """Writes a config file and loads it."""

    def config(text: str, name: str = "a/.netpol-lint.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return load_config(str(path))

    return config


def write(path: Path, data: str | bytes = "a: 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_files_folders_and_globs_each_once(config, tmp_path) -> None:
    paths = [write(tmp_path / name) for name in ("cluster/a.yaml", "cluster/b.json", "c.yaml")]
    write(tmp_path / "cluster" / "notes.txt")
    loaded = config("context: [../cluster, '../cluster/*.yaml', ../c.yaml]\n")
    read = read_context(context_paths([loaded]))
    assert [text.source.uri for text in read.texts] == list(map(str, paths))
    assert read.problems == ()


def test_of_two_configurations_the_first_by_path_says_what_it_means(config, tmp_path) -> None:
    write(tmp_path / "c.yaml")
    one = config("context: [../c.yaml]\ndefault-namespace: shop\n")
    other = config("context: [../c.yaml]\ndefault-namespace: bank\n", "b/.netpol-lint.yaml")
    for configs in ([one, other], [other, one]):
        [text] = read_context(context_paths(configs)).texts
        assert text.settings.default_namespace == "shop"


def test_what_cannot_be_read_is_told_once_and_the_rest_is_read(config, tmp_path) -> None:
    good, bad = write(tmp_path / "x/good.yaml"), write(tmp_path / "x/bad.yaml", b"\xff")
    paths = context_paths([config(f"context: [../x, ../x/bad.yaml, '{bad}', ../gone]\n")])
    read = read_context(paths)
    assert [text.source.uri for text in read.texts] == [str(good)]
    assert [str(problem).partition(": is")[0] for problem in read.problems] == [
        f"context: {bad}:1",
        f"context: {tmp_path / 'gone'}: no such file or folder",
    ]


def test_a_folder_gives_what_is_linted_in_it(config, tmp_path) -> None:
    """Of a project's folder: no excluded files, and no others that are not text. What is named is named on purpose."""
    kept = write(tmp_path / "a/b.yaml")
    excluded = write(tmp_path / "a/cluster/pods.yaml")
    write(tmp_path / "a/latin.yaml", b"\xff")
    loaded = config("exclude: [cluster/]\ncontext: [.]\n")
    read = read_context(context_paths([loaded]), loaded.is_excluded)
    assert ([text.source.uri for text in read.texts], read.problems) == ([str(kept)], ())
    for named in ("cluster", "cluster/pods.yaml", "cluster/*.yaml"):
        loaded = config(f"exclude: [cluster/]\ncontext: ['{named}']\n")
        read = read_context(context_paths([loaded]), loaded.is_excluded)
        assert [text.source.uri for text in read.texts] == [str(excluded)]


def test_a_problem_stands_at_its_entry(config, tmp_path) -> None:
    loaded = config("# 🎉\ncontext:\n  - ../x\n  - ../gone\n")
    [problem] = problems_of_config(loaded, [ContextProblem(str(tmp_path / "gone"), f"{tmp_path / 'gone'}: is gone")])
    assert (problem.line, problem.column, len(problem.span)) == (4, 5, len("../gone"))
    assert problem.message == "context `../gone`: is gone"


def test_an_entry_that_is_written_in_another_way_is_told_at_the_key(config, tmp_path) -> None:
    loaded = config('cni: calico\ncontext: ["../g\\u006fne"]\n')
    [problem] = problems_of_config(loaded, [ContextProblem(str(tmp_path / "gone"), "is gone")])
    assert (problem.line, problem.column) == (2, 1)


def test_others_are_not_to_blame(config) -> None:
    problems = [ContextProblem("/elsewhere", "is gone")]
    assert problems_of_config(config("context: [x]\n"), problems) == ()
    assert problems_of_config(config("{}\n"), problems) == ()
