"""The thread that works with the model: between two steps of the batch it does what else is asked of it."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from timbre.errors import TimbreError
from timbre.text.timed import Timed

log = logging.getLogger("timbre.engine")
Result = TypeVar("Result")
Samples = NDArray[np.float32]


class Spoken(Protocol):
    """A speech in hand: `timbre.engine.utterance.Speech` is one."""

    starts: list[int]
    words: list[list[Timed]]

    @property
    def finished(self) -> bool: ...
    @property
    def hungry(self) -> bool: ...
    def take(self) -> list[Samples]: ...


class Batch(Protocol):
    """What the thread steps: `timbre.engine.engine.Engine` is one."""

    def step(self) -> None: ...
    def cancel(self, speech: Any) -> None: ...
    def learn(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Start:
    """A piece begins to sound, at a sample of its speech."""

    index: int
    at: int


@dataclass(frozen=True, slots=True)
class Said:
    """A piece was said to its end, which began at a sample of its speech: its words, from there on."""

    index: int
    at: int
    words: list[Timed]


Made = Samples | Start | Said


@dataclass(slots=True, eq=False)
class Stream:
    """A speech's way back to who asked: iterate over it for its samples, its pieces' starts, and its words."""

    loop: asyncio.AbstractEventLoop
    speech: Any = None  # a Spoken, once it was begun
    left: bool = False  # nobody listens any more
    told: int = 0  # starts that were handed on
    timed: int = 0  # pieces whose words were
    _made: "asyncio.Queue[Made | BaseException | None]" = field(default_factory=asyncio.Queue)

    def put(self, what: Made | BaseException | None) -> None:
        """Hand something on from the thread to the loop: None is the end, a fault ends it too."""
        self.loop.call_soon_threadsafe(self._made.put_nowait, what)

    def put_ready(self) -> None:
        """Hand on what the speech has ready. At a step one piece begins at the most, so its start comes first."""
        for index, at in enumerate(self.speech.starts[self.told :], self.told):
            self.put(Start(index, at))
        self.told = len(self.speech.starts)
        for samples in self.speech.take():
            if len(samples):
                self.put(samples)
        for index, words in enumerate(self.speech.words[self.timed :], self.timed):
            self.put(Said(index, self.speech.starts[index], words))
        self.timed = len(self.speech.words)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Made:
        what = await self._made.get()
        if what is None:
            raise StopAsyncIteration
        if isinstance(what, BaseException):
            raise what
        return what


@dataclass(slots=True, eq=False)
class Job(Generic[Result]):
    """Something to do in the thread. `alone`: once nobody speaks any more. `at_once`: past those that wait for that."""

    work: Callable[[], Result]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Result]"
    alone: bool = False
    at_once: bool = False

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
    """One thread, one model. Requests come in through `run` and `begin`, both from an event loop."""

    def __init__(self) -> None:
        self.batch: Batch | None = None  # set by a job; the thread steps it while there is something to say
        self.busy_s = 0.0
        self._asked: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._streams: list[Stream] = []
        self._held: list[Job[Any]] = []  # jobs that wait for the batch to be empty, and all that came after them
        self._closed = False
        self._thread = threading.Thread(target=self._live, name="model", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[], Result], alone: bool = False, at_once: bool = False) -> Result:
        """The result of `work`, done in the thread between two steps.

        With `alone` when nobody speaks any more, which all later jobs wait for; those `at_once`, which are about a
        speech that is in hand, do not.
        """
        loop = asyncio.get_running_loop()
        job: Job[Result] = Job(work, loop, loop.create_future(), alone, at_once)
        self._asked.put(job)
        return await job.done

    async def begin(self, begin: Callable[[], Spoken]) -> Stream:
        """A speech that is spoken from the next step on. `leave` it when nobody listens any more."""
        stream = Stream(asyncio.get_running_loop())

        def join() -> None:
            if not stream.left:
                stream.speech = begin()
                self._streams.append(stream)

        try:
            await self.run(join)
        except BaseException:
            self.leave(stream)
            raise
        return stream

    def leave(self, stream: Stream) -> None:
        """Drop a speech before the next step. Its stream ends when its rows are free."""
        stream.left = True
        self._asked.put(None)

    def close(self) -> None:
        """End the thread after the step it is in."""
        self._closed = True
        self._asked.put(None)

    # In the thread

    def _live(self) -> None:
        while True:
            self._do_jobs(wait=self._rests() and not self._learn())
            if self._closed:
                return
            began = time.monotonic()
            self._drop_left()
            if not self._rests():
                self._step()
            self.busy_s += time.monotonic() - began

    def _rests(self) -> bool:
        """Whether there is nothing to do until something is asked."""
        if not self._streams:
            return not self._held
        return all(stream.speech.hungry for stream in self._streams)

    def _learn(self) -> bool:
        """A little of what the batch finds out about its model while nobody speaks. Whether there is more of that."""
        if self.batch is None or self._streams:
            return False
        try:
            return self.batch.learn()
        except Exception:
            log.exception("the model could not be learned about")
            return False

    def _do_jobs(self, wait: bool) -> None:
        """Do what was asked, in its order. A job that wants to be alone holds up those behind it."""
        while True:
            try:
                job = self._asked.get(block=wait)
            except queue.Empty:
                break
            wait = False
            if job is not None and job.at_once:
                job.run()
            elif job is not None:
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
            stream.put(None)

    def _step(self) -> None:
        if self.batch is None or not self._streams:
            return
        try:
            self.batch.step()
        except BaseException as fault:
            log.exception("a step failed")
            self._fail(fault if isinstance(fault, TimbreError) else TimbreError())
            return
        if self._closed:
            return  # nobody waits for it any more
        for stream in list(self._streams):
            stream.put_ready()
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
