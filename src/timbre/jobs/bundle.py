"""A batch in one archive, made while it is sent: its audio, and a sheet that says what became of each text."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from timbre.jobs import audio
from timbre.jobs.states import Status
from timbre.jobs.tools import Files
from timbre.store.tables import Job
from timbre.store.zipped import zipped

SHEET = "batch.csv"


def bundled(files: Files, jobs: Sequence[Job], names: Sequence[str], format: str | None) -> Iterator[bytes]:
    """The bytes of a ZIP with the audio of the jobs that are completed. names: without ending, one a job.

    format: absent: each job's own. Audio is not squeezed once more.
    """
    return zipped(_entries(files, jobs, names, format))


def _entries(
    files: Files, jobs: Sequence[Job], names: Sequence[str], format: str | None
) -> Iterator[tuple[str, Iterable[bytes]]]:
    called = []
    for job, name in zip(jobs, names, strict=True):
        if job.status != Status.COMPLETED:
            called.append("")
            continue
        made = audio.rendition(files, job, format or job.format or "wav")
        called.append(f"{name}.{made.format}")
        yield called[-1], files.blobs.read(made.blob)
    yield SHEET, [_sheet(jobs, called).encode()]


def _sheet(jobs: Sequence[Job], called: Sequence[str]) -> str:
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow(("file", "status", "text", "voice", "language", "seconds", "error"))
    for job, name in zip(jobs, called, strict=True):
        error = (job.error or {}).get("message", "")
        seconds = "" if job.duration_s is None else f"{job.duration_s:.3f}"
        sheet.writerow((name, job.status, job.text, job.voice_id, job.language, seconds, error))
    return out.getvalue()
