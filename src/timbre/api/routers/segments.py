"""A dataset gone through by a person: its segments, how they sound and look, its report, its builds."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from timbre.access.scopes import TRAIN
from timbre.api.files import disposition, following, made
from timbre.api.guard import Called, needs
from timbre.api.routers.jobs import KEPT, seen_by
from timbre.api.schemas_segments import (
    MOST_PIXELS,
    Builds,
    ReportOut,
    SegmentChange,
    SegmentOut,
    SegmentPage,
    WaveformOut,
    placed,
    seconds,
    shown,
    shown_build,
)
from timbre.api.wiring import Wired, Wiring
from timbre.audio.encode import FORMATS
from timbre.datasets import ljspeech_export, review, waveform
from timbre.datasets.digest import digest
from timbre.datasets.report import report_of
from timbre.datasets.work import RATE
from timbre.errors import BadStretch
from timbre.store.tables_training import SourceRow

router = APIRouter(tags=["datasets"], dependencies=[needs(TRAIN)])

LONGEST_S = 600
"""Seconds of a recording that are sent, or drawn, at a time."""

ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}
Pixels = Annotated[int, Query(ge=1, le=MOST_PIXELS, description="How many parts it is drawn in.")]
Format = Annotated[Literal["wav", "flac"], Query()]
Begin = Annotated[float, Query(ge=0, le=1e6, description="Seconds from the start of the recording.")]
End = Annotated[
    float | None, Query(ge=0, le=1e6, description=f"Absent: the recording's end. At most {LONGEST_S} s later.")
]


@router.get("/training/datasets/{dataset_id}/segments", response_model_exclude_none=True)
async def listed(
    dataset_id: str,
    wired: Wired,
    caller: Called,
    state: Annotated[
        Literal["", "kept", "dropped", "edited", "unheard"],
        Query(description="Absent: all. edited: by a person; unheard: not yet recognised."),
    ] = "",
    reason: Annotated[str, Query(max_length=20, description="One that the filter gave.", examples=["snr"])] = "",
    source: Annotated[str, Query(max_length=40, description="A recording's id.")] = "",
    search: Annotated[str, Query(max_length=200, description="Words in the text.")] = "",
    limit: Annotated[int, Query(ge=1, le=review.MOST)] = 100,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> SegmentPage:
    """A dataset's segments, recording by recording, as they follow each other."""
    asked = review.Asked(state, reason, source, search)

    def read() -> SegmentPage:
        found, following, counts = review.listed(wired.database, dataset_id, seen_by(caller), asked, cursor, limit)
        return SegmentPage(items=[shown(one) for one in found], next=following, counts=counts)

    return await asyncio.to_thread(read)


@router.get("/training/segments/{segment_id}", response_model_exclude_none=True)
async def one(segment_id: str, wired: Wired, caller: Called) -> SegmentOut:
    """A segment."""
    return shown(await asyncio.to_thread(review.one, wired.database, segment_id, seen_by(caller)))


@router.patch("/training/segments/{segment_id}", response_model_exclude_none=True)
@router.patch("/segments/{segment_id}", response_model_exclude_none=True, name="change_too")
async def change(segment_id: str, asked: SegmentChange, wired: Wired, caller: Called) -> SegmentOut:
    """Move a segment's edges, correct its text, keep it or leave it out. All of it is done, or nothing."""
    owner, wish = seen_by(caller), asked.wish()
    return shown(await asyncio.to_thread(review.change, wired.database, wired.settings, segment_id, owner, wish))


@router.get("/training/segments/{segment_id}/audio", response_class=Response, responses=KEPT)
@router.head("/training/segments/{segment_id}/audio", response_class=Response, responses=KEPT, name="segment_size")
async def audio(segment_id: str, request: Request, wired: Wired, caller: Called, format: Format = "wav") -> Response:
    """How a segment sounds, as it was recorded."""

    def read() -> tuple[SourceRow, int, int]:
        row = review.one(wired.database, segment_id, seen_by(caller)).row
        return review.source(wired.database, row.source_id, None), row.begin, row.end

    return await _heard(request, wired, *await asyncio.to_thread(read), format, segment_id)


@router.get("/training/segments/{segment_id}/waveform")
async def drawn(
    segment_id: str,
    wired: Wired,
    caller: Called,
    pixels: Pixels = 800,
    context_s: Annotated[float, Query(ge=0, le=60, description="Seconds on either side that are drawn, too.")] = 1.0,
) -> WaveformOut:
    """How a segment looks, with what is around it."""

    def read() -> WaveformOut:
        row = review.one(wired.database, segment_id, seen_by(caller)).row
        of = review.source(wired.database, row.source_id, None)
        around = round(context_s * RATE)
        return _drawn(wired, of, max(row.begin - around, 0), min(row.end + around, of.samples or 0), pixels)

    return await asyncio.to_thread(read)


