"""What a run would take, measured as a job."""

import tempfile
from pathlib import Path
from typing import Any

from timbre.models import catalogue
from timbre.training.estimate import estimate
from timbre.training.job import give_way, hearing, lay_out, options_of, within_memory
from timbre.training.keeping import Run


def work(run: Run) -> dict[str, Any]:
    """Makes a few steps of the run that is asked about. Leaves nothing behind. Raises what `estimate` raises."""
    request, chosen = run.job.request, run.tools.settings
    options = options_of(request["parameters"])
    give_way()
    parent = chosen.home / "runs"
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".estimate-") as data, within_memory(options.device):
        lay_out(run, str(request["manifest"]), Path(data))
        run.progress(0.1, "Making a few steps")
        run.check()
        return estimate(catalogue.folder(request["base"]), Path(data), options, hearing(chosen, options.threads))
