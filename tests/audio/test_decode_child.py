"""Decoding in a process of its own: what it gives back, what it may not take, and what it cannot reach."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hostile import lying_wav, silence_bomb, texts, with_picture
from recordings import file_of, speech

from timbre.audio.decode import decode
from timbre.audio.safely import Limits, decode_safely, pieces_safely
from timbre.audio.sniff import demuxers
from timbre.errors import AudioTooBig, AudioTooLong, AudioTooSlow, NotAudio

RATE = 22_050
FORMATS = {
    "a.wav": ("wav", "pcm_s16le", 22_050),
    "a.flac": ("flac", "flac", 48_000),
    "a.mp3": ("mp3", "libmp3lame", 44_100),
    "a.ogg": ("ogg", "libopus", 48_000),
    "a.m4a": ("ipod", "aac", 44_100),
    "a.aac": ("adts", "aac", 22_050),
    "a.webm": ("webm", "libopus", 48_000),
    "a.aiff": ("aiff", "pcm_s16be", 44_100),
    "a.avi": ("avi", "pcm_s16le", 22_050),
    "a.wma": ("asf", "pcm_s16le", 22_050),
    "a.ts": ("mpegts", "aac", 48_000),
    "a.wv": ("wv", "wavpack", 44_100),
    "a.caf": ("caf", "pcm_s16le", 22_050),
    "a.au": ("au", "pcm_s16be", 22_050),
    "a.ac3": ("ac3", "ac3", 48_000),
    "a.mp2": ("mp2", "mp2", 44_100),
}
ROOMY = Limits(longest_s=10_000_000, cpu_s=60, wall_s=120, memory_mb=1024)
Put = Callable[[str, bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def of(name: str, seconds: float = 2.0) -> bytes:
    container, codec, rate = FORMATS[name]
    return file_of(speech(rate)[: round(seconds * rate)], rate, container, codec)


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_what_it_is_here_and_may_be_cut_anywhere(put: Put, name: str):
    whole = of(name)
    assert np.array_equal(decode_safely(put(name, whole), RATE), decode(whole, RATE))
    if name not in {"a.m4a", "a.wv"}:  # which have an index at the end, and blocks of three seconds
        assert RATE / 2 < len(decode_safely(put(name, whole[: len(whole) * 9 // 10]), RATE)) < 2 * RATE
    for bytes_left in (8, 60):
        try:
            assert len(decode_safely(put(name, whole[:bytes_left]), RATE)) < RATE
        except NotAudio as fault:
            assert name in str(fault)


def test_a_cut_m4a_is_refused(put: Put):
    whole = of("a.m4a")
    with pytest.raises(NotAudio, match=r"a\.m4a"):
        decode_safely(put("a.m4a", whole[: len(whole) // 2]), RATE)


def test_it_stops_where_it_is_told_to_and_comes_in_pieces(put: Put):
    path = put("a.flac", file_of(speech(RATE, 10), RATE, "flac", "flac"))
    assert len(decode_safely(path, RATE, limit_s=1.5)) == pytest.approx(1.5 * RATE, abs=2)
    parts = list(pieces_safely(path, RATE))
    assert len(parts) > 1 and np.array_equal(np.concatenate(parts), decode(path, RATE))


def test_there_is_no_seam_where_a_long_file_is_resampled_in_runs():
    tone = np.sin(np.arange(60 * 44_100) * (2 * np.pi * 441 / 44_100)).astype(np.float32) * 0.5
    heard = decode(file_of(tone, 44_100, "wav", "pcm_f32le"), RATE)
    wanted = np.sin(np.arange(60 * RATE) * (2 * np.pi * 441 / RATE)) * 0.5
    assert np.abs(heard[RATE:-RATE] - wanted[RATE : len(heard) - RATE]).max() < 1e-3


# What means harm


def test_a_header_that_claims_4_gb_makes_nobody_wait(put: Put):
    assert len(decode_safely(put("a.wav", lying_wav(speech(RATE), RATE)), RATE)) == len(speech(RATE))


def test_ten_hours_of_silence_in_half_a_megabyte(put: Put):
    bomb = silence_bomb(10)
    assert len(bomb) < 500_000
    path = put("bomb.flac", bomb)
    began = time.monotonic()
    with pytest.raises(AudioTooLong, match=r"^bomb\.flac holds more than 30 minutes of sound\.$"):
        for samples in pieces_safely(path, RATE, limits=Limits(1_800, 120, 300, 1024)):
            assert len(samples) <= 2**18
    assert time.monotonic() - began < 60
    heard = decode_safely(path, RATE, limit_s=300)
    assert len(heard) == 300 * RATE and not heard.any()


def test_a_picture_beside_the_sound_is_not_looked_at(put: Put):
    mp3 = of("a.mp3")
    heard = decode_safely(put("a.mp3", with_picture(mp3, 40_000_000)), RATE)
    assert len(heard) == pytest.approx(len(decode(mp3, RATE)), abs=1200)


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """An address, and who has called there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        callers: list[object] = []

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    caller, _ = server.accept()
                    callers.append(caller)
                    caller.close()

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.wav", callers
        server.shutdown(socket.SHUT_RDWR)


