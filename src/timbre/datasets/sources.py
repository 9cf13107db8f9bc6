"""The step that brings recordings here: fetched where they are an address, decoded to one WAV each, cleaned of noise
where that is wanted. A recording that cannot be had says why, and keeps none of the others.
"""

import shutil
import time
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from timbre.audio.safely import Limits, pieces_safely
from timbre.datasets import denoise, rows, waveform
from timbre.datasets.digest import digest
from timbre.datasets.fetch import Entry, Fetched, fetch
from timbre.datasets.taking import allowed, taken
from timbre.datasets.work import RATE, Work
from timbre.errors import (
    AudioTooLong,
    FolderRefused,
    MissingExtra,
    NoSources,
    NothingUsable,
    SourceTooLong,
    TimbreError,
    UnknownSource,
)
from timbre.store.archives import is_archive
from timbre.store.room import check_room, is_full, no_room
from timbre.store.spool import Spool
from timbre.store.tables import new_id
from timbre.store.tables_training import SourceRow

Samples = NDArray[np.float32]
STEP = "download"
FETCHING = "fetching"
"""The folder of the home in which files lie that are being fetched, so that it can be gone on with."""

STALE_S = 7 * 24 * 3600.0
BLOCK = 2**20
"""Samples that lie in memory at a time."""

NOISE = "Noise was removed"
"""How the notes begin that this step leaves."""


@dataclass(frozen=True, slots=True)
class _Wav:
    """A recording as it is kept."""

    path: Path
    samples: int


def download(work: Work) -> None:
    """Brings every recording here that is not yet, one at a time.

    Raises errors.NoSources, NothingUsable, and faults of this machine: no room, no storage; what the work's teller
    raises.
    """
    _sweep(work)
    tried: set[str] = set()
    while pending := [row for row in _rows(work) if row.id not in tried and not _is_done(work, row)]:
        row = pending[0]
        tried.add(row.id)
        share = len(tried) / (len(tried) + len(pending))
        work.tell.progress(share, f"{row.name} is brought here.")
        try:
            _bring(work, row, share)
        except TimbreError as fault:
            if fault.status >= 500 and not isinstance(fault, MissingExtra):
                raise
            _failed(work, row, fault)
        else:
            work.tell.kept()
    _tell_end(work)


def _rows(work: Work) -> list[SourceRow]:
    query = select(SourceRow).where(SourceRow.dataset_id == work.dataset).order_by(SourceRow.id)
    with work.database.reading() as session:
        return list(session.scalars(query))


def _of(work: Work, row: SourceRow) -> str:
    return digest(STEP, row.original or row.blob, bool(work.parameters.denoise))


def _is_done(work: Work, row: SourceRow) -> bool:
    return row.status == "here" and row.blob is not None and row.done.get(STEP) == _of(work, row)


def _bring(work: Work, row: SourceRow, share: float) -> None:
    with Spool(work.settings.home).folder() as folder:
        if row.blob is None:
            made = _decoded_from(work, row, folder, share)
            if made is None:
                return  # others are in its place
            _keep(work, row, work.blobs.put(made.path, "wav"), made.samples)
            made.path.unlink()
        if bool(work.parameters.denoise) != (row.original is not None):
            _clean(work, row, folder)
        _mark(work, row)


def _decoded_from(work: Work, row: SourceRow, folder: Path, share: float) -> _Wav | None:
    """The recording as WAV; None where it was an archive or a playlist, whose recordings are rows of their own now."""
    if row.upload is not None:
        with work.blobs.local(row.upload) as path:
            return _decoded(work, path, row.name, folder)
    if row.kind == "folder":
        path = Path(row.address or "")
        if not allowed(path, work.settings):
            raise FolderRefused(folder=path.parent, reason="it is no folder below one that may be")
        return _decoded(work, path, row.name, folder)
    place = _fetching(work, row)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = _unpacked(work, row, _fetched(work, row, place, share), folder)
    except TimbreError:
        shutil.rmtree(place, ignore_errors=True)
        raise
    shutil.rmtree(place, ignore_errors=True)
    return made


def _fetched(work: Work, row: SourceRow, place: Path, share: float) -> Fetched | list[Entry]:
    told = time.monotonic()

    def progress(have: int, total: int) -> None:
        nonlocal told
        work.tell.check()
        if time.monotonic() - told > 5:
            told = time.monotonic()
            whole = f" of {total / 1e6:,.0f}" if total else ""
            work.tell.progress(share, f"{row.name}: {have / 1e6:,.0f}{whole} MB are here.")

    return fetch(row.address or "", place, work.settings, progress)


def _unpacked(work: Work, row: SourceRow, found: Fetched | list[Entry], folder: Path) -> _Wav | None:
    if isinstance(found, list):
        ids = sorted(new_id("s") for _ in found)
        fresh = [
            SourceRow(
                id=id, dataset_id=row.dataset_id, kind="url", name=(one.title or one.address)[:300], address=one.address
            )
            for id, one in zip(ids, found, strict=True)
        ]
        _replaced(work, row, fresh)
        return None
    if is_archive(found.path):
        inside = taken([(found.name, found.path)], folder, work.settings)
        _replaced(work, row, rows.rows_of(work.blobs, row.dataset_id, inside))
        return None
    made = _decoded(work, found.path, found.name, folder)
    if row.name == row.address:
        row.name = found.name
    return made


