"""--baseline and --write-baseline."""

import json

import pytest


def test_known_findings_do_not_count(folder) -> None:
    folder.bad("a.yaml")
    written = folder.run("--write-baseline", "--baseline", "known.json")
    assert (written.code, written.out, written.err) == (0, "", "1 finding written to known.json\n")
    done = folder.run("--baseline", "known.json", "--format", "json")
    assert done.code == 0
    found = json.loads(done.out)["findings"]
    assert [item["suppressed"] for item in found] == [{"by": "baseline", "reason": ""}]
    assert folder.run().code == 1


def test_baseline_file(folder) -> None:
    folder.bad("a.yaml")
    folder.run("--write-baseline")
    content = json.loads((folder.path / ".netpol-lint-baseline.json").read_text())
    assert content["version"] == 1
    (known,) = content["findings"]
    assert (known["path"], known["code"]) == ("a.yaml", "NP105")
    assert set(known) == {"path", "code", "message", "fingerprint"}


def test_new_findings_count(folder) -> None:
    folder.bad("a.yaml")
    folder.run("--write-baseline", "--baseline", "known.json")
    folder.bad("b.yaml")
    found = json.loads(folder.run("--baseline", "known.json", "--format", "json").out)["findings"]
    assert [(item["path"], bool(item["suppressed"])) for item in found] == [("a.yaml", True), ("b.yaml", False)]


def test_lines_and_files_may_move(folder) -> None:
    path = folder.bad("a.yaml")
    folder.run("--write-baseline", "--baseline", "known.json")
    folder.write("moved/b.yaml", "# a new line\n" + path.read_text())
    path.unlink()
    assert folder.run("--baseline", "known.json").code == 0


def test_each_entry_counts_once(folder) -> None:
    text = folder.bad("a.yaml").read_text()
    folder.run("--write-baseline", "--baseline", "known.json")
    folder.write("copy.yaml", text)
    found = json.loads(folder.run("--baseline", "known.json", "--format", "json").out)["findings"]
    assert [bool(item["suppressed"]) for item in found] == [True, False]


def test_stale_entries_are_told_when_asked(folder) -> None:
    folder.bad("a.yaml")
    folder.run("--write-baseline", "--baseline", "known.json")
    folder.good("a.yaml")
    assert folder.run("--baseline", "known.json").err == ""
    done = folder.run("--baseline", "known.json", "--verbose")
    assert "known.json: no longer found: a.yaml NP105 protocol `tcp` is not supported" in done.err
    assert done.code == 0


def test_writing_again_keeps_what_is_still_there_only(folder) -> None:
    folder.bad("a.yaml")
    folder.bad("b.yaml")
    folder.run("--write-baseline", "--baseline", "known.json")
    folder.good("a.yaml")
    assert folder.run("--write-baseline", "--baseline", "known.json").err.startswith("1 finding ")


def test_suppressed_otherwise_is_not_written(folder) -> None:
    text = (
        folder.bad("a.yaml").read_text().replace("protocol: tcp", "protocol: tcp  # netpol: ignore[NP105] on purpose")
    )
    folder.write("a.yaml", text)
    assert folder.run("--write-baseline").err.startswith("0 findings ")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "7", '{"version": 1}', '{"version": 1, "findings": [1]}', '{"version": 1, "findings": [{"code": 1}]}',
     '{"version": 1, "findings": [{"fingerprint": 1, "path": "", "code": "", "message": ""}]}', '{"findings": []}'],
)  # fmt: skip
def test_what_is_no_baseline(folder, content: str) -> None:
    folder.good("a.yaml")
    folder.write("known.json", content)
    done = folder.run("a.yaml", "--baseline", "known.json")
    assert done.code == 2
    assert done.err == "netpol-lint: baseline known.json: is not a baseline file; write one with --write-baseline\n"


def test_a_later_version_is_said(folder) -> None:
    folder.good("a.yaml")
    folder.write("known.json", '{"version": 2, "findings": []}')
    assert "its version is 2, but only 1 is understood" in folder.run("a.yaml", "--baseline", "known.json").err


def test_baseline_that_cannot_be_written(folder) -> None:
    folder.bad("a.yaml")
    done = folder.run("a.yaml", "--write-baseline", "--baseline", "no/known.json")
    assert done.code == 2
    assert "no/known.json: cannot be written" in done.err


def test_the_default_file_counts_where_it_is(folder) -> None:
    folder.bad("a.yaml")
    assert folder.run("--write-baseline").err == "1 finding written to .netpol-lint-baseline.json\n"
    done = folder.run()
    assert done.code == 0
    assert done.out.startswith("1 file, 1 policy: 0 errors")
    assert "1 suppressed" in done.out
    folder.bad("b.yaml")
    assert folder.run().code == 1
    assert folder.run("--no-ignores").out.count("error[NP105]") == 2
    folder.run("--write-baseline")
    assert folder.run().code == 0
