"""Kedro project settings: read from the environment, then ``.env``, then ``conf/``."""

import os
import warnings
from pathlib import Path

from dotenv import find_dotenv, load_dotenv

os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "1")
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # one heap with NumPy
os.environ.setdefault("YDATA_PROFILING_NO_ANALYTICS", "1")
load_dotenv(find_dotenv(usecwd=True))
warnings.filterwarnings("ignore", message=".*register_new_resolver.*")  # Kedro calls omegaconf's former name

from customer_analytics.hooks import RunHooks, VizHooks  # noqa: E402  after the environment is set

HOOKS = (RunHooks(), VizHooks())

_packaged = Path(__file__).parent / "conf"
CONF_SOURCE = str(_packaged) if _packaged.is_dir() and not Path("conf").is_dir() else "conf"
"""A checkout's ``conf/``; the copy in the wheel where there is none."""


def environment(name: str, default: str | None = None) -> str | None:
    """``${env:NAME,default}``: an environment variable; the default when it is unset or empty."""
    return os.environ.get(name) or default


def purchases_path() -> str:
    """Where the catalog of ``conf/base`` finds the purchases; relative to the project's folder."""
    return environment("PURCHASES_CSV") or f"{environment('DATA_DIR', 'data')}/01_raw/purchases.csv"


CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "custom_resolvers": {"env": environment},
}
