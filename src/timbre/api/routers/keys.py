"""API keys, for whoever runs the service."""

import asyncio

from fastapi import APIRouter

from timbre.access import keys
from timbre.access.scopes import ADMIN
from timbre.api.guard import needs
from timbre.api.schemas_access import KeyChange, KeyMade, KeyOut, Keys, NewKey
from timbre.api.wiring import Wired
from timbre.store.tables import Key

router = APIRouter(prefix="/keys", tags=["keys"], dependencies=[needs(ADMIN)])


@router.post("", status_code=201, response_model_exclude_none=True)
async def create(asked: NewKey, wired: Wired) -> KeyMade:
    """Make a key. The answer is the only one that has the key itself."""
    key, secret = await asyncio.to_thread(keys.create, wired.database, asked.wish())
    return KeyMade.of(key, key=secret)


@router.get("", response_model_exclude_none=True)
async def everyone(wired: Wired) -> Keys:
    """All keys, the newest first, also those that expired or were revoked."""
    found = await asyncio.to_thread(keys.everyone, wired.database)
    used = await asyncio.to_thread(keys.used_today, wired.database)
    return Keys(items=[KeyOut.of(key, used.get(key.id)) for key in found])


@router.patch("/{key_id}", response_model_exclude_none=True)
async def change(key_id: str, asked: KeyChange, wired: Wired) -> KeyOut:
    """Change a key; it holds from the next request on."""
    changes = asked.model_dump(exclude_unset=True)
    return await _shown(await asyncio.to_thread(keys.change, wired.database, key_id, changes), wired)


@router.delete("/{key_id}", response_model_exclude_none=True)
async def revoke(key_id: str, wired: Wired) -> KeyOut:
    """Revoke a key, and sign out every browser that signed in with it. It stays in the list."""
    return await _shown(await asyncio.to_thread(keys.revoke, wired.database, key_id), wired)


async def _shown(key: Key, wired: Wired) -> KeyOut:
    used = await asyncio.to_thread(keys.used_today, wired.database)
    return KeyOut.of(key, used.get(key.id))
