"""How long the page of a large cluster takes: to write, and to open in Chromium (until it answers; medians)."""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from netpol_lsp.cli.main import main as lint
from tests.browser.chromium import Chromium, find_chromium
from tests.browser.clusters import many_workloads


def main() -> None:
    """Print a table row for a cluster of the size that the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", type=int, default=500)
    parser.add_argument("--namespaces", type=int, default=20)
    parser.add_argument("--shape", choices=("teams", "mesh"), default="teams")
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    program = find_chromium()
    if program is None:
        raise SystemExit("there is no Chromium")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        text = many_workloads(options.workloads, options.namespaces, options.shape)
        (work / "all.yaml").write_text(text, encoding="utf-8")
        page = work / "page.html"
        start = time.process_time()
        arguments = ["connectivity", "--no-config", "--cni", "cilium", "--format", "html", "-o", str(page)]
        lint([*arguments, str(work / "all.yaml")])
        written = time.process_time() - start
        browser = Chromium(program, work / "profile")
        opened = []
        for _ in range(options.times):
            tab = browser.open(page)
            opened.append(int(tab.evaluate("document.documentElement.dataset.ready")))
            connections = tab.evaluate("edges.length")
            tab.close()
        browser.close()
        print("workloads  connections  size     written  opened")
        print(
            f"{options.workloads:<10} {connections:<12} {page.stat().st_size / 1e6:.1f} MB   {written:.1f} s    "
            f"{statistics.median(opened):.0f} ms"
        )


if __name__ == "__main__":
    main()
