"""A real profiler in a real process: its page, and every way in which it can fail."""

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
from customer_analytics.core.report.data_profile import as_profiled, write_page
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
    """A folder for temporary files, which must be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert list(folder.glob("sample_profile_*")) == []


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Puts a profiler of the given text where the real one would be found."""

    def put(text):
        package = tmp_path / "path" / "data_profiling"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(package.parent))

    return put


def outcome(dataset, frame=None):
    dataset.save(as_profiled(sample() if frame is None else frame))
    try:
        return dataset.load()
    finally:
        dataset.release()


@contextmanager
def counting_proxy():
    """A proxy that answers nothing and counts who calls."""
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
    """A page made with nowhere to keep caches, a hostile sample, and a proxy that counts; the page and the calls."""
    nowhere = tmp_path_factory.mktemp("home") / "file"
    nowhere.write_text("not a folder")
    with pytest.MonkeyPatch.context() as patch, counting_proxy() as (proxy, calls):
        patch.setenv("HOME", str(nowhere))
        patch.setenv("PROFILE_CORRELATION_TABLE", "of someone else's, and no setting")
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            patch.setenv(name, proxy)
        patch.delenv("YDATA_PROFILING_NO_ANALYTICS", raising=False)
        made = outcome(SampleProfileDataset(wait_s=100))
    return made, calls


def test_the_page_is_made_without_a_home_and_calls_no_one(profiled):
    made, calls = profiled

    assert made.reason == ""
    assert "purchase_amount" in made.page
    assert "Profile of a sample" in made.page
    assert calls == []


def test_the_page_refers_to_nothing_outside_itself(profiled):
    page = write_page(profiled[0], {}, LEDGER, 60, SampleRules())

    fetched = re.findall(
        r"<(?:script|link|img|iframe|image|object|embed|video|source)\b[^>]*?(?:src|href)=[\"']?([^\"'\s>]+)", page
    )
    styled = re.findall(r"url\(\s*[\"']?([^\"')]{5})", page) + re.findall(r"@import\s+([^;]{5})", page)
    assert [one[:60] for one in fetched if not one.startswith(("data:", "#"))] == []
    assert {one for one in styled if one != "data:"} <= {one for one in styled if one.startswith("#")}
    assert not re.search(r"<a\s[^>]*https?:", page)
    assert len(page) < 3_000_000


def test_names_stay_text(profiled):
    page = profiled[0].page

    assert "<script>alert(1)" not in re.sub(r"\"[^\"]*\"|'[^']*'", "", page)
    assert "&lt;script" in page
    assert "y" * 100 not in page


def test_no_row_and_one_row_are_outcomes():
    dataset = SampleProfileDataset(wait_s=100)

    none, one = outcome(dataset, sample(0)), outcome(dataset, sample(1))

    assert (none.page, none.reason) == (None, "no purchase is clean")
    assert "purchase_amount" in one.page


def test_saving_does_not_wait_and_loading_twice_gives_the_same(broken):
    broken("import time; time.sleep(0.2); raise SystemExit(4)")
    dataset = SampleProfileDataset(wait_s=50)

    begun = time.monotonic()
    dataset.save(as_profiled(sample()))
    saved = time.monotonic() - begun

    assert saved < 5
    assert dataset.exists()
    assert dataset.load() == dataset.load()
    dataset.release()
    assert not dataset.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("raise ImportError('no such package')", "exit code 1: ImportError: no such package"),
        ("raise SystemExit(7)", "exit code 7: it said nothing"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL, as when memory runs out: it said nothing"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV: it said nothing"),
        ("x = [bytearray(1 << 30) for _ in range(10)]", "exit code 1: MemoryError"),
    ],
    ids=["not installed", "exit", "killed", "crash", "out of memory"],
)
def test_a_profiler_that_fails_is_a_reason(broken, caplog, text, reason):
    broken(text)

    made = outcome(SampleProfileDataset(wait_s=50, memory_mb=2000))

    assert made.page is None
    assert made.reason == f"the profiler ended with {reason}"
    assert f"there is no profile: {made.reason}" in caplog.text


def test_a_profiler_that_hangs_is_given_up_and_ended(broken):
    broken("import time; time.sleep(600)")
    dataset = SampleProfileDataset(wait_s=0.2)

    dataset.save(as_profiled(sample()))
    process = dataset._under_way._process
    made = dataset.load()
    dataset.release()

    assert made.reason == "it was not ready 0.2 s after the rest of the run"
    assert process.returncode == -signal.SIGKILL


def test_no_room_for_the_sample_is_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    made = outcome(SampleProfileDataset())

    assert made.reason.startswith("it could not be started: [Errno 2] No such file or directory")


def test_nothing_saved_is_a_reason():
    dataset = SampleProfileDataset(wait_s=3)

    assert not dataset.exists()
    assert dataset.load().reason == "no sample was profiled in this run"
    assert "wait_s" in repr(dataset)


PARENT = """
import pyarrow as pa
from customer_analytics.datasets import SampleProfileDataset
dataset = SampleProfileDataset(wait_s=600)
dataset.save(pa.table({"purchase_amount": [1.0]}))
print(dataset._under_way._process.pid, flush=True)
dataset.load()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_whatever_ends_the_run_ends_the_profiler(broken, temporary, end):
    broken("import time; time.sleep(600)")
    parent = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with parent:
        child = int(parent.stdout.readline())
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, child) == 19)

        parent.send_signal(end)

    wait_until(lambda: not Path(f"/proc/{child}").exists())
    wait_until(lambda: list(temporary.glob("sample_profile_*")) == [])


def wait_until(true, seconds=30):
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not come true"
        time.sleep(0.02)


def test_the_profiler_gives_way_to_the_run(broken):
    broken("import time; time.sleep(600)")
    dataset = SampleProfileDataset()

    dataset.save(as_profiled(sample()))
    process = dataset._under_way._process.pid

    wait_until(lambda: os.getpriority(os.PRIO_PROCESS, process) == 19)
    wait_until(lambda: Path(f"/proc/{process}/oom_score_adj").read_text().strip() == "1000")
    assert os.getsid(process) == process  # Ctrl-C in the run's terminal does not reach it
    dataset.release()
