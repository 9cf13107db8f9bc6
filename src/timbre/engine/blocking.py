"""The engine's client for code that waits."""

import asyncio
import threading
from collections.abc import Coroutine, Generator, Sequence
from concurrent.futures import CancelledError, Future, wait
from pathlib import Path
from typing import Any, Self, TypeVar

from timbre.engine.client import AsyncClient, OnPiece, OnWords, Samples
from timbre.engine.protocol import Brought, Conditioning, Role, Sampling
from timbre.text.plan import Piece

Result = TypeVar("Result")
ENDING_S = 10.0
"""Seconds that a request which is given up may take to end."""


class Client:
    """`AsyncClient` for code that waits: a loop in a thread of its own does the talking."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine client", daemon=True)
        self._thread.start()

    @classmethod
    def from_settings(cls) -> Self:
        return cls(AsyncClient.from_settings())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the thread. The client cannot be used afterwards."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        return self._client.address

    def stats(self) -> dict[str, Any]:
        return self._run(self._client.stats())

    def ready(self) -> dict[str, Any]:
        return self._run(self._client.ready())

    def load(self, model: str) -> dict[str, Any]:
        return self._run(self._client.load(model))

    def unload(self) -> dict[str, Any]:
        return self._run(self._client.unload())

    def load_adapter(self, path: Path | str, name: str) -> dict[str, Any]:
        return self._run(self._client.load_adapter(path, name))

    def hold_adapter(self, adapter: Brought) -> dict[str, Any]:
        return self._run(self._client.hold_adapter(adapter))

    def unload_adapter(self, name: str) -> dict[str, Any]:
        return self._run(self._client.unload_adapter(name))

    def voices(self) -> dict[str, Conditioning]:
        return self._run(self._client.voices())

    def condition(self, clips: Sequence[Samples]) -> Conditioning:
        return self._run(self._client.condition(clips))

    def speak(
        self,
        pieces: Sequence[Piece],
        language: str,
        voice: Conditioning | str,
        sampling: Sampling,
        adapter: Brought | str = "",
        background: bool = False,
        roles: Sequence[Role] = (),
        on_piece: OnPiece | None = None,
        on_words: OnWords | None = None,
    ) -> Generator[Samples, None, None]:
        spoken = self._client.speak(
            pieces,
            language,
            voice,
            sampling,
            on_piece=on_piece,
            adapter=adapter,
            background=background,
            roles=roles,
            on_words=on_words,
        )

        async def following() -> Samples | None:
            return await anext(spoken, None)

        try:
            while (samples := self._run(following())) is not None:
                yield samples
        finally:
            self._run(spoken.aclose())

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Waits for what runs over there. Whatever breaks in while we wait (Ctrl+C) ends it first, and then goes on."""
        done: Future[Result] = Future()
        begun: list[asyncio.Task[Result]] = []

        def begin() -> None:
            begun.append(self._loop.create_task(work))
            begun[0].add_done_callback(lambda task: _hand_over(task, done))

        def give_up() -> None:
            if begun:
                begun[0].cancel()
            else:
                work.close()
                done.set_exception(CancelledError())

        try:  # a signal may come at any place within: what is told to the loop later is done later, so none is missed
            self._loop.call_soon_threadsafe(begin)
            return done.result()
        except BaseException:
            if not done.done():
                self._loop.call_soon_threadsafe(give_up)
                wait([done], ENDING_S)
            raise


def _hand_over(task: asyncio.Task[Result], done: "Future[Result]") -> None:
    """What came of a task, for the thread that waits for it."""
    if task.cancelled():
        done.set_exception(CancelledError())  # `wait` does not wake up for a future that is merely cancelled
    elif fault := task.exception():
        done.set_exception(fault)
    else:
        done.set_result(task.result())
