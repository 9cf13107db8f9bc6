"""Installing a model as a job: how far it is of the whole, and left as soon as nobody wants it."""

from collections.abc import Mapping
from typing import Any, Protocol

from timbre.models import catalogue
from timbre.models.install import install
from timbre.models.remove import bytes_of
from timbre.settings import Settings


class _Tools(Protocol):
    @property
    def settings(self) -> Settings: ...


class Run(Protocol):
    """What does the job: `timbre.jobs.run.Run` is one. `progress` raises when the work is to be left."""

    @property
    def job(self) -> Any: ...
    @property
    def tools(self) -> _Tools: ...
    def progress(self, share: float, note: str = "") -> None: ...
    def progressed(self) -> None: ...


class _Left(BaseException):
    """Carries what ends the work past the hub's package, which would take an Exception for a fault of the network."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason


class _Whole:
    """Tells the share of all files that is here, and how many megabytes they are."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._sizes: dict[str, int] = {}
        self._here: dict[str, int] = {}

    def sizes(self, sizes: Mapping[str, int]) -> None:
        self._sizes = dict(sizes)

    def __call__(self, file: str, done: int, total: int) -> None:
        whole = max(sum(self._sizes.values()), 1)
        self._here[file] = done
        here = sum(self._here.values())
        note = f"{file}: {here / 1e6:,.0f} of {whole / 1e6:,.0f} MB"
        try:
            self._run.progress(min(here / whole, 0.999), note)
            if done == total:
                self._run.progressed()
        except Exception as reason:
            raise _Left(reason) from None


def work(run: Run) -> dict[str, Any]:
    """Installs the job's model; one that was cut goes on where it stopped. Raises what `install` raises."""
    model, home = str(run.job.request["model"]), run.tools.settings.home
    whole = _Whole(run)
    try:
        folder = install(model, home, whole, sizes=whole.sizes)
    except _Left as left:
        raise left.reason from None
    return {"model": model, "bytes": bytes_of(folder), "languages": list(catalogue.languages(model))}
