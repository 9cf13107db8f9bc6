"""What this installation can do, each answer looked up where it is known: nothing is said of itself."""

import importlib.util
import socket
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field

from timbre.access.start import is_loopback
from timbre.api.schemas import Page
from timbre.audio import watermark
from timbre.audio.encode import FORMATS
from timbre.models.about import ROMANISERS
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.text.languages import LANGUAGES

KNOCK_S = 0.3

WITH_ROUTES = (
    ("transcription", "/training/dataset/transcribe", "faster_whisper", "datasets", "Recordings are transcribed."),
    ("training", "/training/start", "torch", "train", "Voices are trained."),
    ("search", "/training/search", "optuna", "train", "Parameters of a training are searched for."),
    ("tensorboard", "/training/tensorboard-url", "tensorboard", "train", "Curves are shown by TensorBoard."),
)
"""Features that are there once their route is: name, route, package, the extra that brings it, and a sentence."""


class Feature(BaseModel):
    """Something that this installation can do, or could."""

    name: str = Field(examples=["gpu"])
    on: bool
    about: str = Field(examples=["Speech is made on a GPU."])
    source: str = Field(description="Where the answer comes from.", examples=["engine"])
    values: list[str] | None = Field(None, description="What there is of it.")
    remedy: str | None = Field(None, description="How to have it, where it is off.")


class Features(Page):
    """All of them, and the bounds that a client has to keep to."""

    items: list[Feature]
    text_limit: int = Field(description="Characters of a text.")
    upload_limit_mb: int = Field(description="Megabytes of an upload.")


def of_caller(key_needed: bool, scheme: str, host: str) -> Iterator[Feature]:
    """What depends on who asks, and on the address by which they reached us. host: its name, without the port."""
    yield Feature(
        name="auth",
        on=key_needed,
        about="An API key is needed.",
        source="keys",
        remedy=None if key_needed else "timbre keys create NAME",
    )
    secure = scheme in {"https", "wss"}
    yield Feature(
        name="https",
        on=secure,
        about="This answer came over https.",
        source="request",
        remedy=None if secure else "Set TIMBRE_TLS_CERTIFICATE and TIMBRE_TLS_KEY, or put a proxy in front.",
    )
    heard = secure or is_loopback(host)
    yield Feature(
        name="microphone",
        on=heard,
        about="Browsers let a page of this address record.",
        source="request",
        remedy=None if heard else "Browsers record over https only, or on localhost.",
    )


def of_service(settings: Settings, database: Database, paths: Collection[str]) -> Iterator[Feature]:
    """What depends on the settings and on what is installed. paths: of the routes that are there. May take a moment."""
    yield Feature(
        name="formats",
        on=True,
        about="Formats that speech is written in.",
        source="encoders",
        values=[name for name in FORMATS if _can_write(name)],
    )
    speaks = settings.wyoming and _listens(settings.wyoming_host, settings.wyoming_port)
    yield Feature(
        name="wyoming",
        on=speaks,
        about="Home Assistant is answered over the Wyoming protocol.",
        source="port",
        remedy=None if speaks else "Set TIMBRE_WYOMING=true, or run: timbre wyoming",
    )
    on_s3 = settings.storage_url.startswith("s3:")
    yield Feature(name="s3", on=on_s3, about="Files are kept in S3.", source="settings")
    yield Feature(name="postgres", on=not database.is_sqlite, about="Rows are kept in Postgres.", source="database")
    marks = settings.watermark != "off" and watermark.available()
    yield Feature(
        name="watermark",
        on=marks,
        about="Speech is marked, inaudibly, as made by a machine.",
        source="settings and packages",
        remedy=None if marks else "Set TIMBRE_WATERMARK=auto, and: pip install 'timbre-tts[watermark]'",
    )
    for name, path, package, extra, about in WITH_ROUTES:
        if any(one.startswith(path) for one in paths):
            installed = _installed(package)
            remedy = None if installed else f"pip install 'timbre-tts[{extra}]'"
            yield Feature(name=name, on=installed, about=about, source="routes and packages", remedy=remedy)
    read = [code for code, package in ROMANISERS.items() if _installed(package)]
    lacking = [LANGUAGES[code].name for code in ROMANISERS if code not in read]
    yield Feature(
        name="cjk",
        on=not lacking,
        about="Chinese, Japanese and Korean can be read, by models that speak them.",
        source="packages",
        values=read or None,
        remedy=f"For {', '.join(lacking)}: pip install 'timbre-tts[cjk]'" if lacking else None,
    )


def of_engine(stats: Mapping[str, Any]) -> Iterator[Feature]:
    """What depends on the loaded model; nothing while there is none."""
    if runs := stats.get("runs"):
        yield Feature(
            name="gpu",
            on=str(runs.get("device", "")).startswith("cuda"),
            about="Speech is made on a GPU.",
            source="engine",
            values=[f"{part} {value}" for part, value in runs.items()],
        )


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _can_write(name: str) -> bool:
    """Whether the codec is in the build of FFmpeg that is installed."""
    from av.codec import Codec
    from av.codec.codec import UnknownCodecError

    try:
        return not (codec := FORMATS[name].codec) or Codec(codec, "w").is_encoder
    except UnknownCodecError:
        return False


def _listens(host: str, port: int) -> bool:
    """Whether somebody answers there."""
    try:
        with socket.create_connection((host, port), KNOCK_S):
            return True
    except OSError:
        return False
