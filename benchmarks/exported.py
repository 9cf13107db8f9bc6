"""Whether the public reference says with an exported model what we say with its parts: a random LoRA is merged into a
model and exported as the service does it, the reference loads the files and computes, and we compare.

    python -m benchmarks.exported make --base FULL --out OUT        # our environment; --adapter FILE: no random one
    REF/bin/python benchmarks/reference/exported.py --folder OUT    # the reference's
    python -m benchmarks.exported compare --base FULL --out OUT     # ours again

FULL is what `benchmarks/reference/golden.py --size full` wrote. Prints JSON.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from timbre.engine.folder import fingerprint
from timbre.engine.protocol import Sampling
from timbre.engine.sampling import Chooser, choose
from timbre.engine.verify import CLIPS, verify
from timbre.store.tensors import CONFIG, metadata
from timbre.training import public
from timbre.training.made import tuned
from timbre.xtts import checkpoint
from timbre.xtts.config import ModelArgs
from timbre.xtts.lora import PRODUCTS, Adapter, Pair
from timbre.xtts.model import Xtts

RANK, SIZE = 8, 0.5
"""Of the LoRA: its rank, and how large its additions are where inputs are of about one."""


def make(base: Path, out: Path, adapter: Path | None) -> None:
    """Merge a LoRA, a random one where none is given, into the model in `base`, and export it into `out`, with what the
    reference needs to hear.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    known = fingerprint(base)
    path = out.with_suffix(".adapter.safetensors")
    if adapter:
        shutil.copyfile(adapter, path)
    else:
        random_adapter(checkpoint.read_config(base).model_args, known).to_file(path)
    peft = out.with_suffix(".peft")
    peft.mkdir(exist_ok=True)
    shutil.copyfile(path, peft / "adapter_model.safetensors")
    (peft / "adapter_config.json").write_text(metadata(path.read_bytes())[CONFIG])
    public.write(base, tuned(base, path, "adapter", known), out, {})
    for name in CLIPS:
        shutil.copyfile(base / name, out / name)
    print(json.dumps({path.name: path.stat().st_size for path in sorted(out.iterdir())}, indent=1))


def random_adapter(args: ModelArgs, base: str) -> Adapter:
    """One that changes what is said."""
    draw, width = torch.Generator().manual_seed(1), args.gpt_n_model_channels

    def pair(product: str) -> Pair:
        inputs, outputs = (widths * width for widths in PRODUCTS[product])
        down = torch.randn(inputs, RANK, generator=draw) / inputs**0.5
        return Pair(down, torch.randn(RANK, outputs, generator=draw) * SIZE / RANK**0.5 / 2)

    layers = [{product: pair(product) for product in PRODUCTS} for _ in range(args.gpt_layers)]
    return Adapter("random", base, RANK, 2.0 * RANK, layers)


@torch.inference_mode()
def compare(base: Path, out: Path) -> None:
    """Our merged model, and our base model with the adapter beside it, with what the reference made of the export."""
    report = {check.name: check.error for check in verify(out).checks if not check.name.startswith("text_ids[")}
    golden = load_file(out / "golden.safetensors")
    model, path = checkpoint.load(base), out.with_suffix(".adapter.safetensors")
    adapter = Adapter.from_file(path, "random", model.gpt.args, fingerprint(base))
    said = {}
    for name, one in (("beside", adapter), ("without", None)):
        codes, latents = greedy(model, golden["conditioning"], golden["text_ids"], len(golden["codes"]), one)
        same = codes == golden["codes"].tolist()
        error = float((latents - golden["latents"]).abs().max() / golden["latents"].abs().max()) if same else None
        said[name] = {"codes_equal": same, "latents": error}
    print(json.dumps({"merged": report, "adapter": said}, indent=1))


def greedy(
    model: Xtts, conditioning: Tensor, text_ids: Tensor, most: int, adapter: Adapter | None
) -> tuple[list[int], Tensor]:
    """As `timbre.engine.verify.greedy`, with an adapter."""
    args, gpt = model.config.model_args, model.gpt
    prefix = gpt.embed_prefix(conditioning, text_ids)
    cache = gpt.empty_cache(len(prefix) + most, adapter)
    hidden = gpt.prefill(prefix, cache)
    chooser = Chooser.start(
        Sampling(repetition_penalty=5.0), 0, args.gpt_num_audio_tokens, args.gpt_start_audio_token, True
    )
    codes, latents = [], []
    while True:
        codes += choose([chooser], gpt.mel_head(hidden)[None], [()])
        latents.append(hidden)
        if len(codes) == most or codes[-1] == args.gpt_stop_audio_token:
            return codes, torch.stack(latents)
        hidden = gpt.step(torch.tensor(codes[-1:]), [cache])[0]


def main() -> None:
    """Do one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("does", choices=("make", "compare"))
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--adapter", type=Path, help="what `benchmarks.learning --out` left")
    options = parser.parse_args()
    if options.does == "make":
        make(options.base, options.out, options.adapter)
    else:
        compare(options.base, options.out)


if __name__ == "__main__":
    main()
