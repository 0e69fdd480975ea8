"""The answer to `why` as data; schemas/why.schema.json describes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from netpol_lsp.explanations.connection import VERDICTS, end_title, reason_sentence, side_sentence
from netpol_lsp.formats.json_writer import dump
from netpol_lsp.formats.reach.places import Places
from netpol_lsp.kube.net.address_set import CidrSet
from netpol_lsp.policies.ir import Peer, PolicySemantics, PortTerm
from netpol_lsp.reach.answer import Answer, Answered, Help
from netpol_lsp.reach.query import End
from netpol_lsp.reach.traffic import NAME_OF, Traffic, by_protocol, describe, is_mostly_everything
from netpol_lsp.reach.why import Reason, Segment, SideReasons

VERSION = 1
Data = dict[str, Any]


def render(answer: Answer, places: Places) -> str:
    """The answer as JSON."""
    return dump(as_data(answer, places), depth=3) + "\n"


def as_data(answer: Answer, places: Places) -> Data:
    """The answer as plain data."""
    return {
        "version": VERSION,
        "from": answer.source.text,
        "to": answer.destination.text,
        "port": str(answer.port),
        "verdict": VERDICTS[answer.verdict],
        "mixed": answer.is_mixed,
        "connections": [entry for item in answer.answered for entry in _connections(item, places)],
    }


def _connections(item: Answered, places: Places) -> Iterable[Data]:
    explanation = item.explanation
    ends = {"source": end_data(explanation.source), "destination": end_data(explanation.destination)}
    if not explanation.segments:
        yield {
            **ends,
            "traffic": traffic_data(explanation.traffic),
            "verdict": VERDICTS[explanation.answer],
            "loopback": explanation.is_loopback,
            "egress": None,
            "ingress": None,
            "nearMisses": [],
            "edits": [],
        }
    for segment, helps in zip(explanation.segments, item.helps, strict=True):
        yield {**ends, **_segment(segment, places), **_helps(helps, places)}


def _segment(segment: Segment, places: Places) -> Data:
    return {
        "traffic": traffic_data(segment.traffic),
        "verdict": VERDICTS[segment.answer],
        "loopback": False,
        "egress": side_data(segment.egress, places),
        "ingress": side_data(segment.ingress, places),
    }


def end_data(end: End) -> Data:
    """One end of a connection."""
    if isinstance(end, CidrSet):
        return {"kind": "addresses", "title": end_title(end), "cidrs": list(end.cidrs())}
    kind, name = end.owner
    return {"kind": kind, "title": end.title, "namespace": end.namespace, "name": name}


def traffic_data(traffic: Traffic) -> Data:
    """Traffic as text and, unless it is all but something, by protocol."""
    protocols = (
        {}
        if is_mostly_everything(traffic)
        else {
            NAME_OF.get(number, str(number)): [[max(first, 1), last] for first, last in ports]
            for number, ports in by_protocol(traffic)
        }
    )
    return {"text": describe(traffic), "all": describe(traffic) == "all ports", "protocols": protocols}


def side_data(side: SideReasons | None, places: Places) -> Data | None:
    """One side with its reasons."""
    if side is None:
        return None
    return {
        "verdict": VERDICTS[side.answer],
        "workload": side.workload.title,
        "default": side.is_default,
        "text": side_sentence(side),
        "reasons": [reason_data(reason, places) for reason in side.reasons],
        "unknown": [{"text": doubt.text, **places.json(doubt.origin)} for doubt in side.doubts],
        "networkPlugin": [
            {
                "capability": fact.capability.value,
                "support": fact.support.value,
                "text": fact.text,
                "sources": list(fact.sources),
            }
            for fact in side.facts
        ],
    }


def reason_data(reason: Reason, places: Places) -> Data:
    """One reason with the place of each of its parts."""
    found = places.find(reason.origin)
    return {
        "policy": policy_data(reason.policy),
        "effect": reason.effect.value,
        "rule": None if reason.rule is None else reason.rule.index + 1,
        "certain": reason.is_certain,
        "text": reason_sentence(reason),
        "field": reason.origin.field,
        **places.json(reason.origin),
        "line": found.text if found is not None else None,
        "peer": _part(reason.policy, reason.peer, places),
        "port": _part(reason.policy, reason.port, places),
    }


def policy_data(policy: PolicySemantics) -> Data:
    """Which policy it is."""
    return {"kind": policy.kind, "namespace": policy.namespace, "name": policy.name}


def _part(policy: PolicySemantics, part: Peer | PortTerm | None, places: Places) -> Data | None:
    if part is None:
        return None
    return {"field": part.field, **places.json(policy.origin_of(part))}


def _helps(helps: tuple[Help, ...], places: Places) -> Data:
    misses = [
        {
            "direction": help_.direction.value.lower(),
            "policy": policy_data(miss.policy),
            "rule": miss.rule.index + 1,
            "text": miss.text,
            "missing": [{"what": part.missing.value, "text": part.text, "label": part.label} for part in miss.misses],
            **places.json(miss.policy.origin_of(miss.peer or miss.rule)),
        }
        for help_ in helps
        for miss in help_.near_misses
    ]
    edits = [
        {
            "direction": help_.direction.value.lower(),
            "title": edit.title,
            "field": edit.field,
            "yaml": edit.yaml,
            **places.json(edit.origin),
        }
        for help_ in helps
        for edit in help_.edits
    ]
    return {"nearMisses": misses, "edits": edits}
