"""The project's commands: ``ledger``, and ``run``, which is Kedro's command but prints an error as one message."""

import gc
import os
import pkgutil
from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import Any, NoReturn

import click
from kedro.framework.cli.project import run as stock_run
from kedro.framework.cli.utils import env_option
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession

import customer_analytics.pipelines
from customer_analytics.catalog_metadata import metadata_by_name, name_with_role
from customer_analytics.core.errors import SettingError, listed
from customer_analytics.core.ledger.text import describe_ledger
from customer_analytics.error_message import ACTIONABLE, error_message, is_raised_by


@click.group(name="customer_analytics")
def cli() -> None:
    """Commands of this project."""


_GC_THRESHOLD = 500_000
"""Number of new objects after which Python searches for reference cycles: a run creates many objects, few cycles."""


def _run(**options: Any) -> Any:  # noqa: ANN401  the options and result of Kedro's command
    gc.set_threshold(_GC_THRESHOLD)
    try:
        _check_names(options["pipelines"] or [options["pipeline"] or "__default__"])
        return stock_run.callback(**options)  # type: ignore[misc]
    except ACTIONABLE as error:
        _fail(error)
    except ValueError as error:
        if is_raised_by(error, "kedro.pipeline"):  # an unknown node, tag or dataset
            _fail(error)
        raise
    finally:
        gc.freeze()  # the process ends: skip the last search for cycles among all imported objects


run = copy(stock_run)
run.callback = _run
cli.add_command(run)


def _check_names(wanted: Iterable[str]) -> None:
    """Raise SettingError if a name is not the name of a pipeline; Kedro itself would raise an import error."""
    known = {"__default__", *(module.name for module in pkgutil.iter_modules(customer_analytics.pipelines.__path__))}
    for name in wanted:
        if name not in known:
            raise SettingError("--pipelines", listed(sorted(known)), repr(name), "see `kedro registry list`")


def _fail(error: Exception) -> NoReturn:
    """End the command: print the error as one message, or its traceback if ``KEDRO_TRACEBACK`` is set."""
    if os.environ.get("KEDRO_TRACEBACK"):
        raise error
    raise click.ClickException(error_message(error)) from error


@cli.command()
@env_option
def ledger(env: str | None) -> None:
    """Show how many rows of the last run are clean, quarantined or duplicates, and the paths of its outputs."""
    session = KedroSession.create(env=env)
    try:
        _show_ledger(session.load_context().catalog)
    except BrokenPipeError:  # `kedro ledger | head`: click ends the command without a message
        raise
    except ACTIONABLE as error:
        _fail(error)


def _show_ledger(catalog: Any) -> None:  # noqa: ANN401  Kedro's catalog
    from customer_analytics.datasets.optional_dataset import ChartDataset  # noqa: PLC0415  imports pandas

    outputs = sorted({name for pipeline in pipelines.values() for name in pipeline.all_outputs()})
    metadata = metadata_by_name(catalog, outputs)
    click.echo(describe_ledger(catalog.load(name_with_role(metadata, "ledger"))))
    click.echo("\nOutputs:")
    for name in outputs:
        dataset = catalog[name]
        if hasattr(dataset, "_filepath") and not isinstance(dataset, ChartDataset) and dataset.exists():
            path = getattr(dataset, "latest", None) or Path(dataset._filepath)  # noqa: SLF001  Kedro has no public one
            click.echo(f"  {name:<28} {_relative(path)}")
    report = catalog[name_with_role(metadata, "report")]
    if report.exists():
        click.echo(f"\nThe report of the run: {report.latest.absolute().as_uri()}")


def _relative(path: Path) -> Path:
    """Return the path relative to the current folder; a path outside of that folder is returned unchanged."""
    folder = Path.cwd()
    return path.relative_to(folder) if path.is_relative_to(folder) else path
