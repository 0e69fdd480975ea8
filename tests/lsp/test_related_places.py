"""Places in other files that belong to a finding: what is open counts as it is in the editor, saved or not."""

import pytest

pytestmark = pytest.mark.asyncio

WEB = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
"""
OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n"


async def opened(make_editor, tmp_path, encoding="utf-16", **more):
    (tmp_path / "01-a.yaml").write_text(WEB)
    (tmp_path / "02-b.yaml").write_text(OTHER + WEB.replace("app: web", "app: api"))
    editor = make_editor(encoding)
    await editor.start(tmp_path, **more)
    document = editor.open(WEB, (tmp_path / "01-a.yaml").as_uri())
    await editor.until(lambda: editor.server.services.session.workspace.is_complete)
    return editor, document, (tmp_path / "02-b.yaml").as_uri()


def related(items, uri):
    """The lines in another file that findings point to."""
    return [
        place["location"]["range"]["start"]["line"]
        for item in items
        for place in item.get("relatedInformation", ())
        if place["location"]["uri"] == uri and item["code"] == "NP305"
    ]


def line_of(document):
    return document.text[: document.text.index("name: web")].count("\n")


@pytest.mark.parametrize(
    "at", ["", "kind: ConfigMap", "apiVersion: networking", "metadata:\n  name: web", "  name: web"]
)
async def test_lines_added_in_the_other_file_move_the_place(make_editor, tmp_path, encoding, at):
    editor, document, uri = await opened(make_editor, tmp_path, encoding)
    assert related(await editor.diagnostics(document), uri) == [7]
    other = editor.open((tmp_path / "02-b.yaml").read_text(), uri)
    offset = other.text.index(at)
    other.edit(offset, offset, "# 人 🎉\n" * 3)
    assert related(await editor.diagnostics(document), uri) == [line_of(other)] == [10]
    other.close()
    await editor.until(lambda: related(editor.published(document.uri)[-1]["diagnostics"], uri) == [7])


async def test_a_client_that_asks_gets_the_same(make_editor, tmp_path):
    pulls = {"textDocument": {"diagnostic": {"relatedInformation": True}}}
    editor, document, uri = await opened(make_editor, tmp_path, capabilities=pulls)
    other = editor.open((tmp_path / "02-b.yaml").read_text(), uri)
    for count in (1, 2):
        offset = other.text.index("metadata:\n  name: web")
        other.edit(offset, offset, "# more\n")
        answer = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": document.uri}})
        assert related(answer["items"], uri) == [line_of(other)] == [7 + count]


async def test_files_that_are_not_open_are_reported_with_the_right_place(make_editor, tmp_path):
    """The whole workspace is asked for: the file with the finding is closed, the other one has unsaved text."""
    pulls = {"textDocument": {"diagnostic": {"relatedInformation": True}}}
    editor, document, uri = await opened(make_editor, tmp_path, capabilities=pulls)
    other = editor.open((tmp_path / "02-b.yaml").read_text(), uri)
    document.close()
    for count in (1, 2):
        offset = other.text.index("kind: ConfigMap")
        other.edit(offset, offset, "# more\n")
        answer = await editor.request("workspace/diagnostic", {"previousResultIds": []})
        (report,) = [one for one in answer["items"] if one["uri"] == document.uri]
        assert related(report["items"], uri) == [line_of(other)] == [7 + count]


async def test_references_lead_to_the_name_as_it_is_now(make_editor, tmp_path):
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: a}]}\n"
    )
    editor, document, _ = await opened(make_editor, tmp_path)
    document.edit(document.text.index("metadata"), document.text.index("metadata"), "# one\n# two\n")
    pod = editor.open((tmp_path / "pod.yaml").read_text(), (tmp_path / "pod.yaml").as_uri())
    await editor.quiet()
    found = await editor.at("textDocument/references", pod, pod.at("name: w,", 6), context={"includeDeclaration": True})
    assert [(one["uri"], one["range"]["start"]["line"]) for one in found] == [(document.uri, line_of(document))]
