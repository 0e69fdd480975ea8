"""Writes the record of an answer for auditors: JSON for machines, Markdown to print. The same input gives the same bytes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from netpol_lsp import __version__
from netpol_lsp.cli.reach_options import places_of, write
from netpol_lsp.explanations.connection import VERDICTS
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.reach import why_json, why_markdown
from netpol_lsp.project.cluster_inputs import ClusterInputs
from netpol_lsp.reach.answer import Answer
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.evidence import evidence_of

VERSION = 1


def write_evidence(path: str, time: str | None, answer: Answer, engine: Engine, inputs: ClusterInputs) -> None:
    """Write `path` with the ending .json, and beside it the same with the ending .md."""
    base = path.removesuffix(".json").removesuffix(".md")
    data = _data(time, answer, engine, inputs)
    write(dump(data, depth=2) + "\n", f"{base}.json")
    write(_markdown(data, answer, inputs), f"{base}.md")


def _data(time: str | None, answer: Answer, engine: Engine, inputs: ClusterInputs) -> dict[str, Any]:
    places = places_of(inputs)
    found = evidence_of(answer, engine)
    return {
        "version": VERSION,
        "tool": {"name": "netpol-lint", "version": __version__},
        "time": time,
        "networkPlugin": engine.enforcement.profile,
        "question": {"from": answer.source.text, "to": answer.destination.text, "port": str(answer.port)},
        "verdict": VERDICTS[answer.verdict],
        "answer": why_json.as_data(answer, places),
        "policiesConsidered": [
            {**why_json.policy_data(policy), **places.json(policy.origin)} for policy in found.considered
        ],
        "unknown": [{"text": doubt.text, **places.json(doubt.origin)} for doubt in found.doubts],
        "inputs": [
            {"path": path, "sha256": sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()}
            for path, source in sorted(inputs.sources.items())
        ],
    }


def _markdown(data: dict[str, Any], answer: Answer, inputs: ClusterInputs) -> str:
    question = data["question"]
    lines = [
        "# Network policy evidence",
        "",
        f"- Question: may `{question['from']}` reach `{question['to']}`, {question['port']}?",
        f"- Verdict: **{data['verdict']}**",
        f"- Time, as given: {data['time'] or 'not given'}",
        f"- Network plugin: {data['networkPlugin'] or 'not known; the specification alone decides'}",
        f"- Tool: netpol-lint {__version__}",
        "",
        "## Why",
        "",
        why_markdown.render(answer, places_of(inputs)),
        "## Policies considered",
        "",
    ]
    lines += [
        f"- {item['kind']} {item['namespace']}/{item['name']} ({item['path']}:{(item['start'] or {}).get('line', '?')})"
        for item in data["policiesConsidered"]
    ] or ["none"]
    lines += ["", "## Not known", ""]
    lines += [f"- {item['text']}" for item in data["unknown"]] or ["nothing"]
    lines += ["", "## Inputs", "", "| file | SHA-256 |", "|---|---|"]
    lines += [f"| {item['path']} | `{item['sha256']}` |" for item in data["inputs"]]
    return "\n".join(lines) + "\n"
