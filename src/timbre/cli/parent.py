"""A role ends with the process that started it."""

import asyncio
import os


async def ended(parent: int | None) -> None:
    """Returns when the process that started us is no longer our parent; never, where that is nobody's business."""
    while parent is None or os.getppid() == parent:
        await asyncio.sleep(1)
