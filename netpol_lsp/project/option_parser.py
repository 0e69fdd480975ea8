"""The parser of both programs' options: it says what a misspelt one may have been."""

from __future__ import annotations

import argparse
from typing import NoReturn


class OptionParser(argparse.ArgumentParser):
    """As its parent, with "did you mean" for unknown options."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and leave with 2."""
        start, _, rest = message.partition(": ")
        words = [word.partition("=")[0] for word in rest.split() if word.startswith("--")]
        if start == "unrecognized arguments" and words:
            message = f"unknown option: {rest}{self._near(words)}"
        super().error(message)

    def _near(self, words: list[str]) -> str:
        """The hint for the first word that has one."""
        from netpol_lsp.config.selection import did_you_mean  # noqa: PLC0415 - for mistakes only

        known = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        return next((hint for word in words if (hint := did_you_mean(word, known))), "")
