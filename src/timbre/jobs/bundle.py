"""A batch in one archive, made while it is sent: its audio, and a sheet that says what became of each text."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence

from timbre.jobs import audio
from timbre.jobs.states import Status
from timbre.jobs.tools import Files
from timbre.store.tables import Job

SHEET = "batch.csv"
PARTS = 256 * 1024


class _Sink(io.RawIOBase):
    """Where the archive is written: it cannot go back, so nothing of it is kept."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._parts.append(bytes(data))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def taken(self) -> bytes:
        data, self._parts = b"".join(self._parts), []
        return data


def bundled(files: Files, jobs: Sequence[Job], names: Sequence[str], format: str | None) -> Iterator[bytes]:
    """The bytes of a ZIP with the audio of the jobs that are completed. names: without ending, one a job.

    format: absent: each job's own. Audio is not squeezed once more.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        called = []
        for job, name in zip(jobs, names, strict=True):
            if job.status != Status.COMPLETED:
                called.append("")
                continue
            made = audio.rendition(files, job, format or job.format or "wav")
            called.append(f"{name}.{made.format}")
            with archive.open(called[-1], "w", force_zip64=True) as entry:
                for part in files.blobs.read(made.blob):
                    entry.write(part)
                    yield sink.taken()
        archive.writestr(SHEET, _sheet(jobs, called))
        yield sink.taken()
    yield sink.taken()


def _sheet(jobs: Sequence[Job], called: Sequence[str]) -> str:
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow(("file", "status", "text", "voice", "language", "seconds", "error"))
    for job, name in zip(jobs, called, strict=True):
        error = (job.error or {}).get("message", "")
        seconds = "" if job.duration_s is None else f"{job.duration_s:.3f}"
        sheet.writerow((name, job.status, job.text, job.voice_id, job.language, seconds, error))
    return out.getvalue()
