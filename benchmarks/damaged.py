"""Lints damaged manifests, many of them, and says what failed, what took longest and how much memory it took.

    python benchmarks/damaged.py --count 1000000 --jobs 2 [--folder FOLDER ...] [--seed 0] [--fix] [--minutes 60]

Each input is a manifest (of the rule pages, the examples and the given folders) with one to twelve random changes, mostly one to three: bytes
and tokens put in, taken out, doubled and moved, lines swapped, indentation lost, pieces of two files joined. The same
seed gives the same inputs; `--only NUMBER` prints one of them. `--minutes` ends a run that would take longer.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TOKENS = [
    "- ", ": ", "{", "}", "[", "]", '"', "'", "#", "|", ">", "&a ", "*a", "!!str ", "---\n", "...\n", "\t", "  ", "{{", "}}", "{{- if .x }}",
    "{% if x %}", "%", "@", "`", "\\", "\0", "\ufeff", "\u00a0", "\u201c", "\uff1a", "\u202e", "\x1b", "\x85", "\u2028", "\r", "\r\n", "<<: *a", "? ",
    "null", "~", "9" * 5000, "0x", "1e999", "10.0.0.0/8", "podSelector:", "spec:", "ingress:", "from:", "ports:", "policyTypes:", "<<<<<<< a\n",
    "=======\n", ">>>>>>> b\n", "# netpol: ignore[NP210] ", "matchLabels", "kind: NetworkPolicy\n", "\U0001f680", "\ud800", "[" * 400, "{a: " * 200,
]  # fmt: skip
_CHANGES = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6, 9, 12)
_LARGEST_SEED, _LARGEST = 20_000, 60_000


def seeds(folders: list[str]) -> list[str]:
    """The manifests that are damaged."""
    texts: list[str] = []
    for page in sorted((ROOT / "docs" / "rules").glob("*.md")):
        parts = page.read_text("utf-8").split("```")
        texts += [part.partition("\n")[2] for part in parts[1::2] if part.startswith("yaml")]
    for folder in [str(ROOT / "examples"), *folders]:
        for path in sorted(Path(folder).rglob("*")):
            if (
                path.suffix in (".yaml", ".yml", ".json", ".tpl")
                and path.is_file()
                and path.stat().st_size < _LARGEST_SEED
            ):
                texts.append(path.read_bytes().decode("utf-8", "replace"))
    return texts


def damaged(number: int, texts: list[str], seed: int) -> str:
    """One damaged manifest."""
    draw = random.Random(seed * 1_000_003 + number)
    text = draw.choice(texts)
    for _ in range(draw.choice(_CHANGES)):
        text = _change(text, texts, draw)[:_LARGEST]
    return text


def _change(text: str, texts: list[str], draw: random.Random) -> str:
    at, to = sorted((draw.randint(0, len(text)), draw.randint(0, len(text))))
    to = min(to, at + draw.choice([1, 1, 2, 5, 20, 200]))
    kind = draw.randrange(11)
    if kind == 0:
        return text[:at] + text[to:]
    if kind <= 2:
        return text[:at] + draw.choice(TOKENS) + text[at:]
    if kind == 3:
        return text[:at] + text[at:to] * draw.choice([2, 3, 50]) + text[to:]
    if kind == 4:
        return (
            text[:at]
            + chr(draw.choice([draw.randrange(128), draw.randrange(0x3000), draw.randrange(0x10000)]))
            + text[to:]
        )
    lines = text.split("\n")
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    if kind == 5:
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == 6:
        lines[one] = " " * draw.randint(0, 9) + lines[one].lstrip()
    elif kind == 7:
        first, last = sorted((one, other))
        lines[first:last] = [line.lstrip() for line in lines[first:last]]
    elif kind == 8:
        del lines[one]
    elif kind == 9:
        return text[:at] + draw.choice(texts)[: draw.randint(0, 2000)] + text[at:]
    else:
        return text.replace("  ", draw.choice([" ", "\t", "   ", "\u00a0\u00a0"]))
    return "\n".join(lines)


def run_share(share: int, options: argparse.Namespace, pipe: Any) -> None:
    """Lint one process' inputs and send what came of it."""
    from netpol_lsp.config.config import default_file_config  # noqa: PLC0415 - each process loads it
    from netpol_lsp.lint.engine import lint_text  # noqa: PLC0415
    from netpol_lsp.lint.fixer import fix_source  # noqa: PLC0415
    from netpol_lsp.project.nesting import allow_deep_nesting  # noqa: PLC0415
    from netpol_lsp.text.source import make_source  # noqa: PLC0415

    allow_deep_nesting()
    texts = seeds(options.folder)
    failed: list[tuple[int, str]] = []
    slowest: list[tuple[float, int, int]] = []
    codes: Counter[str] = Counter()
    done = 0
    end = time.monotonic() + options.minutes * 60
    for number in range(share, options.count, options.jobs):
        if time.monotonic() > end:
            break
        text = damaged(number, texts, options.seed)
        start = time.process_time()
        try:
            report = lint_text(text)
            if options.fix and number % 10 == 0:
                fix_source(make_source("<text>", text), default_file_config())
        except Exception as error:  # noqa: BLE001 - counting these is what this is for
            failed.append((number, f"{type(error).__name__}: {error}"[:200]))
            continue
        took = time.process_time() - start
        codes.update(found.code for found in report.diagnostics)
        failed += [(number, found.message[:200]) for found in report.diagnostics if found.code == "NP990"]
        slowest = sorted([*slowest, (round(took, 3), number, len(text))], reverse=True)[:10]
        done += 1
        if done % 2000 == 0:
            pipe.send({"done": done, "failed": failed[:20], "slowest": slowest, "memory": _memory()})
    pipe.send(
        {
            "done": done,
            "failed": failed,
            "slowest": slowest,
            "memory": _memory(),
            "codes": codes.most_common(),
            "end": True,
        }
    )


def _memory() -> int:
    """The largest memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Run and print a summary as JSON; the exit code is 1 when anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", action="append", default=[])
    parser.add_argument("--minutes", type=float, default=100_000.0, help="stop after so many")
    parser.add_argument("--fix", action="store_true", help="fix each tenth input, too")
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    if options.only is not None:
        sys.stdout.write(damaged(options.only, seeds(options.folder), options.seed))
        return 0
    start = time.monotonic()
    context = multiprocessing.get_context("fork")
    pipes, processes = [], []
    for share in range(options.jobs):
        ours, theirs = context.Pipe()
        process = context.Process(target=run_share, args=(share, options, theirs), daemon=True)
        process.start()
        pipes.append(ours)
        processes.append(process)
    ends: list[dict[str, Any]] = []
    for pipe in pipes:
        while True:
            said = pipe.recv()
            if "end" in said:
                ends.append(said)
                break
            print(json.dumps(said), file=sys.stderr, flush=True)
    failed = [one for end in ends for one in end["failed"]]
    summary = {
        "inputs": sum(end["done"] for end in ends),
        "seconds": round(time.monotonic() - start),
        "internal errors": len(failed),
        "failed": failed[:20],
        "slowest (CPU seconds, number, characters)": sorted(
            (one for end in ends for one in end["slowest"]), reverse=True
        )[:10],
        "largest memory of a process (MB)": max(end["memory"] for end in ends),
    }
    print(json.dumps(summary, indent=2))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
