"""The keys of `.netpol-lint.yaml`: one table for the reader, for `netpol-lint config` and for the JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netpol_lsp.config.config import DEFAULT_PROFILE, rule_infos
from netpol_lsp.config.render_reader import RENDER_SCHEMA
from netpol_lsp.config.selection import PROFILES
from netpol_lsp.config.settings import Settings
from netpol_lsp.config.values import (
    CLOUDS,
    SEVERITIES,
    parse_address,
    parse_cidr,
    parse_cloud,
    parse_cni,
    parse_flag,
    parse_label,
    parse_namespace,
    parse_namespace_pattern,
    parse_platform,
    parse_port,
    parse_profile,
    parse_selector,
    parse_severity,
    parse_text,
    parse_version,
)
from netpol_lsp.findings.diagnostic import Category
from netpol_lsp.findings.rule_info import Option, RuleInfo

Json = dict[str, Any]
TEXT: Json = {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the config file.

    `parse` reads one text; for a list it reads each item. `item` is the JSON Schema of one value.
    `whole_file`: the key cannot be in an override. `name` is dotted for a key inside a mapping.
    """

    name: str
    help: str
    parse: Callable[[str], Any]
    item: Json
    is_list: bool = False
    whole_file: bool = False
    default: Any = None

    @property
    def schema(self) -> Json:
        """The JSON Schema of the key's value."""
        value = {"type": "array", "items": self.item} if self.is_list else dict(self.item)
        return {**value, "description": self.help}


def _selector(text: str) -> str:
    return parse_selector(text, rule_infos())


_SELECTOR = {"$ref": "#/$defs/selector"}
_DEFAULTS = Settings()
_LATEST = ".".join(map(str, _DEFAULTS.kubernetes_version))

KEYS = (
    Key("extends", "Another config file that this one builds on, relative to it.", parse_text, TEXT, whole_file=True),
    Key(
        "profile",
        "Which rules run: `recommended`; `strict` adds style and facts; `audit` adds those for audits, too.",
        parse_profile,
        {"enum": list(PROFILES)},
        default=DEFAULT_PROFILE,
    ),
    Key(
        "select",
        "Run these rules only: codes, starts of codes such as NP2, names, categories, profiles. "
        "With `profile` beside it: in addition to the profile.",
        _selector,
        _SELECTOR,
        is_list=True,
    ),
    Key(
        "ignore",
        "Leave these rules out: codes, starts of codes, names, categories.",
        _selector,
        _SELECTOR,
        is_list=True,
        default=(),
    ),
    Key(
        "exclude",
        "Files and folders to leave out, as in .gitignore, relative to this file.",
        parse_text,
        TEXT,
        is_list=True,
        whole_file=True,
        default=(),
    ),
    Key(
        "context",
        "Manifests that give context and are not linted, such as `kubectl get ns,deploy,po,svc -A -o yaml`; "
        "relative to this file.",
        parse_text,
        TEXT,
        is_list=True,
        whole_file=True,
        default=(),
    ),
    Key(
        "platform",
        "What the cluster runs on: `eks`, `eks-auto`, `gke`, `gke-dpv2`, `aks`, `openshift`, `k3s`, `kind` and others. It "
        "stands for the platform's usual network plugin, DNS, address ranges and cloud; a key that is written out wins.",
        parse_platform,
        TEXT,
    ),
    Key(
        "detect",
        "Whether manifests of network plugins and platforms among the files tell what the cluster has, where nothing is "
        "written here.",
        parse_flag,
        {"type": "boolean"},
        whole_file=True,
        default=True,
    ),
    Key(
        "cni",
        "The network plugin, with its version where known: `cilium@1.15`. `netpol-lint cni` lists them.",
        parse_cni,
        TEXT,
    ),
    Key(
        "kubernetes-version",
        "The oldest Kubernetes version that the manifests must work with, such as 1.30.",
        parse_version,
        {"type": ["string", "number"], "pattern": r"^v?\d+\.\d+"},
        default=_LATEST,
    ),
    Key(
        "whole-namespaces",
        "Namespaces all of whose pods are in the manifests, `*` for any characters: there a selector that matches nothing "
        "is reported even where nothing near it is known. `netpol-lint inventory` shows which are known whole.",
        parse_namespace_pattern,
        TEXT,
        is_list=True,
        default=(),
    ),
    Key("pod-cidrs", "Address ranges of pods.", parse_cidr, TEXT, is_list=True, default=()),
    Key("service-cidrs", "Address ranges of Services.", parse_cidr, TEXT, is_list=True, default=()),
    Key(
        "cloud",
        "Whose instance metadata pods could reach; `none` where there is none.",
        parse_cloud,
        {"enum": list(CLOUDS)},
        default=_DEFAULTS.cloud,
    ),
    Key(
        "metadata-addresses",
        "Addresses of the cloud's instance metadata and credentials.",
        parse_address,
        TEXT,
        is_list=True,
        default=(),
    ),
    Key("default-namespace", "What a manifest without a namespace means.", parse_namespace, TEXT),
    Key(
        "dns.ports",
        "Ports that the cluster's DNS pods listen on; OpenShift's listen on 5353.",
        parse_port,
        {"type": "integer", "minimum": 1, "maximum": 65535},
        is_list=True,
        default=_DEFAULTS.dns_ports,
    ),
    Key("dns.namespace", "The namespace of the cluster's DNS pods.", parse_namespace, TEXT),
    Key(
        "dns.labels",
        "The labels of the cluster's DNS pods, as in `k8s-app=kube-dns`.",
        parse_label,
        {"type": "string", "pattern": "="},
        is_list=True,
        default=(),
    ),
    Key(
        "dns.on-node",
        "Whether DNS is a service of each node, as in EKS Auto Mode, so that no selector reaches it.",
        parse_flag,
        {"type": "boolean"},
        default=_DEFAULTS.is_dns_on_node,
    ),
    Key("dns.node-local-address", "The address of NodeLocal DNSCache, such as 169.254.20.10.", parse_address, TEXT),
)
KEYS_BY_NAME = {key.name: key for key in KEYS}
SEVERITY_HELP = "Severity by rule: error, warning, info, hint or off."
OPTIONS_HELP = "Options by rule."
OVERRIDES_HELP = "Settings for some files; a later entry wins."
FILES_HELP = "The files that the entry is for, as in .gitignore, relative to this file."


