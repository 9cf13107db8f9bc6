"""How well the model's attention says when a word is said. Prints a table, and JSON with `--write`.

    python -m benchmarks.word_times                   # needs apt-get, for Debian's recorded prompts
    python -m benchmarks.word_times --teacher build/mini/speech --whisper build/mini/whisper-base --write

First against truth by construction: single words, cut where their sound begins and ends, are joined with pauses of
50 to 300 ms, so that each word's beginning and end are known. The model's DVAE makes codes of the whole, and the model
reads them with teacher forcing. The words are those of one speaker of Debian's prompts, whom no model has learned; with
`--teacher` (a folder that `python -m recipes.mini teach` made) those of the voice that `mini` learned from; and the
model's own, each said by itself. A comma stands after each, for each was said by itself and a pause follows; `bare`
is the same without. No joined recording is longer than `mini` learned to read at once.

Then, with `--whisper`, on sentences of the model's own: beside where their sound begins, ends and rests, and beside the
word times of Whisper, which has errors of its own: they are measured on the words that the model said one by one.
"""

import argparse
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch

from benchmarks.joined import QUIET_DB, Said, Samples, Spans, joined, of_itself, of_prompts, of_teacher
from benchmarks.reading import machine
from benchmarks.recorded import RATE
from benchmarks.report import RESULTS
from timbre.engine.engine import Engine
from timbre.engine.heads import attention
from timbre.engine.protocol import Conditioning
from timbre.engine.word_times import Timing
from timbre.models import catalogue
from timbre.text.compare import plain_words
from timbre.text.placing import placed
from timbre.text.plan import plan
from timbre.xtts import checkpoint
from timbre.xtts.gpt import by_layer
from timbre.xtts.mel import dvae_mel, log_mel

BAR_MS = 80.0
SENTENCES = 100
SILENCE_S, NEAR_S = 0.08, 0.15  # a silence, and how near to it a mark of the text has to be
KINDS = ("begins", "ends")

Words = list[tuple[str, float, float]]
"""Each with its beginning and its end, in seconds."""


class Reader:
    """A model that reads recordings with teacher forcing."""

    def __init__(self, folder: Path) -> None:
        self.engine = Engine.load(folder, folder.name)
        if not self.engine.heads:
            raise SystemExit(f"{folder.name} has no heads that align: python -m timbre.engine.heads {folder}")
        self._dvae = checkpoint.load_dvae(folder, self.engine.model.gpt.args)
        self._mel = dvae_mel()

    @torch.inference_mode()
    def spans(self, text: str, wave: Samples, voice: Conditioning) -> tuple[Spans, float]:
        """When the words of a text are said in a recording of it, and the cross-entropy of its codes."""
        gpt, tokenizer = self.engine.model.gpt, self.engine.tokenizer
        ids = tokenizer.encode(text, "en")
        count = len(wave) // gpt.args.gpt_code_stride_len
        mel = log_mel(self._mel(torch.from_numpy(wave)[None]), self.engine.model.mel_stats)
        codes = self._dvae.codes(mel[:, :, : 4 * count])[0]
        prefix = gpt.embed_prefix(torch.from_numpy(voice.latents), torch.tensor(ids))
        x = torch.cat((prefix, gpt.embed_codes(codes, 1)))[None, :-1]  # a code is chosen at the one before it
        looks = torch.zeros(count, len(ids) + 2)
        aligning = by_layer(self.engine.heads or ())
        for layer, block in enumerate(gpt.gpt.h):
            if layer in aligning:
                looks += attention(block, x, count, len(ids) + 2)[aligning[layer]].sum(0)  # type: ignore[arg-type]
            x = block(x)
        loss = torch.nn.functional.cross_entropy(gpt.mel_head(gpt.finish(x)[0, -count:]), codes)
        timing = Timing(placed(tokenizer, text, "en"), len(ids) + 2, gpt.args.gpt_code_stride_len / RATE)
        for row in looks[1:]:
            timing.hear(row)
        return [(word.begin, word.end) for word in timing.times(count)], float(loss)

    def say(self, text: str, voice: Conditioning, seed: int) -> tuple[Samples, Words]:
        """A text in the model's own voice, at its own rate, and its words and their times in the whole."""
        engine = self.engine
        pieces = plan(text, "en", engine.character_limit("en"))
        speech = engine.begin(pieces, "en", voice, replace(engine.sampling(), seed=seed), words=True)
        parts: list[Samples] = []
        while not speech.finished or speech.ready:
            parts += speech.take()
            engine.step()
        words = [
            (word.text, start / engine.rate + word.begin, start / engine.rate + word.end)
            for start, said in zip(speech.starts, speech.words, strict=True)
            for word in said
        ]
        return np.concatenate(parts), words


