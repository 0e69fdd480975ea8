"""What people call the ends of a connection: `shop/web`, `deploy/web`, `svc:shop/db`, `ip:203.0.113.9`, `world` and so on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from netpol_lsp.kube.label_selector import LabelRequirement, LabelSelector, Operator, label_selector
from netpol_lsp.kube.net.address import parse_address
from netpol_lsp.kube.net.address_set import EVERY_ADDRESS, CidrSet, address_set, addresses_of
from netpol_lsp.reach.cluster import SHORT_KINDS, Cluster, Workload
from netpol_lsp.reach.match import selects
from netpol_lsp.text.edit_distance import closest
from netpol_lsp.workspace.resources import ServiceFacts
from netpol_lsp.workspace.ternary import Ternary

_TERM = re.compile(
    r"\s*(?:(?P<absent>!)\s*)?(?P<key>[A-Za-z0-9][\w./-]*)\s*"
    r"(?:(?P<sign>==?|!=)\s*(?P<value>[\w.-]*)|(?P<word>in|notin)\s*\((?P<list>[^)]*)\))?\s*(?:,|$)"
)
MANY = 12
"""So many candidates are listed."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means: workloads, or addresses outside the cluster; `service` when it was the name of one.

    `is_pattern`: it may mean several. `problem`: why it means nothing, with `candidates` that someone may have meant.
    `is_uncertain`: there may be more that no one can see. `note`: what should be said about it.
    """

    text: str
    workloads: tuple[Workload, ...] = ()
    addresses: CidrSet | None = None
    service: ServiceFacts | None = None
    container: str | None = None
    is_pattern: bool = False
    is_uncertain: bool = False
    problem: str | None = None
    candidates: tuple[str, ...] = ()
    note: str | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether it means nothing at all."""
        return not self.workloads and self.addresses is None


