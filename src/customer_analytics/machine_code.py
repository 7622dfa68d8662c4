"""Functions that choose and clean the folder where Numba caches the machine code that it compiles.

Numba compiles a function again if the file of this function changes, but not if only the file of an inlined function
changes. Therefore each version of the ``_kernels.py`` files has its own cache folder. The import of this package sets
``NUMBA_CACHE_DIR`` to that folder. Numba reads the variable only when Numba is imported.
"""

import hashlib
import logging
import os
import shutil
from pathlib import Path

logger = logging.getLogger(__name__)

_PACKAGE = Path(__file__).parent
_PREFIX = "compiled-"
_VARIABLE = "NUMBA_CACHE_DIR"


def cache_folder() -> Path:
    """Return the cache folder for the current content of the ``_kernels.py`` files and ``core/compiled.py``."""
    sources = sorted((_PACKAGE / "core").rglob("_kernels.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in (*sources, _PACKAGE / "core" / "compiled.py")))
    return _PACKAGE / "__pycache__" / f"{_PREFIX}{digest.hexdigest()[:12]}"


def use_cache() -> None:
    """Set ``NUMBA_CACHE_DIR`` to :func:`cache_folder`, unless the variable is set already."""
    os.environ.setdefault(_VARIABLE, str(cache_folder()))


def announce_compilation() -> None:
    """Remove old cache folders; if the current folder is in use and still empty, log that this run compiles code."""
    folder = cache_folder()
    for version_folder in folder.parent.glob(f"{_PREFIX}*"):
        if version_folder != folder:
            shutil.rmtree(version_folder, ignore_errors=True)
    if os.environ.get(_VARIABLE) == str(folder) and not any(folder.rglob("*.nbi")):
        logger.info("Compiling the loops over rows, once: about 20 s on two cores.")
