"""Checkpoints put to use by `timbre train`: promoted, demoted, exported, heard, compared, and taken in."""

import argparse
import sys
from pathlib import Path
from typing import Any

from timbre.cli.fetch import check_folder, fetch
from timbre.cli.following import Progress, check_done, follow
from timbre.cli.remote import Server, where
from timbre.cli.told import agrees, print_table
from timbre.errors import BadVoice

VERBS = {
    "promote": "make a checkpoint a voice, or a model",
    "demote": "undo that: what was there before comes back",
    "promotions": "the checkpoints that are voices or models",
    "export": "fetch a checkpoint for other programs: merged, or the adapter alone",
    "hear": "let a checkpoint say a text",
    "ab": "let a checkpoint and its base model say the same text",
    "take-in": "take in a checkpoint that was made elsewhere",
}
"""What `timbre train` can do here, each with what it does."""

UPLOAD_S = 3600.0


def main(argv: list[str]) -> int:
    """Does one of VERBS. Raises what a server raises."""
    asked = parser().parse_args(argv)
    return int(asked.does(Server.of(asked), asked))


def promote(server: Server, asked: argparse.Namespace) -> int:
    """Makes a checkpoint a voice at once, or a model by a job that is followed. Prints the voice's id or the name."""
    path = f"/training/checkpoints/{asked.checkpoint}/promote"
    body = _given(
        kind="model" if asked.model else "voice",
        name=asked.model or asked.name,
        person=asked.name if asked.model else None,
        language=asked.language,
        voice_id=asked.voice,
        clips_of=asked.clips_of,
        consent=asked.consent or (None if asked.model or asked.voice else _consent(asked.name or "the person")),
    )
    made = server.ask("POST", path, json=body)
    if "job" in made:
        found = _followed(server, made["job"])
        print(found["result"]["model"])
        print(f"Load it with: timbre models load {found['result']['model']}", file=sys.stderr)
    else:
        print(made["voice"]["id"])
        print(f'Hear it with: timbre say "…" --voice {made["voice"]["id"]}', file=sys.stderr)
    return 0


def demote(server: Server, asked: argparse.Namespace) -> int:
    """Undoes a promotion."""
    path = f"/training/checkpoints/{asked.checkpoint}/demote"
    found = server.ask("POST", path, json=_given(target=asked.target))
    print(f"{found['target']} is {'what it was before' if found['replaces'] else 'gone'}.")
    return 0