def test_a_file_that_names_another_or_an_address_is_not_followed(put: Put, tmp_path: Path):
    secret = put("secret.wav", of("a.wav"))
    with listening() as (address, callers):
        for target in (
            address,
            str(secret),
            f"file://{secret}",
            f"concat:{secret}",
            f"subfile,,start,0,end,0,,:{secret}",
        ):
            for name, text in texts(target).items():
                assert demuxers(text) is None, "no decoder sees it"
                with pytest.raises(NotAudio, match=name):
                    decode_safely(put(name, text), RATE)
        for disguise in (b"ID3\x04\0\0\0\0\0\0", b"OggS", b"\0\0\x01\xba", b"RIFF\xff\0\0\0WAVE"):
            for name in ("list.m3u8", "list.ffconcat"):  # past the first look, nor then
                with pytest.raises(NotAudio):
                    decode_safely(put(name, disguise + texts(address)[name]), RATE)
        assert not callers


@pytest.mark.parametrize("data", [b"", b"\0", b"RIFF", bytes(5_000), b"\xff" * 5_000, b"MZ" + bytes(999)])
def test_what_is_no_audio_never_reaches_a_decoder(put: Put, data: bytes):
    assert demuxers(data) is None
    with pytest.raises(NotAudio, match=r"^holiday\.wav is not audio"):
        decode_safely(put("0", data), RATE, "holiday.wav")


def test_a_folder_a_pipe_and_nothing_at_all(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "nothing", Path("/dev/zero")):
        with pytest.raises(NotAudio):
            decode_safely(path, RATE)


def test_pictures_papers_and_programs_are_refused_and_sound_from_the_middle_of_a_stream_is_not():
    for mark in (
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"%PDF-1.7",
        b"\x7fELF",
        b"PK\x03\x04",
        b"GIF89a",
    ):
        assert demuxers(mark + bytes(200)) is None
    mp3, aac = of("a.mp3"), of("a.aac")
    assert demuxers(mp3[3_001:]) == "mp3" and demuxers(aac[3_001:]) == "aac"
    assert len(decode(mp3[3_001:], RATE)) > RATE


FUZZ = """
import io, sys
import numpy as np
from timbre.audio.child import confine
from timbre.audio.decode import pieces
from timbre.errors import NotAudio
files = [open(path, "rb").read() for path in sys.argv[1:]]
random, heard = np.random.default_rng(7), 0
for turn in range(1000):
    data = bytearray(files[turn % len(files)])
    if turn % 10 == 9:
        data[random.integers(4, 64):] = random.bytes(2_000)  # a good beginning, and noise
    else:
        for at in random.integers(0, len(data), random.integers(1, 40)):
            data[at] = random.integers(256)
    try:
        heard += any(len(samples) for samples in pieces(io.BytesIO(data), 22_050, 5))
    except (NotAudio, MemoryError):
        pass
print(heard)
"""


def test_a_thousand_files_of_noise_and_a_thousand_damaged_ones(put: Put):
    random = np.random.default_rng(3)
    passed = [data for data in (random.bytes(400) for _ in range(1_000)) if demuxers(data)]
    assert len(passed) < 10
    for data in passed:
        with contextlib.suppress(NotAudio):
            decode_safely(put("noise", data), RATE)
    files = [str(put(name, of(name, 0.5))) for name in FORMATS]
    done = subprocess.run([sys.executable, "-c", FUZZ, *files], capture_output=True, text=True, timeout=120)
    # A crash would be a fault of the libraries, and the reason for the child: it is none of ours.
    assert done.returncode <= 0, done.stderr
    if done.returncode == 0:
        assert int(done.stdout) > 300, "most damage is passed over"


