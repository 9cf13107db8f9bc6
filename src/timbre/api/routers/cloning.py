"""How a voice is made of recordings."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile

from timbre.access.scopes import VOICES
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown as shown_job
from timbre.api.jobs import tell
from timbre.api.routers.voices import shown
from timbre.api.schemas_jobs import JobOut
from timbre.api.uploads import Uploaded, Uploading, kept
from timbre.api.wiring import Wired
from timbre.jobs.submit import Wish, submit

router = APIRouter(prefix="/voices", tags=["voices"], route_class=Uploading, dependencies=[needs(VOICES)])


@router.post("/clone", status_code=202, response_model_exclude_none=True)
async def clone(
    wired: Wired,
    uploads: Uploaded,
    caller: Called,
    response: Response,
    files: Annotated[list[UploadFile], File(description="1 to 10 recordings of one person.")],
    name: Annotated[str, Form(examples=["Grandmother"])],
    consent: Annotated[str, Form(description="What the person agreed to.", examples=["She agreed on 3 May."])],
    language: Annotated[str, Form(examples=["en"])] = "en",
) -> JobOut:
    """Make a voice from recordings. They are checked before the answer, which has the voice; once its job is
    completed, the model has heard it. A text may be sent at once: it waits for that.
    """
    voice = await uploads.work(wired.library.add, name, kept(files), language, consent)
    told = shown(voice).model_dump(exclude_none=True)
    wish = Wish("clone", name=voice.name, language=voice.language, voice_id=voice.id, request={"voice": told})
    job, _ = await asyncio.to_thread(submit, wired.database, wish, caller)
    await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/jobs/{job.id}"
    return shown_job(job)
