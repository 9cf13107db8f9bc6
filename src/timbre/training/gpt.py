"""Teacher forcing for the GPT: what goes in, where each part of a row lies, and the two cross-entropies.

Rows stand at the left and are padded at the right, which causal attention never looks at; so no row needs a mask, and
the stop code is the target of exactly one position a row, the one after its last code.

The public reference goes on past the end: three stop codes are inputs and four are targets, and what follows a text
does not see that it has ended. `reference_padding` does as it does, to be compared with it.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from timbre.xtts.conditioning import LATENTS
from timbre.xtts.gpt import Gpt

PAST_THE_END = 3
"""Stop codes that the reference has among a row's inputs."""


@dataclass(frozen=True, slots=True)
class GptBatch:
    """Rows of one step."""

    text: list[Tensor]  # ids without START and STOP, [length] a row
    codes: list[Tensor]  # audio codes without start and stop, [length] a row
    clips: Tensor  # mels of reference clips, [clips, 80, frames]
    clip: Tensor  # which clip each row is spoken after, [rows]
    reference_padding: bool = False

    @property
    def past(self) -> int:
        """Stop codes among a row's inputs."""
        return PAST_THE_END if self.reference_padding else 0

    def layout(self) -> "Layout":
        """Where its parts lie."""
        read = torch.tensor([len(text) + 1 for text in self.text])
        audio = torch.tensor([len(codes) + 1 + self.past for codes in self.codes])
        return Layout(read if self.reference_padding else read + 1, audio, read)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a row lie in its sequence; all [rows]."""

    text: Tensor  # how many text positions, START and STOP counted
    audio: Tensor  # how many audio positions, the start code counted
    read: Tensor  # how many of the text positions have a next one to tell: all but STOP

    @property
    def first_audio(self) -> Tensor:
        """The position of the start code."""
        return LATENTS + self.text

    def audio_positions(self) -> tuple[Tensor, Tensor]:
        """Row and position of every audio input, row after row, both [all audio positions]."""
        return _spans(self.first_audio, self.audio)

    def text_positions(self) -> tuple[Tensor, Tensor]:
        """Row and position of every text input but STOP, row after row."""
        return _spans(torch.full_like(self.text, LATENTS), self.read)


def _spans(first: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    rows = torch.repeat_interleave(torch.arange(len(count)), count)
    within = torch.arange(int(count.sum())) - torch.repeat_interleave(count.cumsum(0) - count, count)
    return rows, first[rows] + within


def embed(
    gpt: Gpt, batch: GptBatch, latents: Tensor | None = None, masked: Tensor | None = None
) -> tuple[Tensor, Layout]:
    """Embedded sequences [rows, longest, width] and their layout.

    `latents` [clips, 32, width] are what the GPT makes of the batch's clips, where they were made before. Of each row's
    codes a share `masked` [rows] is hidden from the input, so that the model has to read the text, and to hear the
    clip, rather than carry on the sound.
    """
    if latents is None:
        latents = gpt.condition(batch.clips)
    args, rows = gpt.args, len(batch.text)
    layout = batch.layout()
    before = latents[batch.clip].flatten(0, 1)
    start, begin = torch.tensor([args.gpt_start_text_token]), torch.tensor([args.gpt_start_audio_token])
    stop = torch.tensor([args.gpt_stop_text_token] * (not batch.reference_padding), dtype=torch.long)
    past = torch.full((batch.past,), args.gpt_stop_audio_token)
    read = torch.cat([one for text in batch.text for one in (start, text, stop)])
    said = torch.cat([one for codes in batch.codes for one in (begin, codes, past)])
    text, audio = gpt.text_embedding(read), gpt.mel_embedding(said)
    if masked is not None:
        audio = audio * (torch.rand(len(audio)) >= masked.repeat_interleave(layout.audio))[:, None]
    text_at = _spans(torch.full_like(layout.text, LATENTS), layout.text)
    audio_at = layout.audio_positions()
    text = text + gpt.text_pos_embedding.emb(text_at[1] - LATENTS)
    audio = audio + gpt.mel_pos_embedding.emb(audio_at[1] - layout.first_audio[audio_at[0]])
    longest = int((layout.first_audio + layout.audio).max())
    filled = [
        (torch.arange(rows)[:, None] * longest + torch.arange(LATENTS)).flatten(),
        *(row * longest + at for row, at in (text_at, audio_at)),
    ]
    # one copy for the whole batch: filling row by row would copy all rows' gradient once for every row
    flat = torch.cat((before.float(), text, audio))
    whole = flat.new_zeros(rows * longest, flat.shape[1]).index_copy(0, torch.cat(filled), flat)
    return whole.view(rows, longest, -1), layout


def cross_entropies(gpt: Gpt, hidden: Tensor, layout: Layout, batch: GptBatch) -> tuple[Tensor, Tensor]:
    """Mean loss of text and of audio codes, stops counted, from `hidden` [rows, longest, width]."""
    args = gpt.args
    text_stop = torch.tensor([args.gpt_stop_text_token])
    audio_stop = torch.full((1 + batch.past,), args.gpt_stop_audio_token)
    text = torch.cat([one for row in batch.text for one in (row, text_stop)])
    codes = torch.cat([one for row in batch.codes for one in (row, audio_stop)])
    return (
        F.cross_entropy(gpt.text_head(hidden[layout.text_positions()]).float(), text),
        F.cross_entropy(gpt.mel_head(hidden[layout.audio_positions()]).float(), codes),
    )
