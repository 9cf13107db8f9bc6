"""The Wyoming protocol, spoken with by its own package's client, in the order that Home Assistant sends its events."""

import asyncio
import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from libraries import library_at
from recordings import file_of, speech
from running import Service, engine_of, free_port, until_quiet
from wyoming.audio import AudioChunk
from wyoming.client import AsyncTcpClient
from wyoming.event import Event
from wyoming.info import Describe, Info, TtsVoice
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from timbre import profiles
from timbre.cli.main import main
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient, socket_path
from timbre.errors import NoSuchSpeaker, UnknownLanguage, UnknownVoice
from timbre.store.database import Database
from timbre.wyoming.server import CONNECTIONS
from timbre.wyoming.voices import choose
from timbre.wyoming.wire import Wish

TEXT = "The kettle has just boiled."
LONG = "Tea now. " * 1000
SPOKEN = ["audio-start", "audio-chunk", "audio-stop"]


@dataclass(frozen=True)
class Server:
    """A running `timbre wyoming`."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def running(environment: dict[str, str], log: Path) -> Iterator[Server]:
    port = free_port()
    with log.open("wb") as sink:
        command = [sys.executable, "-m", "timbre", "wyoming", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink)
    try:
        deadline = time.monotonic() + 60
        while "can connect" not in log.read_text():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Server(port, process, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def wyoming(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(service.environment(), tmp_path_factory.mktemp("wyoming") / "log.txt") as server:
        yield server
        assert "failed:" not in server.log.read_text() and "Traceback" not in server.log.read_text()


@dataclass
class Heard:
    """The events of an answer, one of a kind after another as one."""

    order: list[str] = field(default_factory=list)
    audio: bytes = b""
    error: dict = field(default_factory=dict)

    def take(self, event: Event) -> None:
        if self.order[-1:] != [event.type]:
            self.order.append(event.type)
        if event.type == "error":
            self.error = event.data
        elif event.type == "audio-chunk":
            chunk = AudioChunk.from_event(event)
            assert (chunk.rate, chunk.width, chunk.channels) == (24_000, 2, 1) and 0 < chunk.samples <= 4096
            self.audio += chunk.audio


async def listen(client: AsyncTcpClient, last: str) -> Heard:
    """All that comes until an event of that kind, or until the connection ends."""
    heard = Heard()
    while (event := await asyncio.wait_for(client.read_event(), 30)) is not None:
        heard.take(event)
        if event.type == last:
            break
    return heard


def ask(server: Server, *events: Event, last: str = "audio-stop") -> Heard:
    async def test() -> Heard:
        async with AsyncTcpClient("127.0.0.1", server.port) as client:
            for event in events:
                await client.write_event(event)
            return await listen(client, last)

    return asyncio.run(test())


def synthesize(text: str = TEXT, **voice: str) -> Event:
    return Event("synthesize", {"text": text} | ({"voice": voice} if voice else {}))


def streamed(*parts: str, voice: str | None = "ana") -> list[Event]:
    """A text in parts, as Home Assistant sends it: the whole of it comes too, for servers that know no parts."""
    wish = SynthesizeVoice(name=voice) if voice else None
    chunks = [SynthesizeChunk(part).event() for part in parts]
    whole = Synthesize("".join(parts), wish).event()
    return [SynthesizeStart(wish).event(), *chunks, whole, SynthesizeStop().event()]


def voices(server: Server) -> dict[str, TtsVoice]:
    async def test() -> Info:
        async with AsyncTcpClient("127.0.0.1", server.port) as client:
            await client.write_event(Describe().event())
            event = await asyncio.wait_for(client.read_event(), 10)
            assert event is not None and Info.is_type(event.type), event
            return Info.from_event(event)

    (program,) = asyncio.run(test()).tts
    assert program.installed and program.supports_synthesize_streaming and program.name == "Timbre"
    assert all(voice.installed and voice.description for voice in program.voices)
    found = {voice.name: voice for voice in program.voices}
    assert len(found) == len(program.voices)
    return found


@pytest.fixture(scope="session")
def made(service: Service) -> Iterator[dict[str, str]]:
    """A cloned voice that speaks Portuguese and a mix, by what they are called."""
    with httpx.Client(base_url=service.url, timeout=120) as http:
        form = {"name": "Vovó", "language": "pt-BR", "consent": "She agreed."}
        clip = {"files": ("tape.wav", file_of(speech(), 22_050))}
        cloned = http.post("/voices/clone", data=form, files=clip).raise_for_status().json()["voice"]
        parts = [{"id": "ana", "weight": 1}, {"id": "bruno", "weight": 1}]
        mixed = http.post("/voices/mix", json={"name": "Both", "voices": parts}).raise_for_status().json()
        yield {"cloned": cloned["id"], "mixed": mixed["id"]}
        for voice in (cloned, mixed):
            http.delete(f"/voices/{voice['id']}").raise_for_status()


def test_every_voice_is_offered_in_every_language(wyoming: Server, made: dict[str, str]):
    found = voices(wyoming)
    assert {"ana", "bruno", "clara", "davi", *made.values()} <= set(found)
    assert found["ana"].languages == ["en"] and found["ana"].description == "Ana: Low and calm."
    assert found["ana@pt"].languages == ["pt", "pt-BR"]
    assert found["ana@pt"].description == "Ana (English): Low and calm."
    assert found[made["cloned"]].languages == ["pt", "pt-BR"] and found[made["cloned"]].description == "Vovó"
    assert found[f"{made['cloned']}@en"].languages == ["en"]
    assert found[made["mixed"]].languages == ["en"] and found[made["mixed"]].description == "Both"


def test_each_voice_that_is_offered_speaks(wyoming: Server, made: dict[str, str]):
    for name in ("ana", "ana@pt", made["cloned"], f"{made['cloned']}@en", made["mixed"], "default", "alloy", "Clara"):
        heard = ask(wyoming, synthesize(name=name))
        assert heard.order == SPOKEN and len(heard.audio) > 4800, name


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(), ("ana", None)),
        (Wish(name=""), ("ana", None)),
        (Wish(name="bruno"), ("bruno", None)),
        (Wish(name="bruno@pt"), ("bruno", "pt")),
        (Wish(name="bruno", language="pt-BR"), ("bruno", "pt-BR")),
        (Wish(name="bruno", speaker="Bruno"), ("bruno", None)),
        (Wish(name="vovó"), ("cloned", None)),
        (Wish(name="default@en-US"), ("ana", "en-US")),
        (Wish(language="en-US"), ("ana", "en-US")),
        (Wish(language="pt"), ("cloned", "pt")),
        (Wish(language="pt_BR"), ("cloned", "pt_BR")),
        (Wish(language="ja"), ("ana", "ja")),
        (Wish(name="nobody"), UnknownVoice),
        (Wish(name="@pt"), UnknownVoice),
        (Wish(name="nobody@pt"), UnknownVoice),
        (Wish(language="xx"), UnknownLanguage),
        (Wish(name="ana", speaker="Bruno"), NoSuchSpeaker),
    ],
)
def test_which_voice_is_meant(service: Service, made: dict[str, str], wish: Wish, expected):
    library = library_at(service.home)
    with Client(AsyncClient(socket_path(service.home))) as engine:
        stats = engine.ready()
    if isinstance(expected, tuple):
        voice, language = choose(wish, stats, library)
        assert (voice.id, language) == (made.get(expected[0], expected[0]), expected[1])
    else:
        with pytest.raises(expected):
            choose(wish, stats, library)


def test_a_language_alone_is_spoken(wyoming: Server):
    for language in ("en", "en-US", "pt", "pt-BR", "pt_BR"):
        assert ask(wyoming, synthesize(language=language)).order == SPOKEN


def test_one_connection_takes_many_requests_and_answers_in_order(wyoming: Server):
    async def test() -> None:
        async with AsyncTcpClient("127.0.0.1", wyoming.port) as client:
            for event in (synthesize(), *streamed("Tea ", "now."), Describe().event(), synthesize(name="bruno")):
                await client.write_event(event)
            assert (await listen(client, "audio-stop")).order == SPOKEN
            assert (await listen(client, "synthesize-stopped")).order == [*SPOKEN, "synthesize-stopped"]
            assert (await listen(client, "info")).order == ["info"]
            assert (await listen(client, "audio-stop")).order == SPOKEN

    asyncio.run(test())


def test_a_ping_is_answered_while_speech_goes_out(wyoming: Server):
    async def test() -> None:
        async with AsyncTcpClient("127.0.0.1", wyoming.port) as client:
            await client.write_event(synthesize(LONG))
            await listen(client, "audio-start")
            await client.write_event(Ping("still there?").event())
            while (event := await asyncio.wait_for(client.read_event(), 10)) and event.type == "audio-chunk":
                pass
            assert event is not None and event.type == "pong" and event.data == {"text": "still there?"}

    asyncio.run(test())


@pytest.mark.parametrize("parts", [[*TEXT], [TEXT, " And nobody is here."], [TEXT]], ids=["letters", "two", "one"])
def test_a_text_in_parts(wyoming: Server, parts: list[str]):
    heard = ask(wyoming, *streamed(*parts), last="synthesize-stopped")
    assert heard.order == [*SPOKEN, "synthesize-stopped"] and len(heard.audio) > 4800


def test_sound_comes_before_the_text_is_complete(wyoming: Server):
    async def test() -> Heard:
        first, *rest = streamed("The kettle has just boiled. Nobody is here to pour it out for ", "us.")
        async with AsyncTcpClient("127.0.0.1", wyoming.port) as client:
            for event in (first, rest[0]):
                await client.write_event(event)
            assert (await listen(client, "audio-chunk")).audio
            for event in rest[1:]:
                await client.write_event(event)
            return await listen(client, "synthesize-stopped")

    assert asyncio.run(test()).order == ["audio-chunk", "audio-stop", "synthesize-stopped"]


def test_a_text_that_becomes_too_long_is_spoken_as_far_as_it_came(wyoming: Server):
    heard = ask(wyoming, *streamed("Tea now.", " And " + "x" * 10_000), last="synthesize-stopped")
    assert heard.order == [*SPOKEN, "error", "synthesize-stopped"] and heard.error["code"] == "text_too_long"


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([synthesize("")], "empty_text"),
        ([synthesize("… ?!")], "empty_text"),
        ([synthesize("x" * 10_001)], "text_too_long"),
        (streamed(""), "empty_text"),
        (streamed("x" * 10_001), "text_too_long"),
        ([synthesize(name="nobody")], "unknown_voice"),
        (streamed("Hello.", voice="nobody"), "unknown_voice"),
        ([synthesize(name="ana", speaker="2")], "no_such_speaker"),
        ([synthesize(language="xx")], "unknown_language"),
        ([synthesize(name="ana@ja")], "language_not_spoken"),
        ([Event("synthesize", {"text": "<speak>Hi.</speak>", "text_format": "ssml"})], "not_plain_text"),
        ([Event("synthesize", {"text": 7})], "bad_event"),
        ([Event("synthesize", {"text": "Hi.", "voice": "ana"})], "bad_event"),
        ([Event("synthesize", {"text": "Hi.", "voice": {"name": "x" * 1000}})], "bad_event"),
        ([Event("synthesize-chunk", {"text": "Hi."})], "bad_event"),
        ([Event("synthesize-stop")], "bad_event"),
        ([SynthesizeStart().event(), SynthesizeStart().event()], "bad_event"),
        ([synthesize(LONG)] * 20, "too_many_requests"),
    ],
)
def test_a_request_that_cannot_be_done_is_told_and_ends_the_connection(wyoming: Server, events: list[Event], code: str):
    heard = ask(wyoming, *events, last="never")  # and so until the connection ends
    assert heard.order[-1] == "error" and heard.error["code"] == code, heard
    assert "\n" not in heard.error["text"]
    assert len(heard.error["text"]) < 400


def test_what_a_text_needs_not_is_passed_over(wyoming: Server):
    unknown = [
        Event("select-program", {"name": "Timbre"}),
        AudioChunk(16_000, 2, 1, bytes(100_000)).event(),
        Event("run-pipeline", {"name": 7}),
        Event("synthesize", {"text": TEXT, "voice": None, "text_format": "text", "context": {"a": 1}, "more": 1}),
    ]
    assert ask(wyoming, *unknown).order == SPOKEN


LEFT = {"whole": [synthesize(LONG)], "open": streamed(LONG)[:2], "parts": streamed(LONG)}


@pytest.mark.parametrize("politely", [True, False])
@pytest.mark.parametrize("said", LEFT)
def test_a_client_that_goes_away_stops_the_engine(service: Service, wyoming: Server, said: str, politely: bool):
    async def test(http: httpx.Client) -> None:
        client = AsyncTcpClient("127.0.0.1", wyoming.port)
        await client.connect()
        for event in LEFT[said]:
            await client.write_event(event)
        await listen(client, "audio-chunk")
        assert engine_of(http)["running"] > 0
        if not politely:
            assert client._writer is not None
            client._writer.transport.abort()
        else:
            await client.disconnect()

    with httpx.Client(base_url=service.url) as http:
        asyncio.run(test(http))
        until_quiet(http)


# What is no event


def send(server: Server, data: bytes, leave: bool = False) -> bytes:
    """All that comes back until the connection ends; nothing is waited for where we leave at once."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as client, contextlib.suppress(ConnectionError):
        client.sendall(data)
        if leave:
            return b""
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(2**16), b""))
    return b""


