"""What the engine and its clients say to each other, without torch.

A connection carries one request. The first message is JSON `{"op": …}`:

- speak: what `SpeakRequest` says; without a `voice` a binary message with one (safetensors) follows, and so for each of
  its `roles`. Who `brings` an
  adapter is told `{"event": "adapter", "wanted": …}`, and sends the file where it is wanted. The engine sends binary
  messages, float32 little-endian at 24 kHz, then `{"done": …}`, and for those who want `events`
  `{"event": "piece", "index": …, "at": …}` where a piece begins. Who wants `words` is told
  `{"event": "words", "index": …, "words": [[text, begin, end], …]}` after the sound of each piece, in seconds of the
  whole. With `more` the client goes on sending
  `{"pieces": […]}` and at last `{"end": true}`. `{"cancel": true}` stops it at any time.
- condition: `clips`, how many; each follows as a binary message, float32 at 22,050 Hz. The engine sends the voice.
- voices: the engine sends its built-in ones (safetensors, `NAME/latents`, `NAME/embedding`).
- stats, load (`model`), unload, adapter (`name` with `load` or followed by the file; or `unload`): the engine sends
  `{"done": …}`.

A file travels as `{"bytes": …}`, how many there are, and binary messages until so many are there.

A fault is `{"error": …}` as `errors.as_dict` writes it. Closing the connection cancels. `docs/engine.md` is for
those who write clients.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from timbre.errors import AdapterElsewhere, BadParameter, BadRequest
from timbre.text.parts import LONGEST_PAUSE_S, SPEEDS
from timbre.text.plan import Piece
from timbre.text.timed import Timed

RATE = 24_000
"""Samples a second of what the engine speaks."""

CLIP_RATE = 22_050
"""Samples a second of the clips that the engine hears."""

MAX_CLIPS = 10
MAX_ROLES = 100
"""Readers of a speech beside the first."""

MAX_MESSAGE = 64 * 2**20
"""Bytes of the largest message that the engine takes: a clip of twelve minutes."""

MAX_ADAPTER = 512 * 2**20
"""Bytes of the largest adapter that the engine takes: of XTTS-v2 one of rank 256 in single precision."""

PART = 8 * 2**20
"""Bytes of a message that a file travels in."""

RANGES: dict[str, tuple[float, float]] = {
    "temperature": (0.01, 2.0),
    "top_k": (1, 1000),
    "top_p": (0.01, 1.0),
    "repetition_penalty": (1.0, 50.0),
    "speed": SPEEDS,
    "seed": (0, 2**63 - 1),
}
"""The lowest and highest value of each sampling parameter."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a voice reads: the choices of the decoder, the speed, and the seed that makes it repeatable.

    Raises errors.BadParameter when a value lies outside RANGES.
    """

    temperature: float = 0.75
    top_k: int = 50
    top_p: float = 0.85
    repetition_penalty: float = 5.0
    speed: float = 1.0
    seed: int | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if value is None and name == "seed":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise BadParameter(parameter=name, value=value, low=low, high=high)

    def seeded(self) -> Self:
        """The same with a seed: one of its own where none was asked for."""
        return self if self.seed is not None else replace(self, seed=secrets.randbelow(2**31))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Self:
        """The sampling that a request asks for; what it leaves out is as by default, what it knows not is refused."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(wire) - known):
            raise BadRequest(reason=f"there is no sampling parameter '{unknown[0]}'")
        return cls(**wire)


