"""HTML reports: one version per run, and a copy of the newest at a fixed path."""

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
    """An HTML page on a local disk. A save replaces the file only when the new one is complete.

    With ``versioned: true`` each run saves its own file, ``<filepath>/<run id>/<name>``. ``latest/<name>`` in the
    parent folder of ``<filepath>`` is always the newest page.

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
        """Create the dataset.

        Args:
            filepath: A local path.
            version: Set by Kedro for ``versioned: true``.
            metadata: Ignored; for Kedro-Viz and other plugins.
        """
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata

    @property
    def latest(self) -> Path:
        """The path of the newest page."""
        path = Path(self._filepath)
        return path.parent / LATEST / path.name

    def load(self) -> str:
        """Return the page as text."""
        return Path(self._get_load_path()).read_text(encoding="utf-8")

    def save(self, data: str) -> None:
        """Write the page, then link or copy it to :attr:`latest`."""
        path = Path(self._get_save_path())
        for target in (path, self.latest):
            remove_leftovers(target)
        with atomic_replace(path) as temporary:
            temporary.write_text(data, encoding="utf-8")
        with atomic_replace(self.latest) as temporary:
            _link_or_copy(path, temporary)
        logger.info("Open %s", self.latest.absolute().as_uri())

    def _exists(self) -> bool:
        try:
            return Path(self._get_load_path()).is_file()
        except DatasetError:
            return False

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version}


def _link_or_copy(path: Path, target: Path) -> None:
    """Create a hard link, which takes no disk space; a copy where the file system has no hard links."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
