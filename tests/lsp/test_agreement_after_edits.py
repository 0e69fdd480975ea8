"""The command line and the server agree after any sequence of edits: on disk, of names, and of text that is not saved."""

import json
import random
from pathlib import Path

import pytest

from netpol_lsp.cli.main import main
from netpol_lsp.lsp.uris import path_of_uri

pytestmark = pytest.mark.asyncio

SEEDS = (*range(6), 113, 144, 148, 169, 170, 248)
"""Any will do; the last ones found something once."""
STEPS = 14
SEVERITIES = {"error": 1, "warning": 2, "info": 3, "hint": 4}
NAMES = (
    "a.yaml",
    "b.yml",
    "c.json",
    "base/d.yaml",
    "base/e.yaml",
    "base/sub/f.yaml",
    "chart/templates/g.yaml",
    "out/h.yaml",
)
SPACES = ("shop", "bank", None)
APPS = ("web", "db", "api")
PULLS = {"textDocument": {"diagnostic": {"relatedInformation": True}}}


def policy(rng):
    space, app, other = rng.choice(SPACES), rng.choice(APPS), rng.choice(APPS)
    namespace = f", namespace: {space}" if space else ""
    peer = rng.choice(
        [
            f"podSelector: {{matchLabels: {{app: {other}}}}}",
            f"namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {rng.choice(SPACES[:2])}}}}}",
            "namespaceSelector: {matchLabels: {team: blue}}\n          podSelector: {matchLabels: {app: web}}",
        ]
    )
    ports = rng.choice(
        [
            "",
            "\n      ports: [{port: http}]",
            "\n      ports: [{port: 8080}]",
            "\n      ports: [{port: 53, protocol: UDP}]",
        ]
    )
    way, key = rng.choice([("ingress", "from"), ("egress", "to")])
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: {rng.choice(APPS)}{namespace}}}\nspec:\n"
        f"  podSelector: {{matchLabels: {{app: {app}}}}}\n  policyTypes: [{way.title()}]\n"
        f"  {way}:\n    - {key}:\n        - {peer}{ports}\n"
    )


def workload(rng):
    space, app = rng.choice(SPACES), rng.choice(APPS)
    namespace = f", namespace: {space}" if space else ""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {app}{namespace}, labels: {{app: {rng.choice(APPS)}}}}}\nspec:\n"
        f"  template:\n    metadata: {{labels: {{app: {app}}}}}\n    spec:\n      hostNetwork: {rng.choice(['true', 'false'])}\n"
        f"      containers: [{{name: a, ports: [{{name: http, containerPort: {rng.choice([8080, 9090])}}}]}}]\n"
    )


def service(rng):
    app = rng.choice(APPS)
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {app}, namespace: {rng.choice(SPACES[:2])}}}\n"
        f"spec: {{type: {rng.choice(['ClusterIP', 'NodePort'])}, selector: {{app: {app}}}, ports: [{{port: 80, targetPort: 8080}}]}}\n"
    )


def namespace(rng):
    labels = rng.choice(["", ", labels: {team: blue}", ", labels: {name: shop}"])
    return f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {rng.choice(SPACES[:2])}{labels}}}\n"


def other(rng):
    return rng.choice(
        [
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n",
            policy(rng).replace("spec:", "spec: ]"),
            policy(rng).replace("app: web", "app: {{ .Values.app }}"),
            "# only a comment 人 🎉\n",
            "",
        ]
    )


def content(rng, name):
    if name.endswith(".json"):
        space = rng.choice(SPACES)
        metadata = {"name": rng.choice(APPS)} | ({"namespace": space} if space else {})
        labels = {"matchLabels": {"app": rng.choice(APPS)}}
        one = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata}
        return json.dumps(one | {"spec": {"podSelector": labels, "policyTypes": ["Ingress"]}}, indent=2)
    kinds = rng.choices([policy, workload, service, namespace, other], [4, 3, 1, 1, 1], k=rng.randint(1, 3))
    return "---\n".join(kind(rng) for kind in kinds)


KUSTOMIZATIONS = (
    "namespace: bank\nresources: [d.yaml, e.yaml]\n",
    "resources: [d.yaml]\n",
    "commonLabels: {app: web}\nresources: [d.yaml, sub/f.yaml]\n",
)
CONFIGS = (
    "exclude: [out]\n",
    "default-namespace: shop\n",
    "profile: strict\n",
    "overrides: [{files: ['base/**'], ignore: [NP205]}]\n",
)