@dataclass(frozen=True, slots=True)
class Conditioning:
    """A voice as the model hears it.

    latents: float32 [32, width of the GPT]; embedding: float32 [512], of length one for a single clip.
    """

    latents: NDArray[np.float32]
    embedding: NDArray[np.float32]

    def to_bytes(self) -> bytes:
        """Both arrays as one safetensors file."""
        return write_tensors({"latents": _plain(self.latents), "embedding": _plain(self.embedding)})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote. Raises errors.BadRequest when it is anything else."""
        return cls._from_tensors(_read(data), "")

    def to_file(self, path: Path) -> None:
        """Writes it beside `path` first, so that no half-written file can be met there."""
        partial = path.with_name(f".{path.name}.partial")
        partial.write_bytes(self.to_bytes())
        partial.replace(path)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        return cls.from_bytes(path.read_bytes())

    @classmethod
    def _from_tensors(cls, tensors: Mapping[str, NDArray[Any]], prefix: str) -> Self:
        try:
            latents, embedding = tensors[f"{prefix}latents"], tensors[f"{prefix}embedding"]
        except KeyError as missing:
            raise BadRequest(reason=f"the voice has no {missing.args[0]}") from None
        latents = latents.reshape(latents.shape[-2:]) if latents.ndim > 2 else latents
        if latents.ndim != 2 or not latents.size or not embedding.size:
            raise BadRequest(reason="the voice has the wrong shape")
        latents, embedding = latents.astype(np.float32), embedding.astype(np.float32).reshape(-1)
        if not (np.isfinite(latents).all() and np.isfinite(embedding).all()):
            raise BadRequest(reason="the voice has values that are not numbers")
        return cls(latents, embedding)


@dataclass(frozen=True, slots=True)
class Brought:
    """An adapter that whoever speaks with it brings along: it is asked for where the engine does not hold it."""

    name: str  # after its content, so that the same one is the same for all who bring it
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody else who reads parts of a speech: a voice (one that is built in by its name; on the wire None where it
    follows), a language, a speed, and the adapter that the engine has to hold for it.
    """

    language: str
    voice: Conditioning | str | None
    speed: float = 1.0
    adapter: Brought | str = ""

    def as_dict(self) -> dict[str, Any]:
        voice = {"voice": self.voice} if isinstance(self.voice, str) else {}
        adapter = self.adapter.name if isinstance(self.adapter, Brought) else self.adapter
        return {"language": self.language, "speed": self.speed} | voice | ({"adapter": adapter} if adapter else {})

    @classmethod
    def from_dict(cls, wire: Any) -> Self:
        """What a client sent. Raises errors.BadRequest, BadParameter."""
        if not isinstance(wire, Mapping) or not isinstance(wire.get("language"), str):
            raise BadRequest(reason="a role has no language")
        voice = wire.get("voice")
        if not isinstance(voice, str | None):
            raise BadRequest(reason="the voice of a role is not a word")
        speed = Sampling(speed=wire.get("speed", 1.0)).speed
        return cls(wire["language"], voice, speed, str(wire.get("adapter", "")))


@dataclass(frozen=True, slots=True)
class SpeakRequest:
    """What opens a speech: a text in pieces, who reads it, and how."""

    pieces: Sequence[Piece]
    language: str
    sampling: Sampling = field(default_factory=Sampling)
    voice: str | None = None  # a built-in one; without it the voice itself follows
    more: bool = False  # whether pieces follow
    events: bool = False  # whether the client wants to be told where a piece begins
    client: str = ""  # for whom it is, where that is counted
    adapter: str = ""  # one that the engine holds; without it the model speaks as it is
    brings: bool = False  # whether the client has it, should the engine not hold it
    background: bool = False  # nobody listens yet: those whom somebody listens to go first
    roles: Sequence[Role] = ()  # the other readers: a piece of role 1 is read by the first of them
    words: bool = False  # whether the client wants to be told when each word is said

    def as_dict(self) -> dict[str, Any]:
        wire = {item.name: getattr(self, item.name) for item in fields(self) if getattr(self, item.name)}
        roles = {"roles": [role.as_dict() for role in self.roles]} if self.roles else {}
        return {"op": "speak"} | wire | roles | write_pieces(self.pieces) | {"sampling": self.sampling.as_dict()}

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Self:
        """What a client sent. Raises errors.BadRequest, BadParameter."""
        language, voice = wire.get("language"), wire.get("voice")
        if not isinstance(language, str) or not isinstance(voice, str | None):
            raise BadRequest(reason="the language or the voice is not a word")
        sampling = wire.get("sampling", {})
        if not isinstance(sampling, Mapping):
            raise BadRequest(reason="the sampling is not a JSON object")
        more, events = bool(wire.get("more")), bool(wire.get("events"))
        client, adapter = str(wire.get("client", "")), str(wire.get("adapter", ""))
        brings, background = bool(wire.get("brings")), bool(wire.get("background"))
        manner = Sampling.from_dict(sampling)
        told = wire.get("roles", [])
        if not isinstance(told, list) or len(told) > MAX_ROLES:
            raise BadRequest(reason=f"the roles are not a list of at most {MAX_ROLES}")
        roles = [Role.from_dict(one) for one in told]
        pieces, words = read_pieces(wire), bool(wire.get("words"))
        return cls(pieces, language, manner, voice, more, events, client, adapter, brings, background, roles, words)


