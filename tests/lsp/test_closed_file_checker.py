"""A client that asks for the whole workspace learns of files that are not open, too."""

import threading

import pytest

from netpol_lsp.files.discovery import discover

pytestmark = pytest.mark.asyncio

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: NAME, namespace: shop}\nspec:\n"
WEB = HEAD.replace("NAME", "web") + (
    "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Egress]\n"
    "  egress:\n    - to: [{podSelector: {matchLabels: {app: db}}}]\n"
)
BAD = WEB.replace("[Egress]", "[egress]")
DNS = HEAD.replace("NAME", "dns") + (
    "  podSelector: {}\n  policyTypes: [Egress]\n  egress:\n"
    "    - ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]\n"
)
PULLS = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}


@pytest.fixture
def start(make_editor, tmp_path):
    """Starts an editor that pulls, on a folder with these files."""

    async def start(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text)
        editor = make_editor()
        await editor.start(tmp_path, PULLS)
        await editor.quiet()
        return editor

    return start


async def pull(editor, known=(), **more):
    """The reports by the file's name."""
    previous = [{"uri": item["uri"], "value": item["resultId"]} for item in known]
    answer = await editor.request("workspace/diagnostic", {"previousResultIds": previous, **more})
    return {item["uri"].rpartition("/")[2].removesuffix(".yaml"): item for item in answer["items"]}


def codes(report):
    return [item["code"] for item in report["items"]]


def changed(editor, path, kind=2):
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})


async def test_files_that_are_not_open_are_reported(start, tmp_path):
    (tmp_path / "note.txt").write_text(BAD)
    editor = await start(web=BAD, other="kind: ConfigMap\napiVersion: v1\n", broken=WEB + "  half\n")
    reports = await pull(editor)
    assert set(reports) == {"web", "broken"}
    assert "NP105" in codes(reports["web"])
    assert reports["web"]["version"] is None
    assert "NP001" in codes(reports["broken"])


async def test_what_is_excluded_is_not(start, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("exclude: [web.yaml]\n")
    editor = await start(web=BAD)
    assert set(await pull(editor)) == set()


async def test_nothing_new_is_said_in_a_word(start, tmp_path):
    editor = await start(web=BAD)
    first = await pull(editor)
    second = await pull(editor, first.values())
    assert second["web"]["kind"] == "unchanged"
    (tmp_path / "web.yaml").write_text(WEB)
    third = await pull(editor, first.values())
    assert "NP105" not in codes(third["web"])
    (tmp_path / "web.yaml").unlink()
    changed(editor, tmp_path / "web.yaml", 3)
    assert (await pull(editor, first.values()))["web"]["items"] == []


async def test_a_file_is_read_again_only_when_something_changed(start, monkeypatch, tmp_path):
    from netpol_lsp.lsp.state import closed_file_checker as closed

    read = []
    original = closed.read_source
    monkeypatch.setattr(closed, "read_source", lambda path: (read.append(path), original(path))[1])
    editor = await start(web=WEB, bank=WEB.replace("shop", "bank"))
    first = await pull(editor)
    assert len(read) == 2
    await pull(editor)
    assert len(read) == 2
    assert "NP216" in codes(first["web"])
    (tmp_path / "dns.yaml").write_text(DNS)
    changed(editor, tmp_path / "dns.yaml", 1)
    later = await pull(editor)
    assert "NP216" not in codes(later["web"])
    assert "NP216" in codes(later["bank"])
    assert sorted(path.rpartition("/")[2] for path in read[2:]) == ["dns.yaml", "web.yaml"]


async def test_an_open_document_is_reported_once_as_it_is_in_the_editor(start, tmp_path):
    editor = await start(web=BAD)
    document = editor.open(WEB, uri=(tmp_path / "web.yaml").as_uri())
    answer = await editor.request("workspace/diagnostic", {"previousResultIds": []})
    [report] = answer["items"]
    assert report["version"] == 1
    assert "NP105" not in codes(report)
    document.close()
    assert "NP105" in codes((await pull(editor))["web"])


async def test_reports_come_bit_by_bit_where_that_is_wanted(start, monkeypatch):
    from netpol_lsp.lsp.features import diagnostics

    monkeypatch.setattr(diagnostics, "_BATCH", 2)
    editor = await start(a=BAD, b=BAD, c=BAD)
    assert await pull(editor, partialResultToken="bits") == {}
    parts = [item["params"] for item in editor.sent if item.get("method") == "$/progress"]
    assert [(part["token"], len(part["value"]["items"])) for part in parts] == [("bits", 2), ("bits", 1)]


async def test_a_report_can_be_cancelled_half_way(start, monkeypatch):
    from netpol_lsp.lsp.features import diagnostics

    monkeypatch.setattr(diagnostics, "_BATCH", 1)
    editor = await start(**{f"f{number}": BAD for number in range(20)})
    number = editor.post("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": 7})
    await editor.until(lambda: any(item.get("method") == "$/progress" for item in editor.sent))
    editor.notify("$/cancelRequest", {"id": number})
    assert (await editor.answer(number))["error"]["code"] == -32800
    sent = len([item for item in editor.sent if item.get("method") == "$/progress"])
    assert 0 < sent < 20
    assert len(await pull(editor)) == 20
    assert len([item for item in editor.sent if item.get("method") == "$/progress"]) == sent


