"""How torch's threads wait for each other is said before torch is loaded, and the user's own word counts for more."""

import os
import subprocess
import sys

import pytest

ASK = "import sys, timbre.engine, os; print(os.environ.get('GOMP_SPINCOUNT'), 'torch' in sys.modules)"


@pytest.mark.parametrize(
    ("said", "found"),
    [({}, "3000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "active"}, "None")],
)
def test_threads_wait_briefly_unless_told_otherwise(said: dict[str, str], found: str) -> None:
    kept = {key: value for key, value in os.environ.items() if key not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    done = subprocess.run([sys.executable, "-c", ASK], env=kept | said, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [found, "False"]
