"""Files that mean harm, or were cut on their way."""

import struct
import wave
import zlib
from functools import lru_cache
from io import BytesIO

import numpy as np


@lru_cache
def silence_bomb(hours: float, rate: int = 44_100) -> bytes:
    """A FLAC file of so many hours of silence, 15 bytes for each second and a half."""
    block = 65_535
    frames = int(hours * 3600 * rate / block)
    info = struct.pack(">HH", block, block) + bytes(6)
    info += (rate << 44 | 0 << 41 | 15 << 36 | frames * block).to_bytes(8, "big") + bytes(16)
    parts = [b"fLaC\x80" + len(info).to_bytes(3, "big") + info]
    for number in range(frames):
        head = b"\xff\xf8\x70\x08" + _as_utf8(number) + (block - 1).to_bytes(2, "big")
        frame = head + bytes([_crc(head, 8, 0x07)]) + b"\0\0\0"  # one value for all of the block: 0
        parts.append(frame + _crc(frame, 16, 0x8005).to_bytes(2, "big"))
    return b"".join(parts)


def _as_utf8(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value >> (bits - 1) & 1 else 0)
            value &= (1 << bits) - 1
    return value


def lying_wav(samples: np.ndarray, rate: int) -> bytes:
    """A WAV file whose header claims 4 GB."""
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    data = bytearray(file.getvalue())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    return bytes(data)


def with_picture(mp3: bytes, size: int) -> bytes:
    """An MP3 file with a cover picture of so many bytes, which is none."""
    picture = b"\0image/png\0\x03\0" + b"\x89PNG\r\n\x1a\n" + bytes(size)
    frame = b"APIC" + _syncsafe(len(picture)) + b"\0\0" + picture
    return b"ID3\x04\0\0" + _syncsafe(len(frame)) + frame + mp3


def _syncsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def texts(address: str) -> dict[str, bytes]:
    """Files that name another file or an address, by the names that they might come under."""
    said = {
        "list.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{address}\n#EXT-X-ENDLIST\n",
        "list.m3u": f"#EXTM3U\n#EXTINF:10,A song\n{address}\n",
        "list.ffconcat": f"ffconcat version 1.0\nfile '{address}'\n",
        "concat.txt": f"concat:{address}|{address}",
        "call.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
        "list.pls": f"[playlist]\nFile1={address}\nLength1=-1\nNumberOfEntries=1\nVersion=2\n",
        "dash.mpd": f'<?xml version="1.0"?><MPD><Period><BaseURL>{address}</BaseURL></Period></MPD>',
        "list.asx": f'<asx version="3.0"><entry><ref href="{address}"/></entry></asx>',
        "drawing.svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}"/><script>1</script></svg>',
        "page.html": f'<!DOCTYPE html><html><audio src="{address}"></audio></html>',
        "disc.cue": f'FILE "{address}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    }
    return {name: text.encode() for name, text in said.items()}


def zip_with(
    name: str = "a.wav", data: bytes = b"sound", mode: int = 0o100644, flags: int = 0, size: int | None = None
) -> bytes:
    """A ZIP of one stored file, made by hand. mode, flags, size: what its headers say of it."""
    called, size = name.encode(), len(data) if size is None else size
    facts = struct.pack("<HHHHHIIIHH", 20, flags, 0, 0, 33, zlib.crc32(data), len(data), size, len(called), 0)
    local = b"PK\x03\x04" + facts + called + data
    central = b"PK\x01\x02\x1e\x03" + facts + struct.pack("<HHHII", 0, 0, 0, mode << 16, 0) + called
    return local + central + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
