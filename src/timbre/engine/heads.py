"""The heads of a model that look at the symbol which is being said: found once, on its own output.

A GPT that speaks has a few heads whose look walks through the text as the sound does. Which they are differs from
training to training and is seldom told, so a model reads a few sentences, and each head of each layer is asked how much
of its attention lies about the best way through the text that never goes back. A `Search` does that in small steps, for
whoever speaks meanwhile should not wait. What was found lies beside the weights, or, where that folder is not ours, in
the home folder, under the model's fingerprint: other weights are searched again.

    python -m timbre.engine.heads FOLDER    # find and keep them now, and print every head's score
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from timbre.engine.lengths import lengths
from timbre.engine.protocol import Sampling
from timbre.engine.sampling import Chooser, choose
from timbre.settings import settings
from timbre.store.files import write_whole
from timbre.text.tokenizer import Tokenizer
from timbre.xtts.conditioning import LATENTS
from timbre.xtts.gpt import Attending, Gpt

if TYPE_CHECKING:
    from timbre.engine.engine import Engine

Head = tuple[int, int]  # layer, and its place in the layer

SENTENCES = {  # of everyday words, so that a model says them right; the languages that share most of the training data
    "en": (
        "The children walked slowly down the road to the old house by the water.",
        "She opened the letter and read it twice before she said a word.",
        "Every morning we have coffee together and talk about the day.",
    ),
    "es": ("Los niños caminan despacio por la calle hasta la casa de su abuela.",),
    "fr": ("Les enfants marchent lentement sur la route vers la maison au bord de la mer.",),
    "de": ("Die Kinder gehen langsam die Straße hinunter zu dem alten Haus am Wasser.",),
    "pt": ("As crianças andam devagar pela rua até a casa velha perto do rio.",),
    "it": ("I bambini camminano piano lungo la strada fino alla casa vicino al mare.",),
    "pl": ("Dzieci idą powoli drogą do starego domu nad wodą.",),
    "tr": ("Çocuklar yavaşça yoldan aşağı eski eve doğru yürüdüler.",),
    "ru": ("Дети медленно шли по дороге к старому дому у реки.",),
    "nl": ("De kinderen liepen langzaam over de weg naar het oude huis aan het water.",),
    "cs": ("Děti šly pomalu po cestě ke starému domu u vody.",),
    "hu": ("A gyerekek lassan mentek az úton a régi ház felé.",),
    "ar": ("مشى الأطفال ببطء في الطريق إلى البيت القديم.",),
    "hi": ("बच्चे धीरे धीरे सड़क पर पुराने घर की ओर चले।",),
}
MOST_SENTENCES = 3
STEP = 4  # text positions that the way moves on at the most with a code
NEAR = 1  # positions beside the way that count as on it
ENOUGH = 0.25  # of a head's attention to be on the way; `mini`'s walk with .86 to .98, random weights with under .1
OF_THE_BEST = 0.7  # of the best head's score
MOST_HEADS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """The heads that align, best first; none where the model has none. `scores`: of every head, [layers][heads]."""

    heads: tuple[Head, ...]
    scores: list[list[float]]


@dataclass(slots=True, eq=False)
class Search:
    """A model on the way to its `found` heads. Only reads the model; takes no part in its batch."""

    gpt: Gpt
    tokenizer: Tokenizer
    languages: Sequence[str]
    voices: Sequence[Tensor]  # conditioning latents, each [32, width]; they read in turn
    sampling: Sampling
    found: Found | None = None
    _work: Iterator[None] | None = field(init=False, default=None)

    def step(self) -> bool:
        """Work as long as a code of speech takes. Whether there is more to do."""
        if self._work is None:
            self._work = self._search()
        with torch.inference_mode():
            return next(self._work, self) is None  # the work yields None; it ends by itself

    def finish(self) -> Found:
        """All the steps that are left."""
        while self.step():
            pass
        assert self.found is not None
        return self.found

    def _search(self) -> Iterator[None]:
        totals: list[Tensor] = []
        if not self.voices:
            self.found = Found((), [])
            return
        like = self.gpt.mel_embedding.weight
        for number, (text, language) in enumerate(sentences(self.languages)):
            ids = torch.tensor(self.tokenizer.encode(text, language), device=like.device)
            prefix = self.gpt.embed_prefix(self.voices[number % len(self.voices)].to(like), ids)
            codes: list[int] = []
            for code in speak(self.gpt, prefix, lengths(text, self.gpt.args, language)[1], self.sampling, seed=number):
                codes.append(code)
                yield
            x = torch.cat((prefix, self.gpt.embed_codes(torch.tensor(codes, device=like.device), 1)))[None]
            scores = []
            for block in self.gpt.gpt.h:
                scores.append(walks(attention(block, x, len(codes), len(ids) + 2)))  # type: ignore[arg-type]
                x = block(x)
                yield
            totals.append(torch.stack(scores))
        self.found = best(torch.stack(totals))


def search(engine: "Engine") -> Search:
    """A search in an engine's model, in its own voices and by its own sampling."""
    voices = [torch.from_numpy(voice.latents) for voice in engine.voices().values()]
    return Search(engine.model.gpt, engine.tokenizer, engine.languages, voices, engine.sampling())


def sentences(languages: Sequence[str]) -> list[tuple[str, str]]:
    """What a model reads, and in which language: English where it can, and one or two of the other languages."""
    spoken = [(text, code) for code, texts in SENTENCES.items() if code in languages for text in texts]
    others = [one for one in spoken if one[1] != "en"]
    english = [one for one in spoken if one[1] == "en"]
    return [*english[: MOST_SENTENCES - min(len(others), 1)], *others][:MOST_SENTENCES]