def told(answer: bytes) -> str:
    """The code of the error that an answer is."""
    line, _, data = answer.partition(b"\n")
    assert json.loads(line)["type"] == "error", answer
    return str(json.loads(data)["code"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "bad_event"),
        (b"\n\n", "bad_event"),
        (b"[]\n", "bad_event"),
        (b"{}\n", "bad_event"),
        (b'{"type": 7}\n', "bad_event"),
        (b'{"type": "describe", "data": []}\n', "bad_event"),
        (b'{"type": "describe", "data_length": -1}\n', "bad_event"),
        (b'{"type": "describe", "data_length": 4}\n\xff\xfe\x00\x01', "bad_event"),
        (b'{"type": "describe", "data_length": 2}\n[]', "bad_event"),
        (b'{"type": "synthesize", "data": {"text": "\\ud800"}}\n', "bad_event"),
        (b'{"type": "describe", "data_length": 1000000000000}\n', "event_too_large"),
        (b'{"type": "describe", "payload_length": 1000000000000}\n', "event_too_large"),
        (b"[" * 100_000 + b"\n", "bad_event"),
        (b"x" * 3_000_000, "event_too_large"),
    ],
)
def test_what_cannot_be_read_is_told_and_ends_the_connection(wyoming: Server, data: bytes, code: str):
    assert told(send(wyoming, data)) == code


