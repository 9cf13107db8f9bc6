"""How a voice is made of recordings."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from timbre.access.scopes import VOICES
from timbre.api.guard import needs
from timbre.api.routers.voices import shown
from timbre.api.schemas import VoiceOut
from timbre.api.uploads import Uploaded, Uploading, kept
from timbre.api.wiring import Wired

router = APIRouter(prefix="/voices", tags=["voices"], route_class=Uploading, dependencies=[needs(VOICES)])


@router.post("/clone", status_code=201, response_model_exclude_none=True)
async def clone(
    wired: Wired,
    uploads: Uploaded,
    files: Annotated[list[UploadFile], File(description="1 to 10 recordings of one person.")],
    name: Annotated[str, Form(examples=["Grandmother"])],
    consent: Annotated[str, Form(description="What the person agreed to.", examples=["She agreed on 3 May."])],
    language: Annotated[str, Form(examples=["en"])] = "en",
) -> VoiceOut:
    """Make a voice from recordings. Answers when it can speak."""
    add = wired.library.add
    return shown(await uploads.work(add, name, kept(files), language, consent, wired.waiting_engine))
