"""`netpol-lint completion SHELL`: a completion script for bash, zsh or fish, made from the parsers themselves."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from netpol_lsp.capabilities.platforms import all_platforms
from netpol_lsp.capabilities.profiles import profile_names
from netpol_lsp.cli.main import COMMANDS, OK, PROGRAM
from netpol_lsp.cli.options import check_parser, new_parser
from netpol_lsp.config.config import rule_infos

_FILE_OPTIONS = ("--config", "--output", "-o", "--baseline", "--context", "--stdin-filename")
_RULE_OPTIONS = ("--select", "--ignore")


def run(_name: str, arguments: Sequence[str]) -> int:
    """Print the script."""
    parser = new_parser("completion {bash,zsh,fish}", "Print a completion script for a shell.")
    parser.epilog = (
        f"bash: {PROGRAM} completion bash > ~/.local/share/bash-completion/completions/{PROGRAM}\n"
        f"zsh:  {PROGRAM} completion zsh > a folder of $fpath, as _{PROGRAM}\n"
        f"fish: {PROGRAM} completion fish > ~/.config/fish/completions/{PROGRAM}.fish"
    )
    parser.add_argument("shell", choices=tuple(_SHELLS))
    sys.stdout.write(_SHELLS[parser.parse_args(arguments).shell]())
    return OK


def _actions() -> list[argparse.Action]:
    return [action for action in check_parser()._actions if action.option_strings]  # noqa: SLF001 - no public way


def _words() -> str:
    return " ".join(option for action in _actions() for option in action.option_strings)


def _codes() -> str:
    return " ".join(info.code for info in rule_infos())


def _choices() -> list[tuple[Sequence[str], str]]:
    """The options that take one of a few words, with these words."""
    return [(action.option_strings, words) for action in _actions() if (words := _words_of(action))]


def _words_of(action: argparse.Action) -> str:
    """The words that an option takes; empty where it is not one of a few."""
    if action.dest == "cni":
        return _plugins()
    if action.dest == "platform":
        return " ".join(platform.name for platform in all_platforms())
    return " ".join(action.choices or ())


def _plugins() -> str:
    return " ".join(profile_names())


def _bash() -> str:
    cases = [f"    {'|'.join(options)}) words='{choices}' ;;" for options, choices in _choices()]
    return "\n".join(
        (
            f"# bash completion for {PROGRAM}",
            "_netpol_lint() {",
            '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" words=""',
            '  case "$previous" in',
            *cases,
            f"    {'|'.join(_RULE_OPTIONS)}|rule) words='{_codes()}' ;;",
            f"    cni) words='{_plugins()}' ;;",
            "    completion) words='bash zsh fish' ;;",
            f"    {'|'.join(_FILE_OPTIONS)}) ;;",
            "    *)",
            '      if [[ "$current" == -* ]]; then',
            f"        words='{_words()}'",
            '      elif [[ "$COMP_CWORD" -eq 1 ]]; then',
            f"        words='{' '.join(COMMANDS)}'",
            "      fi ;;",
            "  esac",
            '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
            "}",
            f"complete -o default -F _netpol_lint {PROGRAM}",
            "",
        )
    )


def _zsh() -> str:
    options = []
    for action in _actions():
        text = _plain(action.help)
        for option in action.option_strings:
            value = ""
            if action.nargs != 0:
                value = f":{action.dest}:"
                if _words_of(action):
                    value += f"({_words_of(action)})"
                elif option in _RULE_OPTIONS:
                    value += f"({_codes()})"
                else:
                    value += "_files"
            options.append(f"    '{option}[{text}]{value}' \\")
    commands = [f"'{name}:{text}'" for name, (_, text) in COMMANDS.items()]
    return "\n".join(
        (
            f"#compdef {PROGRAM}",
            "_netpol_lint() {",
            "  local -a commands",
            f"  commands=({' '.join(commands)})",
            f"  if (( CURRENT == 3 )) && [[ $words[2] == rule ]]; then compadd {_codes()}; return; fi",
            f"  if (( CURRENT >= 3 )) && [[ $words[2] == cni && $words[CURRENT] != -* ]]; then compadd {_plugins()}; return; fi",
            "  if (( CURRENT == 3 )) && [[ $words[2] == completion ]]; then compadd bash zsh fish; return; fi",
            "  (( CURRENT == 2 )) && _describe command commands",
            "  _arguments \\",
            *options,
            "    '*:path:_files'",
            "}",
            "if [[ $funcstack[1] == _netpol_lint ]]; then _netpol_lint; else compdef _netpol_lint " + PROGRAM + "; fi",
            "",
        )
    )


def _fish() -> str:
    lines = [f"# fish completion for {PROGRAM}"]
    first = f"complete -c {PROGRAM} -n __fish_use_subcommand"
    lines += [f"{first} -a {name} -d '{_plain(text)}'" for name, (_, text) in COMMANDS.items()]
    lines.append(f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from rule' -xa '{_codes()}'")
    lines.append(f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from completion' -xa 'bash zsh fish'")
    lines.append(f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from cni' -xa '{_plugins()}'")
    for action in _actions():
        flags = " ".join(
            f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}" for option in action.option_strings
        )
        value = ""
        if action.nargs != 0:
            known = _words_of(action) or (_codes() if action.dest in ("select", "ignore") else "")
            value = f" -xa '{known}'" if known else " -r"
        lines.append(f"complete -c {PROGRAM} {flags}{value} -d '{_plain(action.help)}'")
    return "\n".join(lines) + "\n"


def _plain(text: str | None) -> str:
    """A help text without what shells would read as their own."""
    return "".join(char for char in text or "" if char not in "'[]`$\\").replace(":", ";")


_SHELLS: dict[str, Callable[[], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