@router.get("/training/sources/{source_id}/audio", response_class=Response, responses=KEPT)
@router.head("/training/sources/{source_id}/audio", response_class=Response, responses=KEPT, name="source_size")
async def source_audio(
    source_id: str,
    request: Request,
    wired: Wired,
    caller: Called,
    begin_s: Begin = 0.0,
    end_s: End = None,
    format: Format = "wav",
) -> Response:
    """How a stretch of a recording sounds."""
    of = await asyncio.to_thread(review.source, wired.database, source_id, seen_by(caller))
    return await _heard(request, wired, of, *_stretch(of, begin_s, end_s), format, source_id)


@router.get("/training/sources/{source_id}/waveform")
async def source_drawn(
    source_id: str, wired: Wired, caller: Called, begin_s: Begin = 0.0, end_s: End = None, pixels: Pixels = 800
) -> WaveformOut:
    """How a stretch of a recording looks."""

    def read() -> WaveformOut:
        of = review.source(wired.database, source_id, seen_by(caller))
        return _drawn(wired, of, *_stretch(of, begin_s, end_s), pixels)

    return await asyncio.to_thread(read)


@router.get("/training/datasets/{dataset_id}/report", response_model_exclude_none=True)
async def report(dataset_id: str, wired: Wired, caller: Called) -> ReportOut:
    """What a dataset holds, as its segments are now: how long, how clean, and what is left out and why."""
    found = await asyncio.to_thread(report_of, wired.database, dataset_id, seen_by(caller))
    return ReportOut(dataset_id=dataset_id, **found)


@router.get("/training/datasets/{dataset_id}/builds")
async def builds(dataset_id: str, wired: Wired, caller: Called) -> Builds:
    """What was built of a dataset, the newest first."""
    found = await asyncio.to_thread(ljspeech_export.builds, wired.database, dataset_id, seen_by(caller))
    return Builds(items=[shown_build(row) for row in found])


@router.get("/training/datasets/{dataset_id}/export", response_class=Response, responses=ZIP)
async def export(
    dataset_id: str,
    wired: Wired,
    caller: Called,
    build: Annotated[str, Query(max_length=40, description="A build's id; absent: the newest one.")] = "",
) -> Response:
    """A build in one archive: LJSpeech's `metadata.csv` and `wavs`, and the build's manifest with every clip's hash."""
    chosen = (wired.database, wired.blobs, dataset_id, seen_by(caller), build)
    found = await asyncio.to_thread(ljspeech_export.export, *chosen)
    called = disposition(f"{found.name}.zip")
    return StreamingResponse(
        following(found.parts), headers={"Content-Disposition": called}, media_type="application/zip"
    )


def _stretch(of: SourceRow, begin_s: float, end_s: float | None) -> tuple[int, int]:
    """Raises errors.BadStretch."""
    length = of.samples or 0
    begin = round(begin_s * RATE)
    end = min(length, begin + LONGEST_S * RATE) if end_s is None else round(end_s * RATE)
    if not begin < end <= length:
        raise BadStretch(reason=f"it does not lie within the recording's {length / RATE:.2f} s", most=LONGEST_S)
    if end - begin > LONGEST_S * RATE:
        raise BadStretch(reason=f"it has {(end - begin) / RATE:.0f} s", most=LONGEST_S)
    return begin, end


async def _heard(
    request: Request, wired: Wiring, of: SourceRow, begin: int, end: int, format: Literal["wav", "flac"], name: str
) -> Response:
    work = waveform.wav if format == "wav" else waveform.flac
    data = await asyncio.to_thread(work, wired.blobs, str(of.blob), begin, end)
    tag = digest(of.blob, begin, end, format)
    return made(request, data, tag, FORMATS[format].mime, f"{name}.{format}")


def _drawn(wired: Wiring, of: SourceRow, begin: int, end: int, pixels: int) -> WaveformOut:
    found = waveform.peaks(wired.blobs, str(of.blob), begin, end, pixels)
    return WaveformOut(
        begin_s=seconds(begin),
        end_s=seconds(end),
        length_s=seconds(of.samples or 0),
        low=[low for low, _ in found],
        high=[high for _, high in found],
        segments=[placed(row) for row in review.within(wired.database, of.id, begin, end)],
    )
