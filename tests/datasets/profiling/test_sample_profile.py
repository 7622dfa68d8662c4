"""The profile of a sample: a real profiler in a real process, its page and its failures."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from customer_analytics.core.aggregation.sample import SampleRules
from customer_analytics.core.report.data_profile import prepare_for_profiler, write_profile_page
from customer_analytics.datasets import SampleProfileDataset

HOSTILE = ["<script>alert(1)</script>", '=HYPERLINK("http://x")', '" onmouseover="alert(2)', "$\\frac{$", "y" * 10_000]
LEDGER = dict.fromkeys(("rows_in", "clean", "quarantined", "duplicates_exact", "duplicates_conflicting"), 60)


def sample(rows=60):
    return pd.DataFrame(
        {
            "product_category": pd.Categorical(np.resize(HOSTILE, rows)),
            "purchase_amount": np.resize([1.0, 2.5, 1e12], rows),
            "purchase_date": np.resize(np.array(["2024-01-01", "2024-02-03"], "datetime64[us]"), rows),
            "country_code": pd.Categorical(["DE"] * rows),
            "customer_age": pd.array(np.resize(np.array([20, None], object), rows), "Int16"),
            "payment_type": pd.Categorical([None] * rows),
        }
    )


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files, which must be empty at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.glob("sample_profile_*")) == []


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Replaces the profiler by a package with the given source text."""

    def put(text):
        package = tmp_path / "path" / "data_profiling"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(package.parent))

    return put


def outcome(dataset, frame=None):
    dataset.save(prepare_for_profiler(sample() if frame is None else frame))
    try:
        return dataset.load()
    finally:
        dataset.release()


@contextmanager
def counting_proxy():
    """A proxy that answers nothing and records the calls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls = []

        def listen():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                calls.append(connection.recv(200))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def profiled(tmp_path_factory):
    """The profile of a hostile sample, made without a folder for caches, and the calls that reached a proxy."""
    unusable_home = tmp_path_factory.mktemp("home") / "file"
    unusable_home.write_text("not a folder")
    with pytest.MonkeyPatch.context() as patch, counting_proxy() as (proxy, calls):
        patch.setenv("HOME", str(unusable_home))
        patch.setenv("PROFILE_CORRELATION_TABLE", "a setting of another program")
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.setenv(name, proxy)
        patch.delenv("YDATA_PROFILING_NO_ANALYTICS", raising=False)
        profile = outcome(SampleProfileDataset(wait_s=100))
    return profile, calls


def test_the_page_is_made_without_a_home_folder_and_without_network_calls(profiled):
    profile, calls = profiled

    assert profile.reason == ""
    assert "purchase_amount" in profile.page
    assert "Profile of a sample" in profile.page
    assert calls == []


def test_the_page_refers_to_nothing_outside_itself(profiled):
    page = write_profile_page(profiled[0], {}, LEDGER, 60, SampleRules(rows=100_000, seed=0))

    fetched = re.findall(
        r"<(?:script|link|img|iframe|image|object|embed|video|source)\b[^>]*?(?:src|href)=[\"']?([^\"'\s>]+)", page
    )
    styled = re.findall(r"url\(\s*[\"']?([^\"')]{5})", page) + re.findall(r"@import\s+([^;]{5})", page)
    assert [url[:60] for url in fetched if not url.startswith(("data:", "#"))] == []
    assert {url for url in styled if url != "data:"} <= {url for url in styled if url.startswith("#")}
    assert not re.search(r"<a\s[^>]*https?:", page)
    assert len(page) < 3_000_000


def test_names_with_markup_are_shown_as_text(profiled):
    page = profiled[0].page

    assert "<script>alert(1)" not in re.sub(r"\"[^\"]*\"|'[^']*'", "", page)
    assert "&lt;script" in page
    assert "y" * 100 not in page


def test_a_sample_of_no_row_has_no_profile_and_a_sample_of_one_row_has_one():
    dataset = SampleProfileDataset(wait_s=100)

    of_no_row, of_one_row = outcome(dataset, sample(0)), outcome(dataset, sample(1))

    assert (of_no_row.page, of_no_row.reason) == (None, "no purchase is clean")
    assert "purchase_amount" in of_one_row.page


def test_a_save_does_not_wait_and_two_loads_are_equal(broken):
    broken("import time; time.sleep(0.2); raise SystemExit(4)")
    dataset = SampleProfileDataset(wait_s=50)

    started = time.monotonic()
    dataset.save(prepare_for_profiler(sample()))
    save_s = time.monotonic() - started

    assert save_s < 5
    assert dataset.exists()
    assert dataset.load() == dataset.load()
    dataset.release()
    assert not dataset.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise ImportError('no such package')", "exit code 1: ImportError: no such package"),
        ("raise SystemExit(7)", "exit code 7: no output"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL, possibly for lack of memory: no output"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV: no output"),
        ("x = [bytearray(1 << 30) for _ in range(10)]", "exit code 1: MemoryError"),
    ],
    ids=["not installed", "exit", "killed", "crash", "out of memory"],
)
def test_the_failure_of_the_profiler_is_the_reason(broken, caplog, text, reason):
    broken(text)

    profile = outcome(SampleProfileDataset(wait_s=50, memory_mb=2000))

    assert profile.page is None
    assert profile.reason == f"the profiler ended with {reason}"
    assert f"there is no profile: {profile.reason}" in caplog.text


def test_a_profiler_that_takes_too_long_is_killed(broken):
    broken("import time; time.sleep(600)")
    dataset = SampleProfileDataset(wait_s=0.2)

    dataset.save(prepare_for_profiler(sample()))
    process = dataset._profiling._process
    profile = dataset.load()
    dataset.release()

    assert profile.reason == "it was not ready 0.2 s after the rest of the run"
    assert process.returncode == -signal.SIGKILL


def test_a_sample_that_cannot_be_written_is_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    profile = outcome(SampleProfileDataset())

    assert profile.reason.startswith("it could not be started: [Errno 2] No such file or directory")


def test_a_missing_save_is_the_reason():
    dataset = SampleProfileDataset(wait_s=3)

    assert not dataset.exists()
    assert dataset.load().reason == "no sample was profiled in this run"
    assert "wait_s" in repr(dataset)


PARENT = """
import pyarrow as pa
from customer_analytics.datasets import SampleProfileDataset
dataset = SampleProfileDataset(wait_s=600)
dataset.save(pa.table({"purchase_amount": [1.0]}))
print(dataset._profiling._process.pid, flush=True)
dataset.load()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_every_signal_that_ends_the_run_ends_the_profiler(broken, temporary, end):
    broken("import time; time.sleep(600)")
    parent = subprocess.Popen(  # noqa: S603  a script of this file
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with parent:
        child = int(parent.stdout.readline())
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, child) == 19)

        parent.send_signal(end)

    wait_until(lambda: not Path(f"/proc/{child}").exists())
    wait_until(lambda: list(temporary.glob("sample_profile_*")) == [])


def wait_until(condition, seconds=30):
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not hold in time"
        time.sleep(0.02)


def test_the_profiler_has_the_lowest_priority(broken):
    broken("import time; time.sleep(600)")
    dataset = SampleProfileDataset()

    dataset.save(prepare_for_profiler(sample()))
    process = dataset._profiling._process.pid

    wait_until(lambda: os.getpriority(os.PRIO_PROCESS, process) == 19)
    wait_until(lambda: Path(f"/proc/{process}/oom_score_adj").read_text().strip() == "1000")
    assert os.getsid(process) == process  # Ctrl-C in the run's terminal does not reach it
    dataset.release()
