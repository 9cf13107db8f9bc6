"""A voice as the rest of Timbre sees it, and the names that stand for one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Part:
    """A voice in a mix: who it is, what it was called when it was mixed, and its share of the whole."""

    id: str
    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Voice:
    """Who can speak. What has no value is None: a built-in voice has no recordings to tell of."""

    id: str
    name: str
    kind: Literal["built-in", "cloned", "mixed", "tuned"]
    language: str | None = None
    about: str | None = None
    created_at: str | None = None
    speech_s: float | None = None
    notes: list[str] | None = None
    parts: tuple[Part, ...] | None = None
    model: str | None = None  # of a fine-tuned voice: the one that it was trained on, and speaks with alone
    fingerprint: str | None = None  # of that model's weights
    checkpoint: str | None = None  # where its fine-tune came from

    def speaks(self, stats: Mapping[str, Any]) -> bool:
        """Whether the loaded model can speak as this voice, as far as models matter."""
        return self.fingerprint in (None, stats.get("fingerprint"))


OPENAI_NAMES = (
    "alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse", "marin", "cedar",
)  # fmt: skip
"""The voices that OpenAI's clients ask for: each stands for a built-in one."""

DEFAULT = "default"


def built_in(stats: Mapping[str, Any]) -> list[Voice]:
    """The voices of the loaded model, as `stats["voices"]` of the engine tells of them."""
    cards: Mapping[str, Mapping[str, str]] = stats.get("voices", {})
    return [
        Voice(id, card.get("name", id.capitalize()), "built-in", card.get("language"), card.get("about"))
        for id, card in cards.items()
    ]


def stand_in(name: str, voices: list[Voice]) -> Voice | None:
    """The voice that `default` or one of OpenAI's names stands for: always the same one of the same voices."""
    if name == DEFAULT:
        return voices[0] if voices else None
    ours = [voice for voice in voices if voice.kind == "built-in"]
    if name not in OPENAI_NAMES or not ours:
        return None
    return ours[OPENAI_NAMES.index(name) % len(ours)]
