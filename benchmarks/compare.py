"""netpol-lint beside other linters on the same files: CPU and wall time in turn, medians, ratios.

    python benchmarks/compare.py [--files 1000] [--rounds 3] [--peers check-jsonschema,yamllint,...]

Peers that are not installed are left out. Commands run in turn, so that a noisy machine disturbs all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from corpus import write_monorepo, write_policies

from netpol_lsp.resources import schema

LINT = [sys.executable, "-m", "netpol_lsp.cli.main"]


@dataclass
class Row:
    """What one command took, a value a round: seconds and megabytes."""

    name: str
    command: list[str]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: float = 0.0


def peers(folder: Path) -> dict[str, list[str]]:
    """The commands of other tools for a folder of policies."""
    files = [str(path) for path in sorted(folder.rglob("*.yaml"))]
    whole = folder.parent / "networkpolicy.schema.json"
    whole.write_text(json.dumps(schema("networkpolicy.v1.schema.json")), "utf-8")
    return {
        "check-jsonschema": ["check-jsonschema", "--schemafile", str(whole), *files],
        "yamllint": ["yamllint", "-d", "relaxed", str(folder)],
        "kubernetes-validate": ["kubernetes-validate", *files],
        "checkov": ["checkov", "-d", str(folder), "--framework", "kubernetes", "--compact", "--quiet"],
        "kubeconform": ["kubeconform", "-summary", str(folder)],
    }


def run(row: Row) -> None:
    """Run a command once and note what it took."""
    start = time.perf_counter()
    with subprocess.Popen(row.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    row.wall.append(time.perf_counter() - start)
    row.cpu.append(usage.ru_utime + usage.ru_stime)
    row.memory = usage.ru_maxrss / 1024


def measure(title: str, rows: list[Row], files: int, rounds: int) -> None:
    """Run all in turn and print a table; ratios are to the first row."""
    for _ in range(rounds):
        for row in rows:
            run(row)
    print(f"\n{title} ({files} files, medians of {rounds})")
    first = rows[0]
    for row in rows:
        wall, cpu = statistics.median(row.wall), statistics.median(row.cpu)
        ratio = cpu / statistics.median(first.cpu)
        print(
            f"  {row.name:24} wall {wall:7.3f} s  cpu {cpu:7.3f} s ({cpu / files * 1e6:7.0f} us a file)"
            f"  {files / wall:8.0f} files/s  cpu x{ratio:.2f}  {row.memory:4.0f} MB"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default="check-jsonschema,yamllint,kubernetes-validate,checkov,kubeconform")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["XDG_CACHE_HOME"] = f"{temporary}/cache"
        # As an installed tool runs: with its modules compiled.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        policies = write_policies(Path(temporary) / "policies", arguments.files)
        check = [*LINT, "check", "--exit-zero", "--quiet"]
        rows = [
            Row("netpol-lint cold", [*check, "--no-cache", str(policies)]),
            Row("netpol-lint cold -j1", [*check, "--no-cache", "--jobs", "1", str(policies)]),
            Row("netpol-lint warm", [*check, str(policies)]),
        ]
        run(rows[2])
        rows[2].wall.clear()
        rows[2].cpu.clear()
        for name, command in peers(policies).items():
            if name in arguments.peers.split(",") and shutil.which(command[0]):
                rows.append(Row(name, command))
        measure("policies", rows, arguments.files, arguments.rounds)
        monorepo = write_monorepo(Path(temporary) / "monorepo", arguments.files)
        rows = [
            Row("netpol-lint cold", [*check, "--no-cache", str(monorepo)]),
            Row("netpol-lint warm", [*check, str(monorepo)]),
        ]
        measure("monorepo, one file in ten a policy", rows, arguments.files, arguments.rounds)
        single = next(policies.rglob("*.yaml"))
        rows = [
            Row("netpol-lint, one file", [*check, "--no-cache", str(single)]),
            Row("python -c pass", [sys.executable, "-c", "pass"]),
        ]
        measure("one small file", rows, 1, max(arguments.rounds, 5))


if __name__ == "__main__":
    main()
