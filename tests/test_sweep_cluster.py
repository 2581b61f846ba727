"""On a cluster of processes a sweep gives the same bytes, whoever of it is killed on the way."""

import os
import signal
import threading
import time

import pytest
from test_sweep_store import CHUNKS, children, contents, done, run, whole

import compare
from compare.sweep import crew, portion
from numeric.solvers import threads
from systems.library import kerr

dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
pytestmark = pytest.mark.slow
__all__ = ["children", "whole"]  # fixtures


FIXED = {"chi": 5.0, "gamma": 1.0}


@pytest.fixture(scope="module")
def client():
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    # Dask itself hands a chunk out again when its worker died; here we want to see that we do
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(**options, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def on_cluster(path, address):
    with distributed.Client(address) as client:
        run(path, client=client)


def wait_for(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_workers_of_other_code_are_refused(client, monkeypatch):
    monkeypatch.setattr(crew, "identify_code", lambda: "another version")
    with pytest.raises(ValueError, match="Workers must run the code and the versions"):
        compare.sweep(kerr.MODEL, {"Delta": [0.0]}, "g2", {**FIXED, "xi": 0.1}, client=client)


def test_a_worker_that_is_killed_inside_a_chunk_changes_no_byte(client, whole, tmp_path):
    path, killed = tmp_path / "worker.zarr", []
    pids = client.run(os.getpid)

    def kill():
        wait_for(lambda: path.exists() and done(path) >= 2)
        wait_for(lambda: any(client.processing().values()))
        busy = next(name for name, keys in client.processing().items() if keys)
        os.kill(pids[busy], signal.SIGKILL)
        killed.append(done(path))

    killer = threading.Thread(target=kill)
    killer.start()
    run(path, client=client)
    killer.join()
    assert killed[0] < CHUNKS
    assert contents(path) == contents(whole)


def test_a_client_that_is_killed_after_some_chunks_changes_no_byte(
    client, whole, tmp_path, children
):
    path = tmp_path / "client.zarr"
    child = children.Process(target=on_cluster, args=(path, client.scheduler.address))
    child.start()
    wait_for(lambda: path.exists() and done(path) >= 3)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert done(path) < CHUNKS
    run(path, client=client)
    assert contents(path) == contents(whole)


def test_a_chunk_over_which_all_workers_die_is_given_up_in_words(client, monkeypatch):
    def deadly(*_):
        os._exit(1)

    monkeypatch.setattr(crew, "compute_for", deadly)
    monkeypatch.setattr(crew, "ATTEMPTS", 1)
    with pytest.raises(ChildProcessError, match=r"must survive chunk \(0,\)"):
        compare.sweep(kerr.MODEL, {"Delta": [0.0]}, "g2", {**FIXED, "xi": 0.1}, client=client)


def test_workers_of_one_machine_part_its_cores():
    # as on a worker, whichever process computes: the solvers ask `cores` how many threads to start
    asked = []

    def look(*_):
        asked.append(threads.cores())
        return {}

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(threads, "_usable", lambda: 8)
        patched.setattr(portion, "compute", look)
        for workers in (1, 2, 3, 16):
            portion.compute_for(portion.identify_code(), None, {}, workers)
    assert asked == [8, 4, 2, 1]
    assert threads.cores() == threads._usable()
