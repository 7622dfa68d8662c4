"""Functions that build the message of an error that the user can correct."""

import re
import traceback
from collections.abc import Iterator

from kedro.config import BadConfigException, MissingConfigException
from kedro.io import DatasetError
from kedro.validation import ParameterValidationError
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from customer_analytics.core.errors import CustomerAnalyticsError

ACTIONABLE = (
    CustomerAnalyticsError,
    DatasetError,
    ParameterValidationError,
    BadConfigException,
    MissingConfigException,
    OmegaConfBaseException,
    YAMLError,
    OSError,
)
"""Errors about input, settings, files or the disk. Any other error is a bug and keeps its traceback."""

_UNKNOWN_KEY = re.compile(r"^- Parameter '([^']+)': .*__init__\(\) got an unexpected keyword argument ('\w+')$")
_MISSING_KEY = re.compile(r"^- Parameter '([^']+)': .*__init__\(\) missing \d+ required \S+ arguments?: (.+)$")
_INVALID_PARAMETER = re.compile(r"^- Parameter '([^']+)'(?:: Failed to instantiate \w+ for parameter '\1')?(?:: \1)?")


def error_message(error: BaseException) -> str:
    """Return the text that the command prints for an error: one message, then the notes of the error.

    The message is taken from one error in the chain of causes: from the first error of this project or, if there is
    none, from the last ``OSError``. If the chain has no such error, Kedro's own message is used.
    """
    causes = list(_causes(error))
    own = next((str(cause) for cause in causes if isinstance(cause, CustomerAnalyticsError)), None)
    system = next((str(cause) for cause in reversed(causes) if isinstance(cause, OSError)), None)
    if system and isinstance(error, DatasetError):
        system = f"{str(error).partition(':')[0]}: {system}"  # Kedro's message starts with the dataset's name
    return "\n".join([own or system or _without_internals(str(error)), *getattr(error, "__notes__", ())])


def is_raised_by(error: BaseException, package: str) -> bool:
    """Return whether the code that raised the error is in ``package`` or in one of its modules."""
    *_, (frame, _line) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__")).startswith(package)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, then its cause, then the cause of this cause, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _without_internals(message: str) -> str:
    """Remove the names of classes and functions from Kedro's message about invalid parameters."""
    lines = message.strip().removeprefix("Parameter validation failed:\n").splitlines()
    unknown = r"\1: expected the keys it has in conf/base; found \2. Hint: correct or remove it"
    missing = r"\1: expected also \2; found no such key. Hint: add it, or override single keys in conf/local"
    return "\n".join(
        _INVALID_PARAMETER.sub(r"\1", _MISSING_KEY.sub(missing, _UNKNOWN_KEY.sub(unknown, line))) for line in lines
    )
