"""What a running cluster tells of itself through kubectl; runs only when the user asks for it, and only reads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

from netpol_lsp.project.errors import UsageError
from netpol_lsp.project.platform_detection import hints_in_text
from netpol_lsp.text.source import Source
from netpol_lsp.workspace.platform_hints import Detected, HintKind, PlatformHint, decide

TIMEOUT = 30.0
"""Seconds that kubectl may take for one question."""
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
# What providers append to the version of their Kubernetes.
_BUILDS = (("-eks-", "eks"), ("-gke.", "gke"), ("+k3s", "k3s"), ("+rke2", "rke2"), ("+k0s", "k0s"))


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """What the cluster tells: its network plugin and platform, and its version as kubectl shows it."""

    detected: Detected
    git_version: str | None = None

    @property
    def kubernetes_version(self) -> str | None:
        """The version as in the configuration, `1.30`."""
        match = _VERSION.match(self.git_version or "")
        return f"{match[1]}.{match[2]}" if match else None


def ask_cluster(context: str | None = None) -> ClusterAnswer:
    """Ask the cluster that kubectl is set to, or that of a context; raises UsageError when that does not work."""
    program = shutil.which("kubectl")
    if program is None:
        raise UsageError("--kubectl: there is no kubectl on the PATH")
    base = [program, *(["--context", context] if context else [])]
    version = _run([*base, "version", "--output", "json"])
    git_version = _git_version(version)
    hints = list(hints_in_text(Source("kubectl", _run([*base, "get", "daemonsets.apps", "-A", "--output", "json"]))))
    # A cluster of AWS may have the switch of its policy controller; another has no such object, and that is no fault.
    switch = ["get", "configmap", "amazon-vpc-cni", "-n", "kube-system", "--ignore-not-found", "--output", "json"]
    hints += hints_in_text(Source("kubectl", _run([*base, *switch])))
    hints += [
        PlatformHint(HintKind.PLATFORM, platform, f"version {git_version}", "kubectl")
        for ending, platform in _BUILDS
        if git_version and ending in git_version
    ]
    return ClusterAnswer(decide(hints), git_version)


def _git_version(text: str) -> str | None:
    try:
        answer: Any = json.loads(text)
    except ValueError:
        return None
    server = answer.get("serverVersion") if isinstance(answer, dict) else None
    version = server.get("gitVersion") if isinstance(server, dict) else None
    return version if isinstance(version, str) else None


def _run(command: list[str]) -> str:
    shown = " ".join(["kubectl", *command[1:]])
    try:
        done = subprocess.run(  # noqa: S603 - the program was looked up, and no shell is involved
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"`{shown}` gave no answer within {TIMEOUT:.0f} seconds"
        raise UsageError(message) from None
    except OSError as error:
        message = f"`{shown}` cannot be run: {error.strerror}"
        raise UsageError(message) from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        message = f"`{shown}` failed: {reason}"
        raise UsageError(message)
    return done.stdout
