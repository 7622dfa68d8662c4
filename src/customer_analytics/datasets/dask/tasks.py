"""Dask tasks: how they are described and run."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from customer_analytics.datasets.dask.cluster import ClusterSettings, connect, translate_errors


def delayed_tasks(function: Callable[..., Any], inputs: Iterable[Any], name: str, shared: object = None) -> list[Any]:
    """Describe one task per input.

    Args:
        function: Called with ``shared``, unless that is ``None``, and an input.
        inputs: Small values, or delayed values.
        name: Prefix of the tasks' names in Dask's dashboard.
        shared: Sent to each worker once.

    Returns:
        Dask's delayed values, in the order of ``inputs``.
    """
    from dask.delayed import delayed  # noqa: PLC0415  slow to import

    token = uuid.uuid4().hex
    first = () if shared is None else (delayed(shared, name=f"{name}-job-{token}", traverse=False),)
    task = delayed(function, pure=False, traverse=True)
    return [task(*first, value, dask_key_name=(f"{name}-{token}", index)) for index, value in enumerate(inputs)]


def compute(delayed_values: Sequence[Any], cluster: ClusterSettings) -> list[Any]:
    """Run tasks on the cluster and return their results.

    Raises:
        ClusterError: The cluster failed. An error that a task raises is raised unchanged.
    """
    client: Any = connect(cluster)
    with translate_errors(client):
        return client.gather(client.compute(list(delayed_values)))
