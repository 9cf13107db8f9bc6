"""Models: what is here and what could be, installed, loaded, unloaded and removed."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from timbre.access.scopes import ADMIN
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown as shown_job
from timbre.api.jobs import tell
from timbre.api.schemas_jobs import JobOut
from timbre.api.schemas_models import LicenceOut, ModelOut, Models, shown
from timbre.api.wiring import Wired, Wiring
from timbre.errors import ModelNotInstalled, NotTheLoadedModel, TimbreError
from timbre.jobs import installing
from timbre.models import about, catalogue, licence
from timbre.models.remove import in_use, remove

router = APIRouter(prefix="/models", tags=["models"])
ADMINS = [needs(ADMIN)]


@router.get("", response_model_exclude_none=True)
async def models(wired: Wired) -> Models:
    """The built-in model, those installed, and those that can be."""
    stats = await _stats(wired)

    def read() -> list[ModelOut]:
        found = [about.about(entry, wired.settings.home) for entry in catalogue.entries()]
        jobs = installing.under_way(wired.database)
        return [_shown(one, stats, wired, jobs) for one in found]

    return Models(items=await asyncio.to_thread(read))


@router.get("/{model_id}", response_model_exclude_none=True)
async def model(model_id: str, wired: Wired) -> ModelOut:
    """One model."""
    return await _one(model_id, wired)


@router.post("/{model_id}/install", status_code=202, response_model_exclude_none=True, dependencies=ADMINS)
async def install(model_id: str, wired: Wired, caller: Called, response: Response) -> JobOut:
    """Fetch a model, as a job that goes on where it was stopped. 451 until its licence was accepted."""
    job, new = await asyncio.to_thread(installing.install, wired.database, model_id, wired.settings.home, caller)
    if new:
        await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/jobs/{job.id}"
    return shown_job(job)


@router.post("/{model_id}/load", response_model_exclude_none=True, dependencies=ADMINS)
async def load(model_id: str, wired: Wired) -> ModelOut:
    """Let the engine exchange its model for this one, once all that is being said is said. Answers when it speaks."""
    found = await asyncio.to_thread(about.one, model_id, wired.settings.home)
    if not found.entry.installed:
        raise ModelNotInstalled(model=model_id)
    await wired.engine.load(model_id)
    return await _one(model_id, wired)


@router.post("/{model_id}/unload", response_model_exclude_none=True, dependencies=ADMINS)
async def unload(model_id: str, wired: Wired) -> ModelOut:
    """Let the engine forget its model, once all that is being said is said. Nothing is spoken until one is loaded."""
    await asyncio.to_thread(about.one, model_id, wired.settings.home)
    if (await wired.engine.stats()).get("model") != model_id:
        raise NotTheLoadedModel(model=model_id)
    await wired.engine.unload()
    return await _one(model_id, wired)


@router.get("/{model_id}/licence", response_model_exclude_none=True)
async def show_licence(model_id: str, wired: Wired) -> LicenceOut:
    """What a model comes under, with the text where it has to be accepted."""
    return await asyncio.to_thread(_licence, model_id, wired)


@router.post("/{model_id}/licence", response_model_exclude_none=True, dependencies=ADMINS)
async def accept_licence(model_id: str, wired: Wired, caller: Called) -> LicenceOut:
    """Accept a model's licence. When and by whom is recorded."""

    def accept() -> LicenceOut:
        about.one(model_id, wired.settings.home)
        if not licence.accepted(wired.settings.home, model_id):
            licence.accept(wired.settings.home, model_id, caller.name)
        return _licence(model_id, wired)

    return await asyncio.to_thread(accept)


@router.delete("/{model_id}", status_code=204, dependencies=ADMINS)
async def delete(model_id: str, wired: Wired) -> None:
    """Remove a model that was installed or made here; not the loaded one."""
    stats = await wired.engine.stats()
    await asyncio.to_thread(remove, model_id, wired.settings.home, _in_use(model_id, stats, wired))


async def _stats(wired: Wiring) -> Mapping[str, Any]:
    """What the engine holds; nothing, where none answers."""
    try:
        return await wired.engine.stats()
    except TimbreError:
        return {}


async def _one(model_id: str, wired: Wiring) -> ModelOut:
    """Raises errors.UnknownModel."""
    stats = await _stats(wired)

    def read() -> ModelOut:
        found = about.one(model_id, wired.settings.home)
        return _shown(found, stats, wired, installing.under_way(wired.database))

    return await asyncio.to_thread(read)


def _shown(found: about.About, stats: Mapping[str, Any], wired: Wiring, jobs: Mapping[str, Any]) -> ModelOut:
    name = found.entry.id
    job = jobs[name].id if name in jobs else None
    return shown(found, stats, _in_use(name, stats, wired), licence.accepted(wired.settings.home, name), job)


def _in_use(name: str, stats: Mapping[str, Any], wired: Wiring) -> str:
    return in_use(name, stats.get("model"), wired.settings.model)


def _licence(name: str, wired: Wiring) -> LicenceOut:
    home, entry = wired.settings.home, about.one(name, wired.settings.home).entry
    wanted, record = licence.needed(name), licence.acceptance(home, name)
    return LicenceOut(
        model=name,
        name=entry.licence,
        url=wanted.url if wanted else None,
        text=wanted.text if wanted else None,
        needed=wanted is not None,
        accepted=licence.accepted(home, name),
        accepted_at=record.get("accepted_at"),
        accepted_by=record.get("accepted_by"),
    )
