"""Golden files from the public XTTS implementation with random weights.

Writes a checkpoint in the layout that people have, and what the reference computes with it. Run it in the environment
that install.sh makes. Every number depends on --size and --seed alone.
"""

import argparse
import json
import math
import shutil
from pathlib import Path

import numpy as np
import soundfile
import torch
import TTS.tts.models.xtts as reference
from safetensors.torch import save_file
from TTS.tts.configs.xtts_config import XttsConfig
from TTS.tts.layers.xtts.hifigan_decoder import HifiDecoder
from TTS.tts.models.xtts import Xtts, XttsArgs

HERE = Path(__file__).resolve().parent
SIZES = {
    # channels, layers, heads, vocoder width, speaker encoder widths
    "tiny": (64, 2, 2, 32, [4, 8, 16, 32]),
    "full": (1024, 30, 16, 512, [32, 64, 128, 256]),
}
DVAE_WIDTH = {"tiny": 16, "full": 512}
TEXT = "Olá, mundo. Hoje o dia nasceu bonito."  # plain words: how numbers are read is no part of the model
SENTENCES = HERE.parent / "data" / "plain_sentences.tsv"
SAID = ((0, 40_000), (20_000, 90_000), (50_000, 105_555))
"""From which to which sample of the first clip the rows of the training batch go: none is a whole number of codes."""
HEARD, HEARD_SAMPLES = (60_000, 0, 30_000), 66_150
"""Where in it begins what each row is conditioned on, and how long that is."""
TEXT_WEIGHT, AUDIO_WEIGHT = 0.01, 1.0  # the reference's own


def load_clip(path: str, rate: int) -> torch.Tensor:
    """Stands in for the reference's own loader, whose decoder needs what a bare machine lacks. Shape [1, samples]."""
    wave, found = soundfile.read(path, dtype="float32")
    if wave.ndim != 1 or found != rate:
        raise ValueError(f"{path}: wanted one channel at {rate} Hz")
    return torch.from_numpy(wave)[None]


reference.load_audio = load_clip


def build(size: str, seed: int) -> Xtts:
    """The reference model of that size, its weights drawn from the seed, on CPU, in eval mode."""
    channels, layers, heads, width, filters = SIZES[size]
    torch.manual_seed(seed)
    args = XttsArgs(
        tokenizer_file=str(HERE.parent / "data" / "xtts_vocab.json"),
        gpt_layers=layers,
        gpt_n_model_channels=channels,
        gpt_n_heads=heads,
        gpt_num_audio_tokens=1026,
        gpt_start_audio_token=1024,
        gpt_stop_audio_token=1025,
        gpt_number_text_tokens=5411,
        gpt_start_text_token=261,
        gpt_stop_text_token=0,
        gpt_use_perceiver_resampler=True,
        decoder_input_dim=channels,
    )
    config = XttsConfig(model_args=args)
    model = Xtts(config)
    if size == "tiny":
        from TTS.encoder.models.resnet import ResNetSpeakerEncoder

        decoder = HifiDecoder(decoder_input_dim=channels, upsample_initial_channel_decoder=width)
        decoder.speaker_encoder = ResNetSpeakerEncoder(
            input_dim=64,
            proj_dim=512,
            num_filters=filters,
            log_input=True,
            use_torch_spec=True,
            audio_config=decoder.speaker_encoder_audio_config,
        )
        model.hifigan_decoder = decoder
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    model.tokenizer = VoiceBpeTokenizer(args.tokenizer_file)
    generator = torch.Generator().manual_seed(seed)
    model.mel_stats = 1 + torch.rand(80, generator=generator)
    for name, buffer in model.named_buffers():  # batch-norm statistics that are not all 0 and 1
        if name.endswith("running_mean"):
            buffer.copy_(0.1 * torch.randn(buffer.shape, generator=generator))
        elif name.endswith("running_var"):
            buffer.copy_(0.5 + torch.rand(buffer.shape, generator=generator))
    model.eval()
    return model


