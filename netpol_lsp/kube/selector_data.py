"""A label selector as plain data, as a manifest says it."""

from __future__ import annotations

from typing import Any

from netpol_lsp.kube.label_selector import LabelSelector, Operator


def selector_data(selector: LabelSelector) -> dict[str, Any]:
    """The selector with one value of a key in matchLabels and everything else in matchExpressions; {} for everything."""
    labels: dict[str, str] = {}
    terms: list[dict[str, Any]] = []
    for one in selector.requirements:
        if one.operator is Operator.IN and len(one.values) == 1 and one.key not in labels:
            labels[one.key] = one.values[0]
        else:
            values = {"values": list(one.values)} if one.values else {}
            terms.append({"key": one.key, "operator": one.operator.value, **values})
    return ({"matchLabels": labels} if labels else {}) | ({"matchExpressions": terms} if terms else {})
