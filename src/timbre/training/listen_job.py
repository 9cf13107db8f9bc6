"""A checkpoint that is a whole model says a text, in a process of its own: the running engine holds another model."""

import tempfile
from pathlib import Path
from typing import Any

from timbre.audio.encode import encode
from timbre.engine.protocol import RATE
from timbre.jobs.audio import WHOLE
from timbre.training.speaking import base_speaker, tuned_speaker
from timbre.training.tuned_job import Subject, person, workplace


def work(run: Any) -> dict[str, Any]:
    """Says it, and keeps the sound. Raises errors.UnknownCheckpoint, WrongBase, LanguageNotSpoken, BadPromotion, and
    what planning raises.
    """
    asked = run.job.request
    subject = Subject.of(run, asked["checkpoint"])
    clips = person(run, subject, asked.get("clips_of"))
    with workplace(run) as folder, run.tools.blobs.local(subject.row.blob) as weights:
        run.progress(0.1, "The model is put together")
        if subject.row.kind == "adapter":
            speaker = base_speaker(run, subject, weights)
        else:
            speaker = tuned_speaker(run, subject, Path(tempfile.mkdtemp(dir=folder)))
        run.progress(0.5, "It speaks")
        wave = speaker.say(run.job.text, asked["language"], asked["seed"], clips, True)
    wave = run.tools.marking.whole(wave)
    data = encode(wave, WHOLE, RATE, run.tools.marking.tags)
    run.keep(WHOLE, run.tools.blobs.put(data, f".{WHOLE}"), len(data))
    seconds = round(len(wave) / RATE, 3)
    return {
        "checkpoint": subject.row.id,
        "seed": asked["seed"],
        "seconds": seconds,
        "url": f"/training/takes/{run.job.id}/flac",
    }
