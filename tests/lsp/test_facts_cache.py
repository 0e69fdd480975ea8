"""A large workspace is read again only where it has changed since an editor read it last."""

import os
from pathlib import Path

import pytest

from netpol_lsp.config.settings import Settings
from netpol_lsp.lsp.state import workspace_scan
from netpol_lsp.project import disk_cache, facts_cache
from netpol_lsp.project.facts_cache import (
    FactsCache,
    line_of,
    read_recorded,
    reading_of_line,
    remembered,
)
from netpol_lsp.project.file_reading import FileJob, read_file
from netpol_lsp.project.reading_crew import ReadingCrew, crew_for
from tests.lsp.test_reading_crew import FILES


@pytest.fixture
def jobs(tmp_path):
    """A file of each kind, some hours old."""
    found = []
    for name, text in FILES.items():
        path = tmp_path / name
        path.write_text(text)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        found.append(FileJob(str(path), path.as_uri(), Settings(default_namespace="shop")))
    return found


@pytest.fixture(autouse=True)
def trusting(monkeypatch):
    """The change time of a file cannot be set back: files are trusted at once."""
    monkeypatch.setattr(disk_cache, "_SETTLED_NS", 0)


def filled(path, jobs, tool="tool"):
    cache = FactsCache(str(path), tool)
    for job in jobs:
        cache.put(job, read_recorded(job))
    cache.save()
    return path


def known(path, jobs, tool="tool"):
    """The lines that are known of files, by their names."""
    return {Path(job.path).name: line for job, line in FactsCache(str(path), tool).known(jobs)}


@pytest.fixture
def cache(tmp_path, jobs):
    """The path of a cache that knows all files."""
    return filled(tmp_path / "cache" / "a", jobs)


def test_what_is_remembered_is_what_was_read(jobs, cache):
    found = known(cache, jobs)
    assert found.keys() == FILES.keys()
    for job in jobs:
        assert reading_of_line(found[Path(job.path).name], job) == read_file(job)
    assert [name for name, line in found.items() if not line] == ["nothing.yaml", "other.yaml"]


def test_a_file_that_has_changed_is_not_known(jobs, cache):
    path = Path(jobs[0].path)
    path.write_text(path.read_text() + "# x\n")
    Path(jobs[1].path).unlink()
    os.utime(jobs[2].path)
    assert list(known(cache, jobs)) == [Path(job.path).name for job in jobs[3:]]


def test_other_settings_and_another_tool_know_nothing(jobs, cache):
    def asked_with(**settings):
        return known(cache, [job._replace(settings=Settings(**settings)) for job in jobs])

    assert asked_with(default_namespace="bank") == {}
    assert asked_with(default_namespace="shop", cni="flannel") == {}
    assert len(asked_with(default_namespace="shop", dns_ports=(1,))) == len(jobs)
    assert known(cache, jobs, "other") == {}


def test_a_file_that_is_too_fresh_is_not_trusted(jobs, tmp_path, monkeypatch):
    monkeypatch.setattr(disk_cache, "_SETTLED_NS", 10**18)
    assert known(filled(tmp_path / "cache" / "b", jobs), jobs) == {}


@pytest.mark.parametrize("damage", ["cut", "word", "empty", "binary", "line"])
def test_a_damaged_cache_knows_nothing(jobs, cache, damage):
    data = cache.read_bytes()
    cache.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "word": data.replace(b"shop", b"sh0p"),
            "empty": b"",
            "binary": b"\xff\xfe\0",
            "line": data + b"\nmore",
        }[damage]
    )
    assert known(cache, jobs) == {}


@pytest.mark.parametrize("line", ["x", "1\t[]", "2\t[]\t", "1\t[]\t{", "1\t[1]\t", '1\t[["cni"]]\t', "1\t[]\t[]"])
def test_a_line_that_is_not_ours_is_read_from_the_file(jobs, line):
    assert remembered(line, jobs[0]) == read_file(jobs[0])


def test_what_is_the_same_is_not_written_again(jobs, cache, monkeypatch):
    written = []
    monkeypatch.setattr(facts_cache, "write_sealed", lambda *what: written.append(what))
    again = FactsCache(str(cache), "tool")
    assert len(list(again.known(jobs))) == len(jobs)
    again.save()
    assert written == []
    fewer = FactsCache(str(cache), "tool")
    assert len(list(fewer.known(jobs[1:]))) == len(jobs) - 1
    fewer.save()
    assert len(written) == 1
    assert jobs[0].path not in written[0][1]


def test_what_is_new_is_written_beside_what_is_known(jobs, cache):
    path = Path(jobs[0].path)
    path.write_text(path.read_text().replace("name: p,", "name: other,"))
    again = FactsCache(str(cache), "tool")
    assert len(list(again.known(jobs))) == len(jobs) - 1
    again.put(jobs[0], read_recorded(jobs[0]))
    again.save()
    found = known(cache, jobs)
    assert len(found) == len(jobs)
    assert reading_of_line(found[path.name], jobs[0]) == read_file(jobs[0])


def test_without_a_place_for_what_is_new_nothing_is_kept(jobs, tmp_path, monkeypatch):
    def refuse(*_arguments, **_options):
        raise OSError

    monkeypatch.setattr(facts_cache.tempfile, "TemporaryFile", refuse)
    assert not filled(tmp_path / "cache" / "b", jobs).exists()


def test_folders_together_have_a_cache_of_their_own(tmp_path):
    paths = {FactsCache.of_folders(folders)._path for folders in (["/a"], ["/b"], ["/a", "/b"], ["/b", "/a"])}
    assert len(paths) == 3
    assert all(path is not None and path.endswith(".facts") for path in paths)


def test_lines_hold_no_line_ends(jobs):
    odd = jobs[0]._replace(uri="file:///a\tb\n.yaml")
    assert "\n" not in line_of(read_file(odd), odd)


def test_few_files_start_few_processes():
    assert [crew_for(4, count) for count in (0, 1, 250, 251, 10_000)] == [0, 1, 1, 2, 4]


@pytest.mark.asyncio
async def test_a_second_start_reads_what_has_changed(make_editor, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(workspace_scan, "crew_size", lambda _files: 2)

    def read(crew, jobs, deliver, real=ReadingCrew.read):
        asked.append(sorted(Path(job.path).name for job in jobs))
        return real(crew, jobs, deliver)

    monkeypatch.setattr(ReadingCrew, "read", read)
    saved = []
    monkeypatch.setattr(FactsCache, "save", lambda cache, real=FactsCache.save: (real(cache), saved.append(1))[0])
    for number in range(10):
        for name, text in FILES.items():
            (tmp_path / f"{number}-{name}").write_text(text.replace("name: p,", f"name: p{number},"))

    async def start():
        editor = make_editor()
        await editor.start(tmp_path)
        await editor.quiet()
        await editor.until(lambda: len(saved) == len(asked))
        services = editor.server.services
        return services.session.workspace.view.index.files, services.sync.index.ours, services.configuration.detected

    first = await start()
    assert len(asked[0]) == 10 * len(FILES)
    assert await start() == first
    assert asked[1] == []
    path = tmp_path / "3-policy.yaml"
    path.write_text(path.read_text().replace("name: p3", "name: other"))
    (tmp_path / "4-policy.yaml").unlink()
    (tmp_path / "new.yaml").write_text(FILES["workload.yaml"])
    third = await start()
    assert asked[2] == ["3-policy.yaml", "new.yaml"]
    names = [one.policy.name for facts in third[0].values() for one in facts.policies]
    assert "other" in names
    assert not {"p3", "p4"} & set(names)
    assert await start() == third
    assert asked[3] == []
