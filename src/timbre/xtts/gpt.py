"""The language model: conditioning latents and text in, audio codes and their latents out.

GPT-2 blocks (Radford et al., 2019; pre-norm, tanh gelu) without that model's position table: text and audio have
learned tables of their own, each from 0. The hidden state after both last norms is a code's latent, what the vocoder
speaks from, so that one pass gives both.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.conditioning import ConditioningEncoder, PerceiverResampler
from timbre.xtts.config import ModelArgs
from timbre.xtts.lora import PRODUCTS, Adapter, Added, additions


class Projection(nn.Module):
    """A linear layer of a block, one of PRODUCTS. Its weight is stored in × out, as GPT-2's checkpoints have it."""

    def __init__(self, product: str, width: int, std: float = 0.02) -> None:
        super().__init__()
        self.product = product
        inputs, outputs = (widths * width for widths in PRODUCTS[product])
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * std)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor, added: Added | None = None) -> Tensor:
        """[rows, …, inputs] → [rows, …, outputs]."""
        flat = torch.addmm(self.bias, x.flatten(0, -2), self.weight)
        made = flat.view(*x.shape[:-1], flat.shape[-1])
        if added is not None:
            added.to(made, self.product, x)
        return made


class Cache:
    """What one utterance has said, as attention needs it: `kept` [layers, 2, 1, heads, room, head], keys and values.
    They were made with the utterance's `adapter`, if it has one.
    """

    def __init__(self, kept: Tensor, adapter: Adapter | None = None) -> None:
        self.kept, self.adapter = kept, adapter
        self.length = 0  # positions filled
        self.said = 0  # audio positions filled, the start code counted
        self.attention: Tensor | None = None
        """Of the aligning heads in the last step, to what stands before the start code, [prefix]."""

    def fill(self, layer: int, key: Tensor, value: Tensor) -> None:
        """The first positions of a layer, [1, heads, steps, head]."""
        kept = self.kept[layer, :, :, :, : key.shape[2]]
        kept[0], kept[1] = key, value


class Turn:
    """A cache while one new position goes through the layers."""

    def __init__(self, cache: Cache) -> None:
        cache.attention = None
        self.cache = cache
        # views of all layers at once: made one by one they would cost more than what is computed with them
        past = cache.kept.narrow(4, 0, cache.length + 1)
        self.places = cache.kept.select(4, cache.length).unbind(0)  # each [2, 1, heads, head]: where it is kept
        self.keys, self.values = past[:, 0].unbind(0), past[:, 1].unbind(0)  # each [1, heads, positions, head]

    def attend(self, layer: int, query: Tensor, kept: Tensor) -> Tensor:
        """The position's query [1, heads, 1, head], and its key and value [2, 1, heads, head], which are kept. Returns
        what it hears, as large as the query.
        """
        self.places[layer].copy_(kept)
        return F.scaled_dot_product_attention(query, self.keys[layer], self.values[layer])

    def look(self, layer: int, query: Tensor, aligning: Sequence[int]) -> None:
        """Add where some heads look, once the position was attended."""
        cache, asked = self.cache, query[0, aligning]
        share = ((self.keys[layer][0, aligning] @ asked.mT)[:, :, 0] / query.shape[3] ** 0.5).softmax(-1).sum(0)
        prefix = share[: cache.length - cache.said]
        cache.attention = prefix if cache.attention is None else cache.attention + prefix


class Past(Protocol):
    """What the rows of a batch have said, however it is kept."""

    def attend(self, layer: int, new: Tensor) -> Tensor:
        """One new position of each row: query, key and value [rows, 3, heads, head]. It is kept; what it hears,
        [rows, heads · head].
        """
        ...


def by_layer(heads: Sequence[Sequence[int]]) -> dict[int, list[int]]:
    """Heads, each a layer and its place in it, as the places in each layer."""
    found: dict[int, list[int]] = {}
    for layer, head in heads:
        found.setdefault(layer, []).append(head)
    return found


class Separate:
    """Each row with a cache of its own, looked at in a call of its own.

    A batch padded to its longest row would round differently with its neighbours; and on a CPU the calls are cheap
    beside the reading.
    """

    def __init__(self, caches: Sequence[Cache], alignment_heads: Sequence[Sequence[int]]) -> None:
        self.turns, self.aligning = [Turn(cache) for cache in caches], by_layer(alignment_heads)

    def attend(self, layer: int, new: Tensor) -> Tensor:
        queries, kept = new[:, None, 0, :, None].unbind(0), new[:, 1:, None].unbind(0)
        rows = list(zip(self.turns, queries, strict=True))
        heard = [turn.attend(layer, query, one) for (turn, query), one in zip(rows, kept, strict=True)]
        if aligning := self.aligning.get(layer):
            for turn, query in rows:
                turn.look(layer, query, aligning)
        return torch.cat(heard).flatten(1) if len(heard) > 1 else heard[0].flatten(1)


