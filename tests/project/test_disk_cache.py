"""The cache: it never changes what is reported."""

import json
import os
from pathlib import Path

import pytest

from netpol_lsp.project import batch as runner
from netpol_lsp.project import batch_items
from netpol_lsp.project import disk_cache as cache_module
from netpol_lsp.project.disk_cache import WORTHWHILE, Cache, Entry, cache_path, digest, tool_key, up_to_date
from netpol_lsp.project.report_replay import ReportCache


@pytest.fixture
def many(folder):
    for number in range(WORTHWHILE):
        (folder.bad if number % 10 == 0 else folder.good)(f"p{number:02}.yaml")
    folder.write("other.yaml", "a: 1\n---\nb: 2\n")
    return folder


@pytest.fixture(autouse=True)
def every_stamp_is_old_enough(monkeypatch) -> None:
    monkeypatch.setattr(cache_module, "_SETTLED_NS", -(10**18))


def cache_file(folder) -> Path:
    (path,) = (folder.path.parent / ".cache" / "netpol-lsp").glob("*.json")
    return path


def known(done) -> str:
    return next(line for line in done.err.splitlines() if "known from the cache" in line)


def report(folder, *options: str) -> str:
    # What is said besides the report keeps the run from repeating the last one word for word.
    return folder.run("--format", "json", "--verbose", *options).out


def test_a_second_run_knows_all_and_reports_the_same(many) -> None:
    fresh = report(many, "--no-cache")
    assert known(many.run("-v")) == "0 of 51 files known from the cache"
    assert known(many.run("-v")) == "51 of 51 files known from the cache"
    assert report(many) == fresh
    for name in ("text", "concise", "sarif", "github", "junit"):
        assert many.run("--format", name).out == many.run("--format", name, "--no-cache").out


def test_nothing_is_linted_when_all_is_known(many, monkeypatch) -> None:
    expected = report(many)

    def fail(*_args: object) -> None:
        raise AssertionError("linted")

    monkeypatch.setattr(runner.BatchRun, "_lint", fail)
    assert report(many) == expected


def test_unchanged_files_are_not_even_read(many, monkeypatch) -> None:
    many.run()

    def fail(*_args: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr(runner, "read_input", fail)
    monkeypatch.setattr(batch_items, "read_input", fail)
    assert many.run("--select", "NP101", "-q").code == 2
    assert many.run("-v", "--format", "json").code == 1


def test_a_changed_file_is_linted_again(many) -> None:
    report(many)
    many.good("p00.yaml")
    found = json.loads(report(many))["findings"]
    assert "p00.yaml" not in {item["path"] for item in found}
    assert report(many) == report(many, "--no-cache")


def test_a_change_leaves_the_others_known_when_no_rule_looks_at_other_files(many) -> None:
    report(many)
    many.good("p00.yaml")
    assert known(many.run("-v")) == "50 of 51 files known from the cache"


def test_same_size_and_time_is_not_trusted_when_fresh(many, monkeypatch) -> None:
    monkeypatch.setattr(cache_module, "_SETTLED_NS", 10**18)
    path = many.path / "p01.yaml"
    before = path.stat()
    report(many)
    path.write_text(path.read_text().replace("TCP", "tcp"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert report(many) == report(many, "--no-cache")


def test_touching_a_file_changes_nothing(many) -> None:
    report(many)
    os.utime(many.path / "p03.yaml")
    assert known(many.run("-v")) == "51 of 51 files known from the cache"


def test_other_settings_other_findings(many) -> None:
    report(many)
    assert json.loads(report(many, "--select", "NP101"))["findings"] == []
    many.config("severity: {NP105: info}\n")
    assert {item["severity"] for item in json.loads(report(many))["findings"]} == {"info"}
    assert report(many) == report(many, "--no-cache")


def test_a_new_or_removed_file_is_noticed(many) -> None:
    report(many)
    many.bad("zzz.yaml")
    assert report(many) == report(many, "--no-cache")
    (many.path / "zzz.yaml").unlink()
    (many.path / "p00.yaml").unlink()
    assert report(many) == report(many, "--no-cache")


def test_other_versions_of_the_tool_do_not_share(many, monkeypatch) -> None:
    report(many)
    monkeypatch.setattr("netpol_lsp.cli.check.tool_key", lambda: "another")
    assert known(many.run("-v")) == "0 of 51 files known from the cache"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"format": 1}',
        b"[" * 100_000,
        b'{"format": 1, "tool": 3, "entries": []}',
    ],
)
def test_a_corrupt_cache_is_no_cache(many, content: bytes) -> None:
    expected = report(many)
    cache_file(many).write_bytes(content)
    assert report(many) == expected
    assert known(many.run("-v")) == "51 of 51 files known from the cache"


@pytest.mark.parametrize(
    ("place", "damage"),
    [
        (place, damage)
        for place in ("entry", "found", "stamp", "key")
        for damage in (None, [], [1, 2], "x", 7, {"a": 1}, [["x"]])
        # That nothing was found is something an entry may say.
        if place != "found" or damage
    ],
)
def test_damaged_entries_are_ignored(many, place: str, damage: object) -> None:
    expected = report(many)
    path = cache_file(many)
    content = json.loads(path.read_text())
    entries = content["entries"]
    for name, raw in entries.items():
        if place == "entry":
            entries[name] = damage
        else:
            raw[{"stamp": 0, "key": 4, "found": 5}[place]] = damage
    path.write_text(json.dumps(content))
    assert report(many) == expected


