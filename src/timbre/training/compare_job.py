"""A checkpoint beside its base model: the same text after the same recordings by the same dice, and how well each did.

Similarity is by the base model's speaker encoder, which no fine-tune moves, with the recordings themselves. The words
are recognised by the Whisper of the settings, where that is here; where it is not there is no word error rate.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.audio.encode import encode
from timbre.datasets import whisper
from timbre.engine.protocol import RATE
from timbre.errors import TimbreError
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import Recogniser, word_error_rate
from timbre.training.speaking import Speaker, as_clip, base_speaker, tuned_speaker
from timbre.training.tuned_job import Subject, person, workplace

BASE, TUNED = "base", "tuned"


def work(run: Any) -> dict[str, Any]:
    """Says it twice and judges both. Raises what `listen_job.work` raises."""
    asked = run.job.request
    subject = Subject.of(run, asked["checkpoint"])
    clips = person(run, subject, asked.get("clips_of"))
    text, language, seed = str(run.job.text), asked["language"], asked["seed"]
    with workplace(run) as folder, run.tools.blobs.local(subject.row.blob) as weights:
        base = base_speaker(run, subject, weights)
        run.progress(0.1, "The base model speaks")
        waves = {BASE: base.say(text, language, seed, clips, False)}
        run.progress(0.3, "The checkpoint speaks")
        tuned = base
        if subject.row.kind != "adapter":
            tuned = tuned_speaker(run, subject, Path(tempfile.mkdtemp(dir=folder)))
        waves[TUNED] = tuned.say(text, language, seed, clips, True)
        run.progress(0.7, "Both are compared with the person")
        found = {name: _figures(base, wave, clips) for name, wave in waves.items()}
    run.progress(0.8, "Both are recognised")
    for name, told in _understood(run, waves, text, language).items():
        found[name] |= told
    for name, wave in waves.items():
        wave = run.tools.marking.whole(wave)
        data = encode(wave, "flac", RATE, run.tools.marking.tags)
        run.keep(name, run.tools.blobs.put(data, ".flac"), len(data))
        found[name]["url"] = f"/training/takes/{run.job.id}/{name}"
    return {"checkpoint": subject.row.id, "text": text, "language": language, "seed": seed, **found}


def _figures(base: Speaker, wave: NDArray[np.float32], clips: list[NDArray[np.float32]]) -> dict[str, Any]:
    found: dict[str, Any] = {"seconds": round(len(wave) / RATE, 3)}
    likeness = float(base.embedding([as_clip(wave)]) @ base.embedding(clips))
    return found | {"similarity": round(likeness, 4)}


def _understood(run: Any, waves: dict[str, NDArray[np.float32]], text: str, language: str) -> dict[str, dict[str, Any]]:
    """What a recogniser makes of each; nothing where there is none."""
    chosen = run.tools.settings
    if (folder := whisper.found(chosen.whisper, chosen.home)) is None:
        return {}
    try:
        hearing = Recogniser(folder)
    except TimbreError:
        return {}
    found = {}
    for name, wave in waves.items():
        run.check()
        heard = hearing.hear(np.asarray(soxr.resample(wave, RATE, HEARD_RATE), np.float32), language).text
        found[name] = {"heard": heard, "word_error_rate": round(word_error_rate([(text, heard)]), 4)}
    return found
