"""Values to offer for the fields of a policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from netpol_lsp.ide.word_counts import KnownWord
from netpol_lsp.ide.workspace_words import Vocabulary
from netpol_lsp.kube.well_known import METADATA_NAME
from netpol_lsp.policies.kinds import API_VERSION, NETWORK_POLICY
from netpol_lsp.yaml.paths import Path

SERVICES = {
    22: "SSH",
    53: "DNS",
    80: "HTTP",
    123: "NTP",
    389: "LDAP",
    443: "HTTPS",
    636: "LDAPS",
    1433: "Microsoft SQL Server",
    2379: "etcd clients",
    2380: "etcd peers",
    3000: "Grafana",
    3306: "MySQL",
    4222: "NATS",
    4317: "OpenTelemetry gRPC",
    4318: "OpenTelemetry HTTP",
    5353: "DNS pods of OpenShift, mDNS",
    5432: "PostgreSQL",
    5672: "AMQP (RabbitMQ)",
    6379: "Redis",
    6443: "Kubernetes API server",
    8080: "HTTP, alternative",
    8443: "HTTPS, alternative",
    9090: "Prometheus",
    9092: "Kafka",
    9093: "Alertmanager",
    9100: "node exporter",
    9200: "Elasticsearch",
    9443: "webhooks",
    10250: "kubelet",
    11211: "memcached",
    15008: "Istio ambient HBONE",
    27017: "MongoDB",
}
"""What usually listens on a port."""

CIDRS = {
    "0.0.0.0/0": "every IPv4 address",
    "::/0": "every IPv6 address",
    "10.0.0.0/8": "private",
    "172.16.0.0/12": "private",
    "192.168.0.0/16": "private",
    "169.254.169.254/32": "metadata service of most clouds",
    "169.254.20.10/32": "NodeLocal DNSCache",
    "fc00::/7": "private IPv6",
}

_SHORT: dict[str, tuple[tuple[Any, str], ...]] = {
    "policyTypes": (
        (["Ingress"], "isolates incoming connections"),
        (["Egress"], "isolates outgoing connections"),
        (["Ingress", "Egress"], "isolates both"),
    ),
    "podSelector": (({}, "every pod"),),
    "namespaceSelector": (({}, "every namespace"),),
    "ingress": (([], "nothing may come in"), ([{}], "everything may come in")),
    "egress": (([], "nothing may go out"), ([{}], "everything may go out")),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Words in use. `known`: what the workspace knows for the place, the best first; `typed`: what is being typed there.

    `label_key`: the `key` of the requirement whose values are being written.
    """

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    known: tuple[KnownWord, ...] = ()
    label_key: str | None = None
    typed: str = ""


def suggest_values(path: Path, schema: dict[str, Any], words: Words) -> Iterator[tuple[Any, str]]:
    """Values for the field at a path, each with a few words on it."""
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    if isinstance(path[-1], str) and name in _SHORT:
        yield from _SHORT[name]
    elif "enum" in schema:
        default = schema.get("default")
        yield from ((value, "default" if value == default else "") for value in schema["enum"] if value is not None)
    elif path == ("apiVersion",):
        yield API_VERSION, "version of NetworkPolicy"
    elif path == ("kind",):
        yield NETWORK_POLICY, "policy for the pods of a namespace"
    elif name in ("cidr", "except"):
        yield from CIDRS.items()
    else:
        known = {word.text: word.detail for word in words.known}
        found = known | {value: detail for value, detail in _others(path, name, words) if value not in known}
        is_namespace = path == ("metadata", "namespace") or name == METADATA_NAME
        yield from sorted(found.items(), key=lambda item: str(item[0])) if is_namespace else found.items()


def _others(path: Path, name: str, words: Words) -> Iterator[tuple[int | str, str]]:
    """What else is in use."""
    if path == ("metadata", "namespace"):
        yield from ((one, "namespace in use") for one in sorted(words.vocabulary.namespaces) if one != words.typed)
    elif name == "port":
        yield from _ports(words.vocabulary)
    else:
        found = _label_values(path, name, words.vocabulary, words.label_key)
        yield from ((value, note) for value, note in found if value != words.typed)


def _ports(vocabulary: Vocabulary) -> Iterator[tuple[int | str, str]]:
    used = sorted(
        vocabulary.ports, key=lambda port: (isinstance(port, str), port if isinstance(port, int) else 0, str(port))
    )
    for port in used:
        yield port, SERVICES.get(port, "in use") if isinstance(port, int) else "name of a container's port"
    for number, service in SERVICES.items():
        if number not in vocabulary.ports:
            yield number, service


def _label_values(path: Path, field: str, vocabulary: Vocabulary, label_key: str | None) -> Iterator[tuple[str, str]]:
    """Keys and values of labels in selectors and metadata.labels."""
    labels = vocabulary.labels(of_namespaces="namespaceSelector" in path)
    if field == "key" and "matchExpressions" in path:
        yield from ((key, "label in use") for key in sorted(labels))
    elif field == "values" and label_key is not None:
        yield from ((value, "in use") for value in sorted(labels.get(label_key, ())))
    elif len(path) > 1 and path[-2] in ("matchLabels", "labels"):
        note = "namespace in use" if field == METADATA_NAME else "in use"
        yield from ((value, note) for value in sorted(labels.get(field, ())))
