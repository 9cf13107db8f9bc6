"""What is kept of a voice: from a wish to a record, and from a record to a voice."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from timbre.errors import BadMix, BadVoice
from timbre.voices.clips import Clip
from timbre.voices.voice import Part, Voice

ID = re.compile(r"v-[0-9a-f]{12}")
"""What our ids look like."""

ADAPTER = "adapter.safetensors"
"""What the file of a fine-tuned voice is called."""

LONGEST_NAME, LONGEST_ABOUT, LONGEST_CONSENT = 80, 200, 2_000


def of_clone(id: str, name: str, language: str, consent: str, clips: Sequence[Clip]) -> dict[str, Any]:
    """The record of a voice that is cloned now."""
    now = _now()
    return {
        "id": id,
        "kind": "cloned",
        "name": name,
        "language": language,
        "consent": {"text": consent, "at": now},
        "created_at": now,
        "speech_s": round(sum(clip.speech_s for clip in clips), 2),
        "notes": [note for clip in clips for note in clip.notes],
        "clips": [
            {
                "file": clip.file,
                "shown": clip.shown,
                "seconds": round(clip.seconds, 2),
                "speech_s": round(clip.speech_s, 2),
            }
            for clip in clips
        ],
    }


def of_tuned(
    id: str,
    name: str,
    language: str,
    consent: str,
    clips: Sequence[Mapping[str, Any]],
    tuned: Mapping[str, str],
) -> dict[str, Any]:
    """The record of a voice that is made of a fine-tune now. clips: as those of a clone. tuned: checkpoint, model and
    fingerprint.
    """
    now = _now()
    return {
        "id": id,
        "kind": "tuned",
        "name": name,
        "language": language,
        "consent": {"text": consent, "at": now},
        "created_at": now,
        "speech_s": round(sum(clip["speech_s"] for clip in clips), 2),
        "clips": [dict(clip) for clip in clips],
        "tuned": dict(tuned),
    }


def of_mix(
    id: str, name: str, language: str | None, parts: Sequence[Part], consents: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """The record of a voice that is mixed now: its recipe, with what was agreed to for the parts that were cloned."""
    recipe = [
        {"id": part.id, "name": part.name, "weight": part.weight}
        | ({"consent": dict(consents[part.id])} if part.id in consents else {})
        for part in parts
    ]
    return {"id": id, "kind": "mixed", "name": name, "language": language, "created_at": _now(), "parts": recipe}


def changed(record: Mapping[str, Any], name: str | None, language: str | None, about: str | None) -> dict[str, Any]:
    """A record with other words in it; None leaves a field as it is, an empty `about` ends it.

    Raises errors.BadVoice.
    """
    new = dict(record)
    if name is not None:
        new["name"] = said("name", name, LONGEST_NAME)
    if language is not None:
        new["language"] = language
    if about is not None:
        new["about"] = said("description", about, LONGEST_ABOUT) if about.strip() else None
    return new


def as_voice(record: Mapping[str, Any]) -> Voice:
    """The voice of a record. Raises KeyError where it lacks what every voice has."""
    parts = tuple(Part(part["id"], part["name"], part["weight"]) for part in record.get("parts", ()))
    tuned = record.get("tuned", {})
    return Voice(
        id=record["id"],
        name=record["name"],
        kind="mixed" if parts else "tuned" if tuned else "cloned",
        language=record["language"],
        about=record.get("about"),
        created_at=record["created_at"],
        speech_s=None if parts else record["speech_s"],
        notes=record.get("notes") or None,
        parts=parts or None,
        model=tuned.get("model"),
        fingerprint=tuned.get("fingerprint"),
        checkpoint=tuned.get("checkpoint"),
    )


def said(what: str, words: str, longest: int, fault: type[BadVoice] | type[BadMix] = BadVoice) -> str:
    """A field of the user's, without blanks around it. Raises the fault when it is empty or too long."""
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    if not words:
        raise fault(reason=f"it has no {what}")
    if len(words) > longest:
        raise fault(reason=f"its {what} has {len(words)} characters; at most {longest} are kept")
    return words


def conditioning_file(fingerprint: str) -> str:
    """The name of the file that holds what the model with that fingerprint makes of a voice."""
    return f"conditioning-{re.sub(r'[^0-9A-Za-z]', '', fingerprint) or 'unknown'}.safetensors"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
