"""Pages that people read: one version per run, and the newest where it is easy to find."""

import logging
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from kedro.io import AbstractVersionedDataset, DatasetError, Version

from customer_analytics.datasets.atomic_save import atomic_replace, remove_leftovers

logger = logging.getLogger(__name__)

LATEST = "latest"


class ReportDataset(AbstractVersionedDataset[str, str]):
    """A page of HTML on a local disk, replaced only when the new one is complete.

    With ``versioned: true`` each run keeps its own, ``<filepath>/<run id>/<name>``; ``latest/<name>`` beside that
    folder is always the newest.

    Example catalog entry:

    .. code-block:: yaml

        summary_report:
          type: customer_analytics.datasets.ReportDataset
          filepath: data/08_reporting/summary_report.html
          versioned: true
    """

    def __init__(
        self, *, filepath: str, version: Version | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        """Describe the file.

        Args:
            filepath: A local path.
            version: Kedro's, for ``versioned: true``.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata

    @property
    def latest(self) -> Path:
        """Where the newest page is."""
        path = Path(self._filepath)
        return path.parent / LATEST / path.name

    def load(self) -> str:
        """The page as text."""
        return Path(self._get_load_path()).read_text(encoding="utf-8")

    def save(self, data: str) -> None:
        """Write the page beside its place, move it there, and make it the newest."""
        path = Path(self._get_save_path())
        for place in (path, self.latest):
            remove_leftovers(place)
        with atomic_replace(path) as beside:
            beside.write_text(data, encoding="utf-8")
        with atomic_replace(self.latest) as beside:
            _same_file(path, beside)
        logger.info("Open %s", self.latest.absolute().as_uri())

    def _exists(self) -> bool:
        try:
            return Path(self._get_load_path()).is_file()
        except DatasetError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version}


def _same_file(path: Path, other: Path) -> None:
    """A second name for a file, which costs no space; a copy where the disk knows no such thing."""
    try:
        os.link(path, other)
    except OSError:
        shutil.copyfile(path, other)
