"""Hypothesis profiles, and fixtures that all tests share."""

import copy
import gc
import os

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from customer_analytics.core.chunks.local import LocalChunks

# "dev" is the default. It always tries the same examples, so `make test` cannot fail by chance.
# "ci" tries more examples, and others in each run.
settings.register_profile(
    "dev", max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "ci", max_examples=400, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session", autouse=True)
def unfreeze_garbage_collector():
    """Undo the ``gc.freeze`` of commands that tests run in this process."""
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def twice():
    """Return a function that calls a node twice and checks that it leaves its inputs alone and repeats its result."""

    def call(node, *inputs):
        input_frames = [list(value) if isinstance(value, LocalChunks) else None for value in inputs]
        frames_before = copy.deepcopy(input_frames)
        first, second = node(*inputs), node(*inputs)

        assert_equal(as_frames(first), as_frames(second))
        assert_equal(frames_before, input_frames)
        return first

    return call


def as_frames(result):
    """The result of a node, with chunks as a list of frames."""
    return list(result) if isinstance(result, LocalChunks) else result


def assert_equal(actual, expected):
    if isinstance(actual, list | tuple) and not hasattr(actual, "_fields"):
        assert len(actual) == len(expected)
        for actual_item, expected_item in zip(actual, expected, strict=True):
            assert_equal(actual_item, expected_item)
    elif isinstance(actual, pd.DataFrame):
        pd.testing.assert_frame_equal(actual, expected)
    else:
        assert actual == expected
