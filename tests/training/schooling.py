"""Where training is tried over HTTP: a service with keys, and somebody there with a dataset."""

from dataclasses import dataclass

from guarded import Guarded


@dataclass(frozen=True)
class School:
    """A service, somebody who may train there, and a dataset of theirs that is built."""

    guarded: Guarded
    key: str
    dataset: str
    build: str
