"""Jobs of training done without a service: each process is started as a worker starts it."""

import os
import subprocess
import sys
import time
from typing import Any

from sqlalchemy import select

from timbre.jobs import lease
from timbre.jobs.states import LONG
from timbre.jobs.training import Store
from timbre.runs import rows
from timbre.store.tables import Job
from timbre.store.tables_training import CheckpointRow

QUICK = {
    "max_steps": 6,
    "batch": 2,
    "sentences": 1,
    "texts": ["No."],
    "validate_every": 3,
    "checkpoint_every": 3,
    "keep": 1,
    "patience": 0,
    "half": "off",
    "threads": 1,
    "lora_rank": 2,
}


def begin(store: Store) -> tuple[Job, subprocess.Popen[bytes]]:
    """The next job's process, as a worker starts it."""
    job = lease.claim(store.database, LONG, lease.holder_name())
    assert job is not None
    words = [sys.executable, "-m", "timbre", "run", job.id, "--lease", str(job.lease_number)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return job, subprocess.Popen(words, env=environment, stderr=subprocess.STDOUT, stdout=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> str:
    said = process.communicate(timeout=120)[0].decode()
    assert process.returncode == 0, said
    return said


def one(store: Store, run_id: str) -> rows.Run:
    with store.database.reading() as session:
        return rows.get(session, run_id)


def until(what: Any, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 90
    while not what():
        assert time.monotonic() < deadline
        if process is not None and process.poll() is not None:
            raise AssertionError(process.communicate()[0].decode())
        time.sleep(0.05)


def kept(store: Store, run_id: str) -> list[CheckpointRow]:
    with store.database.reading() as session:
        return list(session.scalars(select(CheckpointRow).where(CheckpointRow.run_id == run_id)))
