"""The project's commands: Kedro's ``run``, whose errors are one message, and ``ledger``."""

import gc
import os
import pkgutil
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import click
from kedro.config import BadConfigException, MissingConfigException
from kedro.framework.cli.project import run as stock_run
from kedro.framework.cli.utils import env_option
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.io import DatasetError
from kedro.utils import find_kedro_project
from kedro.validation import ParameterValidationError
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

import customer_analytics.pipelines
from customer_analytics.core.errors import CustomerAnalyticsError, SettingError, listed
from customer_analytics.core.ledger.warnings import configuration_warnings
from customer_analytics.datasets.input_files_dataset import hash_ahead
from customer_analytics.datasets.source_files import SourceFiles
from customer_analytics.settings import purchases_path

_ACTIONABLE = (
    CustomerAnalyticsError,
    DatasetError,
    ParameterValidationError,
    BadConfigException,
    MissingConfigException,
    OmegaConfBaseException,
    YAMLError,
    OSError,
)
"""What a user can mend: input, settings, files, the disk. Anything else is a bug and keeps its traceback."""


@click.group(name="customer_analytics")
def cli() -> None:
    """Commands of this project."""


_COLLECTED_AFTER = 500_000
"""New objects after which cycles among them are looked for: a run has few, in large arrays that hold none."""

ACCOUNTED = frozenset({"__default__", "cleaning"})
"""Pipelines whose ledger holds the hashes of the input."""

_PARTIAL = (
    "from_inputs",
    "to_outputs",
    "from_nodes",
    "to_nodes",
    "node_names",
    "tags",
    "namespaces",
    "only_missing_outputs",
)
"""Options that run a part of the pipelines."""

_ELSEWHERE = ("env", "conf_source", "config")
"""Options that can bring another catalog, the last one any other option."""


def _run(**options: Any) -> Any:  # noqa: ANN401  whatever Kedro's command takes and gives
    gc.set_threshold(_COLLECTED_AFTER)
    try:
        wanted = options["pipelines"] or [options["pipeline"] or "__default__"]
        _check_names(wanted)
        if not ACCOUNTED.isdisjoint(wanted) and _is_plain(options):
            _hash_ahead()
        return stock_run.callback(**options)  # type: ignore[misc]
    except _ACTIONABLE as error:
        _end_with(error)
    except ValueError as error:
        if _raised_in(error).startswith("kedro.pipeline"):  # a node, tag or dataset that no pipeline has
            _end_with(error)
        raise
    finally:
        gc.freeze()  # the process ends: it need not look once more at all that was imported, which takes half a second


run = copy(stock_run)
run.callback = _run
cli.add_command(run)


def _is_plain(options: Mapping[str, Any]) -> bool:
    """Whether whole pipelines are run, on the catalog that comes with the project."""
    return not any(options.get(name) for name in (*_PARTIAL, *_ELSEWHERE)) and not os.environ.get("KEDRO_ENV")


def _hash_ahead() -> None:
    """Hash local input beside the imports to come, which leave a core idle."""
    path = purchases_path()
    if not re.search("://|::", path):
        project = find_kedro_project(Path.cwd()) or Path.cwd()
        hash_ahead(SourceFiles(str(project / path)))


def _check_names(wanted: Iterable[str]) -> None:
    """Refuse a pipeline that is not there, before Kedro fails to import it."""
    known = {"__default__", *(one.name for one in pkgutil.iter_modules(customer_analytics.pipelines.__path__))}
    for name in wanted:
        if name not in known:
            raise SettingError("--pipelines", listed(sorted(known)), repr(name), "see `kedro registry list`")


def explain(error: BaseException) -> str:
    """The error in one message: this project's own if it is among the causes, else the system's, else Kedro's.

    Args:
        error: Notes on it (``add_note``) follow the message.
    """
    causes = list(_causes(error))
    ours = next((str(one) for one in causes if isinstance(one, CustomerAnalyticsError)), None)
    system = next((str(one) for one in reversed(causes) if isinstance(one, OSError)), None)
    if system and isinstance(error, DatasetError):
        system = f"{str(error).partition(':')[0]}: {system}"  # the dataset's name, which Kedro puts first
    return "\n".join([ours or system or _tidied(str(error)), *getattr(error, "__notes__", ())])


_UNKNOWN_KEY = re.compile(r"^- Parameter '([^']+)': .*__init__\(\) got an unexpected keyword argument ('\w+')$")
_REFUSED = re.compile(r"^- Parameter '([^']+)'(?:: Failed to instantiate \w+ for parameter '\1')?(?:: \1)?")


def _tidied(message: str) -> str:
    """Kedro's words about parameters without its machinery."""
    lines = message.strip().removeprefix("Parameter validation failed:\n").splitlines()
    hint = r"\1: expected the keys it has in conf/base; found \2. Hint: correct or remove it"
    return "\n".join(_REFUSED.sub(r"\1", _UNKNOWN_KEY.sub(hint, line)) for line in lines)


def _end_with(error: Exception) -> NoReturn:
    """End the command with one message, or with the traceback if ``KEDRO_TRACEBACK`` asks for it."""
    if os.environ.get("KEDRO_TRACEBACK"):
        raise error
    raise click.ClickException(explain(error)) from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it was raised from, and so on to the first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _raised_in(error: BaseException) -> str:
    """The module that raised an error."""
    *_, (frame, _line) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__"))


@cli.command()
@env_option
def ledger(env: str | None) -> None:
    """Tell in words where every row of the last run went, and where its tables are."""
    session = KedroSession.create(env=env)
    try:
        catalog = session.load_context().catalog
        click.echo(in_words(catalog.load("ledger")))
    except _ACTIONABLE as error:
        _end_with(error)
    click.echo("\nWhere to look:")
    for name in sorted({name for one in pipelines.values() for name in one.all_outputs()}):
        dataset = catalog[name]
        if not name.endswith("_chart") and hasattr(dataset, "_filepath") and dataset.exists():
            place = getattr(dataset, "latest", None) or Path(dataset._filepath)  # noqa: SLF001  Kedro has no other
            click.echo(f"  {name:<28} {_shown(place)}")
    if catalog["summary_report"].exists():
        click.echo(f"\nThe report of the run: {catalog['summary_report'].latest.absolute().as_uri()}")


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


_FATES = {
    "rows_in": "came in",
    "clean": "are clean",
    "quarantined": "are quarantined",
    "duplicates_exact": "are later copies, exact",
    "duplicates_conflicting": "are later copies, conflicting",
}


def in_words(account: Mapping[str, Any]) -> str:
    """The ledger for people: files, rows and money by fate, rows by reason, and what is doubtful about it."""
    money = account["money_minor_units"]
    worth = {name: Decimal(money[name]).scaleb(-money["decimals"]) for name in _FATES}
    files = [one["file"] for one in account["input_files"]]
    lines = [f"From {listed(files, 3)}:", f"{'rows':>15}  {'':<30} {'money':>22}"]
    lines += [f"{account[name]:>15,}  {fate:<30} {worth[name]:>22,f}" for name, fate in _FATES.items()]
    lines += [
        "",
        "Rows and money add up, and every clean purchase_id is unique.",
        f"{account['amounts_unreadable']:,} refused amounts cannot be read and count as no money.",
    ]
    if account["by_reason"]:
        lines += ["Reasons (a row can have several):"]
        ranked = sorted(account["by_reason"].items(), key=lambda one: -one[1])
        lines += [f"{rows:>15,}  {name}" for name, rows in ranked]
    lines += [f"Doubtful: {line}" for line in configuration_warnings(account)]
    return "\n".join(lines)
