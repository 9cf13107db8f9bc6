"""Real speech with its exact words: the prompts of Debian's Asterisk packages (CC BY-SA), fetched when they are needed
and never kept in the repository.
"""

import gzip
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soxr
from numpy.typing import NDArray

SPEAKERS = {"en": "en_US_f_Allison", "es": "es_MX_f_Allison", "it": "it_IT_m_Carlo"}
RATE = 22_050


@dataclass(frozen=True, slots=True)
class Prompt:
    """One recording. samples: at 22,050 Hz."""

    name: str
    text: str
    samples: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def prompts(language: str, keep: Path) -> list[Prompt]:
    """All that somebody says words in, in the order of their names. What is fetched lies in `keep`."""
    _fetch(language, keep)
    texts = _texts(keep / f"usr/share/doc/asterisk-core-sounds-{language}/core-sounds-{language}.txt.gz")
    folder = keep / "usr/share/asterisk/sounds" / SPEAKERS[language]
    found = []
    for path in sorted(folder.rglob("*.g722")):
        name = str(path.relative_to(folder).with_suffix(""))
        if text := texts.get(name, ""):
            found.append(Prompt(name, text, _decoded(path)))
    return found


def _fetch(language: str, keep: Path) -> None:
    if (keep / "usr/share/asterisk/sounds" / SPEAKERS[language]).exists():
        return
    keep.mkdir(parents=True, exist_ok=True)
    for package in (f"asterisk-core-sounds-{language}", f"asterisk-core-sounds-{language}-g722"):
        subprocess.run(["apt-get", "download", package], cwd=keep, check=True, capture_output=True)
        [file] = keep.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "-x", file, keep], check=True)


def _texts(path: Path) -> dict[str, str]:
    """What is said in each; sounds without words, told in brackets, are left out."""
    found = {}
    for line in gzip.decompress(path.read_bytes()).decode("utf-8", "replace").splitlines():
        name, colon, text = line.partition(":")
        text = re.sub(r"\s+", " ", re.sub(r"\[[^]]*\]", "", text)).strip()
        if colon and not line.startswith(";") and re.search(r"\w", text):
            found[name.strip()] = text
    return found


def _decoded(path: Path) -> NDArray[np.float32]:
    with av.open(str(path), format="g722") as container:
        frames = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    samples = np.concatenate(frames).astype(np.float32) / 32_768
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)