def public_names(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The names that the published model.pth has, weight norm as weight_g and weight_v."""
    renamed = {}
    for key, value in state.items():
        if key.startswith("gpt.gpt_inference."):
            continue
        key = key.replace("parametrizations.weight.original0", "weight_g")
        key = key.replace("parametrizations.weight.original1", "weight_v")
        renamed[key] = value
    return renamed


def reference_clip(seconds: float, pitch: float, rate: int = 22050) -> np.ndarray:
    """A voice-like sweep: harmonics of a pitch that moves about `pitch` Hz under a moving envelope.

    Float32 in [-1, 1], shape [samples].
    """
    t = np.arange(int(seconds * rate)) / rate
    moving = pitch * (1 + 0.25 * np.sin(2 * math.pi * 0.7 * t))
    phase = 2 * math.pi * np.cumsum(moving) / rate
    wave = sum(np.sin(k * phase) / k for k in range(1, 20)) * (0.6 + 0.4 * np.sin(2 * math.pi * 3 * t))
    noise = np.random.default_rng(0).normal(size=t.shape) * 0.01
    wave = wave + noise
    return (0.7 * wave / np.abs(wave).max()).astype(np.float32)


def build_dvae(size: str, seed: int):
    """The reference's discrete VAE, used in training only, with its codebook's statistics filled in."""
    from TTS.tts.layers.xtts.dvae import DiscreteVAE

    width = DVAE_WIDTH[size]
    torch.manual_seed(seed + 1)
    dvae = DiscreteVAE(
        channels=80,
        normalization=None,
        positional_dims=1,
        num_tokens=1024,
        codebook_dim=width,
        hidden_dim=width,
        num_resnet_blocks=3,
        kernel_size=3,
        num_layers=2,
        use_transposed_convs=False,
    )
    return dvae.eval()


@torch.inference_mode()
def golden_dvae(dvae, mel_stats: torch.Tensor, clip: Path, folder: Path) -> torch.Tensor:
    """Audio codes of the clip as training would see them, shape [codes]."""
    from TTS.tts.layers.tortoise.arch_utils import TorchMelSpectrogram

    torch.save(mel_stats, folder / "mel_stats.pth")
    mel = TorchMelSpectrogram(mel_norm_file=str(folder / "mel_stats.pth"), sampling_rate=22050)(load_clip(clip, 22050))
    seen = dvae.encoder(
        mel
    )  # a codebook spread as the encoder's outputs are, so that the nearest code is a real choice
    dvae.codebook.embed.copy_(seen.mean((0, 2))[:, None] + seen.std((0, 2))[:, None] * dvae.codebook.embed)
    torch.save(dvae.state_dict(), folder / "dvae.pth")
    return dvae.get_codebook_indices(mel)[0]


@torch.inference_mode()
def condition(model: Xtts, clips: list[Path]) -> tuple[torch.Tensor, torch.Tensor]:
    """Conditioning latents [1, 32, channels] and speaker embedding [1, 512, 1] of clips, with XTTS-v2's lengths."""
    return model.get_conditioning_latents(
        [str(clip) for clip in clips], max_ref_length=30, gpt_cond_len=30, gpt_cond_chunk_len=4, load_sr=22050
    )


@torch.inference_mode()
def golden(model: Xtts, clips: list[Path], text: str, language: str, codes: int) -> dict[str, torch.Tensor]:
    """What the reference computes, step by step. Greedy, at most `codes` codes. The first clip is the voice."""
    latents, speaker = condition(model, clips[:1])
    short_latents, short_speaker = condition(model, clips[1:2])
    many_latents, many_speaker = condition(model, clips)
    ids = torch.tensor(model.tokenizer.encode(text.strip().lower(), lang=language)).unsqueeze(0)
    produced = model.gpt.generate(
        cond_latents=latents,
        text_inputs=ids,
        do_sample=False,
        num_beams=1,
        repetition_penalty=5.0,
        max_new_tokens=codes,
    )
    hidden = model.gpt(
        ids,
        torch.tensor([ids.shape[-1]]),
        produced,
        torch.tensor([produced.shape[-1] * 1024]),
        cond_latents=latents,
        return_latent=True,
    )
    faster = torch.nn.functional.interpolate(hidden.transpose(1, 2), scale_factor=1 / 1.3, mode="linear").transpose(
        1, 2
    )
    return {
        "text_ids": ids[0],
        "conditioning": latents[0],
        "speaker_embedding": speaker[0, :, 0],
        "codes": produced[0],
        "latents": hidden[0],
        "waveform": model.hifigan_decoder(hidden, g=speaker)[0, 0],
        "waveform_speed_1_3": model.hifigan_decoder(faster, g=speaker)[0, 0],
        "conditioning_short": short_latents[0],
        "speaker_embedding_short": short_speaker[0, :, 0],
        "conditioning_many": many_latents[0],
        "speaker_embedding_many": many_speaker[0, :, 0],
    }


def golden_training(model: Xtts, dvae: torch.nn.Module, folder: Path, language: str) -> dict[str, torch.Tensor]:
    """The reference's training loss on a batch of three rows, and what its gradient is; dropout is off.

    Padded as its data loader does: waves with silence up to the longest, of which codes are made, and texts with 0. Of
    the gradient of each parameter `probed` is kept.
    """
    from TTS.tts.layers.tortoise.arch_utils import TorchMelSpectrogram

    whole = load_clip(str(folder / "reference.wav"), 22050)[0]
    lengths = torch.tensor([end - begin for begin, end in SAID])
    waves = torch.zeros(len(SAID), 1, int(lengths.max()))
    for row, (begin, end) in enumerate(SAID):
        waves[row, 0, : end - begin] = whole[begin:end]
    lines = [line.split("\t") for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    texts = [text for found, text in lines if found == language][: len(SAID)]
    ids = [torch.tensor(model.tokenizer.encode(text.strip().lower(), lang=language)) for text in texts]
    padded = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
    heard = torch.stack([whole[begin : begin + HEARD_SAMPLES] for begin in HEARD])
    stats = str(folder / "mel_stats.pth")
    style = TorchMelSpectrogram(
        filter_length=2048, win_length=1024, sampling_rate=22050, mel_fmin=0, mel_fmax=8000, mel_norm_file=stats
    )
    with torch.no_grad():
        codes = dvae.get_codebook_indices(TorchMelSpectrogram(mel_norm_file=stats, sampling_rate=22050)(waves))
        mels = style(heard[:, None])[:, None]
    text_lengths = torch.tensor([len(row) for row in ids])
    gpt = model.gpt
    gpt.zero_grad()
    text, audio, _ = gpt(padded, text_lengths, codes, lengths, cond_mels=mels)
    loss = TEXT_WEIGHT * text + AUDIO_WEIGHT * audio
    loss.backward()
    found = {f"training.gradient.{name}": probed(one.grad) for name, one in gpt.named_parameters()}
    return found | {
        "training.texts": padded,
        "training.text_lengths": text_lengths,
        "training.codes": codes,
        "training.said": torch.tensor(SAID),
        "training.heard": torch.tensor([[begin, begin + HEARD_SAMPLES] for begin in HEARD]),
        "training.losses": torch.stack((loss, text, audio)).detach(),
    }


def probed(gradient: torch.Tensor) -> torch.Tensor:
    """A gradient in four numbers: its length, and its products with three waves, each about as long as a random one.

    What is nothing everywhere is four zeros.
    """
    flat = gradient.double().flatten()
    at = torch.arange(1, len(flat) + 1, dtype=torch.float64)
    waves = [2**0.5 * torch.sin(at * step) for step in (1.0, 2.2, 2.9)]
    return torch.stack([flat.norm(), *(wave @ flat for wave in waves)])


def golden_text(model: Xtts) -> dict[str, list[dict]]:
    """Token ids of plain sentences in every language: lower case, blanks, romanisation and language mark."""
    cases: dict[str, list[dict]] = {}
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        language, sentence = line.split("\t")
        ids = model.tokenizer.encode(sentence.strip().lower(), lang=language)
        cases.setdefault(language, []).append({"text": sentence, "ids": ids})
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="tiny")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--codes", type=int, default=40)
    parser.add_argument("--text", default=TEXT)
    parser.add_argument("--language", default="pt")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    options.out.mkdir(parents=True, exist_ok=True)
    clips = []  # the voice; one whose last piece is too short to count; one that is longer than what is used
    for name, seconds, pitch in (("reference", 7.0, 120), ("reference_short", 4.2, 210), ("reference_long", 31.0, 85)):
        clips.append(options.out / f"{name}.wav")
        soundfile.write(clips[-1], reference_clip(seconds, pitch), 22050, subtype="PCM_16")
    clip = clips[0]
    model = build(options.size, options.seed)
    values = golden(model, clips, options.text, options.language, options.codes)
    dvae = build_dvae(options.size, options.seed)
    values["dvae_codes"] = golden_dvae(dvae, model.mel_stats, clip, options.out)
    values |= golden_training(model, dvae, options.out, options.language)
    # the published file carries its configuration as a pickled object, so this one does too
    torch.save({"model": public_names(model.state_dict()), "config": model.config}, options.out / "model.pth")
    (options.out / "text.json").write_text(
        json.dumps(golden_text(model), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    *_, width, filters = SIZES[options.size]
    config = {
        "model_args": {
            **{key: value for key, value in model.args.to_dict().items() if key != "tokenizer_file"},
            "vocoder_width": width,
            "speaker_filters": filters,
            "dvae_width": DVAE_WIDTH[options.size],
        },
        "languages": list(model.config.languages),
        "golden": {"text": options.text, "language": options.language, "seed": options.seed},
    }
    (options.out / "config.json").write_text(json.dumps(config, indent=1))
    shutil.copy(HERE.parent / "data" / "xtts_vocab.json", options.out / "vocab.json")
    save_file({key: value.contiguous().clone() for key, value in values.items()}, options.out / "golden.safetensors")
    for key, value in values.items():
        if not key.startswith("training.gradient."):
            print(f"{key:24} {tuple(value.shape)} {value.float().abs().mean():.5f}")


if __name__ == "__main__":
    main()