class Workspace:
    """A folder with an editor: what is on disk, and what is in the editor without being saved."""

    def __init__(self, editor, folder, rng):
        self.editor, self.folder, self.rng = editor, folder, rng
        self.opened = {}

    def step(self):
        """Something happens."""
        choices = [
            self.write,
            self.write,
            self.delete,
            self.move,
            self.open,
            self.type,
            self.type,
            self.close,
            self.save,
            self.rule,
        ]
        self.rng.choice(choices)()

    def write(self):
        name = self.rng.choice(NAMES)
        path = self.folder / name
        kind = 2 if path.exists() else 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content(self.rng, name))
        self.tell((path, kind))

    def delete(self):
        path = self.any_file()
        if path is not None:
            path.unlink()
            self.tell((path, 3))

    def move(self):
        old, name = self.any_file(), self.rng.choice(NAMES)
        new = self.folder / name
        if old is None or new.exists() or new.suffix != old.suffix or old in self.opened:
            return
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
        files = [{"oldUri": old.as_uri(), "newUri": new.as_uri()}]
        if self.rng.random() < 0.5:
            self.editor.notify("workspace/didRenameFiles", {"files": files})
        else:
            self.tell((old, 3), (new, 1))

    def open(self):
        path = self.any_file()
        if path is not None and path not in self.opened:
            self.opened[path] = self.editor.open(path.read_text(), path.as_uri())

    def type(self):
        document = self.any_document()
        if document is None:
            return
        if self.rng.random() < 0.4:
            document.replace(content(self.rng, document.uri))
            return
        at = self.rng.choice([0, len(document.text), *(n + 1 for n, sign in enumerate(document.text) if sign == "\n")])
        if document.uri.endswith(".json"):
            document.edit(at, at, " ")
        else:
            document.edit(at, at, self.rng.choice(["# 人 🎉\n", "\n", "---\n" + policy(self.rng)]))

    def close(self):
        if self.opened:
            self.opened.pop(self.rng.choice(sorted(self.opened))).close()

    def save(self):
        if self.opened:
            path = self.rng.choice(sorted(self.opened))
            kind = 2 if path.exists() else 1
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.opened[path].text)
            self.editor.notify("textDocument/didSave", {"textDocument": {"uri": self.opened[path].uri}})
            self.tell((path, kind))

    def rule(self):
        """The configuration or a kustomization is another, or gone."""
        path, texts = self.rng.choice(
            [
                (self.folder / ".netpol-lint.yaml", CONFIGS),
                (self.folder / "base" / "kustomization.yaml", KUSTOMIZATIONS),
            ]
        )
        if path.exists() and self.rng.random() < 0.4:
            path.unlink()
            self.tell((path, 3))
        else:
            kind = 2 if path.exists() else 1
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.rng.choice(texts))
            self.tell((path, kind))

    def tell(self, *changes):
        """The client sees what changes on disk."""
        told = [{"uri": path.as_uri(), "type": kind} for path, kind in changes]
        self.editor.notify("workspace/didChangeWatchedFiles", {"changes": told})

    def any_file(self):
        found = sorted(path for name in NAMES if (path := self.folder / name).exists())
        return self.rng.choice(found) if found else None

    def any_document(self):
        return self.opened[self.rng.choice(sorted(self.opened))] if self.opened else None

    def as_if_saved(self, folder):
        """The workspace in another folder, the text of the editor in the files."""
        for path in self.folder.rglob("*"):
            if path.is_file():
                target = folder / path.relative_to(self.folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(path.read_text())
        for path, document in self.opened.items():
            target = folder / path.relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(document.text)


def said_by_the_command_line(folder, capsys):
    """The findings of each file, with the places that they lead to."""
    main(["check", "--no-cache", "--format", "json", "--jobs", "1", "--min-severity", "hint", str(folder)])
    found = {}
    for one in json.loads(capsys.readouterr().out)["findings"]:
        if one["suppressed"] is None:
            related = tuple(
                sorted(
                    (str(Path(place["path"] or one["path"]).relative_to(folder)), *point(place["start"]))
                    for place in one["related"]
                )
            )
            name = str(Path(one["path"]).relative_to(folder))
            found.setdefault(name, []).append(
                (
                    one["code"],
                    SEVERITIES[one["severity"]],
                    one["message"],
                    point(one["start"]),
                    point(one["end"]),
                    related,
                )
            )
    return {name: sorted(items) for name, items in found.items()}


def point(place):
    return place["line"] - 1, place["column"] - 1


async def said_by_the_server(editor, folder):
    """The same, of the whole workspace."""
    await editor.quiet()
    answer = await editor.request("workspace/diagnostic", {"previousResultIds": []})

    def name_of(uri):
        return str(Path(path_of_uri(uri)).relative_to(folder))

    found = {}
    for report in answer["items"]:
        for item in report["items"]:
            ends = [(item["range"][end]["line"], item["range"][end]["character"]) for end in ("start", "end")]
            places = [place["location"] for place in item.get("relatedInformation", ())]
            related = sorted((name_of(one["uri"]), *one["range"]["start"].values()) for one in places)
            one = (item["code"], item["severity"], item["message"], *ends, tuple(related))
            found.setdefault(name_of(report["uri"]), []).append(one)
    return {name: sorted(items) for name, items in found.items()}


def lines(found):
    """The findings one by one, so that a difference is seen."""
    return sorted(f"{name} {item}" for name, items in found.items() for item in items)


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_sequence_of_edits(make_editor, capsys, tmp_path, seed):
    rng = random.Random(seed)
    folder = tmp_path / "live" / "ws"
    folder.mkdir(parents=True)
    editor = make_editor("utf-32")
    workspace = Workspace(editor, folder, rng)
    for name in rng.sample(NAMES, 4):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content(rng, name))
    await editor.start(folder, PULLS)
    for number in range(STEPS):
        workspace.step()
        if rng.random() < 0.4:
            await editor.quiet()
        if number % 5 == 4 or number == STEPS - 1:
            copy = tmp_path / str(number) / "ws"
            copy.mkdir(parents=True)
            workspace.as_if_saved(copy)
            expected = said_by_the_command_line(copy, capsys)
            found = await said_by_the_server(editor, folder)
            server, command_line = lines(found), lines(expected)
            assert [one for one in server if one not in command_line] == [], f"only the server, after step {number}"
            assert [one for one in command_line if one not in server] == [], (
                f"only the command line, after step {number}"
            )
