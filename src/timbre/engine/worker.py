"""The thread that works with the model: between two steps of the batch it does what else is asked of it."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from timbre.errors import TimbreError

log = logging.getLogger("timbre.engine")
Result = TypeVar("Result")
Samples = NDArray[np.float32]


class Spoken(Protocol):
    """A speech in hand: `timbre.engine.utterance.Speech` is one."""

    @property
    def finished(self) -> bool: ...
    def take(self) -> list[Samples]: ...


class Batch(Protocol):
    """What the thread steps: `timbre.engine.engine.Engine` is one."""

    def step(self) -> None: ...
    def cancel(self, speech: Any) -> None: ...


@dataclass(slots=True, eq=False)
class Stream:
    """A speech's way back to who asked: samples, then None, or the fault that ended it."""

    loop: asyncio.AbstractEventLoop
    made: "asyncio.Queue[Samples | BaseException | None]" = field(default_factory=asyncio.Queue)
    speech: Spoken | None = None
    left: bool = False

    def put(self, what: Samples | BaseException | None) -> None:
        """From the thread to the loop."""
        self.loop.call_soon_threadsafe(self.made.put_nowait, what)


@dataclass(slots=True, eq=False)
class Job(Generic[Result]):
    """Something to do in the thread. `alone`: once nobody speaks any more."""

    work: Callable[[], Result]
    alone: bool
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Result]"

    def run(self) -> None:
        """Do it, and tell who waits."""
        try:
            result = self.work()
        except BaseException as fault:
            self._tell(self.done.set_exception, fault)
        else:
            self._tell(self.done.set_result, result)

    def _tell(self, how: Callable[[Any], None], what: Any) -> None:
        self.loop.call_soon_threadsafe(lambda: None if self.done.done() else how(what))


class Worker:
    """One thread, one model. Requests come in through `run` and `speak`, both from an event loop."""

    def __init__(self) -> None:
        self.batch: Batch | None = None  # set by a job; the thread steps it while somebody listens
        self.doing = ""  # a word for what else it does at this moment
        self.busy_s = 0.0
        self._asked: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._streams: list[Stream] = []
        self._held: list[Job[Any]] = []  # jobs that wait for the batch to be empty, and all that came after them
        self._closed = False
        self._thread = threading.Thread(target=self._live, name="model", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], Result], alone: bool = False) -> Result:
        """The result of `work`, done in the thread between two steps; with `alone` when nobody speaks any more."""
        loop = asyncio.get_running_loop()
        job: Job[Result] = Job(work, alone, loop, loop.create_future())
        self._asked.put(job)
        return await job.done

    async def speak(self, begin: Callable[[], Spoken]) -> AsyncIterator[Samples]:
        """The samples of a speech as they are made. Left early, it is dropped before the next step."""
        stream = Stream(asyncio.get_running_loop())

        def join() -> None:
            if not stream.left:
                stream.speech = begin()
                self._streams.append(stream)

        try:
            await self.run(join)
            while (what := await stream.made.get()) is not None:
                if isinstance(what, BaseException):
                    raise what
                yield what
        finally:
            stream.left = True

    def close(self) -> None:
        """End the thread after the step it is in."""
        self._closed = True
        self._asked.put(None)

    # In the thread

    def _live(self) -> None:
        while not self._closed:
            self._do_jobs(wait=not self._streams and not self._held)
            began = time.monotonic()
            self._drop_left()
            if self._streams:
                self._step()
            self.busy_s += time.monotonic() - began

    def _do_jobs(self, wait: bool) -> None:
        """Do what was asked, in its order. A job that wants to be alone holds up those behind it."""
        while True:
            try:
                job = self._asked.get(block=wait)
            except queue.Empty:
                break
            wait = False
            if job is not None:
                self._held.append(job)
        while self._held and not self._closed and not (self._held[0].alone and self._streams):
            began = time.monotonic()
            self._held.pop(0).run()
            self.busy_s += time.monotonic() - began

    def _drop_left(self) -> None:
        for stream in [one for one in self._streams if one.left]:
            self._streams.remove(stream)
            if self.batch is not None:
                self.batch.cancel(stream.speech)

    def _step(self) -> None:
        assert self.batch is not None
        try:
            self.batch.step()
        except BaseException as fault:
            log.exception("a step failed")
            self._fail(fault if isinstance(fault, TimbreError) else TimbreError())
            return
        for stream in list(self._streams):
            assert stream.speech is not None
            for samples in stream.speech.take():
                if len(samples):
                    stream.put(samples)
            if stream.speech.finished:
                self._streams.remove(stream)
                stream.put(None)

    def _fail(self, fault: TimbreError) -> None:
        """End every speech: nobody knows what state the step has left them in."""
        for stream in self._streams:
            assert self.batch is not None
            self.batch.cancel(stream.speech)
            stream.put(fault)
        self._streams.clear()
