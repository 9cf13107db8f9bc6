"""One cache for the whole batch, of a size that never changes, so that a GPU can replay a step as a CUDA graph.

Launching a step's thousand small kernels costs a GPU more than running them. A graph is launched once, but it reads
and writes the same memory each time: so the batch has fixed places, the running rows stand in the first of them, and a
graph is made for each number of places and each span of positions that come up, both rounded up. The code is the same
without a GPU, where nothing is recorded, and for a step in which a row speaks with an adapter: a graph would go on with
the adapters that it was recorded with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from timbre.engine.decoding import Row
from timbre.xtts.gpt import Cache, Gpt, by_layer
from timbre.xtts.lora import Adapter

SPAN = 128
"""Positions are looked at in multiples of it: each multiple is a graph."""


@dataclass(slots=True, eq=False)
class Place:
    """A row's place in the batch, which changes when another leaves."""

    number: int
    prefix: int  # positions before the start code
    length: int
    adapter: Adapter | None = None
    said: int = 1
    attention: Tensor | None = None


@dataclass(slots=True)
class Stretch:
    """The first `places` of the batch and the first `span` positions of each, as `Gpt.advance` asks for a past."""

    kept: Tensor  # [layers, places, 2, heads, span, head]: a view, keys and values
    lengths: Tensor  # [places]
    aligning: dict[int, Tensor]  # heads by layer, on the device: a list would be copied there, which no graph can hold
    looks: Tensor  # [places, span]: where the aligning heads look, summed
    every: Tensor = field(init=False)  # the places' numbers, [places]
    heard: Tensor = field(init=False)  # which positions each hears, [places, 1, 1, span]

    def __post_init__(self) -> None:
        places, span = self.looks.shape
        self.every = torch.arange(places, device=self.lengths.device)
        self.heard = (torch.arange(span, device=self.lengths.device) <= self.lengths[:, None])[:, None, None]
        self.looks.zero_()

    def attend(self, layer: int, new: Tensor) -> Tensor:
        kept = self.kept[layer]
        kept[self.every, :, :, self.lengths] = new[:, 1:]
        query, (keys, values) = new[:, 0, :, None], kept.unbind(1)
        if (heads := self.aligning.get(layer)) is not None:
            asked, among = query.index_select(1, heads), keys.index_select(1, heads)
            scores = asked @ among.transpose(2, 3) / query.shape[-1] ** 0.5
            shares = scores.float().masked_fill(~self.heard, -torch.inf).softmax(-1)
            self.looks.add_(shares.sum(1)[:, 0])
        return F.scaled_dot_product_attention(query, keys, values, attn_mask=self.heard).flatten(1)


class StaticCache:
    """Places for `rows` utterances of at most `room` positions each. A `Decoding`."""

    def __init__(self, gpt: Gpt, rows: int, room: int) -> None:
        args, like = gpt.args, gpt.final_norm.weight
        self.gpt, self.rows = gpt, rows
        self.room = -(-room // SPAN) * SPAN
        shape = args.gpt_layers, rows, 2, args.gpt_n_heads, self.room, args.gpt_n_model_channels // args.gpt_n_heads
        self.kept = like.new_zeros(shape)
        # what a step reads, at a fixed address: each place's code, what it has said before, where its new position goes
        self.inputs = torch.zeros(3, rows, dtype=torch.long, device=like.device)
        self.looks = torch.zeros(rows, self.room, device=like.device)
        by_its_layer = by_layer(args.alignment_heads)
        self.aligning = {layer: torch.tensor(heads, device=like.device) for layer, heads in by_its_layer.items()}
        self.places: list[Place] = []
        self._steps: dict[tuple[int, int], Callable[[], Tensor]] = {}

    def begin(self, prefix: Tensor, room: int, adapter: Adapter | None = None) -> tuple[Place, Tensor]:
        """A row in the next free place, and the latent [width] that follows its prefix [length, width]."""
        place = Place(len(self.places), len(prefix) - 1, len(prefix), adapter)
        if place.number == self.rows or room > self.room:
            raise ValueError("the batch has no place for it")
        latent = self.gpt.prefill(prefix, Cache(self.kept[:, place.number, :, None], adapter))
        self.places.append(place)
        return place, latent

    def step(self, codes: Sequence[int], rows: Sequence[Row]) -> Tensor:
        """The latents [rows, width] after one more code of each row; who is not among `rows` does not move."""
        moving = [row for row in rows if isinstance(row, Place)]
        self.inputs.copy_(self._table(codes, moving))
        places = self._rounded(1 + max(row.number for row in moving))
        span = -(-(1 + max(place.length for place in self.places[:places])) // SPAN) * SPAN
        adapters = {row.number: row.adapter for row in moving if row.adapter is not None}
        latents = self._step(places, min(span, self.room), adapters)[[row.number for row in moving]]
        looks = self.looks[:places].cpu() if self.aligning else None
        for row in moving:
            row.attention = None if looks is None else looks[row.number, : row.prefix]
            row.length, row.said = row.length + 1, row.said + 1
        return latents

    def leave(self, row: Row) -> None:
        """Free a place; whoever stands in the last one moves there."""
        assert isinstance(row, Place)
        last = self.places.pop()
        if last is row:
            return
        self.kept[:, row.number, :, :, : last.length] = self.kept[:, last.number, :, :, : last.length]
        self.places[row.number] = last
        last.number = row.number

    def _table(self, codes: Sequence[int], moving: Sequence[Place]) -> Tensor:
        """What `inputs` is to hold. Who does not move writes a position that its next step writes again."""
        table = torch.zeros(3, self.rows, dtype=torch.long)
        for place in self.places:
            table[1:, place.number] = torch.tensor((place.said, place.length))
        table[0, [row.number for row in moving]] = torch.tensor(codes)
        return table

    def _rounded(self, places: int) -> int:
        return min(1 << (places - 1).bit_length(), self.rows)

    def _step(self, places: int, span: int, adapters: Mapping[int, Adapter]) -> Tensor:
        """The latents [places, width] after a step of so many places and positions."""
        if adapters:
            return self._advance(places, span, [adapters.get(number) for number in range(places)])
        if (places, span) not in self._steps:
            work = partial(self._advance, places, span)
            self._steps[places, span] = recorded(work) if self.kept.is_cuda else work
        return self._steps[places, span]()

    def _advance(self, places: int, span: int, adapters: Sequence[Adapter | None] = ()) -> Tensor:
        codes, said, lengths = self.inputs[:, :places]
        kept = self.kept[:, :places, :, :, :span]
        past = Stretch(kept, lengths, self.aligning, self.looks[:places, :span])
        return self.gpt.advance(codes, said, past, adapters)


def recorded(work: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Work on a GPU as a graph: recorded once, replayed at each call. It reads and writes the same memory each time."""
    side: torch.cuda.Stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):  # kernels are chosen and buffers taken before anything is recorded
        for _ in range(2):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = work()

    def replay() -> Tensor:
        graph.replay()
        return out

    return replay
