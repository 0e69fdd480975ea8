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


def said_by_the_command_line(folders, capsys):
    """The findings of each file: code, severity, message, place."""
    paths = map(str, folders if isinstance(folders, list) else [folders])
    main(["check", "--no-cache", "--format", "json", "--jobs", "1", "--min-severity", "hint", *paths])
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
    # What tests of connections say is not the business of `check`.
    published = [item for item in published if item["code"] != "connectivity-test"]
    known = editor.server.services.session.get(document.uri).findings if published else ()
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
        # A file that git ignores is looked at when somebody opens it.
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


def policy(name, space, port=80):
    return POLICY.replace("NAME", name).replace("SPACE", space).replace("PORT", str(port))


@pytest.fixture
def write(tmp_path):
    """Writes a policy to a file."""

    def write(path, *args, text=None):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(policy(*args) if text is None else text)
        return target

    return write


def with_gaps(found):
    return {path.stem for path, items in found.items() if any(item[0] == "NP216" for item in items)}


async def test_with_context(make_editor, capsys, tmp_path, write):
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
    assert with_gaps(found) == {"bank", "zoo"}
    await check_folder(make_editor, tmp_path / "ws", capsys)


async def test_with_context_that_is_linted_too(make_editor, capsys, tmp_path, write):
    """What stands in both is linted, and once: under its own configuration's namespace, not that of who names it."""
    write("ws/.netpol-lint.yaml", text="context: [a, b/dns.yaml]\ndefault-namespace: shop\n")
    write("ws/b/.netpol-lint.yaml", text="default-namespace: farm\n")
    write("ws/shop.yaml", "web", "shop")
    write("ws/farm.yaml", "web", "farm")
    write("ws/b/dns.yaml", "dns", "~", 53)
    write("ws/a/bank.yaml", "web", "bank")
    _, found = said_by_the_command_line(tmp_path / "ws", capsys)
    assert with_gaps(found) == {"shop", "bank"}
    await check_folder(make_editor, tmp_path / "ws", capsys)


async def test_with_context_beside_it_that_names_no_namespace(make_editor, capsys, tmp_path, write, monkeypatch):
    """What is in one folder may be one namespace: however the command line is called, and whatever is linted."""
    write("ws/.netpol-lint.yaml", text="exclude: [dns.yaml]\ncontext: [dns.yaml]\n")
    write("ws/web.yaml", "web", "~")
    write("ws/dns.yaml", "dns", "shop", 53)
    write("ws/sub/other.yaml", "web", "~")
    monkeypatch.chdir(tmp_path / "ws")
    for folder in (Path(), tmp_path / "ws"):
        _, found = said_by_the_command_line(folder, capsys)
        assert with_gaps(found) == {"other"}
    await check_folder(make_editor, tmp_path / "ws", capsys)


@pytest.mark.parametrize("opened", [False, True])
async def test_the_same_other_policies_count(make_editor, capsys, tmp_path, write, opened):
    """Policies in files that `netpol-lint` passes over do not count, even when somebody looks at these files."""
    root = tmp_path / "ws"
    hidden = {
        "ignored": "out/dns.yaml",
        "nested": "sub/gen/dns.yaml",
        "secret": ".hidden/dns.yaml",
        "foreign": "vendor/chart/dns.yaml",
        "excluded": "old/dns.yaml",
        "linked": "../elsewhere/dns.yaml",
        "text": "dns.txt",
    }
    seen = {"json": "list.json", "again": "sub/gen.yaml", "second": "both.yaml", "dotted": ".dns.yaml"}
    for space in ("calico", *hidden, *seen):
        write(f"ws/{space}.yaml", "web", space)
    paths = [write(f"ws/{path}", "dns", space, 53) for space, path in (hidden | seen).items()]
    item = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "dns", "namespace": "json"}}  # fmt: skip
    item["spec"] = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}]}  # fmt: skip
    write("ws/list.json", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": [item]}))
    write("ws/both.yaml", text=f"kind: ConfigMap\n---\n{policy('dns', 'second', 53)}")
    # A policy of another kind may allow what no NetworkPolicy does.
    write(
        "ws/calico-dns.yaml", text=policy("dns", "calico", 53).replace("networking.k8s.io/v1", "projectcalico.org/v3")
    )
    (root / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (root / ".gitignore").write_text("out/\n")
    (root / "sub" / ".gitignore").write_text("gen/\n")
    (root / ".netpol-lint.yaml").write_text("exclude: [old]\n")
    _, found = said_by_the_command_line(root, capsys)
    assert with_gaps(found) == {*hidden}
    editor = make_editor("utf-32")
    await editor.start(root)
    await editor.quiet()
    if opened:
        for path in (*paths, root / "link" / "dns.yaml"):
            editor.open(path.read_text(), uri=path.as_uri())
    everything = [{"uri": path.as_uri(), "type": 2} for path in (*paths, root / "link" / "dns.yaml")]
    editor.notify("workspace/didChangeWatchedFiles", {"changes": everything})
    await editor.quiet()
    for space in ("calico", *hidden, *seen):
        path = root / f"{space}.yaml"
        assert sorted(await said_by_the_server(editor, path)) == sorted(found.get(path, [])), space


async def test_two_folders_are_one_run(make_editor, capsys, tmp_path, write):
    write("a/.netpol-lint.yaml", text="context: [../cluster]\n")
    write("a/shop.yaml", "web", "shop")
    write("a/farm.yaml", "web", "farm")
    write("b/dns.yaml", "dns", "shop", 53)
    write("b/bank.yaml", "web", "bank")
    write("cluster/dns.yaml", "dns", "bank", 53)
    roots = [tmp_path / "a", tmp_path / "b"]
    _, expected = said_by_the_command_line(roots, capsys)
    assert with_gaps(expected) == {"farm"}
    editor = make_editor("utf-32")
    await editor.start(workspaceFolders=[{"uri": root.as_uri(), "name": root.name} for root in roots])
    await editor.quiet()
    for path in (path for root in roots for path in root.glob("[a-z]*.yaml")):
        assert sorted(await said_by_the_server(editor, path)) == sorted(expected.get(path, [])), path


async def test_a_document_that_ci_passes_over_is_judged_beside_the_others(make_editor, tmp_path, write):
    write("ws/.gitignore", text="out/\n")
    dns = write("ws/dns.yaml", "dns", "shop", 53)
    editor = make_editor()
    await editor.start(tmp_path / "ws")
    await editor.quiet()
    text = policy("web", "shop") + "---\n" + policy("other", "bank") + "---\n" + policy("dns", "bank", 53)
    document = editor.open(text, uri=write("ws/out/web.yaml", text=text).as_uri())
    assert "NP216" not in {item["code"] for item in await editor.diagnostics(document)}
    dns.unlink()
    editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": dns.as_uri(), "type": 3}]})
    gaps = [item for item in await editor.diagnostics(document) if item["code"] == "NP216"]
    assert [item["range"]["start"]["line"] for item in gaps] == [5]
    assert len(editor.server.services.session.workspace.view) == 0
    document.close()
    assert not editor.server.services.session._uncounted