def test_garbage_and_half_messages_harm_nobody(wyoming: Server):
    dice = random.Random(7)
    whole = b'{"type": "synthesize", "data_length": 15, "payload_length": 4}\n{"text": "Hi."}\x00\x01\x02\x03'
    for _ in range(150):
        send(wyoming, dice.randbytes(dice.randrange(1, 400)), leave=dice.random() < 0.5)
        send(wyoming, whole[: dice.randrange(len(whole))], leave=dice.random() < 0.5)
        torn = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            torn[dice.randrange(len(torn))] = dice.randrange(256)
        send(wyoming, bytes(torn), leave=dice.random() < 0.5)
    assert wyoming.process.poll() is None
    assert ask(wyoming, synthesize()).order == SPOKEN


def test_so_many_connections_and_no_more(wyoming: Server):
    async def test() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(CONNECTIONS):
                client = await stack.enter_async_context(AsyncTcpClient("127.0.0.1", wyoming.port))
                await client.write_event(Ping().event())
                assert (await listen(client, "pong")).order == ["pong"]
            async with AsyncTcpClient("127.0.0.1", wyoming.port) as one_more:
                heard = await listen(one_more, "never")
                assert heard.order == ["error"] and heard.error["code"] == "too_many_connections"

    asyncio.run(test())
    end = time.monotonic() + 30
    while (heard := ask(wyoming, synthesize())).order == ["error"] and time.monotonic() < end:
        assert heard.error["code"] == "too_many_connections"  # it has not seen yet that those have gone
    assert heard.order == SPOKEN