def promotions(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a promotion that stands."""
    items = server.ask("GET", "/training/promotions")["items"]
    rows = [[one["checkpoint_id"], one["kind"], one["target"], one["created_at"]] for one in items]
    print_table(rows) if rows else print("None is promoted.", file=sys.stderr)
    return 0


def export(server: Server, asked: argparse.Namespace) -> int:
    """Fetches an archive."""
    check_folder(asked.output)
    path = f"/training/checkpoints/{asked.checkpoint}/export"
    job = server.ask("POST", path, json={"form": "adapter" if asked.adapter else "model"})
    found = _followed(server, job)
    place = fetch(server, found["result"]["url"], asked.output)
    if place is not None:
        print(place)
    return 0


def hear(server: Server, asked: argparse.Namespace) -> int:
    """Brings what a checkpoint says to a file."""
    check_folder(asked.output)
    body = _said(asked) | {"format": Path(asked.output).suffix[1:].lower() or "wav"}
    path = "/training/inference/synthesize"
    with server.answer("POST", path, json=body, timeout=UPLOAD_S) as answer:
        data, is_job = answer.read(), answer.status_code == 202
        job = answer.json() if is_job else {}
    if is_job:
        found = _followed(server, job)
        fetch(server, found["result"]["url"], str(Path(asked.output).with_suffix(".flac")))
        print(Path(asked.output).with_suffix(".flac"))
    else:
        Path(asked.output).write_bytes(data)
        print(asked.output)
    return 0


def ab(server: Server, asked: argparse.Namespace) -> int:
    """Prints both takes' figures; with -o their sound goes into a folder."""
    job = server.ask("POST", "/training/inference/ab-test", json=_said(asked))
    found = _followed(server, job)["result"]
    rows = [["", "similarity", "word errors", "seconds", "heard"]]
    for name in ("base", "tuned"):
        one = found[name]
        errors = f"{one['word_error_rate']:.1%}" if "word_error_rate" in one else ""
        rows.append([name, f"{one['similarity']:.3f}", errors, f"{one['seconds']:.1f}", one.get("heard", "")])
    print_table(rows)
    if "heard" not in found["base"]:
        print("There is no recogniser here, so no word errors.", file=sys.stderr)
    if asked.output:
        for name in ("base", "tuned"):
            print(fetch(server, found[name]["url"], str(Path(asked.output) / f"{name}.flac")))
    return 0


def take_in(server: Server, asked: argparse.Namespace) -> int:
    """Sends a file, and prints the checkpoint's id once it was read."""
    data = _given(name=asked.name, base=asked.base, alpha=asked.alpha)
    with asked.file.open("rb") as file:
        sent = {"file": (asked.file.name, file)}
        job = server.ask("POST", "/training/checkpoints", files=sent, data=data, timeout=UPLOAD_S)
    found = _followed(server, job)["result"]
    print(found["checkpoint"])
    kind = "an adapter" if found["kind"] == "adapter" else "a whole model"
    print(f"It is {kind} of {found['model']}.", file=sys.stderr)
    return 0


def parser() -> argparse.ArgumentParser:
    """All of VERBS."""
    made = argparse.ArgumentParser(prog="timbre train", description="Checkpoints put to use.")
    verbs = made.add_subparsers(required=True, metavar="|".join(VERBS))
    service = where()

    def verb(name: str, does: Any, checkpoint: bool = True) -> argparse.ArgumentParser:
        one = verbs.add_parser(name, parents=[service], help=VERBS[name])
        one.set_defaults(does=does)
        if checkpoint:
            one.add_argument("checkpoint", metavar="CHECKPOINT", help="an id of `timbre train checkpoints`")
        return one

    promoting = verb("promote", promote)
    promoting.add_argument("--name", help="of the new voice; with --model, of its built-in voice")
    promoting.add_argument("--model", metavar="NAME", help="make a model of that name instead of a voice")
    promoting.add_argument("--voice", metavar="ID", help="take the place of this voice, which is kept")
    promoting.add_argument("--consent", help="what the person agreed to; asked for where it is left out")
    promoting.add_argument("--language", help="what it speaks; else what it learnt from")
    _clips(promoting)
    demoting = verb("demote", demote)
    demoting.add_argument("--target", metavar="VOICE|MODEL", help="which, where it is several; else the last one")
    verb("promotions", promotions, checkpoint=False)
    exporting = verb("export", export)
    exporting.add_argument("--adapter", action="store_true", help="the adapter alone, as the package peft reads it")
    exporting.add_argument("-o", "--output", metavar="FILE", help="file or folder; - for a pipe")
    hearing = verb("hear", hear)
    _text(hearing)
    hearing.add_argument("-o", "--output", metavar="FILE", required=True, help="file; its ending says the format")
    comparing = verb("ab", ab)
    _text(comparing)
    comparing.add_argument("-o", "--output", metavar="FOLDER", help="where base.flac and tuned.flac go")
    taking = verb("take-in", take_in, checkpoint=False)
    taking.add_argument("file", type=Path, help=".safetensors, .pth or .pt; read as data, nothing in it is run")
    taking.add_argument("--name", help="what to call it; else as the file")
    taking.add_argument("--base", metavar="MODEL", help="the model that it began with; else the service's own")
    taking.add_argument("--alpha", type=float, help="of an adapter that does not tell it: its lora_alpha")
    return made


def _text(one: argparse.ArgumentParser) -> None:
    one.add_argument("text")
    one.add_argument("--language", help="what it is read as; else what the checkpoint learnt from")
    one.add_argument("--seed", type=int, help="the same one says the same again")
    _clips(one)


def _clips(one: argparse.ArgumentParser) -> None:
    one.add_argument("--clips-of", metavar="VOICE", help="a cloned voice to speak after; else what it learnt from")


def _said(asked: argparse.Namespace) -> dict[str, Any]:
    return _given(
        checkpoint_id=asked.checkpoint,
        text=asked.text,
        language=asked.language,
        seed=asked.seed,
        clips_of=asked.clips_of,
    )


def _consent(name: str) -> str:
    """Raises errors.BadVoice where nobody is there, or does not agree."""
    if not agrees(f"Has {name} agreed that this voice is made of their recordings?"):
        raise BadVoice(reason="it has no consent; say it with --consent")
    return f"Said on the command line: {name} has agreed."


def _followed(server: Server, job: dict[str, Any]) -> dict[str, Any]:
    """A job once it is completed. Raises errors.JobFailed."""
    found = follow(server, job["id"], Progress())
    check_done(found)
    return found


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
