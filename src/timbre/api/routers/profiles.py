"""Quality profiles: named sets of sampling parameters."""

import asyncio

from fastapi import APIRouter

from timbre import profiles
from timbre.access.scopes import ADMIN, SCOPES
from timbre.api.guard import needs
from timbre.api.schemas_profiles import CopyName, NewProfile, ProfileChange, ProfileOut, Profiles, shown
from timbre.api.wiring import Wired

router = APIRouter(prefix="/quality-profiles", tags=["profiles"], dependencies=[needs(*SCOPES, changes=ADMIN)])


@router.get("", response_model_exclude_none=True)
async def listed(wired: Wired) -> Profiles:
    """All profiles: those built in, then those that were made here."""
    found, default = await asyncio.to_thread(_listed, wired)
    return Profiles(items=[shown(profile, default) for profile in found])


@router.post("", status_code=201, response_model_exclude_none=True)
async def create(asked: NewProfile, wired: Wired) -> ProfileOut:
    """Keep a profile."""
    made = await asyncio.to_thread(profiles.create, wired.database, asked.name, asked.sampling(), asked.about)
    return await _shown(made, wired)


@router.get("/{profile_id}", response_model_exclude_none=True)
async def one(profile_id: str, wired: Wired) -> ProfileOut:
    """One profile."""
    return await _shown(await asyncio.to_thread(profiles.get, wired.database, profile_id), wired)


@router.patch("/{profile_id}", response_model_exclude_none=True)
async def change(profile_id: str, asked: ProfileChange, wired: Wired) -> ProfileOut:
    """Change a profile that was made here."""
    new = (asked.name, asked.about, asked.sampling())
    return await _shown(await asyncio.to_thread(profiles.change, wired.database, profile_id, *new), wired)


@router.delete("/{profile_id}", status_code=204)
async def delete(profile_id: str, wired: Wired) -> None:
    """Delete a profile that was made here. Where it was the default one, `balanced` is from now on."""
    await asyncio.to_thread(profiles.delete, wired.database, profile_id)


@router.post("/{profile_id}/duplicate", status_code=201, response_model_exclude_none=True)
async def duplicate(profile_id: str, wired: Wired, asked: CopyName | None = None) -> ProfileOut:
    """Copy a profile, also a built-in one. The copy can be changed."""
    name = asked.name if asked else None
    return await _shown(await asyncio.to_thread(profiles.duplicate, wired.database, profile_id, name), wired)


@router.post("/{profile_id}/set-default", response_model_exclude_none=True)
async def set_default(profile_id: str, wired: Wired) -> ProfileOut:
    """Let a profile apply to all speech that asks for none."""
    return await _shown(await asyncio.to_thread(profiles.set_default, wired.database, profile_id), wired)


def _listed(wired: Wired) -> tuple[list[profiles.Profile], str]:
    return profiles.listed(wired.database), profiles.default_id(wired.database)


async def _shown(profile: profiles.Profile, wired: Wired) -> ProfileOut:
    return shown(profile, await asyncio.to_thread(profiles.default_id, wired.database))
