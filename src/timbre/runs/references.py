"""The recordings that a fine-tune was made from: what a person is conditioned on when a checkpoint speaks."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from timbre.engine.protocol import MAX_CLIPS
from timbre.errors import FileGone
from timbre.store.blobs import Blobs

RATE = 22_050
ENOUGH_S = 30.0
"""Seconds of clips that a model hears at the most."""


COMPARED = 20
"""Held-out clips that a likeness is measured by, at the most."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A clip: FLAC, mono, 22,050 Hz."""

    file: str
    blob: str
    seconds: float

    def as_clip(self) -> dict[str, Any]:
        """As the record of a voice has its clips."""
        return {"file": self.file, "shown": self.file, "seconds": self.seconds, "speech_s": self.seconds}

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def references(blobs: Blobs, manifest: str | None) -> list[Reference]:
    """Clips of middling length out of a build's manifest, up to what a model hears: of those that were learnt from, and
    the same ones each time. None where the build is gone.
    """
    found, count = [], 0.0
    for clip in _middling(_clips(blobs, manifest, "train")):
        seconds = round(clip["samples"] / RATE, 2)
        found.append(Reference(str(clip["file"]).rpartition("/")[2], str(clip["blob"]), seconds))
        count += seconds
        if count >= ENOUGH_S or len(found) == MAX_CLIPS:
            break
    return found


def held_out(blobs: Blobs, manifest: str | None) -> list[str]:
    """The files of clips that neither taught a run nor chose its checkpoints: what its likeness is measured by."""
    held = _clips(blobs, manifest, "test") or _clips(blobs, manifest, "validation")
    return [str(clip["blob"]) for clip in held[:: max(1, len(held) // COMPARED)][:COMPARED]]


def _clips(blobs: Blobs, manifest: str | None, split: str) -> list[dict[str, Any]]:
    """Those of a build; none where it is gone."""
    if manifest is None:
        return []
    try:
        clips = json.loads(blobs.whole(manifest)).get("clips", [])
    except (FileGone, ValueError):
        return []
    return [clip for clip in clips if clip.get("split") == split and clip.get("blob")]


def _middling(clips: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the middle half by length, from the whole of it in turn."""
    ordered = sorted(clips, key=lambda clip: (clip["samples"], clip["file"]))
    middle = ordered[len(ordered) // 4 : len(ordered) - len(ordered) // 4]
    step = max(1, len(middle) // MAX_CLIPS)
    return [*middle[::step], *(clip for place, clip in enumerate(middle) if place % step)]
