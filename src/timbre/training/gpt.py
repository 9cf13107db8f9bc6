"""Teacher forcing for the GPT: what goes in, where each part of a row lies, and the two cross-entropies.

Rows stand at the left and are padded at the right, which causal attention never looks at; so no row needs a mask, and
the stop code is the target of exactly one position a row, the one after its last code.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from timbre.xtts.conditioning import LATENTS
from timbre.xtts.gpt import Gpt


@dataclass(frozen=True, slots=True)
class GptBatch:
    """Rows of one step."""

    text: list[Tensor]  # ids without START and STOP, [length] a row
    codes: list[Tensor]  # audio codes without start and stop, [length] a row
    clips: Tensor  # mels of reference clips, [clips, 80, frames]
    clip: Tensor  # which clip each row is spoken after, [rows]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a row lie in its sequence; all [rows]."""

    text: Tensor  # how many text positions, START and STOP counted
    audio: Tensor  # how many audio positions, the start code counted

    @property
    def first_audio(self) -> Tensor:
        """The position of the start code."""
        return LATENTS + self.text

    def audio_positions(self) -> tuple[Tensor, Tensor]:
        """Row and position of every audio input, row after row, both [all audio positions]."""
        return _spans(self.first_audio, self.audio)

    def text_positions(self) -> tuple[Tensor, Tensor]:
        """Row and position of every text input but STOP, row after row."""
        return _spans(torch.full_like(self.text, LATENTS), self.text - 1)


def _spans(first: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    rows = torch.repeat_interleave(torch.arange(len(count)), count)
    within = torch.arange(int(count.sum())) - torch.repeat_interleave(count.cumsum(0) - count, count)
    return rows, first[rows] + within


def embed(gpt: Gpt, batch: GptBatch, masked: float = 0.0) -> tuple[Tensor, Layout]:
    """Embedded sequences [rows, longest, width] and their layout. A share `masked` of the codes is hidden from the
    input, so that the model has to read the text rather than carry on the sound."""
    latents = gpt.condition(batch.clips)[batch.clip]
    start = torch.tensor([gpt.args.gpt_start_audio_token])
    rows = []
    for row, (text, codes) in enumerate(zip(batch.text, batch.codes, strict=True)):
        audio = gpt.mel_embedding(torch.cat((start, codes)))
        if masked:
            audio = audio * (torch.rand(len(audio), 1) >= masked)
        audio = audio + gpt.mel_pos_embedding.emb.weight[: len(audio)]
        rows.append(torch.cat((latents[row], gpt.embed_text(text), audio)))
    layout = Layout(
        torch.tensor([len(text) + 2 for text in batch.text]), torch.tensor([len(codes) + 1 for codes in batch.codes])
    )
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), layout


def cross_entropies(gpt: Gpt, hidden: Tensor, layout: Layout, batch: GptBatch) -> tuple[Tensor, Tensor]:
    """Mean loss of text and of audio codes, stops counted, from `hidden` [rows, longest, width]."""
    args = gpt.args
    text_stop, audio_stop = torch.tensor([args.gpt_stop_text_token]), torch.tensor([args.gpt_stop_audio_token])
    text = torch.cat([one for row in batch.text for one in (row, text_stop)])
    codes = torch.cat([one for row in batch.codes for one in (row, audio_stop)])
    return (
        F.cross_entropy(gpt.text_head(hidden[layout.text_positions()]), text),
        F.cross_entropy(gpt.mel_head(hidden[layout.audio_positions()]), codes),
    )
