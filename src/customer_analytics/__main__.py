"""Entry point of ``python -m customer_analytics``: runs the packaged project with the options of ``kedro run``."""

import os
import sys
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent
_LOGGING = _PACKAGE / "conf" / "logging.yml"
if _LOGGING.is_file() and not Path("conf").is_dir():
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(_LOGGING))  # Kedro reads it when it is imported

from kedro.framework.cli.utils import find_run_command  # noqa: E402
from kedro.framework.project import configure_project  # noqa: E402


def main(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  click's own
    """Run the project in the current folder; the arguments go to Kedro's ``run`` command."""
    configure_project(_PACKAGE.name)
    kwargs["standalone_mode"] = not hasattr(sys, "ps1")
    return find_run_command(_PACKAGE.name)(*args, **kwargs)


if __name__ == "__main__":
    main()
