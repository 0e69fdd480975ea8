"""Kills runs that write, at random moments, and counts what is lost and what is left lying about.

    python benchmarks/kills.py --count 1000

Each round starts `netpol-lint --fix` over some files, or a run that writes its cache, and kills it (SIGKILL). Every file
must then be the old or the new one, byte for byte, and the cache must be usable; after the next run that is not killed no
unfinished file may be left. Needs a system that can fork.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

FILES = 60
POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: p{number}, namespace: shop}}
spec:
  podSelector: {{}}
  policyTypes: [Ingress]
  ingress:
  - ports:
    - {{protocol: {protocol}, port: 80}}
"""


def text(number: int, protocol: str) -> bytes:
    """A manifest; with `tcp` the API server refuses it, and a safe fix writes `TCP`."""
    return POLICY.format(number=number, protocol=protocol).encode()


def start(arguments: list[str], folder: Path) -> int:
    """Run the command in a copy of this process."""
    process = os.fork()
    if process:
        return process
    from netpol_lsp.cli.main import main  # noqa: PLC0415 - loaded before, and shared

    os.chdir(folder)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os._exit(main(arguments))


def left_over(*folders: Path) -> int:
    """How many unfinished files lie in the folders."""
    return sum(1 for folder in folders for _ in folder.rglob(".netpol-lint-*.tmp"))


def run(count: int, seed: int) -> dict[str, object]:
    """Kill so many runs, half of them while they fix."""
    draw = random.Random(seed)
    lost = killed = broken_caches = left_at_once = left_in_the_end = 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        work, cache = root / "work", root / "cache"
        work.mkdir()
        (work / ".git").mkdir()
        os.environ["XDG_CACHE_HOME"] = str(cache)
        longest = {"fix": 1.5, "cache": 1.5}
        for number in range(count):
            kind = "fix" if number % 2 else "cache"
            for index in range(FILES):
                (work / f"p{index}.yaml").write_bytes(text(index, "tcp"))
            arguments = (
                ["--fix", "--jobs", "1", "."] if kind == "fix" else ["--jobs", "1", f"--select=NP{number % 9}", "."]
            )
            began = time.monotonic()
            process = start(arguments, work)
            time.sleep(draw.uniform(0, longest[kind] * 1.1))
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
            killed += os.WIFSIGNALED(status)
            if not os.WIFSIGNALED(status):
                longest[kind] = max(0.05, min(longest[kind], time.monotonic() - began))
            else:
                longest[kind] = min(longest[kind] * 1.02, 5.0)
            for index in range(FILES):
                is_whole = (work / f"p{index}.yaml").read_bytes() in (text(index, "tcp"), text(index, "TCP"))
                lost += not is_whole
            for path in cache.rglob("*.json"):
                try:
                    json.loads(path.read_bytes())
                except ValueError:
                    broken_caches += 1
            left_at_once += left_over(work, cache)
            if number % 50 == 49:
                for index in range(FILES):
                    (work / f"p{index}.yaml").write_bytes(text(index, "tcp"))
                for last in (["."], ["--fix", "."]):
                    os.waitpid(start(["--jobs", "1", *last], work), 0)
                left_in_the_end += left_over(work, cache)
    return {
        "runs": count,
        "killed while they ran": killed,
        "files lost": lost,
        "caches that cannot be read": broken_caches,
        "unfinished files right after a kill": left_at_once,
        "unfinished files after the next runs": left_in_the_end,
    }


def main() -> int:
    """Run and print what came of it; the exit code is 1 when anything was lost or left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    import netpol_lsp.cli.check  # noqa: PLC0415 - so that each copy has it loaded
    import netpol_lsp.cli.fix_output  # noqa: F401, PLC0415
    from netpol_lsp.lint.registry import all_rules  # noqa: PLC0415

    all_rules()
    found = run(options.count, options.seed)
    print(json.dumps(found, indent=2))
    return int(
        bool(
            found["files lost"] or found["caches that cannot be read"] or found["unfinished files after the next runs"]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