# The command


def test_a_port_that_is_taken_is_told(service: Service, wyoming: Server):
    command = [sys.executable, "-m", "timbre", "wyoming", "--port", str(wyoming.port)]
    done = subprocess.run(command, env=service.environment(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "TIMBRE_WYOMING_PORT" in done.stderr and "Traceback" not in done.stderr


def test_it_ends_with_its_parent(service: Service):
    command = [sys.executable, "-m", "timbre", "wyoming", "--port", str(free_port()), "--parent", "1"]
    assert subprocess.run(command, env=service.environment(), capture_output=True, timeout=60).returncode == 0


def test_without_its_package_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "wyoming", None)
    assert main(["wyoming"]) == 1
    assert "pip install 'timbre-tts[wyoming]'" in capsys.readouterr().err


def test_an_engine_that_does_not_answer_is_told(service: Service, tmp_path: Path):
    environment = service.environment() | {"TIMBRE_HOME": str(tmp_path), "TIMBRE_ENGINE_PATIENCE_S": "0"}
    with running(environment, tmp_path / "log.txt") as server:
        for event in (Describe().event(), synthesize()):
            heard = ask(server, event, last="never")
            assert heard.order == ["error"] and heard.error["code"] == "engine_unavailable"


def test_home_assistant_hears_the_default_profile(wyoming: Server, service: Service):
    with contextlib.closing(Database(f"sqlite:///{service.home / 'timbre.db'}")) as database:
        slow = profiles.create(database, "Half for Home Assistant", {"speed": 0.5, "seed": 3})
        plain = profiles.create(database, "Plain for Home Assistant", {"seed": 3})
        lengths = []
        try:
            for profile in (plain, slow):
                profiles.set_default(database, profile.id)
                lengths.append(len(ask(wyoming, Synthesize(LONG[:80]).event()).audio))
        finally:
            for profile in (slow, plain):
                profiles.delete(database, profile.id)
    assert 1.7 < lengths[1] / lengths[0] < 2.3
