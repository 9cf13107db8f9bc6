"""Requests a minute: counted in this process, or for several in the broker's Redis."""

import logging
import math
import time
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from timbre.access.scopes import Caller
from timbre.errors import RateExceeded
from timbre.settings import Settings

log = logging.getLogger(__name__)

ANSWER_S = 1.0
"""Seconds that Redis has to answer in."""

PAUSE_S = 10.0
"""Seconds for which it is not asked again when it did not."""


class Rates:
    """Counts requests. One Redis serves all processes of the API; while it is away each counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self._default = settings.requests_per_minute
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = _shared(settings.broker_url)
        self._away_until = 0.0

    async def count(self, caller: Caller) -> None:
        """Counts a request. Raises errors.RateExceeded when it is one too many; that one is not counted."""
        limit = caller.limits.requests_per_minute or self._default
        if limit:
            await self._count(RateLimitItemPerMinute(limit), caller)

    async def _count(self, item: RateLimitItemPerMinute, caller: Caller) -> None:
        if self._shared and time.monotonic() >= self._away_until:
            try:
                await _count(self._shared, item, caller)
                return
            except StorageError as fault:
                self._away_until = time.monotonic() + PAUSE_S
                log.warning("the broker does not count requests, so each process does: %s", fault)
        await _count(self._own, item, caller)


async def _count(limiter: MovingWindowRateLimiter, item: RateLimitItemPerMinute, caller: Caller) -> None:
    if await limiter.hit(item, "timbre", caller.counted):
        return
    window = await limiter.get_window_stats(item, "timbre", caller.counted)
    raise RateExceeded(limit=item.amount, retry_after=max(1, math.ceil(window.reset_time - time.time())))


def _shared(url: str) -> MovingWindowRateLimiter | None:
    scheme, _, rest = url.partition("://")
    if scheme == "redis+socket":
        scheme, rest = "redis+unix", urlsplit(f"//{rest}").path
    if scheme not in {"redis", "rediss", "redis+unix"}:
        return None
    storage = RedisStorage(
        f"async+{scheme}://{rest}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="timbre-rates",
        socket_connect_timeout=ANSWER_S,
        socket_timeout=ANSWER_S,
    )
    return MovingWindowRateLimiter(storage)
