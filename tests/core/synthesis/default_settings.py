"""Settings of synthetic deliveries for tests: the defaults of the YAML file with changes."""

from pathlib import Path

import yaml

from customer_analytics.core.synthesis.settings import SynthesisSettings

PARAMETERS_FILE = Path(__file__).parents[3] / "conf" / "base" / "parameters_synthesis.yml"
DEFAULTS = yaml.safe_load(PARAMETERS_FILE.read_text(encoding="utf-8"))["synthesis"]


def make_settings(**changes):
    """Return the default settings with the changes."""
    return SynthesisSettings(**(DEFAULTS | changes))
