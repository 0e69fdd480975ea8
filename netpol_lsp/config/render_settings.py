"""What is to be rendered: the value of the key `render`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """A Helm chart to render: its folder, values files, and the release's name and namespace; paths as written."""

    chart: str
    values: tuple[str, ...] = ()
    name: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """What to render; `is_auto`: every chart with its own values, and every kustomization that no other takes in.

    `paths`: folders of which their own file says what they are, as the command line names them. `kustomize` may be globs.
    """

    helm: tuple[ChartRequest, ...] = ()
    kustomize: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    is_auto: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be rendered."""
        return not (self.helm or self.kustomize or self.paths or self.is_auto)

    def plain(self) -> object:
        """As the config file writes it."""
        if self.is_auto:
            return "auto"
        if self.is_empty:
            return "off"
        charts = [
            {key: list(value) if isinstance(value, tuple) else value for key, value in pairs if value}
            for pairs in (
                (("chart", one.chart), ("values", one.values), ("name", one.name), ("namespace", one.namespace))
                for one in self.helm
            )
        ]
        found: dict[str, object] = {"helm": charts} if charts else {}
        if self.kustomize:
            found["kustomize"] = list(self.kustomize)
        return found or list(self.paths)


NOTHING = RenderSettings()
AUTO = RenderSettings(is_auto=True)
