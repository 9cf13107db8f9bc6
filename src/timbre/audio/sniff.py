"""What a file may be, by its first bytes: decided before any decoder sees it."""

from collections.abc import Callable

HEAD = 65_536
"""Bytes of a file that are looked at."""

STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"\x1aE\xdf\xa3", "matroska,webm"),
    (0, b"ID3", "mp3,aac,flac,tta,ape,tak,wv"),
    (0, b"riff\x2e\x91\xcf\x11", "w64"),
    (0, b"caff", "caf"),
    (0, b".snd", "au"),
    (0, b"#!AMR", "amr"),
    (0, b"MAC ", "ape"),
    (0, b"wvpk", "wv"),
    (0, b"MP+", "mpc"),
    (0, b"MPCK", "mpc8"),
    (0, b"TTA1", "tta"),
    (0, b"tBaK", "tak"),
    (0, b"ajkg", "shn"),
    (0, b"DSD ", "dsf"),
    (0, b"FRM8", "iff"),
    (0, b"Creative Voice File\x1a", "voc"),
    (0, b"NIST_1A", "nistsphere"),
    (0, b".SoX", "sox"),
    (0, b"XoS.", "sox"),
    (0, b"EA3\x01", "oma"),
    (0, b"ea3\x03", "oma"),
    (0, b"nut/multimedia container\0", "nut"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"FLV\x01", "flv"),
    (0, b".RMF", "rm"),
    (0, b".ra\xfd", "rm"),
    (0, b"\0\0\x01\xba", "mpeg"),
    (0, b"\x0b\x77", "ac3,eac3"),
    (0, b"\x77\x0b", "ac3,eac3"),
    (0, b"\x7f\xfe\x80\x01", "dts"),
    (0, b"\xfe\x7f\x01\x80", "dts"),
    (0, b"\x1f\xff\xe8\x00", "dts"),
    (0, b"\xff\x1f\x00\xe8", "dts"),
    *((0, b"\x64\xa3" + kind + b"\0", "ircam") for kind in (b"\x01", b"\x02", b"\x03", b"\x04")),
    *((0, b"\0" + kind + b"\xa3\x64", "ircam") for kind in (b"\x01", b"\x02", b"\x03", b"\x04")),
    *((4, box, "mov,mp4") for box in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),
    (4, b"\xf8\x72\x6f\xba", "truehd"),
    (4, b"\xf8\x72\x6f\xbb", "mlp"),
)
"""Where a mark stands, the mark, and the demuxers that read what has it."""

FORMS = {
    **{(outer, b"WAVE"): "wav" for outer in (b"RIFF", b"RF64", b"RIFX", b"BW64")},
    **{(b"RIFF", kind): "avi" for kind in (b"AVI ", b"AVI\x19", b"AVIX", b"AMV ")},
    (b"RIFF", b"XWMA"): "xwma",
    (b"RIFF", b"QLCM"): "qcp",
    **{(b"FORM", kind): "aiff" for kind in (b"AIFF", b"AIFC")},
    **{(b"FORM", kind): "iff" for kind in (b"8SVX", b"16SV", b"MAUD")},
}
"""The first four bytes, and those at eight."""

KILOBITS = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""A second's of MPEG audio, by the bits of its version (3: MPEG-1) and of its layer (3: layer I)."""

HALVINGS = {3: 0, 2: 1, 0: 2}
"""How often the sampling rate is halved, by the bits of the version."""

Length = Callable[[bytes, int], int]
"""Of the frame that begins there, in bytes; 0: none does."""


def demuxers(head: bytes) -> str | None:
    """The names, with commas between, of FFmpeg's demuxers that may look at a file that begins so; None: none may.

    Formats that name other files, addresses or devices are not among them.
    """
    if found := FORMS.get((head[:4], head[8:12])):
        return found
    for start, mark, names in STARTS:
        if head.startswith(mark, start):
            return names
    if any(_has_packets(head, start, step) for start, step in ((0, 188), (4, 192), (0, 204))):
        return "mpegts"
    if len(head) > 2 and head[0] == 0x56 and head[1] & 0xE0 == 0xE0:
        return "loas"
    return _frames(head)


def _has_packets(head: bytes, start: int, step: int) -> bool:
    """Whether the packets of a transport stream stand there, with a mark each."""
    return len(head) > start + 2 * step and head[start : start + 3 * step : step] == b"GGG"


def _frames(head: bytes) -> str | None:
    """MP3 and AAC have no header: a file of them is frames, and may begin in the middle of one.

    A frame at the start is believed; elsewhere it takes three that follow each other.
    """
    at = head.find(0xFF)
    while at >= 0:
        for name, length in (("aac", _adts), ("mp3", _mpeg)):
            size = length(head, at)
            if size and (at == 0 or not head[:at].strip(b"\0") or _follow(head, at, size, length)):
                return name
        at = head.find(0xFF, at + 1)
    return None


def _follow(head: bytes, at: int, size: int, length: Length) -> bool:
    """Whether two more frames stand behind one."""
    for _ in range(2):
        at += size
        size = length(head, at)
        if not size:
            return False
    return True


def _adts(head: bytes, at: int) -> int:
    """Of an AAC frame."""
    if at + 7 > len(head) or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0 or head[at + 2] >> 2 & 15 > 12:
        return 0
    length = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
    return length if length > 7 else 0


def _mpeg(head: bytes, at: int) -> int:
    """Of an MPEG audio frame."""
    if at + 4 > len(head) or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[at + 1] >> 3 & 3, head[at + 1] >> 1 & 3
    bits, rate, padding = head[at + 2] >> 4, head[at + 2] >> 2 & 3, head[at + 2] >> 1 & 1
    if version == 1 or layer == 0 or bits in (0, 15) or rate == 3:
        return 0
    hertz = (44_100, 48_000, 32_000)[rate] >> HALVINGS[version]
    bps = KILOBITS[min(version or 2, 3), layer][bits - 1] * 1000
    if layer == 3:
        return (12 * bps // hertz + padding) * 4
    return (72 if layer == 1 and version != 3 else 144) * bps // hertz + padding