def _replaced(work: Work, row: SourceRow, fresh: Sequence[SourceRow]) -> None:
    """Puts recordings in the place of what they came from, all at once."""
    with work.database.writing() as session:
        old = _fresh(session.get(SourceRow, row.id, with_for_update=True), row.id)
        new = rows.unknown(session, row.dataset_id, fresh)
        session.delete(old)
        session.add_all(new)
    work.tell.progress(0.0, f"{row.name} holds {len(new)} recordings.")


def _decoded(work: Work, path: Path, shown: str, folder: Path) -> _Wav:
    """Any audio or video as WAV, read and written piece by piece. Raises errors.SourceTooLong …"""
    return _written(work, _pieces(work, path, shown), shown, folder / "decoded.wav")


def _pieces(work: Work, path: Path, shown: str) -> Iterator[Samples]:
    chosen = work.settings
    longer = max(1.0, chosen.source_min / chosen.audio_limit_min)
    limits = Limits(
        chosen.source_min * 60.0,
        round(chosen.decode_cpu_s * longer),
        chosen.decode_wall_s * longer * 4,  # nobody waits for it
        chosen.decode_memory_mb,
    )
    try:
        yield from pieces_safely(path, RATE, shown, limits=limits)
    except AudioTooLong:
        raise SourceTooLong(file=shown, minutes=chosen.source_min) from None


def _written(work: Work, pieces: Iterator[Samples], shown: str, path: Path) -> _Wav:
    count, looked = 0, -BLOCK * 32
    reserve = work.settings.disk_reserve_mb * 1_000_000
    try:
        with wave.open(str(path), "wb") as out:
            out.setparams((1, 2, RATE, 0, "NONE", ""))
            for samples in pieces:
                work.tell.check()
                if count >= looked + BLOCK * 32:
                    looked = count
                    check_room(shown, path.parent, BLOCK * 64, reserve)
                out.writeframes((np.clip(samples, -1, 1) * 32_767).round().astype("<i2").tobytes())
                count += len(samples)
    except OSError as fault:
        if is_full(fault):
            raise no_room(shown, path.parent, 2 * count) from None
        raise
    return _Wav(path, count)


def _clean(work: Work, row: SourceRow, folder: Path) -> None:
    """Removes the noise of a recording and keeps it as it was beside that; or puts it back as it was."""
    if row.original is not None:
        _keep(work, row, row.original, row.samples or 0)
        return
    assert row.blob is not None
    work.tell.progress(0.0, f"{row.name}: noise is removed.")
    blocks = _blocks(work, row.blob, row.samples or 0)
    made = _written(work, denoise.denoised(blocks, RATE, work.tell.check), row.name, folder / "clean.wav")
    _keep(work, row, work.blobs.put(made.path, "wav"), made.samples, original=row.blob)


def _blocks(work: Work, blob: str, count: int) -> Iterator[Samples]:
    for begin in range(0, count, BLOCK):
        yield waveform.samples(work.blobs, blob, begin, min(begin + BLOCK, count))


def _keep(work: Work, row: SourceRow, blob: str, samples: int, original: str | None = None) -> None:
    """Names a recording's file in its row, and lets go of those that it replaces."""
    with work.database.writing() as session:
        fresh = _fresh(session.get(SourceRow, row.id, with_for_update=True), row.id)
        gone = {fresh.upload, fresh.blob, fresh.original} - {None, blob, original}
        fresh.blob, fresh.original, fresh.samples, fresh.upload, fresh.name = blob, original, samples, None, row.name
        rows.noted(fresh, [NOISE], [f"{NOISE}; the recording as it came can still be heard."] if original else [])
    row.blob, row.original, row.samples, row.upload = blob, original, samples, None
    rows.forget(work.blobs, {str(name) for name in gone})


def _mark(work: Work, row: SourceRow) -> None:
    with work.database.writing() as session:
        fresh = _fresh(session.get(SourceRow, row.id, with_for_update=True), row.id)
        fresh.status, fresh.error = "here", None
        fresh.done = {**fresh.done, STEP: _of(work, fresh)}


def _failed(work: Work, row: SourceRow, fault: TimbreError) -> None:
    """Writes down why a recording cannot be had; one that is here without what was wanted of it stays so."""
    with work.database.writing() as session:
        if (fresh := session.get(SourceRow, row.id, with_for_update=True)) is None:
            return
        fresh.error = fault.as_dict()
        fresh.status = "here" if fresh.blob else "failed"
    work.tell.progress(0.0, f"{row.name}: {fault}")


def _fresh(row: SourceRow | None, source: str) -> SourceRow:
    """Raises errors.UnknownSource where it was deleted meanwhile."""
    if row is None:
        raise UnknownSource(source=source)
    return row


def _tell_end(work: Work) -> None:
    found = _rows(work)
    if not found:
        raise NoSources()
    here = [row for row in found if row.status == "here"]
    if not here:
        reason = next((str(row.error["message"]) for row in found if row.error), "nobody knows why.")
        raise NothingUsable(count=len(found), reason=reason)
    minutes = sum(row.samples or 0 for row in here) / RATE / 60
    failed = len(found) - len(here)
    lost = f"; {failed} could not be used" if failed else ""
    work.tell.progress(1.0, f"{len(here)} recordings are here, {minutes:.1f} minutes{lost}.")


def _fetching(work: Work, row: SourceRow) -> Path:
    return work.settings.home / FETCHING / row.id


def _sweep(work: Work) -> None:
    """Removes what nobody has gone on with for days."""
    for path in (work.settings.home / FETCHING).glob("s-*"):
        if time.time() - path.stat().st_mtime > STALE_S:
            shutil.rmtree(path, ignore_errors=True)
