"""Times the public XTTS implementation, part by part, on the checkpoint that golden.py wrote. Prints JSON."""

import argparse
import json
import sys
import time
from pathlib import Path

import torch
from golden import build

TEXT = "O sistema lê o texto em voz alta, com a voz que você escolheu, sem pressa e sem tropeços."


def clock(work):
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


@torch.inference_mode()
def race(model, clip: Path, text: str, codes: int) -> dict[str, float]:
    """Seconds for each part of one utterance of `codes` audio codes, and for the first streamed chunk of 20."""
    (latents, speaker), conditioning = clock(
        lambda: model.get_conditioning_latents([str(clip)], gpt_cond_len=30, gpt_cond_chunk_len=4)
    )
    ids = torch.tensor(model.tokenizer.encode(text.lower(), lang="pt")).unsqueeze(0)
    produced, decoding = clock(
        lambda: model.gpt.generate(
            cond_latents=latents,
            text_inputs=ids,
            do_sample=True,
            top_k=50,
            top_p=0.85,
            temperature=0.75,
            repetition_penalty=10.0,
            min_new_tokens=codes,
            max_new_tokens=codes,
        )
    )
    hidden, second_pass = clock(
        lambda: model.gpt(
            ids,
            torch.tensor([ids.shape[-1]]),
            produced,
            torch.tensor([produced.shape[-1] * 1024]),
            cond_latents=latents,
            return_latent=True,
        )
    )
    wave, vocoder = clock(lambda: model.hifigan_decoder(hidden, g=speaker))
    # its stream speaks everything again, from the first code on, for each chunk of 20
    ends = [*range(20, codes, 20), codes]
    _, streamed = clock(lambda: [model.hifigan_decoder(hidden[:, :end], g=speaker) for end in ends])
    audio = wave.shape[-1] / 24000
    stream = model.inference_stream(text, "pt", latents, speaker, stream_chunk_size=20, min_new_tokens=codes)
    _, first_chunk = clock(lambda: next(stream))
    total = decoding + second_pass + vocoder
    return {
        "audio_s": audio,
        "conditioning_s": conditioning,
        "decoding_s": decoding,
        "ms_per_code": 1000 * decoding / codes,
        "second_pass_s": second_pass,
        "vocoder_s": vocoder,
        "vocoder_streamed_s": streamed,
        "first_chunk_s": first_chunk,
        "rtf": total / audio,
    }


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("golden", type=Path, help="the folder that golden.py wrote")
    parser.add_argument("--size", default="full")
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--codes", type=int, default=150)
    parser.add_argument("--threads", type=int, default=0, help="0: as torch finds them")
    parser.add_argument(
        "--each-line", action="store_true", help="race once for each line of input, a line of JSON each"
    )
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    seed = json.loads((options.golden / "config.json").read_text())["golden"]["seed"]
    model = build(options.size, seed)

    def once() -> dict[str, float]:
        found = race(model, options.golden / "reference.wav", options.text, options.codes)
        return found | {"resident_mb": resident_mb()}

    if not options.each_line:
        print(json.dumps(once(), indent=1))
        return
    for _ in sys.stdin:
        print(json.dumps(once()), flush=True)


if __name__ == "__main__":
    main()