# Limits


def test_time_is_bounded(put: Put):
    path = put("bomb.flac", silence_bomb(10))
    for limits, seconds in ((Limits(10**6, 1, 60, 1024), 1), (Limits(10**6, 60, 0.1, 1024), 0)):
        began = time.monotonic()
        with pytest.raises(AudioTooSlow, match=f"not decoded within {seconds} seconds"):
            for _ in pieces_safely(path, 48_000, limits=limits):
                pass
        assert time.monotonic() - began < 30


def test_memory_is_bounded(put: Put):
    size = 40_000_000
    path = put("b.mkv", b"")
    with av.open(str(path), "w", format="matroska") as out:  # all of it in one packet
        stream = out.add_stream("pcm_u8", rate=8_000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.full((1, size), 128, np.uint8), format="u8", layout="mono")
        frame.sample_rate, frame.pts = 8_000, 0
        out.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(AudioTooBig, match=r"^b\.mkv cannot be decoded within 400 MB of memory\.$"):
        decode_safely(path, 8_000, limits=Limits(10**5, 60, 60, 400))


CONFINED = """
import os, resource, socket, sys
from timbre.audio import child
path = sys.argv[1]
late = os.open(path, os.O_RDONLY)
child.confine()
for what in (lambda: open(path), lambda: open(path + ".new", "w"), lambda: socket.socket(), lambda: os.pipe(),
             lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99)) or os.getuid() == 0 and int("root may")):
    try:
        what()
        print("could")
    except (OSError, ValueError):
        print("could not")
"""


def test_it_can_open_nothing_and_write_nothing(put: Put, tmp_path: Path):
    path = put("a", b"x")
    done = subprocess.run([sys.executable, "-c", CONFINED, str(path)], capture_output=True, text=True)
    assert done.stdout.split("\n")[:5] == ["could not"] * 5, done
    assert list(tmp_path.iterdir()) == [path]


def children_of(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for path in found for child in path.read_text().split()]


def decoder_of(parent: int) -> int:
    """The process id of the decoder at work, once it decodes."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for child in children_of(parent):
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{child}/cmdline").read_bytes()
                limits = Path(f"/proc/{child}/limits").read_text()
                if b"timbre.audio.child" in words and "Max open files            3 " in limits:
                    return child
        time.sleep(0.01)
    raise AssertionError("no decoder was started")


def test_a_decoder_that_crashes_is_a_fault_of_the_file_and_is_told_no_secret(put: Put, monkeypatch):
    monkeypatch.setenv("TIMBRE_ENGINE_TOKEN", "hush")
    monkeypatch.setenv("TIMBRE_AUDIO_LIMIT_MIN", "1")  # whatever it is, the child is told by us alone
    path, told = put("bomb.flac", silence_bomb(10)), list[bytes]()

    def crash() -> None:
        child = decoder_of(os.getpid())
        told.append(Path(f"/proc/{child}/environ").read_bytes())
        os.kill(child, signal.SIGSEGV)

    crasher = threading.Thread(target=crash)
    crasher.start()
    with pytest.raises(NotAudio, match=r"bomb\.flac"):
        for _ in pieces_safely(path, RATE, limits=ROOMY):
            pass
    crasher.join()
    assert b"hush" not in told[0] and b"TIMBRE" not in told[0] and b"HOME=" not in told[0]


DIES = """
import sys
from pathlib import Path
from timbre.audio.safely import Limits, pieces_safely
pieces = pieces_safely(Path(sys.argv[1]), 48_000, limits=Limits(10**7, 600, 600, 1024))
next(pieces)
print("begun", flush=True)
import time
time.sleep(600)
"""


def test_it_ends_with_its_parent(put: Put):
    path = put("bomb.flac", silence_bomb(10))
    with subprocess.Popen([sys.executable, "-c", DIES, str(path)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == b"begun\n"
        child = decoder_of(parent.pid)
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()


def test_nothing_is_left_running_when_nobody_wants_the_rest(put: Put):
    pieces = pieces_safely(put("bomb.flac", silence_bomb(10)), RATE, limits=ROOMY)
    next(pieces)
    child = decoder_of(os.getpid())
    pieces.close()  # type: ignore[attr-defined]
    assert child not in children_of(os.getpid())
