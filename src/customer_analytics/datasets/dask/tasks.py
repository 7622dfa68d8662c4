"""Functions that describe Dask tasks and run them on the cluster."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from customer_analytics.datasets.dask.cluster import ClusterSettings, connect, translate_errors


def delayed_tasks(function: Callable[..., Any], inputs: Iterable[Any], name: str, shared: object = None) -> list[Any]:
    """Describe one Dask task per input; no task runs yet.

    Args:
        function: Each task calls ``function(shared, input)``, or ``function(input)`` if ``shared`` is ``None``.
        inputs: Small values, or delayed values of Dask.
        name: Prefix of the tasks' names in Dask's dashboard.
        shared: A value for all tasks, which is sent to each worker once.

    Returns:
        Dask's delayed values, in the order of ``inputs``.
    """
    from dask.delayed import delayed  # noqa: PLC0415  slow to import

    token = uuid.uuid4().hex
    first = () if shared is None else (delayed(shared, name=f"{name}-job-{token}", traverse=False),)
    task = delayed(function, pure=False, traverse=True)
    return [task(*first, value, dask_key_name=(f"{name}-{token}", index)) for index, value in enumerate(inputs)]


def compute(delayed_values: Sequence[Any], cluster: ClusterSettings) -> list[Any]:
    """Compute delayed values on the cluster and return the results in order; a task's error is raised unchanged.

    Raises:
        ClusterError: The cluster failed.
    """
    client: Any = connect(cluster)
    with translate_errors(client):
        return client.gather(client.compute(list(delayed_values)))
