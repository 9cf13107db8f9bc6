"""Checkpoints put to use: as voices, as models, as files for others, and for a sentence or two."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from timbre.access.scopes import TRAIN, Caller
from timbre.api import audio, files
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown as shown_job
from timbre.api.jobs import tell
from timbre.api.routers.jobs import KEPT, found, seen_by
from timbre.api.routers.speech import AUDIO
from timbre.api.routers.voices import shown as shown_voice
from timbre.api.schemas_jobs import JobOut
from timbre.api.schemas_promotion import (
    DemoteIn,
    ExportIn,
    LoadedOut,
    LoadIn,
    PromotedOut,
    PromoteIn,
    PromotionOut,
    Promotions,
    SaidIn,
    SynthesizeIn,
    shown,
)
from timbre.api.uploads import Uploaded, Uploading, kept
from timbre.api.wiring import Wired, Wiring
from timbre.errors import TimbreError, UnknownExport
from timbre.jobs import promoting
from timbre.jobs.promoting import Said, Store
from timbre.runs import made_models, promote, spoken
from timbre.store.tables import Job, Rendition
from timbre.store.tables_training import CheckpointRow

NEEDS = [needs(TRAIN)]
router = APIRouter(prefix="/training", tags=["training"], dependencies=NEEDS)
uploading = APIRouter(prefix="/training", tags=["training"], route_class=Uploading, dependencies=NEEDS)

_ARCHIVE = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
ZIP: dict[int | str, dict[str, Any]] = {
    code: told | _ARCHIVE if "content" in told else told for code, told in KEPT.items()
}
LATER: dict[int | str, dict[str, Any]] = {202: {"model": JobOut, "description": "A job that says it."}}
MAKES: dict[int | str, dict[str, Any]] = {202: {"model": PromotedOut, "description": "A job that makes the model."}}


@router.get("/promotions")
async def promotions(wired: Wired, caller: Called) -> Promotions:
    """The caller's checkpoints that are voices or models now, the latest first."""
    rows = await asyncio.to_thread(promote.promotions, wired.database, seen_by(caller))
    return Promotions(items=[shown(row) for row in rows])


@router.post("/checkpoints/{checkpoint_id}/promote", status_code=201, response_model_exclude_none=True, responses=MAKES)
async def make(checkpoint_id: str, wanted: PromoteIn, wired: Wired, caller: Called, response: Response) -> PromotedOut:
    """Make a checkpoint a voice, which is there at once, or a model, by a job. What it takes the place of is kept."""
    await _own(wired, checkpoint_id, caller)
    if wanted.kind == promote.MODEL:
        response.status_code = 202
        return await _model(checkpoint_id, wanted, wired, caller, response)
    wish = promote.Wish(wanted.name, wanted.language, wanted.consent, wanted.voice_id, wanted.clips_of)

    def work() -> PromotedOut:
        row = promote.promote(wired.database, wired.blobs, checkpoint_id, wish, caller.owner)
        voice = next(voice for voice in wired.library.made() if voice.id == row.target)
        return PromotedOut(promotion=shown(row), voice=shown_voice(voice))

    return await asyncio.to_thread(work)


async def _model(
    checkpoint_id: str, wanted: PromoteIn, wired: Wiring, caller: Called, response: Response
) -> PromotedOut:
    loaded = await _loaded(wired)

    def work() -> Job:
        return promoting.make_model(
            _store(wired),
            checkpoint_id,
            wanted.name or "",
            loaded,
            caller,
            wanted.person,
            wanted.language,
            wanted.clips_of,
        )

    return PromotedOut(job=await _told(await asyncio.to_thread(work), wired, response))


@router.post("/checkpoints/{checkpoint_id}/demote", response_model_exclude_none=True)
async def demote(checkpoint_id: str, wanted: DemoteIn, wired: Wired, caller: Called) -> PromotionOut:
    """Undo a promotion: what was there before comes back, and what was new goes."""
    await _own(wired, checkpoint_id, caller)
    loaded = await _loaded(wired)

    def work() -> PromotionOut:
        with wired.database.reading() as session:
            row = promote.standing_of(session, checkpoint_id, wanted.target, wanted.kind)
        if row.kind == promote.MODEL:
            return shown(made_models.take_back(wired.database, wired.settings.home, checkpoint_id, row.target, loaded))
        return shown(promote.demote(wired.database, wired.blobs, checkpoint_id, row.target))

    return await asyncio.to_thread(work)


@router.post("/checkpoints/{checkpoint_id}/export", status_code=202, response_model_exclude_none=True)
async def export(checkpoint_id: str, wanted: ExportIn, wired: Wired, caller: Called, response: Response) -> JobOut:
    """Make an archive of a checkpoint, for other programs. Its job's result says where it is."""
    await _own(wired, checkpoint_id, caller)
    job = await asyncio.to_thread(promoting.export, _store(wired), checkpoint_id, wanted.form, caller)
    return await _told(job, wired, response)


@router.get("/exports/{job_id}", response_class=Response, responses=ZIP)
async def exported(job_id: str, request: Request, wired: Wired, caller: Called) -> Response:
    """The archive that an export made."""
    job = await found(wired, job_id, seen_by(caller))
    blob = await _file(wired, job, "zip")
    return await files.kept(request, wired.blobs, blob, "application/zip", f"{job.name or job.id}.zip")


