"""How far a walk over images is, on stderr: a bar on a terminal, else a line for each image."""

import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self

from grader.cli.output import tell
from grader.cli.progress import BAR_EVERY_S, ProgressStyle, bar, style_for
from grader.reports._supply import line_of
from grader.reports._words import counted

if TYPE_CHECKING:
    from tqdm import tqdm

    from grader.core.supply import ImageSupply


class DownloadProgress:
    """How many bytes of images have come; told from several threads, each of its own image."""

    def __init__(self) -> None:
        """Nothing has come."""
        self._layers: dict[tuple[str, str], int] = {}

    def heard(self, image: str, event: dict[str, Any]) -> None:
        """An engine's word on one layer."""
        detail: dict[str, int] = event.get("progressDetail") or {}
        if event.get("status") == "Downloading" and "current" in detail:
            self._layers[image, str(event.get("id"))] = detail["current"]

    @property
    def total_bytes(self) -> int:
        """All that has come."""
        return sum([*self._layers.values()])


class ImageCounter:
    """Counts images that were looked at."""

    def __init__(self, doing: str, total: int) -> None:
        """`doing`: what is done to `total` images."""
        self._doing = doing
        self._total = total
        self._downloads = DownloadProgress()
        self._shown = 0.0
        self._bar: tqdm[NoReturn] | None = None

    def looked(self, found: "ImageSupply") -> None:
        """One more image is done with."""
        if self._bar is None:
            tell(line_of(found))
        else:
            self._bar.update()

    def downloading(self, image: str, event: dict[str, Any]) -> None:
        """A piece of an image has come."""
        self._downloads.heard(image, event)
        now = time.monotonic()
        if self._bar is not None and now - self._shown >= BAR_EVERY_S:
            self._shown = now
            self._bar.set_postfix_str(f"{self._downloads.total_bytes / 1e6:,.0f} MB")

    def __enter__(self) -> Self:
        if style_for(quiet=False) is ProgressStyle.BAR:
            self._bar = bar(self._total, unit=" images")
        else:
            tell(f"{self._doing} {counted(self._total, 'image')}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
