"""The WebSocket on which the log of a dataset or of a training run is followed, by its events' ids: who comes back
with the last misses none.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect

from timbre.api.errors import InvalidMessage, native_shape
from timbre.api.following import DONE, REFUSED, until_gone
from timbre.api.schemas_datasets import message
from timbre.api.wiring import Wiring
from timbre.datasets import events
from timbre.datasets import rows as datasets
from timbre.errors import TimbreError
from timbre.runs import rows as runs
from timbre.store.tables_training import EventRow

LOOK_S = 0.3

Read = Callable[[int], Sequence[EventRow]]
"""The events after one. Raises errors.UnknownDataset, UnknownRun."""


async def follow(socket: WebSocket, wired: Wiring, dataset_id: str, run_id: str, after: str, owner: str | None) -> None:
    """Sends each event after one, and goes on until the client has gone, or what is followed is deleted."""
    await socket.accept()

    def read(last: int) -> Sequence[EventRow]:
        with wired.database.reading() as session:
            if run_id:
                runs.get(session, run_id, owner)
            else:
                datasets.get(session, dataset_id, owner)
            return events.after(session, run_id or dataset_id, last)

    try:
        if not after.isdecimal() or not after.isascii() or len(after) > 18:
            raise InvalidMessage(field="after", problem="it is no event's id")
        if bool(run_id) == bool(dataset_id):
            raise InvalidMessage(field="dataset_id", problem="either it or run_id says what is followed")
        await asyncio.to_thread(read, int(after))
    except TimbreError as fault:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # who has gone need not be told
            await socket.send_json({"error": native_shape(fault, socket.scope["state"].get("request_id", ""))})
            await socket.close(REFUSED, fault.code)
        return
    await until_gone(socket, _send_on(socket, read, int(after)))


async def _send_on(socket: WebSocket, read: Read, last: int) -> None:
    while True:
        try:
            found = await asyncio.to_thread(read, last)
        except TimbreError as gone:
            await socket.close(DONE, gone.code)
            return
        for event in found:
            await socket.send_json(message(event))
            last = event.id
        if not found:
            await asyncio.sleep(LOOK_S)