@router.get("/takes/{job_id}/{take}", response_class=Response, responses=KEPT)
async def take(job_id: str, take: str, request: Request, wired: Wired, caller: Called) -> Response:
    """What a checkpoint said in a job: `flac` of one that spoke, `base` and `tuned` of a comparison. FLAC."""
    job = await found(wired, job_id, seen_by(caller))
    blob = await _file(wired, job, take if take in ("flac", "base", "tuned") else "")
    return await files.kept(request, wired.blobs, blob, "audio/flac", f"{job.name or job.id}-{take}.flac")


@router.post("/checkpoints/load")
async def load(wanted: LoadIn, wired: Wired, caller: Called) -> LoadedOut:
    """Let the running engine hold a checkpoint's adapter. It does so by itself when one speaks, too."""
    stats = await wired.engine.ready()
    row = await _own(wired, wanted.checkpoint_id, caller)
    adapter = spoken.brought(wired.blobs, row, stats)
    held = await wired.engine.hold_adapter(adapter)
    return LoadedOut(checkpoint_id=row.id, model=held["model"], adapter=adapter.name, adapters=held["adapters"])


@router.post("/inference/synthesize", response_class=Response, responses=AUDIO | LATER)
async def synthesize(wanted: SynthesizeIn, request: Request, wired: Wired, caller: Called) -> Response:
    """Hear a checkpoint: an adapter by the running engine, as the answer; a whole model by a job (202)."""
    format, said = audio.known(wanted.format), _said(wanted)
    store = _store(wired)
    row = await _own(wired, wanted.checkpoint_id, caller)
    if row.kind == promote.MODEL:
        job = await asyncio.to_thread(promoting.listen, store, row.id, said, caller)
        await tell(wired.announcer, job.queue)
        body = shown_job(job).model_dump_json(exclude_none=True)
        return Response(body, 202, {"Location": f"/jobs/{job.id}"}, "application/json")
    promoting.check_text(said.text)
    stats = await wired.engine.ready()
    language = await asyncio.to_thread(promoting.language_of, store, row.id, said)
    utterance = await asyncio.to_thread(
        spoken.utterance,
        wired.database,
        wired.blobs,
        wired.waiting_engine,
        stats,
        row.id,
        said.text,
        language,
        said.chosen(),
        said.clips_of,
    )
    async with wired.guard.spending(caller, len(said.text)):
        return await audio.whole(
            request, wired.speak(utterance, request), format, utterance.sampling.seed, wired.marking
        )


@router.post("/inference/ab-test", status_code=202, response_model_exclude_none=True)
async def compare(wanted: SaidIn, wired: Wired, caller: Called, response: Response) -> JobOut:
    """Let a checkpoint and its base model say the same text by the same seed. The job's result has both takes, with
    their similarity to the person, and their word error rates where there is a recogniser.
    """
    await _own(wired, wanted.checkpoint_id, caller)
    job = await asyncio.to_thread(promoting.compare, _store(wired), wanted.checkpoint_id, _said(wanted), caller)
    return await _told(job, wired, response)


@uploading.post("/checkpoints", status_code=202, response_model_exclude_none=True)
async def receive(
    wired: Wired,
    uploads: Uploaded,
    caller: Called,
    response: Response,
    file: Annotated[UploadFile, File(description=".safetensors, .pth or .pt; read as data, nothing in it is run.")],
    name: Annotated[str, Form(description="Absent: the file's.", examples=["Grandmother"])] = "",
    base: Annotated[
        str, Form(description="The model that it began with; absent: the one that the service begins with.")
    ] = "",
    alpha: Annotated[
        float | None, Form(gt=0, description="Of an adapter that does not tell it: lora_alpha of adapter_config.json.")
    ] = None,
) -> JobOut:
    """Take in a checkpoint that was made elsewhere. A job reads it, and its result names the checkpoint."""
    [(shown_as, path)] = kept([file])
    job = await uploads.work(promoting.receive, _store(wired), path, shown_as, caller, name, base, alpha)
    return await _told(job, wired, response)


def _store(wired: Wiring) -> Store:
    return Store(wired.database, wired.blobs)


async def _own(wired: Wiring, checkpoint_id: str, caller: Caller) -> CheckpointRow:
    """A checkpoint that the caller may use. Raises errors.UnknownCheckpoint."""
    row, _ = await asyncio.to_thread(promote.checkpoint_of, wired.database, checkpoint_id, seen_by(caller))
    return row


def _said(wanted: SaidIn) -> Said:
    return Said(wanted.text, wanted.language, wanted.seed, wanted.clips_of)


async def _told(job: Job, wired: Wiring, response: Response) -> JobOut:
    await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/jobs/{job.id}"
    return shown_job(job)


async def _loaded(wired: Wiring) -> str | None:
    """The model that the engine holds, where one answers."""
    try:
        return (await wired.engine.stats()).get("model")
    except TimbreError:
        return None


async def _file(wired: Wiring, job: Job, format: str) -> str:
    """A file that a job keeps. Raises errors.UnknownExport."""

    def read() -> Rendition | None:
        with wired.database.reading() as session:
            return session.get(Rendition, (job.id, format))

    if (row := await asyncio.to_thread(read)) is None:
        raise UnknownExport(job=job.id)
    return row.blob