@dataclass(frozen=True, slots=True)
class Names:
    """Finds what names mean in a cluster. `inside`: addresses that are known to be pods or Services, which `world` leaves out."""

    cluster: Cluster
    inside: CidrSet = field(default_factory=CidrSet)

    def find(self, text: str) -> Named:
        """What a name means; see `Named.problem` when it means nothing."""
        written = text.strip()
        prefix, colon, rest = written.partition(":")
        if written == "world":
            return Named(written, addresses=EVERY_ADDRESS.difference(self.inside), is_pattern=True)
        if prefix == "host" and colon:
            return self._host(rest, written)
        if colon and prefix in ("ip", "cidr", "svc", "service", "pod", "ns", "namespace"):
            return self._prefixed(prefix, rest.strip("[]") if prefix == "ip" else rest, written)
        address = self._address(written)
        return address if address is not None else self._workloads(written)

    def _prefixed(self, prefix: str, rest: str, written: str) -> Named:
        if prefix in ("ip", "cidr"):
            found = self._address(rest)
            if found is not None and (prefix == "ip") is ("/" not in rest):
                return found
            what = "an IP address" if prefix == "ip" else "a range of addresses, as in cidr:10.0.0.0/8"
            return Named(written, problem=f"`{rest}` is not {what}")
        if prefix in ("svc", "service"):
            return self._service(rest, written)
        return self._workloads(rest if prefix == "pod" else f"{rest}/*")

    def _host(self, name: str, written: str) -> Named:
        """A host name: a Service of the cluster by its DNS name, else some address outside."""
        parts = name.split(".")
        if len(parts) > 2 and parts[2] == "svc":
            return self._service(f"{parts[1]}/{parts[0]}", written)
        return self._address(name) or Named(written, addresses=EVERY_ADDRESS.difference(self.inside), is_pattern=True)

    def _address(self, text: str) -> Named | None:
        parsed = parse_address(text.strip("[]"))
        if parsed is None:
            block = address_set(text) if "/" in text and text[0] in "0123456789abcdefABCDEF:" else None
            return Named(f"cidr:{text}", addresses=block, is_pattern=True) if block is not None else None
        plain = text.strip("[]")
        name = f"ip:{plain}"
        pods = tuple(item for item in self.cluster.workloads if any(_same(plain, ip) for ip in item.facts.pod_ips))
        if pods:
            return Named(name, pods, note=f"{plain} is the address of {', '.join(item.title for item in pods)}")
        for service in self.cluster.services:
            if any(_same(plain, ip) for ip in service.cluster_ips):
                found = self._service(f"{self.cluster.resolve(service.namespace)}/{service.name}", name)
                return replace(found, note=f"{plain} is the address of the Service {service.name}")
        return Named(name, addresses=address_set(f"{plain}/{32 if parsed[0] == 4 else 128}"))

    def _service(self, text: str, written: str) -> Named:
        namespace, slash, name = text.rpartition("/")
        found = [
            item
            for item in self.cluster.services
            if item.name == name
            and (not slash or self.cluster.resolve(item.namespace, item.is_namespace_unknown) == namespace)
        ]
        if len(found) != 1:
            titles = [f"svc:{self.cluster.resolve(item.namespace)}/{item.name}" for item in self.cluster.services]
            if found:
                return Named(written, problem=f"`{text}` names several Services", candidates=tuple(sorted(titles)))
            return Named(written, problem=f"no Service `{text}` is known", candidates=_near(f"svc:{text}", titles))
        service = found[0]
        if not service.selector:
            problem = f"the Service `{text}` has no selector: which pods are behind it is not known"
            return Named(written, service=service, problem=problem, is_uncertain=True)
        pods, is_uncertain = backends(self.cluster, service)
        if not pods:
            return Named(written, service=service, problem=f"no known workload is behind the Service `{text}`")
        is_uncertain = is_uncertain or service.has_unknown_selector
        return Named(written, pods, service=service, is_pattern=len(pods) > 1, is_uncertain=is_uncertain)

    def _workloads(self, written: str) -> Named:
        text, at, container = written.partition("@")
        if not at:
            container = ""
        parts = [part.strip() for part in text.split("/")]
        if _is_selector(text):
            return self._by_labels(text, written)
        found = list(self._matching(parts))
        is_pattern = "*" in text or "?" in text
        if not found:
            return self._nothing(text, written)
        if len(parts) == 1 and not is_pattern:
            places = {item.namespace for item in found}
            if len(places) > 1:
                titles = tuple(sorted({short_title(item) for item in found}))
                return Named(written, problem=f"`{text}` is not unique", candidates=titles)
        return Named(written, tuple(found), is_pattern=is_pattern, container=container or None)

    def _matching(self, parts: list[str]) -> Iterator[Workload]:
        """Workloads that `name`, `namespace/name`, `kind/name` or `namespace/kind/name` means."""
        for item in self.cluster.workloads:
            kind, owner = item.owner
            names = {item.name, owner}
            namespace = item.namespace or ""
            if len(parts) == 1:
                fits = _any(names, parts[0])
            elif len(parts) == 2:
                is_named = _any(names, parts[1])
                fits = is_named and fnmatchcase(namespace, parts[0])
                if not fits and is_named and parts[0].lower() in SHORT_KINDS:
                    fits = SHORT_KINDS[parts[0].lower()] in (kind, item.facts.kind)
            else:
                wanted = SHORT_KINDS.get(parts[1].lower(), parts[1])
                fits = fnmatchcase(namespace, parts[0]) and wanted in (kind, item.facts.kind) and _any(names, parts[2])
            if fits:
                yield item

    def _by_labels(self, text: str, written: str) -> Named:
        namespace, labels = _split_selector(text)
        selector = parse_selector(labels)
        if selector is None:
            return Named(written, problem=f"`{labels}` is not a valid label selector, as in app=web,tier!=db")
        found, is_uncertain = [], False
        for item in self.cluster.workloads:
            if not fnmatchcase(item.namespace or "", namespace):
                continue
            answer = selects(selector, item.facts.labels, has_all=not item.facts.has_unknown_labels)
            if answer is Ternary.YES:
                found.append(item)
            is_uncertain = is_uncertain or answer is Ternary.UNKNOWN
        if not found:
            where = "any namespace" if namespace == "*" else f"namespace `{namespace}`"
            known = sorted(
                {f"{key}={value}" for item in self.cluster.workloads for key, value in item.facts.labels.items()}
            )
            problem = f"no workload in {where} has the labels `{labels}`"
            return Named(written, problem=problem, candidates=_near(labels, known), is_uncertain=is_uncertain)
        return Named(written, tuple(found), is_pattern=True, is_uncertain=is_uncertain)

    def _nothing(self, text: str, written: str) -> Named:
        titles = sorted({short_title(item) for item in self.cluster.workloads})
        name = text.rpartition("/")[2]
        by_name = [title for title in titles if title.rpartition("/")[2] == name]
        candidates = tuple(by_name[:MANY]) or _near(text, titles)
        if not candidates and "/" not in text:
            close = set(_near(text, {title.rpartition("/")[2] for title in titles}))
            candidates = tuple(title for title in titles if title.rpartition("/")[2] in close)[:MANY]
        services = [item for item in self.cluster.services if item.name == name]
        if not by_name and services:
            candidates = tuple(f"svc:{self.cluster.resolve(item.namespace)}/{item.name}" for item in services)
        if "/" in text:
            namespace = text.partition("/")[0]
            if namespace != "*" and namespace not in self.cluster.namespace_names and namespace not in SHORT_KINDS:
                problem = f"no namespace `{namespace}` is known"
                more = _near(namespace, self.cluster.namespace_names)
                return Named(
                    written, problem=problem, candidates=candidates or tuple(f"{item}/{name}" for item in more)
                )
        if not candidates and "*" not in text:
            candidates = tuple(titles[:MANY])
        return Named(written, problem=f"no workload `{text}` is known", candidates=candidates)