def speak(gpt: Gpt, prefix: Tensor, most: int, sampling: Sampling, seed: int) -> Iterator[int]:
    """The codes that a model says after a prefix [length, width], until it stops or has said `most`."""
    args = gpt.args
    chooser = Chooser.start(sampling, seed, args.gpt_num_audio_tokens, args.gpt_start_audio_token)
    cache = gpt.empty_cache(len(prefix) + most)
    hidden = gpt.prefill(prefix, cache)[None]
    for _ in range(most):
        code = choose([chooser], gpt.mel_head(hidden).float().cpu(), [(args.gpt_start_audio_token,)])[0]
        if code == args.gpt_stop_audio_token:
            return
        yield code
        hidden = gpt.step(torch.tensor([code], device=prefix.device), [cache])


def attention(block: Attending, x: Tensor, codes: int, text: int) -> Tensor:
    """Where each head looks from each of the last `codes` positions of x [1, steps, width], and how much of its whole
    attention lies on the `text` positions behind the conditioning latents: [heads, codes, text].
    """
    query, key, _ = block.split(x)
    scores = query[0, :, -codes:] @ key[0].transpose(-1, -2) / query.shape[-1] ** 0.5
    future = torch.ones(codes, x.shape[1], dtype=torch.bool, device=x.device).triu(x.shape[1] - codes + 1)
    share: Tensor = scores.float().masked_fill(future, -torch.inf).softmax(-1)
    return share[:, :, LATENTS : LATENTS + text]


def walks(looks: Tensor) -> Tensor:
    """How well each head's look [heads, codes, text] walks through the text: the share of its attention that lies about
    the best way that begins at the text's start, never goes back, and comes to its end. [heads]

    The mean over the codes or over the text's positions, whichever is less: a head that stays where it is has a way
    too, which hurries through the rest of the text at a time that costs it little.
    """
    near = F.avg_pool1d(looks, 2 * NEAR + 1, 1, NEAR, count_include_pad=True) * (2 * NEAR + 1)
    way = _way(near)
    if way is None:
        return looks.new_zeros(len(looks))
    on_it = near.gather(2, way[:, :, None])[:, :, 0]
    at = torch.arange(looks.shape[2], device=looks.device).expand(len(looks), -1).contiguous()
    last = torch.searchsorted(way.contiguous(), at, right=True) - 1  # the code at which each position is left
    return torch.minimum(on_it.mean(1), on_it.gather(1, last.clamp(min=0)).mean(1))


def _way(near: Tensor) -> Tensor | None:
    """The way of most attention through each head's look [heads, codes, text], as text positions [heads, codes]; None
    where the codes are too few to come to the end (Viterbi, 1967).
    """
    codes, text = near.shape[1:]
    reached = near[:, 0].masked_fill(torch.arange(text, device=near.device) > STEP, -torch.inf)
    moves = []
    for code in range(1, codes):
        before, moved = F.pad(reached, (STEP, 0), value=-torch.inf).unfold(1, STEP + 1, 1).max(-1)
        moves.append(STEP - moved)
        reached = before + near[:, code]
    reached[:, : max(0, text - 1 - STEP)] = -torch.inf
    best_end, at = reached.max(1)
    if not bool(best_end.isfinite().all()):
        return None
    way = [at]
    for moved in reversed(moves):
        way.append(way[-1] - moved.gather(1, way[-1][:, None])[:, 0])
    return torch.stack(way[::-1], 1)


def best(scores: Tensor) -> Found:
    """The heads that align in nearly every sentence, of scores [sentences, layers, heads]."""
    steady = scores.sort(0).values[min(1, len(scores) - 1)]
    enough = max(ENOUGH, OF_THE_BEST * float(steady.max()))
    order = steady.flatten().argsort(descending=True)[:MOST_HEADS]
    ranked = [divmod(int(place), steady.shape[1]) for place in order]
    chosen = tuple((layer, head) for layer, head in ranked if float(steady[layer, head]) >= enough)
    return Found(chosen, [[round(float(one), 3) for one in row] for row in steady])


def kept(folder: Path, fingerprint: str) -> tuple[Head, ...] | None:
    """The heads that were found for these very weights; None where nobody has looked for them yet."""
    for path in _places(folder, fingerprint):
        try:
            told = json.loads(path.read_text("utf-8"))
            if told["fingerprint"] == fingerprint:
                return tuple((int(layer), int(head)) for layer, head in told["heads"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def keep(folder: Path, fingerprint: str, found: Found) -> Path | None:
    """Write what was found. Where it lies; None where no place would take it."""
    told: Mapping[str, Any] = {"fingerprint": fingerprint, "heads": found.heads, "scores": found.scores}
    for path in _places(folder, fingerprint):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (json.dumps(told) + "\n").encode())
        except OSError:
            continue
        return path
    return None


def _places(folder: Path, fingerprint: str) -> tuple[Path, Path]:
    return folder / "alignment.json", settings().home / "alignment" / f"{fingerprint}.json"


def main() -> None:
    """Find the heads of one model and keep them."""
    from timbre.engine.engine import Engine

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a model's folder")
    parser.add_argument("--dry", action="store_true", help="keep nothing")
    asked = parser.parse_args()
    engine = Engine.load(asked.folder, asked.folder.name)
    found = search(engine).finish()
    for layer, row in enumerate(found.scores):
        print(f"{layer:3}  " + " ".join(f"{score:.2f}" for score in row))
    print("heads:", found.heads or "none; the guard by alignment stays off")
    if not asked.dry:
        print("kept in", keep(asked.folder, engine.fingerprint, found))


if __name__ == "__main__":
    main()
