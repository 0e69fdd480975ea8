"""`netpol-lint cni`: what network plugins enforce; one of them; and what changes in a move to another."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from netpol_lsp.capabilities.capabilities import Capabilities
from netpol_lsp.capabilities.fact import Capability
from netpol_lsp.capabilities.platforms import all_platforms
from netpol_lsp.capabilities.profiles import Profile, all_profiles, find_profile, resolve
from netpol_lsp.cli import console
from netpol_lsp.cli.common import load_configs, report_config_problems
from netpol_lsp.cli.main import FAILED, OK
from netpol_lsp.cli.options import add_configuration, add_format, new_parser
from netpol_lsp.config.settings import Settings
from netpol_lsp.config.values import parse_cni
from netpol_lsp.explanations import network_plugins as pages
from netpol_lsp.explanations.plugin_move import use_changes
from netpol_lsp.explanations.plugin_move_report import ChangedPolicy, Move, move_as_markdown, move_as_text, move_data
from netpol_lsp.files.reading import ReadProblem
from netpol_lsp.formats.json_writer import dump_indented
from netpol_lsp.lint.locate import policies_in
from netpol_lsp.project.analysed_files import analyse_files
from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.inputs import StdinOverlay, find_manifests, make_inputs
from netpol_lsp.project.kubectl import ClusterAnswer, ask_cluster

VERSION = 1
_COLUMNS = (
    ("ingress", Capability.INGRESS),
    ("egress", Capability.EGRESS),
    ("ipBlock", Capability.EGRESS_IP_BLOCK),
    ("pods by ipBlock", Capability.IP_BLOCK_MATCHES_PODS),
    ("named ports", Capability.NAMED_PORTS),
    ("endPort", Capability.END_PORT),
    ("SCTP", Capability.SCTP),
    ("IPv6", Capability.IPV6),
)


def run(_name: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit code."""
    console.use_utf8()
    parser = new_parser(
        "cni [NAME [OTHER]]",
        "Say what network plugins enforce of NetworkPolicies: all of them, one, or what changes in a move from one to another.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a network plugin, such as cilium@1.15; a second one to compare it with",
    )
    parser.add_argument(
        "--manifests",
        action="append",
        metavar="PATH",
        help="with two names: the policies to look at, by default those of the current folder",
    )
    parser.add_argument(
        "--kubectl",
        nargs="?",
        const="",
        metavar="CONTEXT",
        help="ask a running cluster what it has, that of kubectl's current context or of another, and print it as configuration",
    )
    add_format(parser, "text", "json", "markdown")
    add_configuration(parser)
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except UsageError as error:
        console.error(str(error))
        return FAILED


def _run(options: argparse.Namespace) -> int:
    if len(options.names) > 2:
        message = f"cni: {len(options.names)} names are given: one to explain, two to compare"
        raise UsageError(message)
    if options.kubectl is not None:
        if options.names:
            raise UsageError("--kubectl asks a cluster and takes no names")
        _write_answer(ask_cluster(options.kubectl or None), options.format)
        return OK
    configs = load_configs(options)
    settings = configs.for_folder(".").config.for_file().settings
    if not options.names:
        _write_all(options.format)
        return OK
    chosen = [_choose(name, settings) for name in options.names]
    if len(chosen) == 1:
        _write_one(*chosen[0], options.format)
        return OK
    (_, before), (_, after) = chosen
    problems: list[str] = []
    changed = list(_changed_policies(options, configs, before, after, problems))
    if report_config_problems(configs):
        return FAILED
    _write_move(before, after, changed, options.format)
    for problem in problems:
        console.error(problem)
    return FAILED if problems else OK


def _choose(name: str, settings: Settings) -> tuple[Profile, Capabilities]:
    """The profile that a name means, and what it says for the version that is given with it."""
    try:
        word, _, version = parse_cni(name).partition("@")
    except ValueError as error:
        raise UsageError(str(error)) from None
    kubernetes = settings.kubernetes_version if settings.is_kubernetes_version_known else None
    profile, capabilities = find_profile(word), resolve(word, version or None, kubernetes)
    if profile is None or capabilities is None:
        message = f"unknown CNI `{name}`"
        raise UsageError(message)
    return profile, capabilities


