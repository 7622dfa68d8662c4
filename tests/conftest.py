"""What all tests share: Hypothesis profiles and small makers of frames and files."""

import copy
import gc
import os

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from customer_analytics.core.chunks.local import LocalChunks

settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(scope="session", autouse=True)
def thawed():
    """Commands run in this process too: what they freeze, as theirs would end, is freed at its end."""
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def twice():
    """Calls a node twice on the same inputs: frames must be left alone and both answers equal."""

    def call(node, *inputs):
        frames = [list(one) if isinstance(one, LocalChunks) else None for one in inputs]
        before = copy.deepcopy(frames)
        first, second = node(*inputs), node(*inputs)

        assert_equal(seen(first), seen(second))
        for came, kept in zip(before, frames, strict=True):
            assert_equal(came, kept)
        return first

    return call


def seen(answer):
    """An answer in full: chunks as a list of frames."""
    return list(answer) if isinstance(answer, LocalChunks) else answer


def assert_equal(one, other):
    if isinstance(one, list | tuple) and not hasattr(one, "_fields"):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other, strict=True):
            assert_equal(mine, theirs)
    elif isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other)
    else:
        assert one == other