async def test_a_keystroke_does_not_wait_for_the_report(start, monkeypatch, tmp_path):
    from netpol_lsp.lsp.state import scheduler

    monkeypatch.setattr(scheduler, "TURN", -1.0)  # somebody else has a turn after each step
    editor = await start(**{f"f{number}": f"{BAD}---\n{BAD}" for number in range(20)})
    document = editor.open(WEB, uri=(tmp_path / "f0.yaml").as_uri())
    report = editor.post("workspace/diagnostic", {"previousResultIds": []})
    document.replace(BAD)
    params = {"textDocument": {"uri": document.uri}}
    answer = await editor.request("textDocument/diagnostic", params)
    assert "NP105" in codes(answer)
    assert not any(item.get("id") == report and "method" not in item for item in editor.sent), "that goes on"
    items = (await editor.answer(report))["result"]["items"]
    assert len(items) == 20


async def test_a_report_of_a_workspace_that_is_read_again_has_all_files(start, tmp_path):
    editor = await start(web=BAD, bank=BAD)
    (tmp_path / ".netpol-lint.yaml").write_text("ignore: [NP105]\n")
    changed(editor, tmp_path / ".netpol-lint.yaml", 1)
    assert not editor.server.services.sync.index.is_ready
    early = await pull(editor)
    assert set(early) == {"web", "bank"}
    assert "NP105" not in codes(early["web"])
    await editor.quiet()
    assert {name: item["kind"] for name, item in (await pull(editor, early.values())).items()} == {
        "web": "unchanged",
        "bank": "unchanged",
    }


async def test_who_waits_to_be_told_is_told_of_open_documents_only(make_editor, tmp_path):
    (tmp_path / "web.yaml").write_text(BAD)
    (tmp_path / "bank.yaml").write_text(BAD)
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(BAD, uri=(tmp_path / "bank.yaml").as_uri())
    await editor.quiet()
    told = {item["params"]["uri"] for item in editor.requests("textDocument/publishDiagnostics")}
    assert told == {document.uri}


async def test_nothing_is_said_of_closed_files_before_all_is_read(make_editor, tmp_path, monkeypatch):
    from netpol_lsp.lsp.state import workspace_scan as index

    answered = threading.Event()
    monkeypatch.setattr(index, "discover", lambda *args: (answered.wait(30), discover(*args))[1])
    (tmp_path / "web.yaml").write_text(WEB)
    editor = make_editor()
    await editor.start(tmp_path, PULLS)
    assert not editor.server.services.sync.index.is_ready
    assert await pull(editor) == {}
    answered.set()
    await editor.quiet()
    assert editor.requests("workspace/diagnostic/refresh")
    assert set(await pull(editor)) == {"web"}