def test_few_files_need_no_cache(folder) -> None:
    folder.bad("a.yaml")
    folder.run()
    assert not (folder.path.parent / ".cache").exists()


def test_no_cache_writes_none(many) -> None:
    many.run("--no-cache")
    assert not (many.path.parent / ".cache").exists()


def test_a_cache_folder_that_cannot_be_used_is_no_error(many, monkeypatch) -> None:
    blocked = many.path.parent / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    done = many.run("-q", "--format", "json")
    assert (done.code, done.err) == (1, "")


def test_one_cache_a_repository(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "c"))
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "sub").mkdir()
    root = cache_path(str(tmp_path / "repo"))
    assert root is not None
    assert root.startswith(str(tmp_path / "c" / "netpol-lsp"))
    assert cache_path(str(tmp_path / "repo" / "sub")) == root
    assert cache_path(str(tmp_path)) != root


def test_a_large_cache_forgets_what_was_not_seen(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(cache_module, "_MAX_ENTRIES", 3)
    path = str(tmp_path / "cache.json")
    cache = Cache(path, "tool")
    for name in "abcd":
        cache.put(name, Entry([1, 2, 3], "content"))
    cache.save(["a", "d"])
    again = Cache(path, "tool")
    assert [name for name in "abcd" if again.get(name)] == ["a", "d"]


def test_settled_keeps_old_stamps_only(monkeypatch) -> None:
    monkeypatch.setattr(cache_module, "_SETTLED_NS", 10**9)
    assert up_to_date([1, 2, 3]) == [1, 2, 3]
    monkeypatch.setattr(cache_module, "_SETTLED_NS", 10**20)
    assert up_to_date([1, 2, 3]) == [0, 0, 3]


def test_digest_tells_parts_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("ab") == digest(b"ab")
    assert tool_key() == tool_key()


class TestRepeatedReport:
    """The last report is repeated word for word when nothing has changed."""

    @pytest.fixture
    def repeats(self, monkeypatch) -> list[bool]:
        """Notes for each run whether it repeated the last report."""
        noted: list[bool] = []
        real = ReportCache.replay

        def replay(self: ReportCache, key: str) -> int | None:
            code = real(self, key)
            noted.append(code is not None)
            return code

        monkeypatch.setattr(ReportCache, "replay", replay)
        return noted

    @pytest.mark.parametrize("name", ["text", "json", "concise", "sarif"])
    def test_word_for_word(self, many, repeats, name: str) -> None:
        first = many.run("--format", name)
        second = many.run("--format", name)
        assert repeats == [False, True]
        assert second == first == many.run("--format", name, "--no-cache")

    @pytest.mark.parametrize(
        "option",
        [["--format", "json"], ["--min-severity", "error"], ["-q"], ["--color", "always"], ["--fail-on", "never"],
         ["--exit-zero"], ["--select", "NP101"], ["--severity", "NP105=info"], ["--statistics"], ["--output", "x"]],
    )  # fmt: skip
    def test_not_with_other_options(self, many, repeats, option: list[str]) -> None:
        many.run()
        assert many.run(*option) == many.run(*option, "--no-cache")
        assert repeats[:2] == [False, False]

    def test_not_when_a_file_has_changed(self, many, repeats) -> None:
        many.run()
        many.good("p00.yaml")
        assert many.run() == many.run("--no-cache")
        many.bad("new.yaml")
        assert many.run() == many.run("--no-cache")
        assert repeats == [False] * 5

    def test_not_in_another_folder_of_the_repository(self, many, repeats, monkeypatch) -> None:
        (many.path / ".git").mkdir()
        (many.path / "sub").mkdir()
        many.run()
        monkeypatch.chdir(many.path / "sub")
        assert "../p00.yaml" in many.run("..").out
        assert repeats == [False, False]

    def test_not_with_something_unreadable(self, many, repeats) -> None:
        many.write("x.yaml", b"kind: NetworkPolicy \xff")
        for _ in range(2):
            done = many.run()
            assert done.code == 2
            assert "x.yaml:1: is not UTF-8" in done.err
        assert repeats == [False, False]

    @pytest.mark.parametrize("damage", [b"", b"x", b"\n", b"a b c\n", b"\xff\n"])
    def test_a_damaged_file_is_ignored(self, many, repeats, damage: bytes) -> None:
        first = many.run()
        (path,) = cache_file(many).parent.glob("*.report")
        path.write_bytes(damage)
        assert many.run() == first
        path.write_bytes(path.read_bytes()[:-3])
        assert many.run() == first
        assert repeats == [False, False, False]

    def test_a_touched_file_is_known_by_its_content(self, many, repeats) -> None:
        first = many.run()
        os.utime(many.path / "p03.yaml", ns=(1, 1))
        assert many.run() == first
        assert repeats == [False, True]
        entries = json.loads(cache_file(many).read_text())["entries"]
        assert entries[str(many.path / "p03.yaml")][0][0] == 1


def test_a_file_that_was_passed_over_must_be_readable_when_it_is_named(many) -> None:
    many.write("latin.yaml", b"caf\xe9: 1\n")
    assert many.run("-q").code == 1
    done = many.run(".", "latin.yaml", "-q")
    assert done.code == 2
    assert "latin.yaml:1: is not UTF-8" in done.err
