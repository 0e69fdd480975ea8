"""What the command line renders: whatever the configurations of its files, or its own options, ask for."""

from __future__ import annotations

import os
from collections.abc import Sequence

from netpol_lsp.project.config_files import ConfigFiles
from netpol_lsp.project.inputs import InputFile
from netpol_lsp.project.renderings import NO_RENDERINGS, Renderings, plan_renderings, render


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