def option_schema(option: Option) -> Json:
    """The JSON Schema of a rule's option."""
    names: dict[Any, Json] = {
        bool: {"type": "boolean"},
        int: {"type": "integer"},
        str: {"type": "string"},
        list[str]: {"type": "array", "items": {"type": "string"}},
        list[int]: {"type": "array", "items": {"type": "integer"}},
    }
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    return {**names[option.kind], "description": option.help, "default": default}


def config_schema() -> Json:
    """The JSON Schema of the config file."""
    infos = rule_infos()
    shared = _properties(whole_file=False)
    override = {**shared, "files": {"type": "array", "items": TEXT, "minItems": 1, "description": FILES_HELP}}
    properties = {
        **_properties(whole_file=True),
        **shared,
        "render": RENDER_SCHEMA,
        "overrides": {
            "type": "array",
            "description": OVERRIDES_HELP,
            "items": {"type": "object", "properties": override, "required": ["files"], "additionalProperties": False},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of netpol-lint (.netpol-lint.yaml)",
        "type": "object",
        "properties": dict(sorted(properties.items())),
        "additionalProperties": False,
        "$defs": {
            "selector": {
                "description": "A code, the start of codes, a name, a category or a profile.",
                "anyOf": [
                    {"enum": [*(rule.code for rule in infos), *(rule.name for rule in infos), *Category, *PROFILES]},
                    {"type": "string", "pattern": r"^NP\d{0,2}$"},
                ],
            },
            "options": _options_schema(infos),
        },
    }


def _properties(*, whole_file: bool) -> Json:
    plain = {key.name: key.schema for key in KEYS if key.whole_file == whole_file and "." not in key.name}
    if whole_file:
        return plain
    inner = {key.name.partition(".")[2]: key.schema for key in KEYS if key.name.startswith("dns.")}
    return {
        **plain,
        "dns": {
            "type": "object",
            "description": "The cluster's DNS.",
            "properties": inner,
            "additionalProperties": False,
        },
        "severity": {
            "type": "object",
            "description": SEVERITY_HELP,
            "propertyNames": _SELECTOR,
            "additionalProperties": {"enum": [parse_severity(word) for word in SEVERITIES]},
        },
        "options": {"$ref": "#/$defs/options"},
    }


def _options_schema(infos: tuple[RuleInfo, ...]) -> Json:
    by_rule: Json = {}
    for rule in infos:
        if rule.options:
            inner = {option.name: option_schema(option) for option in rule.options}
            entry = {
                "type": "object",
                "description": rule.summary,
                "properties": inner,
                "additionalProperties": False,
            }
            by_rule[rule.code] = by_rule[rule.name] = entry
    return {"type": "object", "description": OPTIONS_HELP, "properties": by_rule, "additionalProperties": False}