@dataclass(frozen=True, slots=True)
class AdapterRequest:
    """An adapter that the engine is to hold under a name, or to hold no longer.

    path: where its file is: absolute, or within the home folder's `adapters`, which it may not leave. follows: the file
    comes over the wire instead.
    """

    name: str
    path: str | None = None
    follows: bool = False

    def as_dict(self) -> dict[str, Any]:
        wire = {"unload": self.name} if self.path is None else {"load": self.path, "name": self.name}
        return {"op": "adapter"} | ({"name": self.name} if self.follows else wire)

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Self:
        """What a client sent. Raises errors.BadRequest."""
        path, name = wire.get("load"), wire.get("unload" if "unload" in wire else "name")
        if not (isinstance(name, str) and name and isinstance(path, str | None)):
            raise BadRequest(reason="it names no adapter to load or to unload")
        return cls(name, path, follows="load" not in wire and "unload" not in wire)

    def file(self, folder: Path) -> Path:
        """Where the adapter lies in the `folder` of all of them. Raises errors.AdapterElsewhere."""
        assert self.path is not None
        try:
            found = (folder / self.path).resolve()
        except (OSError, ValueError, RuntimeError):  # a path that no file can have, or links that go in a circle
            raise AdapterElsewhere(file=self.path, folder=str(folder)) from None
        if not found.is_relative_to(folder.resolve()):
            raise AdapterElsewhere(file=self.path, folder=str(folder))
        return found


def adapters_folder(home: Path) -> Path:
    """The folder that the engine which serves this home folder loads adapters from."""
    return home / "adapters"


def write_pieces(pieces: Iterable[Piece]) -> dict[str, Any]:
    """Some of a text as it travels."""
    return {"pieces": [_write_piece(piece) for piece in pieces]}


def _write_piece(piece: Piece) -> dict[str, Any]:
    rare = {"before": piece.before, "role": piece.role}
    return {"text": piece.text, "pause": piece.pause} | {name: value for name, value in rare.items() if value}


def read_pieces(wire: Mapping[str, Any]) -> list[Piece]:
    """What `write_pieces` wrote. Raises errors.BadRequest."""
    try:
        return [_read_piece(piece) for piece in wire["pieces"]]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadRequest(reason="it has no pieces with text and pause") from None


def _read_piece(wire: Mapping[str, Any]) -> Piece:
    asked = (wire["pause"], wire.get("before", 0.0))
    after, before = (min(max(0.0, float(pause)), LONGEST_PAUSE_S) for pause in asked)
    return Piece(str(wire["text"]), after, before, int(wire.get("role", 0)))


def write_words(words: Iterable[Timed], begin_s: float) -> list[list[Any]]:
    """Words as they travel, in seconds of the whole, in which their piece begins there."""
    return [[one.text, round(begin_s + one.begin, 3), round(begin_s + one.end, 3)] for one in words]


def read_words(wire: Iterable[Any]) -> list[Timed]:
    """What `write_words` wrote."""
    return [Timed(text, begin, end) for text, begin, end in wire]


def write_voices(voices: Mapping[str, Conditioning]) -> bytes:
    """Named voices as one safetensors file: `NAME/latents`, `NAME/embedding`."""
    tensors = {}
    for name, voice in voices.items():
        tensors[f"{name}/latents"] = _plain(voice.latents)
        tensors[f"{name}/embedding"] = _plain(voice.embedding)
    return write_tensors(tensors)


def read_voices(data: bytes) -> dict[str, Conditioning]:
    """What `write_voices` wrote."""
    tensors = _read(data)
    names = sorted({key.rpartition("/")[0] for key in tensors})
    return {name: Conditioning._from_tensors(tensors, f"{name}/") for name in names}


def samples_to_bytes(samples: NDArray[np.float32]) -> bytes:
    """Samples as they travel: float32, little-endian."""
    return np.ascontiguousarray(samples, dtype="<f4").tobytes()


def samples_from_bytes(data: bytes) -> NDArray[np.float32]:
    """What `samples_to_bytes` wrote. Raises errors.BadRequest when the length fits no samples."""
    if len(data) % 4:
        raise BadRequest(reason="the audio is not float32")
    return np.frombuffer(data, dtype="<f4").astype(np.float32)


def read_json(message: str | bytes) -> dict[str, Any]:
    """A JSON object from the wire. Raises errors.BadRequest when it is anything else."""
    try:
        wire = json.loads(message)
    except ValueError:
        raise BadRequest(reason="the message is not JSON") from None
    if not isinstance(wire, dict):
        raise BadRequest(reason="the message is not a JSON object")
    return wire


def _read(data: bytes) -> dict[str, NDArray[Any]]:
    try:
        return read_tensors(data)
    except Exception:  # the package has an error class of its own kind for each fault
        raise BadRequest(reason="the voice is not in the safetensors format") from None


def _plain(array: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(array, dtype=np.float32)
