"""One heap for a run, and when what was freed goes back to the system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from customer_analytics.datasets.allocator import KEPT_BYTES, release_memory
from customer_analytics.datasets.runtime import RuntimeSettings


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be asked for what was freed")
def test_memory_that_was_freed_in_scattered_pieces_goes_back_to_the_system():
    pieces = [bytes(20_000) for _ in range(10_000)]
    full = resident_bytes()
    pieces = pieces[::100]

    release_memory()

    assert resident_bytes() < full - 100_000_000
    assert len(pieces) == 100


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be asked for what was freed")
def test_a_long_run_gives_back_what_its_chunks_freed_in_scattered_pieces():
    with RuntimeSettings.of().runtime().watch(0) as watch:
        for _ in range(2):
            pieces = [bytes(20_000) for _ in range(KEPT_BYTES // 20_000)]
            full = resident_bytes()
            pieces = pieces[::100]

            watch(1, 1)

            assert resident_bytes() < full - 100_000_000
            assert pieces


FREED_AND_RELEASED = """
import numpy as np
from tests.datasets.test_allocator import resident_bytes
from customer_analytics.datasets import allocator as heap

heap.limit_arenas()
arrays = [np.ones(1_000_000) for _ in range(20)]
full = resident_bytes()
arrays.clear()
kept = resident_bytes()
heap.release_memory()
print(full - kept < 20_000_000, full - resident_bytes() > 100_000_000)
"""


def said_by_a_fresh_python(script):
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    command, root = [sys.executable, "-c", script], Path(__file__).parents[2]
    return subprocess.run(  # noqa: S603  our own
        command, check=True, capture_output=True, text=True, cwd=root, env=environment
    ).stdout.split()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be told what to keep")
def test_a_runs_heap_keeps_what_was_freed_until_it_is_to_be_given_back():
    assert said_by_a_fresh_python(FREED_AND_RELEASED) == ["True", "True"]


SCATTERED = """
from tests.datasets.test_allocator import resident_bytes
from customer_analytics.datasets.allocator import KEPT_BYTES as kept
from customer_analytics.datasets.allocator import release_excess

def given_back(size, mark=kept):
    pieces = [bytes(20_000) for _ in range(size // 20_000)]
    full = resident_bytes()
    pieces = pieces[::100]
    release_excess(mark)
    return full - resident_bytes()

print(given_back(kept // 4) < 10_000_000, given_back(kept) > kept * 0.9)
in_use = [bytes(20_000) for _ in range(kept // 20_000)]
mark = release_excess()
print(given_back(kept // 20, mark) < 10_000_000, given_back(kept // 2, mark) > kept * 0.4)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc can be asked for what was freed")
def test_a_process_gives_nothing_back_until_it_owns_much_more_than_it_uses():
    assert said_by_a_fresh_python(SCATTERED) == ["True"] * 4


OPENED = """
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

bootstrap_project(Path.cwd())
with KedroSession.create(project_path=Path.cwd()) as session:
    session.load_context()
import pyarrow as pa
print(pa.default_memory_pool().backend_name)
"""


def test_arrow_and_numpy_share_a_heap_in_a_session():
    assert said_by_a_fresh_python(OPENED)[-1] == "system"


FORKED = """
import os
import numpy as np
from customer_analytics.datasets.process_memory import owned_bytes

before = owned_bytes()
if child := os.fork():
    os.waitpid(child, 0)
    print(owned_bytes() < before + 20_000_000)
else:
    more = np.ones(10_000_000)
    print(owned_bytes() > before + 60_000_000)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells what a process owns")
def test_a_process_is_told_its_own_memory_not_that_of_the_one_it_was_forked_from():
    assert said_by_a_fresh_python(FORKED) == ["True", "True"]
