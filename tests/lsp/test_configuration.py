"""Config files of the project, watched; settings of the client; commands."""

import pytest

from netpol_lsp.lsp.state.configuration import ClientSettings, InlayHintSettings, parse_settings

POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec: {podSelector: {}, policyTypes: [ingress]}\n"


def codes(items):
    return {item.get("code") for item in items}


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        (None, ClientSettings()),
        ("nonsense", ClientSettings()),
        ({}, ClientSettings()),
        ({"netpol": None}, ClientSettings()),
        ({"netpol": {"codeLens": False}}, ClientSettings(code_lens=False)),
        ({"codeLens": False}, ClientSettings(code_lens=False)),
        ({"codeLens": "off"}, ClientSettings()),
        ({"showResults": False}, ClientSettings(show_results=False)),
        ({"codeActionMenu": True}, ClientSettings(code_action_menu=True)),
        ({"suggestCommand": "x", "codeActionMenu": 1}, ClientSettings(suggest_command="x")),
        ({"suggestCommand": {"x": 1}}, ClientSettings()),
        ({"whyCommand": "x"}, ClientSettings(why_command="x")),
        ({"whyCommand": True}, ClientSettings()),
        ({"inlayHints": {"peers": False, "types": "no", "unknown": 1}}, ClientSettings(InlayHintSettings(peers=False))),
        ({"inlayHints": False}, ClientSettings(InlayHintSettings(False, False, False, False, False, False))),
    ],
)
def test_settings_of_any_shape(data, settings):
    assert parse_settings(data) == settings


def test_settings_are_laid_over_what_the_client_started_with():
    initial = parse_settings({"codeActionMenu": True, "showResults": False, "inlayHints": {"peers": False}})
    assert parse_settings({}, initial) == initial
    changed = parse_settings({"netpol": {"showResults": True, "inlayHints": {"types": False}}}, initial)
    assert changed == ClientSettings(InlayHintSettings(peers=False, types=False), code_action_menu=True)


@pytest.mark.asyncio
async def test_the_client_is_asked_for_its_settings(make_editor):
    editor = make_editor()
    editor.configuration = {"codeLens": False}
    await editor.start()
    await editor.until(lambda: not editor.server.services.configuration.settings.code_lens)
    (asked,) = editor.requests("workspace/configuration")
    assert asked["params"]["items"] == [{"section": "netpol"}]
    document = editor.open(POLICY)
    assert await editor.request("textDocument/codeLens", {"textDocument": {"uri": document.uri}}) == []
    editor.configuration = {"codeLens": True, "inlayHints": {"peers": False}}
    editor.notify("workspace/didChangeConfiguration", {"settings": None})
    await editor.until(lambda: editor.server.services.configuration.settings.code_lens)
    assert await editor.request("textDocument/codeLens", {"textDocument": {"uri": document.uri}})
    assert editor.requests("workspace/codeLens/refresh")
    assert editor.requests("workspace/inlayHint/refresh")


@pytest.mark.asyncio
async def test_clients_that_send_their_settings(make_editor):
    editor = make_editor()
    await editor.start(capabilities={"workspace": {"configuration": False, "codeLens": None, "inlayHint": None}})
    document = editor.open(POLICY)
    editor.notify("workspace/didChangeConfiguration", {"settings": {"netpol": {"codeLens": False}}})
    assert await editor.request("textDocument/codeLens", {"textDocument": {"uri": document.uri}}) == []
    assert not editor.requests("workspace/codeLens/refresh")


@pytest.mark.asyncio
async def test_files_are_watched(make_editor, tmp_path):
    editor = make_editor()
    await editor.start(tmp_path)
    (registered,) = editor.requests("client/registerCapability")
    methods = {item["method"] for item in registered["params"]["registrations"]}
    assert methods == {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"}


@pytest.mark.asyncio
async def test_a_config_file_decides(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("ignore: [NP105]\n")
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    assert "NP105" not in codes(await editor.diagnostics(document))
    unsaved = editor.open(POLICY, uri="untitled:Untitled-1")
    assert "NP105" not in codes(await editor.diagnostics(unsaved)), "it will be saved in the workspace"


def changed(editor, path):
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})


@pytest.mark.asyncio
async def test_a_config_file_is_made_changed_and_deleted(make_editor, tmp_path):
    config = tmp_path / ".netpol-lint.yaml"
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    assert "NP105" in codes(await editor.diagnostics(document))
    config.write_text("ignore: [NP105]\n")
    changed(editor, config)
    assert "NP105" not in codes(await editor.diagnostics(document))
    config.write_text("severity: {NP105: hint}\n")
    changed(editor, config)
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert finding["severity"] == 4
    config.unlink()
    changed(editor, config)
    (finding,) = [item for item in await editor.diagnostics(document) if item["code"] == "NP105"]
    assert finding["severity"] == 1


@pytest.mark.asyncio
async def test_what_a_config_file_extends_is_watched_too(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text("extends: shared/base.yaml\n")
    base = tmp_path / "shared" / "base.yaml"
    base.parent.mkdir()
    base.write_text("ignore: [NP105]\n")
    editor = make_editor()
    await editor.start(tmp_path)
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    assert "NP105" not in codes(await editor.diagnostics(document))
    base.write_text("ignore: []\n")
    changed(editor, base)
    assert "NP105" in codes(await editor.diagnostics(document))


@pytest.mark.asyncio
async def test_without_watching_saving_is_enough(make_editor, tmp_path):
    config = tmp_path / ".netpol-lint.yaml"
    editor = make_editor()
    await editor.start(tmp_path, capabilities={"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": False}}})
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    assert "NP105" in codes(await editor.diagnostics(document))
    config.write_text("ignore: [NP105]\n")
    editor.notify("textDocument/didSave", {"textDocument": {"uri": config.as_uri()}})
    assert "NP105" not in codes(await editor.diagnostics(document))


