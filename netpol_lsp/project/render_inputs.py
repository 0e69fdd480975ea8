"""What the command line renders: whatever the configurations of its files, or its own options, ask for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Sequence

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.config.render_settings import AUTO
from netpol_lsp.project.config_files import ConfigFiles, LoadedConfig
from netpol_lsp.project.inputs import InputFile
from netpol_lsp.project.renderings import NO_RENDERINGS, Copy, Renderings, plan_renderings, render
from netpol_lsp.sources.chart_folder import CHART_FILE
from netpol_lsp.workspace.resource_kinds import KUSTOMIZATION_NAMES


def not_asked_for(targets: Sequence[InputFile], renderings: Renderings) -> list[str]:
    """The charts and kustomizations among the files, as their own files are called, that no one asked to render."""
    names = {target.absolute: target.path for target in targets if not target.is_stdin}
    layer = Layer({"render": Setting(AUTO)})
    everything = plan_renderings([LoadedConfig(Config([layer]))], list(names), "/")
    rest = [task.root for task in everything.tasks if task.root not in renderings.asked]
    return sorted(
        path for absolute, path in names.items() if _is_main(absolute) and posixpath.dirname(absolute) in rest
    )


def _is_main(path: str) -> bool:
    return posixpath.basename(path) in (CHART_FILE, *KUSTOMIZATION_NAMES)


def render_inputs(targets: Sequence[InputFile], configs: ConfigFiles) -> Renderings:
    """Render what the configurations of these files ask for."""
    here = os.getcwd().replace(os.sep, "/")
    asking = [target.loaded for target in targets] or [configs.default, *configs.loaded()]
    plan = plan_renderings(asking, [target.absolute for target in targets if not target.is_stdin], here)
    if not plan:
        return NO_RENDERINGS
    names = {target.absolute: target.path for target in targets}
    below = here.rstrip("/") + "/"

    def name_file(path: str) -> str:
        """What a file is called in the report."""
        return names.get(path) or path.removeprefix(below)

    return render(plan, name_file)


def render_copy(
    copy: Copy, names: Iterable[str], configs: ConfigFiles, show: Callable[[str], str]
) -> tuple[Renderings, tuple[str, ...]]:
    """Render what configurations ask for in a copy of the repository, as of a revision; and what of it the copy does not have.

    `names`: the manifests in it, relative to the current folder; `show`: what a file is called, by such a name.
    """
    here = os.getcwd().replace(os.sep, "/").rstrip("/")
    originals = [os.path.abspath(name).replace(os.sep, "/") for name in names]
    asking = [configs.for_path(path) for path in originals] or [configs.default, *configs.loaded()]
    plan = plan_renderings(asking, [copy.place(path) for path in originals], here, copy)

    def name_file(path: str) -> str:
        return show(os.path.relpath(copy.original_of(path), here).replace(os.sep, "/"))

    return (render(plan, name_file, copy.original_of) if plan else NO_RENDERINGS), plan.absent
