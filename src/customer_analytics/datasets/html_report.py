"""A dataset of an HTML page: each run saves its own version, and a fixed path always has the newest version."""

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
    """A dataset of an HTML page on a local disk.

    With ``versioned: true`` each run saves its own file, ``<filepath>/<run id>/<name>``. The newest page is also at
    ``<parent folder of filepath>/latest/<name>``. A save replaces a file only when the new file is complete.

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
            version: Set by Kedro if the catalog entry has ``versioned: true``.
            metadata: Not used by the dataset; Kedro-Viz and other plugins read it.
        """
        super().__init__(PurePosixPath(filepath), version)
        self.metadata = metadata

    @property
    def latest(self) -> Path:
        """The path of the newest page."""
        path = Path(self._filepath)
        return path.parent / LATEST / path.name

    def load(self) -> str:
        """Return the HTML of the page."""
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
    """Make ``target`` a hard link to ``path`` to save disk space; if that is impossible, make it a copy of ``path``."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
