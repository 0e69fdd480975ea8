"""The command line and the server say the same of the same files."""

import json
import shutil
from pathlib import Path

import pytest

from netpol_lsp.cli.main import main

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SEVERITIES = {"error": 1, "warning": 2, "info": 3, "hint": 4}

pytestmark = pytest.mark.asyncio
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")

POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME, namespace: SPACE}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - ports: [{protocol: TCP, port: PORT}, {protocol: UDP, port: PORT}]
"""


def said_by_the_command_line(folder, capsys):
    """The findings of each file: code, severity, message, place."""
    main(["check", "--no-cache", "--format", "json", "--jobs", "1", "--min-severity", "hint", str(folder)])
    report = json.loads(capsys.readouterr().out)
    found = {}
    for item in report["findings"]:
        if item["suppressed"] is None:
            place = [(item[end]["line"] - 1, item[end]["column"] - 1) for end in ("start", "end")]
            one = (
                item["code"],
                SEVERITIES[item["severity"]],
                item["message"],
                *place,
                tuple(fix["title"] for fix in item["fixes"]),
            )
            found.setdefault(Path(item["path"]).resolve(), []).append(one)
    assert report["policies"] > 0
    return report, found


async def said_by_the_server(editor, path):
    """The same for one file, opened in an editor that counts code points."""
    document = editor.open(path.read_text("utf-8-sig"), uri=path.as_uri())
    found = []
    published = await editor.diagnostics(document)
    known = editor.server.session.get(document.uri).findings if published else ()
    for item, one in zip(published, known, strict=True):
        place = [(item["range"][end]["line"], item["range"][end]["character"]) for end in ("start", "end")]
        titles = tuple(fix.title for fix in one.fixes)
        found.append((item["code"], item["severity"], item["message"], *place, titles))
        assert (item["code"], item["message"]) == (one.code, one.message)
    document.close()
    editor.sent.clear()
    return found


async def check_folder(make_editor, folder, capsys):
    report, expected = said_by_the_command_line(folder, capsys)
    editor = make_editor("utf-32")
    await editor.start(folder)
    await editor.quiet()
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml", ".json") and path.is_file())
    checked = 0
    for path in paths:
        # Opening a file that git ignores is like naming it: it is looked at then, and counts.
        if path.name != ".netpol-lint.yaml" and path.parent.name != "ignored":
            assert sorted(await said_by_the_server(editor, path)) == sorted(expected.get(path.resolve(), [])), path
            checked += 1
    assert checked >= report["files"] > 0


@needs_corpus
@pytest.mark.parametrize("name", ["policies", "helm", "snippets", "apps"])
async def test_on_manifests_of_others(make_editor, capsys, name):
    await check_folder(make_editor, CORPUS / name, capsys)


@needs_corpus
async def test_with_a_config_file(make_editor, capsys, tmp_path):
    paths = sorted((CORPUS / "policies").rglob("*.yaml"))[::6]
    for number, path in enumerate(paths):
        target = tmp_path / ("a" if number % 2 else "b") / f"{number}.yaml"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    (tmp_path / ".netpol-lint.yaml").write_text(
        "profile: audit\nignore: [NP205]\nseverity: {intent: warning}\ndefault-namespace: shop\nkubernetes-version: '1.30'\n"
        "overrides:\n- files: ['b/**']\n  severity: {NP201: error}\n  ignore: [NP209]\n"
    )
    await check_folder(make_editor, tmp_path, capsys)


async def test_with_context(make_editor, capsys, tmp_path):
    def write(path, name, space, port=80):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(POLICY.replace("NAME", name).replace("SPACE", space).replace("PORT", str(port)))

    for space in ("shop", "bank", "zoo", "farm", "~"):
        write(f"ws/{space}.yaml", "web", space)
    write("ws/nested/web.yaml", "nested", "farm")
    write("ws/nested/~.yaml", "nested", "~")
    write("ws/out/dns.yaml", "dns", "zoo", 53)
    write("ws/ignored/dns.yaml", "dns", "zoo", 53)
    write("cluster/shop.yaml", "dns", "shop", 53)
    write("cluster/old.yaml", "web", "bank", 53)  # an older copy
    write("more/farm.yaml", "dns", "farm", 53)
    write("more/default.yaml", "dns", "~", 53)
    (tmp_path / "ws" / ".gitignore").write_text("ignored/\n")
    (tmp_path / "ws" / ".netpol-lint.yaml").write_text(
        "context: ['../cluster/*.yaml']\nexclude: [out]\ndefault-namespace: shop\n"
    )
    (tmp_path / "ws" / "nested" / ".netpol-lint.yaml").write_text("context: [../../more]\ndefault-namespace: farm\n")
    _, found = said_by_the_command_line(tmp_path / "ws", capsys)
    gaps = {path.stem for path, items in found.items() if any(item[0] == "NP216" for item in items)}
    assert gaps == {"bank", "zoo"}
    await check_folder(make_editor, tmp_path / "ws", capsys)
