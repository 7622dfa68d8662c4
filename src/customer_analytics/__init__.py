"""From a purchases CSV to tables and drift verdicts in which every row is accounted for."""

import hashlib
import os
from pathlib import Path

__version__ = "0.1.0"


def _compiled_loops() -> Path:
    """Where the machine code of this very source is kept.

    Numba notices that a function's own file has changed, but not that a function it calls has: hence a folder for each
    state of ``core/``. Where it cannot be written, Numba looks for another place.
    """
    package = Path(__file__).parent
    sources = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((package / "core").rglob("*.py"))))
    return package / "__pycache__" / f"compiled-{sources.hexdigest()[:12]}"


os.environ.setdefault("NUMBA_CACHE_DIR", str(_compiled_loops()))
