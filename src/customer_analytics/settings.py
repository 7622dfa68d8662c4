"""The project settings that Kedro reads. Environment variables override ``.env``, and both override ``conf/``."""

import os
import warnings
from pathlib import Path

from dotenv import find_dotenv, load_dotenv

os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "1")
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # NumPy uses the same allocator
os.environ.setdefault("YDATA_PROFILING_NO_ANALYTICS", "1")
load_dotenv(find_dotenv(usecwd=True))
warnings.filterwarnings("ignore", message=".*register_new_resolver.*")  # Kedro calls omegaconf's former name

from customer_analytics.hooks import RunHooks  # noqa: E402  after the environment is set
from customer_analytics.viz_hooks import VizHooks  # noqa: E402

HOOKS = (RunHooks(), VizHooks())

_packaged = Path(__file__).parent / "conf"
CONF_SOURCE = str(_packaged) if _packaged.is_dir() and not Path("conf").is_dir() else "conf"
"""The folder of the configuration: ``conf`` in the current folder, or the one in the package if there is none."""


def environment(name: str, default: str | None = None) -> str | None:
    """Resolve ``${env:NAME}`` in ``conf/``: return the environment variable, or ``default`` if it is unset or empty."""
    return os.environ.get(name) or default


CONFIG_LOADER_ARGS = {"base_env": "base", "default_run_env": "local", "custom_resolvers": {"env": environment}}