@pytest.mark.asyncio
async def test_overrides_and_excludes(make_editor, tmp_path):
    (tmp_path / ".netpol-lint.yaml").write_text(
        "exclude: [vendor/]\noverrides:\n- files: ['tests/**']\n  ignore: [NP105]\n"
    )
    editor = make_editor()
    await editor.start(tmp_path)
    for folder, expected in (("vendor", False), ("tests", False), ("prod", True)):
        document = editor.open(POLICY, uri=(tmp_path / folder / "web.yaml").as_uri())
        assert ("NP105" in codes(await editor.diagnostics(document))) is expected


@pytest.mark.asyncio
async def test_each_root_has_its_own(make_editor, tmp_path):
    folders = []
    for name, text in (("a", "ignore: [NP105]\n"), ("b", "{}\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".netpol-lint.yaml").write_text(text)
        folders.append({"uri": (tmp_path / name).as_uri(), "name": name})
    editor = make_editor()
    await editor.start(workspaceFolders=folders)
    one = editor.open(POLICY, uri=(tmp_path / "a" / "web.yaml").as_uri())
    other = editor.open(POLICY, uri=(tmp_path / "b" / "web.yaml").as_uri())
    assert "NP105" not in codes(await editor.diagnostics(one))
    assert "NP105" in codes(await editor.diagnostics(other))


@pytest.mark.asyncio
async def test_a_broken_config_file_has_findings_of_its_own(make_editor, tmp_path, encoding):
    config = tmp_path / ".netpol-lint.yaml"
    config.write_text("# 🎉\nprofil: strict\nignore: [NP105]\n")
    editor = make_editor(encoding)
    await editor.start(tmp_path)
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    assert "NP105" not in codes(await editor.diagnostics(document)), "what can be understood counts"
    (problem,) = editor.published(config.as_uri())[-1]["diagnostics"]
    assert "profil" in problem["message"]
    assert problem["range"] == {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 6}}
    config.write_text("profile: strict\n")
    changed(editor, config)
    await editor.quiet()
    assert editor.published(config.as_uri())[-1]["diagnostics"] == []


@pytest.mark.asyncio
async def test_a_config_file_is_checked_while_it_is_edited(make_editor, tmp_path, encoding):
    editor = make_editor(encoding)
    await editor.start(tmp_path)
    document = editor.open("# 🎉\nprofile: strict # 🎉\n", uri=(tmp_path / ".netpol-lint.yaml").as_uri())
    assert await editor.diagnostics(document) == []
    at = document.text.index("strict")
    document.edit(at, at + 6, "strickt")
    (problem,) = await editor.diagnostics(document)
    assert document.slice(problem["range"]) == "strickt"


@pytest.mark.asyncio
async def test_pulling_sees_config_files_too(make_editor, tmp_path):
    config = tmp_path / ".netpol-lint.yaml"
    config.write_text("profil: strict\n")
    editor = make_editor()
    await editor.start(tmp_path, capabilities={"textDocument": {"diagnostic": {}}})
    document = editor.open(POLICY, uri=(tmp_path / "web.yaml").as_uri())
    await editor.request("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
    items = (await editor.request("workspace/diagnostic", {"previousResultIds": []}))["items"]
    (report,) = [item for item in items if item["uri"] == config.as_uri()]
    assert "profil" in report["items"][0]["message"]
    config.write_text("profile: strict\n")
    changed(editor, config)
    assert editor.requests("workspace/diagnostic/refresh")


@pytest.mark.asyncio
async def test_the_configuration_in_effect_can_be_shown(make_editor, tmp_path):
    config = tmp_path / ".netpol-lint.yaml"
    config.write_text("ignore: [NP105]\n")
    editor = make_editor()
    await editor.start(tmp_path)
    shown = await editor.request(
        "workspace/executeCommand",
        {"command": "netpol.showConfig", "arguments": [{"uri": (tmp_path / "web.yaml").as_uri()}]},
    )
    assert shown["configFile"] == str(config)
    assert shown["rules"]["NP105"] == {
        "name": "unsupported-value",
        "severity": "off",
        "origin": f"{config}:1",
        "path": str(config),
        "line": 1,
    }
    assert (await editor.request("workspace/executeCommand", {"command": "netpol.showConfig"}))["version"] == 1


@pytest.mark.asyncio
async def test_a_policy_is_explained(make_editor):
    editor = make_editor()
    await editor.start()
    document = editor.open(POLICY)
    command = {
        "command": "netpol.explainPolicy",
        "arguments": [{"uri": document.uri, "position": {"line": 0, "character": 0}}],
    }
    assert "`shop/web`" in (await editor.request("workspace/executeCommand", command))["markdown"]
    (message,) = [item for item in editor.sent if item.get("method") == "window/showMessage"]
    assert message["params"]["type"] == 3
    for arguments in ([], [{}], [{"uri": "file:///nowhere"}], ["nonsense"], [{"uri": 5}]):
        assert (
            await editor.request(
                "workspace/executeCommand", {"command": "netpol.explainPolicy", "arguments": arguments}
            )
            is None
        )
    explained = await editor.request(
        "workspace/executeCommand",
        {"command": "netpol.explainPolicy", "arguments": [{"uri": document.uri, "position": "x"}]},
    )
    assert "`shop/web`" in explained["markdown"]