def judged(reader: Reader, said: Said, between: str) -> dict[str, Any]:
    """The errors over all joined utterances, with so much between two words as they are written."""
    words, voice = said
    errors, losses, count = Errors(), [], 0
    for one in joined(words):
        found, loss = reader.spans(between.join(one.words).capitalize() + ".", one.wave, voice)
        errors.add(found, one.spans)
        losses.append(loss)
        count += 1
    facts = {"utterances": count, "different_words": len(words), "cross_entropy": round(float(np.mean(losses)), 2)}
    return facts | errors.figures()


@dataclass(slots=True)
class Errors:
    """What was told against what was so, in seconds."""

    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    def add(self, told: Spans, true: Spans) -> None:
        self.begins += [one[0] - other[0] for one, other in zip(told, true, strict=True)]
        self.ends += [one[1] - other[1] for one, other in zip(told, true, strict=True)]

    def figures(self) -> dict[str, Any]:
        both = {"begins": figures(self.begins), "ends": figures(self.ends), "both": figures(self.begins + self.ends)}
        return {"words": max(len(self.begins), len(self.ends))} | both


def figures(errors: list[float]) -> dict[str, float]:
    """In milliseconds. `lag`: the median with its sign."""
    size = np.abs(errors) * 1000
    found = {"median_ms": np.median(size), "mean_ms": size.mean(), "p90_ms": np.quantile(size, 0.9)}
    return {name: round(float(one), 1) for name, one in (found | {"lag_ms": np.median(errors) * 1000}).items()}


def own(reader: Reader, whisper: Path, said: Said) -> dict[str, Any]:
    """The model's own sentences beside their silences and beside Whisper; and how far Whisper itself is from the truth
    of the words that the model said one by one.
    """
    from faster_whisper import WhisperModel

    from recipes.mini.corpus import sentences

    model: Any = WhisperModel(str(whisper), device="cpu", compute_type="int8", cpu_threads=2)

    def heard(wave: Samples, rate: int) -> Words:
        wave = soxr.resample(wave, rate, 16_000).astype(np.float32)
        segments, _ = model.transcribe(wave, language="en", temperature=0.0, word_timestamps=True)
        return [(word.word, word.start, word.end) for segment in segments for word in segment.words]

    texts = [one.text for one in sentences() if one.split == "test"]
    random.Random(7).shuffle(texts)
    voices = list(reader.engine.voices().values())
    beside, quiet, itself = Errors(), Errors(), Errors()
    total = 0
    for number, text in enumerate(texts[:SENTENCES]):
        wave, words = reader.say(text, voices[number % len(voices)], number)
        total += len(words)
        at_silences(quiet, words, wave, reader.engine.rate)
        beside.add(*alike(words, heard(wave, reader.engine.rate)))
    for one in joined(said[0]):
        true = [(word, *span) for word, span in zip(one.words, one.spans, strict=True)]
        itself.add(*reversed(alike(true, heard(one.wave, RATE))))
    facts = {"sentences": SENTENCES, "all_words": total}
    return {
        "its own sentences, at silences": facts | quiet.figures(),
        "its own sentences, beside Whisper": facts | beside.figures(),
        "Whisper, on the model itself": itself.figures(),
    }


