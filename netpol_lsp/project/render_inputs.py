"""What the command line renders: whatever the configurations of its files, or its own options, ask for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence

from netpol_lsp.config.config import Config, Layer, Setting
from netpol_lsp.config.render_settings import AUTO
from netpol_lsp.project.config_files import ConfigFiles, LoadedConfig
from netpol_lsp.project.inputs import InputFile
from netpol_lsp.project.renderings import NO_RENDERINGS, Renderings, plan_renderings, render
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