def names_beside(cluster: Cluster, own_ranges: Iterable[str]) -> Names:
    """The names of a cluster whose pods and Services have addresses of some ranges: these are not the world."""
    return Names(cluster, addresses_of(own_ranges))


def backends(cluster: Cluster, service: ServiceFacts) -> tuple[tuple[Workload, ...], bool]:
    """The workloads that a Service's selector selects, and whether there may be more."""
    namespace = cluster.resolve(service.namespace, service.is_namespace_unknown)
    wanted = service.selector or {}
    found, is_uncertain = [], False
    if not wanted or namespace is None:
        return (), False
    groups = cluster.workloads_by_namespace
    for item in (*groups.get(namespace, ()), *groups.get(None, ())):
        labels = item.facts.labels
        if all(labels.get(key) == value for key, value in wanted.items()) and item.namespace is not None:
            found.append(item)
        elif all(labels.get(key, value) == value for key, value in wanted.items()) and (
            item.facts.has_unknown_labels or item.namespace is None
        ):
            is_uncertain = True
    return tuple(found), is_uncertain


def parse_selector(text: str) -> LabelSelector | None:
    """A label selector as kubectl reads it: `app=web,tier!=db`, `app in (a, b)`, `!app`; None when it is not one."""
    requirements: list[LabelRequirement] = []
    offset = 0
    while offset < len(text):
        term = _TERM.match(text, offset)
        if term is None or term.end() == offset:
            return None
        requirements.append(_requirement(term, len(requirements)))
        offset = term.end()
    return label_selector(requirements)


def short_title(workload: Workload) -> str:
    """As in `shop/web`: how people name it."""
    return f"{workload.namespace or '?'}/{workload.owner[1]}"


def _requirement(term: re.Match[str], index: int) -> LabelRequirement:
    key, value = term["key"], term["value"] or ""
    if term["absent"]:
        return LabelRequirement(key, Operator.DOES_NOT_EXIST, (), index)
    if term["word"]:
        values = tuple(item.strip() for item in term["list"].split(","))
        return LabelRequirement(key, Operator.IN if term["word"] == "in" else Operator.NOT_IN, values, index)
    if term["sign"] is None:
        return LabelRequirement(key, Operator.EXISTS, (), index)
    return LabelRequirement(key, Operator.NOT_IN if term["sign"] == "!=" else Operator.IN, (value,), index)


def _is_selector(text: str) -> bool:
    return any(sign in text for sign in ("=", "!", ",", "(", " in ", " notin "))


def _split_selector(text: str) -> tuple[str, str]:
    """Namespace and labels of `shop/app=web`; a label's key may have a slash of its own, as in `shop/app.kubernetes.io/name=web`."""
    head, slash, rest = text.partition("/")
    if not slash or _is_selector(head) or "." in head:
        return "*", text
    return head, rest


def _any(names: Iterable[str], pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _near(text: str, known: Iterable[str]) -> tuple[str, ...]:
    return tuple(closest(text, sorted(known))[:MANY])


def _same(left: str, right: str) -> bool:
    return left == right or parse_address(left) == parse_address(right)
