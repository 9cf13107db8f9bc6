"""A checkpoint beside its base model: the same text after the same recordings by the same dice, and how well each did.

Similarity is by the base model's speaker encoder, which no fine-tune moves, with recordings of the person that taught
nothing and chose nothing; a checkpoint that came without a run is compared with those that it speaks after. The words
are recognised by the Whisper of the settings, where that is here; where it is not there is no word error rate.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from timbre.audio.decode import decode
from timbre.audio.encode import encode
from timbre.datasets import whisper
from timbre.engine.protocol import CLIP_RATE, RATE
from timbre.errors import TimbreError
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import Recogniser, word_error_rate
from timbre.runs.references import held_out
from timbre.training.likeness import direction, likeness
from timbre.training.speaking import Samples, Speaker, as_clip, base_speaker, tuned_speaker
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
        who = _person(run, base, subject, clips)
        found = {name: _figures(base, wave, who) for name, wave in waves.items()}
    run.progress(0.8, "Both are recognised")
    for name, told in _understood(run, waves, text, language).items():
        found[name] |= told
    for name, wave in waves.items():
        wave = run.tools.marking.whole(wave)
        data = encode(wave, "flac", RATE, run.tools.marking.tags)
        run.keep(name, run.tools.blobs.put(data, ".flac"), len(data))
        found[name]["url"] = f"/training/takes/{run.job.id}/{name}"
    return {"checkpoint": subject.row.id, "text": text, "language": language, "seed": seed, **found}


def _person(run: Any, base: Speaker, subject: Subject, clips: list[Samples]) -> Samples:
    """Who speaks in the recordings, as a direction."""
    held = [decode(run.tools.blobs.whole(blob), CLIP_RATE) for blob in held_out(run.tools.blobs, subject.manifest)]
    return direction(np.mean([base.embedding(clip) for clip in held or clips], 0))


def _figures(base: Speaker, wave: Samples, person: Samples) -> dict[str, Any]:
    alike = likeness(base.embedding, as_clip(wave), person)
    return {"seconds": round(len(wave) / RATE, 3), "similarity": round(alike, 4)}


def _understood(run: Any, waves: dict[str, Samples], text: str, language: str) -> dict[str, dict[str, Any]]:
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
