"""A dataset in hand, without a service: rows, files, and whoever is told how far a step is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select

from timbre.audio.encode import encode
from timbre.datasets.parameters import Parameters
from timbre.datasets.work import RATE, Work
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import new_id
from timbre.store.tables_training import DatasetRow, SegmentRow, SourceRow


@dataclass
class Told:
    """What was said of a step. left_after: raises at that call of `check`, as a job does that is cancelled."""

    shares: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    left_after: int = 0
    checks: int = 0

    def progress(self, share: float, line: str = "") -> None:
        self.shares.append(share)
        self.lines.append(line)

    def check(self) -> None:
        self.checks += 1
        if self.checks == self.left_after:
            raise Left

    def kept(self) -> None:
        pass


class Left(Exception):
    """The work is to be left now."""


class NoEngine:
    """Whoever asks it fails the test: these steps need none."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"nobody is to ask the engine for {name}")


def in_hand(home: Path, language: str = "en", changes: dict[str, Any] | None = None, **chosen: Any) -> Work:
    """A new, empty dataset in a home of its own."""
    settings = Settings(_env_file=None, home=home, **chosen)  # type: ignore[call-arg]
    database = Database.of(settings)
    database.upgrade()
    row = DatasetRow(id=new_id("d"), name="Allison", language=language, parameters=changes or {})
    with database.writing() as session:
        session.add(row)
    parameters = Parameters(row.parameters, settings)
    blobs = Blobs.of(settings, database)
    return Work(row.id, language, parameters, settings, database, blobs, NoEngine(), Told())  # type: ignore[arg-type]


def again(work: Work, **changes: Any) -> Work:
    """The same dataset with other parameters, and a teller of its own."""
    parameters = Parameters(changes, work.settings)
    return Work(
        work.dataset,
        work.language,
        parameters,
        work.settings,
        work.database,
        work.blobs,
        work.engine,
        Told(),
    )


def add_source(work: Work, samples: np.ndarray, name: str = "a.wav", text: str | None = None) -> str:
    """A recording at 22,050 Hz."""
    blob = work.blobs.put(encode(samples.astype(np.float32), "wav", RATE), "wav")
    row = SourceRow(
        id=new_id("s"),
        dataset_id=work.dataset,
        kind="upload",
        name=name,
        blob=blob,
        samples=len(samples),
        text=text,
        status="here",
    )
    with work.database.writing() as session:
        session.add(row)
    return row.id


def add_segment(work: Work, source: str, begin_s: float, end_s: float, **more: Any) -> str:
    row = SegmentRow(
        id=new_id("g"),
        dataset_id=work.dataset,
        source_id=source,
        begin=round(begin_s * RATE),
        end=round(end_s * RATE),
        **more,
    )
    with work.database.writing() as session:
        session.add(row)
    return row.id


def segments(work: Work) -> list[SegmentRow]:
    query = select(SegmentRow).where(SegmentRow.dataset_id == work.dataset).order_by(SegmentRow.id)
    with work.database.reading() as session:
        return list(session.scalars(query))


def segment(work: Work, id: str) -> SegmentRow:
    with work.database.reading() as session:
        found = session.get(SegmentRow, id)
    assert found is not None
    return found


def change(work: Work, id: str, **facts: Any) -> None:
    """As a person would, without the rules that a person has to keep to."""
    with work.database.writing() as session:
        row = session.get(SegmentRow, id)
        for name, value in facts.items():
            setattr(row, name, value)


def notes(work: Work) -> dict[str, list[str]]:
    """What people are told of each recording."""
    with work.database.reading() as session:
        found = session.scalars(select(SourceRow).where(SourceRow.dataset_id == work.dataset))
        return {one.id: one.notes for one in found}


def remove(work: Work, sources: list[str]) -> None:
    with work.database.writing() as session:
        for one in sources:
            session.delete(session.get(SourceRow, one))