def _write_answer(answer: ClusterAnswer, form: str) -> None:
    """What the cluster told, as lines of a config file with a comment each."""
    found = answer.detected
    rows = [
        (key, hint.value, hint.what)
        for key, hint in (("platform", found.platform), ("cni", found.cni))
        if hint is not None
    ]
    if answer.kubernetes_version is not None:
        rows.append(("kubernetes-version", answer.kubernetes_version, f"version {answer.git_version}"))
    if form == "json":
        data = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        print(dump_indented({"version": VERSION, "found": data}))
    else:
        fence = ["```yaml"] if form == "markdown" else []
        lines = [f"{key}: {value}  # {_plain(origin)}" for key, value, origin in rows]
        sys.stdout.writelines(f"{line}\n" for line in [*fence, *lines, *(["```"] if fence else [])])
    if found.cni is None:
        console.info("the cluster does not tell which network plugin it has: set `cni` by hand")


def _write_all(form: str) -> None:
    if form == "json":
        data = {
            "version": VERSION,
            "profiles": [pages.profile_data(profile) for profile in all_profiles()],
            "platforms": [pages.platform_data(platform) for platform in all_platforms()],
        }
        print(dump_indented(data))
    elif form == "markdown":
        sys.stdout.write(pages.plugins_page())
    else:
        rows = [("cni", "status", *(title for title, _ in _COLUMNS))]
        for profile in all_profiles():
            answers = (pages.short_answer(profile, capability) for _, capability in _COLUMNS)
            rows.append((profile.name, profile.status, *answers))
        sys.stdout.writelines(f"{line}\n" for line in _table(rows))
        print("\n*: the newest versions; older ones differ. ?: no source says it, and nothing is concluded from it.")
        print("netpol-lint cni NAME explains one of them, netpol-lint cni NAME OTHER says what changes in a move.")
        print("\nplatforms: " + ", ".join(platform.name for platform in all_platforms()))


def _write_one(profile: Profile, capabilities: Capabilities, form: str) -> None:
    if form == "json":
        data = {"version": VERSION, **pages.profile_data(profile), "resolved": _resolved(capabilities)}
        print(dump_indented(data))
    elif form == "markdown":
        sys.stdout.writelines(f"{line}\n" for line in pages.profile_section(profile))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _one_as_text(profile, capabilities))


def _resolved(capabilities: Capabilities) -> dict[str, Any]:
    facts = {one.value: pages.fact_data(capabilities.fact(one)) for one in Capability}
    return {"name": capabilities.name, "version": capabilities.version, "capabilities": facts}


def _one_as_text(profile: Profile, capabilities: Capabilities) -> Iterator[str]:
    about = f": {profile.status_text}" if profile.status_text else ""
    yield f"{capabilities.label} (cni: {profile.name}), {profile.status}{about}"
    if profile.precondition is not None:
        yield f"first: {_plain(profile.precondition.text)}"
    yield ""
    yield from _table(pages.capability_rows(capabilities))
    notes = [limit.text for limit in profile.limits] + [note.text for note in profile.notes]
    if notes:
        yield ""
        yield from (f"- {_plain(note)}" for note in notes)
    yield ""
    yield "sources:"
    found = dict.fromkeys(source for fact in capabilities.facts.values() for source in fact.sources)
    yield from (f"  {source}" for source in dict.fromkeys((*profile.sources, *found)))


def _changed_policies(
    options: argparse.Namespace, configs: ConfigFiles, before: Capabilities, after: Capabilities, problems: list[str]
) -> Iterator[ChangedPolicy]:
    """The policies of the manifests that mean something else after the move."""
    discovered = find_manifests(options.manifests or [], configs)
    problems += [str(problem) for problem in discovered.problems]
    for file in analyse_files(make_inputs(discovered.paths, configs, None), StdinOverlay()):
        if isinstance(file, ReadProblem):
            problems.append(str(file))
            continue
        lines = file.analysis.source.lines
        for found in policies_in(file.analysis):
            places = []
            for change in use_changes(found.policy, before, after, file.config.settings.pod_cidrs):
                line, column = lines.position(found.part.start + change.use.span.start)
                places.append((line + 1, column + 1, change))
            if places:
                owner = found.policy.object
                name = f"{owner.namespace}/{owner.name}" if owner.namespace else owner.name or "a policy without a name"
                yield ChangedPolicy(file.input.path, name, tuple(places))


def _write_move(before: Capabilities, after: Capabilities, changed: list[ChangedPolicy], form: str) -> None:
    move = Move(before, after, tuple(changed))
    if form == "json":
        print(dump_indented({"version": VERSION, **move_data(move)}))
    else:
        lines = move_as_markdown(move) if form == "markdown" else move_as_text(move)
        sys.stdout.writelines(f"{line}\n" for line in lines)


def _plain(text: str) -> str:
    return text.replace("`", "")


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    ]