def alike(ours: Words, theirs: Words) -> tuple[Spans, Spans]:
    """The times of the words that both have."""
    keys = [[_key(word[0]) for word in words] for words in (ours, theirs)]
    blocks = SequenceMatcher(None, *keys, autojunk=False).get_matching_blocks()
    pairs = [(ours[one.a + place], theirs[one.b + place]) for one in blocks for place in range(one.size)]
    return [one[1:] for one, _ in pairs], [other[1:] for _, other in pairs]


def at_silences(errors: Errors, words: Words, wave: Samples, rate: int) -> None:
    """Beginnings and ends beside where it is loud: of the whole, and at marks where one silence is near."""
    step = rate // 200
    count = len(wave) // step
    level = 10 * np.log10((wave[: count * step].reshape(count, step) ** 2).mean(1) + 1e-10)
    loud = np.concatenate(([False], level > level.max() - QUIET_DB, [False]))
    changes = np.flatnonzero(np.diff(loud.astype(int))) * step / rate
    rises, falls = changes[::2], changes[1::2]
    errors.begins.append(words[0][1] - float(rises[0]))
    errors.ends.append(words[-1][2] - float(falls[-1]))
    silences = [(fall, rise) for fall, rise in zip(falls, rises[1:], strict=False) if rise - fall >= SILENCE_S]
    for (word, _, end), (_, begin, _) in pairwise(words):
        near = [one for one in silences if one[0] - NEAR_S < (begin + end) / 2 < one[1] + NEAR_S]
        if word[-1] in ",;:" and len(near) == 1:
            errors.ends.append(end - float(near[0][0]))
            errors.begins.append(begin - float(near[0][1]))


def _key(word: str) -> str:
    return "".join(plain_words(word))


def table(found: Mapping[str, Any]) -> str:
    """Markdown, milliseconds."""
    lines = ["| | words | begins: median, mean, 90 % | ends | lag |", "| --- | --- | --- | --- | --- |"]
    for name, one in found.items():
        each = [" / ".join(f"{one[kind][key]:.0f}" for key in ("median_ms", "mean_ms", "p90_ms")) for kind in KINDS]
        lag = " / ".join(f"{one[kind]['lag_ms']:+.0f}" for kind in KINDS)
        lines.append(f"| {name} | {one['words']} | {each[0]} | {each[1]} | {lag} |")
    return "\n".join(lines)


def main() -> int:
    """0 where the median is within the bar for every voice that the model has learned."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=catalogue.folder("mini"), metavar="FOLDER")
    parser.add_argument("--prompts", type=Path, default=Path("build/speech-real"), metavar="FOLDER")
    parser.add_argument("--teacher", type=Path, metavar="FOLDER", help="recordings that the model learned from")
    parser.add_argument("--whisper", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true", help="the figures, to benchmarks/results")
    asked = parser.parse_args()
    torch.manual_seed(0)
    reader = Reader(asked.model)
    recorded = of_prompts(reader.engine, asked.prompts)
    sets = {"Debian's prompts": recorded}
    if asked.teacher:
        sets["the teacher"] = of_teacher(reader.engine, asked.teacher)
    sets["the model itself"] = of_itself(reader.engine, sorted(recorded[0])[:100])
    truth = {
        name + label: judged(reader, said, between)
        for name, said in sets.items()
        for label, between in (("", ", "), (", bare", " "))
    }
    speech = own(reader, asked.whisper, sets["the model itself"]) if asked.whisper else {}
    print(table(truth | speech))
    found = {"machine": machine(), "model": reader.engine.name, "heads": reader.engine.heads, "bar_ms": BAR_MS}
    found |= {"truth_by_construction": truth} | ({"own_speech": speech} if speech else {})
    if asked.write:
        (RESULTS / "word_times.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    learned = [one for name, one in truth.items() if name in ("the teacher", "the model itself")]
    return int(any(one["both"]["median_ms"] > BAR_MS for one in learned))


if __name__ == "__main__":
    raise SystemExit(main())
