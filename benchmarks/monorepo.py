"""A monorepo: `check` cold, warm and after an edit; the server's first index of it with somebody typing meanwhile."""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import write_monorepo
from lsp_client import LanguageServer

HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: typed, namespace: shop}\nspec:\n"
TYPED = (
    HEAD + "  podSelector: {matchLabels: {app: web}}\n  policyTypes: [Ingress]\n  ingress:\n    - ports: [{port: 80}]\n"
)


def check(folder: Path, cache: Path, title: str) -> None:
    """Run `check` once and print its time, processor time and largest memory."""
    command = [sys.executable, "-m", "netpol_lsp.cli.main", "check", "--format", "json", str(folder)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, env={**os.environ, "XDG_CACHE_HOME": str(cache)}, stdout=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{title:<34} {wall:6.2f} s  CPU {used:6.2f} s  largest process so far {after.ru_maxrss // 1024} MB")


class Typing:
    """One policy that is open in a server, and edited."""

    def __init__(self, server: LanguageServer, file: Path) -> None:
        self.server, self.uri, self.version = server, file.as_uri(), 1
        document = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": TYPED}
        server.notify("textDocument/didOpen", {"textDocument": document})
        server.diagnostics(self.uri, 1, 0)

    def edit(self) -> float:
        """From a keystroke to its findings, in milliseconds."""
        self.version += 1
        text = TYPED.replace("port: 80", f"port: {self.version}")
        start = time.perf_counter()
        change = {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [{"text": text}]}
        self.server.notify("textDocument/didChange", change)
        self.server.diagnostics(self.uri, self.version, start)
        return 1000 * (time.perf_counter() - start)


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all lie below."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def index(folder: Path, edits: int, title: str) -> None:
    """Start a server over the folder, type while it reads and after, and print what that took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    server = LanguageServer([sys.executable, "-m", "netpol_lsp.lsp.main"], {})
    start = time.perf_counter()
    server.initialize(folder)
    typing = Typing(server, folder / "typed.yaml")
    meanwhile = []
    while not any(kind == "end" for _, kind in server.progress) and time.perf_counter() - start < 300:
        meanwhile.append(typing.edit())
    ended = next((at for at, kind in server.progress if kind == "end"), time.perf_counter())
    print(f"{title}: {ended - start:.1f} s")
    print(
        f"keystrokes meanwhile ({len(meanwhile)}): median {statistics.median(meanwhile):.1f} ms, "
        f"p99 {percentile(meanwhile, 0.99):.0f} ms, longest {max(meanwhile):.0f} ms"
    )
    server.settle(2)
    first = typing.edit()
    after = [typing.edit() for _ in range(edits)]
    print(
        f"first keystroke after it {first:.0f} ms; then median {statistics.median(after):.1f} ms, p99 {percentile(after, 0.99):.0f} ms"
    )
    print(f"memory of the server: {server.memory() or 0:.0f} MB")
    server.stop()
    after_all = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after_all.ru_utime + after_all.ru_stime - before.ru_utime - before.ru_stime
    print(f"CPU of the server and its processes: {used:.1f} s, {edits + len(meanwhile)} keystrokes among it")


def main() -> None:
    """Print what a folder of manifests costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--folder", type=Path, help="manifests that are there already, instead of made ones")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or write_monorepo(Path(made) / "files", options.files)
        cache = Path(made) / "cache"
        cache.mkdir()
        time.sleep(2)  # younger files are not trusted by their time
        check(folder, cache, "check, cold")
        check(folder, cache, "check, warm")
        one = folder / "edited-by-the-benchmark.yaml"
        one.write_text(TYPED, "utf-8")
        check(folder, cache, "check, one policy more")
        one.unlink()
        os.environ["XDG_CACHE_HOME"] = str(cache)
        index(folder, options.edits, "first index")
        index(folder, options.edits, "index at the next start")


if __name__ == "__main__":
    main()
