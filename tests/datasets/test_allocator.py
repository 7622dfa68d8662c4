"""The arena limit of the C allocator, and the return of freed memory to the operating system."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from customer_analytics.datasets.allocator import release_memory

only_with_glibc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs glibc")


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@only_with_glibc
def test_memory_that_was_freed_in_scattered_pieces_returns_to_the_system():
    blocks = [bytes(20_000) for _ in range(10_000)]
    resident_before = resident_bytes()
    blocks = blocks[::100]

    release_memory()

    assert resident_bytes() < resident_before - 100_000_000
    assert len(blocks) == 100


COUNT_NEW_ARENAS = """
import ctypes, sys, tempfile
from threading import Barrier, Thread
from customer_analytics.datasets.allocator import limit_arenas

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p

def count_arenas():
    with tempfile.NamedTemporaryFile() as file:
        stream = ctypes.c_void_p(libc.fopen(file.name.encode(), b"w"))
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        return file.read().count(b"<heap nr=")

if sys.argv[1] == "limited":
    limit_arenas()
all_allocated = Barrier(4)
arenas_before = count_arenas()

def allocate():
    block = bytes(20_000)
    all_allocated.wait()

threads = [Thread(target=allocate) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(count_arenas() - arenas_before)
"""


def output_of(script, *arguments):
    """Run a script in a new Python process that inherits no memory pool setting; return the words that it prints."""
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    command, project = [sys.executable, "-c", script, *arguments], Path(__file__).parents[2]
    return subprocess.run(  # noqa: S603  a script of this file
        command, check=True, capture_output=True, text=True, cwd=project, env=environment
    ).stdout.split()


@only_with_glibc
def test_threads_get_no_arenas_of_their_own():
    assert output_of(COUNT_NEW_ARENAS, "limited") == ["0"]
    assert int(output_of(COUNT_NEW_ARENAS, "unlimited")[0]) > 0


PRINT_POOL = """
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

bootstrap_project(Path.cwd())
with KedroSession.create(project_path=Path.cwd()) as session:
    session.load_context()
import pyarrow as pa
print(pa.default_memory_pool().backend_name)
"""


def test_arrow_allocates_from_the_arena_of_the_c_library_in_a_session():
    assert output_of(PRINT_POOL)[-1] == "system"