class Attending(nn.Module, ABC):
    """A GPT-2 block as it hears its past; the products before and after that are the subclass's.

    `added`: what adapters add to them in some of the rows.
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    @abstractmethod
    def project(self, x: Tensor, added: Added | None = None) -> Tensor:
        """Query, key and value [rows, …, 3 · width] of what came in [rows, …, width]."""

    @abstractmethod
    def finish(self, x: Tensor, heard: Tensor, added: Added | None = None) -> Tensor:
        """What goes out, of what came in and what was heard, all [rows, …, width]."""

    def split(self, x: Tensor, added: Added | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Query, key and value [rows, heads, steps, head] of whole sequences [rows, steps, width]."""
        rows, steps, _ = x.shape
        query, key, value = self.project(x, added).view(rows, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return query, key, value

    def forward(self, x: Tensor, cache: Cache | None = None, layer: int = 0, added: Added | None = None) -> Tensor:
        """Whole sequences [rows, steps, width] → the same. A cache is filled from position 0 on, by a single row."""
        query, key, value = self.split(x, added)
        if cache is not None:
            cache.fill(layer, key, value)
        heard = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.finish(x, heard.transpose(1, 2).flatten(2), added)

    def step(self, x: Tensor, past: Past, layer: int, added: Added | None = None) -> Tensor:
        """One new position of each row, [rows, width] → the same."""
        return self.finish(x, past.attend(layer, self.project(x, added).view(len(x), 3, self.heads, -1)), added)


class SelfAttention(nn.Module):
    """The two products of attention."""

    def __init__(self, width: int, std: float) -> None:
        super().__init__()
        self.c_attn = Projection("attn.c_attn", width)
        self.c_proj = Projection("attn.c_proj", width, std)


class FeedForward(nn.Module):
    """Four times as wide, tanh gelu between."""

    def __init__(self, width: int, std: float) -> None:
        super().__init__()
        self.c_fc = Projection("mlp.c_fc", width)
        self.c_proj = Projection("mlp.c_proj", width, std)

    def forward(self, x: Tensor, added: Added | None = None) -> Tensor:
        """[rows, …, width] → the same shape."""
        out: Tensor = self.c_proj(F.gelu(self.c_fc(x, added), approximate="tanh"), added)
        return out


class Block(Attending):
    """A GPT-2 block by its weights as they are stored."""

    def __init__(self, width: int, heads: int, std: float) -> None:
        super().__init__(heads)
        self.ln_1 = nn.LayerNorm(width)
        self.attn = SelfAttention(width, std)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = FeedForward(width, std)

    def project(self, x: Tensor, added: Added | None = None) -> Tensor:
        out: Tensor = self.attn.c_attn(self.ln_1(x), added)
        return out

    def finish(self, x: Tensor, heard: Tensor, added: Added | None = None) -> Tensor:
        x = x + self.attn.c_proj(heard, added)
        out: Tensor = x + self.mlp(self.ln_2(x), added)
        return out


class Stack(nn.Module):
    """The blocks and the norm after the last."""

    def __init__(self, layers: int, width: int, heads: int) -> None:
        super().__init__()
        std = 0.02 / (2 * layers) ** 0.5  # GPT-2's: residual branches begin small
        self.h = nn.ModuleList(Block(width, heads, std) for _ in range(layers))
        self.ln_f = nn.LayerNorm(width)


class Positions(nn.Module):
    """A learned table of positions."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(length, width)
        nn.init.normal_(self.emb.weight, std=0.02)


class Gpt(nn.Module):
    """Text and conditioning to audio codes. Names of the parts are those of the public checkpoints."""

    def __init__(self, args: ModelArgs) -> None:
        super().__init__()
        width, heads = args.gpt_n_model_channels, args.gpt_n_heads
        self.args = args
        self.conditioning_encoder = ConditioningEncoder(width, heads)
        self.conditioning_perceiver = PerceiverResampler(width)
        self.text_embedding = nn.Embedding(args.gpt_number_text_tokens, width)
        self.mel_embedding = nn.Embedding(args.gpt_num_audio_tokens, width)
        self.text_pos_embedding = Positions(args.gpt_max_text_tokens + 2, width)
        self.mel_pos_embedding = Positions(args.gpt_max_audio_tokens + 3, width)
        self.gpt = Stack(args.gpt_layers, width, heads)
        self.final_norm = nn.LayerNorm(width)
        self.text_head = nn.Linear(width, args.gpt_number_text_tokens)
        self.mel_head = nn.Linear(width, args.gpt_num_audio_tokens)
        for embedding in (self.text_embedding, self.mel_embedding):
            nn.init.normal_(embedding.weight, std=0.02)

    def condition(self, mel: Tensor) -> Tensor:
        """Conditioning latents of clips' mels [batch, 80, frames] → [batch, 32, width]."""
        out: Tensor = self.conditioning_perceiver(self.conditioning_encoder(mel).transpose(1, 2))
        return out

    def embed_text(self, text: Tensor) -> Tensor:
        """START, text ids [length], STOP → [length + 2, width]."""
        ids = F.pad(
            F.pad(text, (1, 0), value=self.args.gpt_start_text_token), (0, 1), value=self.args.gpt_stop_text_token
        )
        out: Tensor = self.text_embedding(ids) + self.text_pos_embedding.emb.weight[: len(ids)]
        return out

    def embed_codes(self, codes: Tensor, first: int = 0) -> Tensor:
        """Audio codes [length], at positions from `first` on → [length, width]."""
        out: Tensor = self.mel_embedding(codes) + self.mel_pos_embedding.emb.weight[first : first + len(codes)]
        return out

    def embed_prefix(self, latents: Tensor, text: Tensor) -> Tensor:
        """All that stands before the first code: latents [32, width], START text STOP, the start code."""
        start = torch.tensor([self.args.gpt_start_audio_token], device=text.device)
        return torch.cat((latents, self.embed_text(text), self.embed_codes(start)))

    def hidden(self, embedded: Tensor) -> Tensor:
        """Every position of whole sequences [rows, steps, width] → the same, after both last norms."""
        for block in self.gpt.h:
            embedded = block(embedded)
        return self.finish(embedded)

    def prefill(self, prefix: Tensor, cache: Cache) -> Tensor:
        """Begin an utterance with its prefix [length, width]. Fills an empty cache; returns the last position's latent
        [width].
        """
        x = prefix[None]
        for layer, (block, added) in enumerate(self._layers([cache.adapter])):
            x = block(x, cache, layer, added)
        cache.length, cache.said = len(prefix), 1
        return self.finish(x[0, -1])

    def step(self, codes: Tensor, caches: Sequence[Cache]) -> Tensor:
        """The latents [rows, width] that follow one more code of each row, `codes` [rows]; the caches grow by one."""
        said = torch.tensor([cache.said for cache in caches], device=codes.device)
        past = Separate(caches, self.args.alignment_heads)
        latents = self.advance(codes, said, past, [cache.adapter for cache in caches])
        for cache in caches:
            cache.length, cache.said = cache.length + 1, cache.said + 1
        return latents

    def advance(self, codes: Tensor, said: Tensor, past: Past, adapters: Sequence[Adapter | None] = ()) -> Tensor:
        """The latents [rows, width] that follow one more code of each row, `codes` [rows], of which each has `said`
        [rows] before, the start code counted. `adapters`: of each row the one that it speaks with.
        """
        x = self.mel_embedding(codes) + self.mel_pos_embedding.emb(said)
        for layer, (block, added) in enumerate(self._layers(adapters)):
            x = block.step(x, past, layer, added)
        return self.finish(x)

    def empty_cache(self, room: int, adapter: Adapter | None = None) -> Cache:
        """A cache of one utterance that comes to at most `room` positions."""
        args, like = self.args, self.final_norm.weight
        heads = args.gpt_n_heads
        shape = args.gpt_layers, 2, 1, heads, room, args.gpt_n_model_channels // heads
        return Cache(like.new_empty(shape), adapter)

    def _layers(self, adapters: Sequence[Adapter | None]) -> Iterator[tuple[Any, Added | None]]:
        """Each block, with what the adapters of the rows add in it."""
        return zip(self.gpt.h, additions(adapters, len(self.gpt.h)), strict=True)

    def finish(self, x: Tensor) -> Tensor:
        """The norms after the last block."""
        out: Tensor = self.final_norm(self.gpt.ln_f(x))
        return out
