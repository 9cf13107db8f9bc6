"""`timbre VERB …`: finds the verb, imports its module then only, and turns what goes wrong into a sentence."""

import importlib
import os
import sys

from timbre import __version__

VERBS = {
    "serve": "run the engine, the API and the page",
    "say": "speak a text into a file, a pipe or the loudspeaker",
    "read": "read a book, notes or subtitles aloud, into a file with chapters",
    "jobs": "speak texts as jobs: submit, follow, fetch, pause and cancel them",
    "voices": "list, add, mix, hear, rename and remove voices",
    "dataset": "prepare recordings of a person for fine-tuning",
    "train": "fine-tune models on datasets, and make checkpoints voices and models",
    "text": "tell what will be read, before it is spoken",
    "pronunciations": "keep how words are to be read that nobody would guess",
    "profiles": "list, make, change, copy and choose named ways of reading",
    "keys": "make, list, change and revoke API keys",
    "models": "list, install, load and verify models",
    "admin": "tell how the service is, clean up, show the log",
    "watermark": "look for the mark of speech that was made here",
    "doctor": "say what is missing on this machine, and how to get it",
    "api": "run the API and the page alone",
    "engine": "run the engine alone",
    "worker": "do the jobs alone",
    "run": "do one job of long work; workers start this",
    "wyoming": "speak for Home Assistant over the Wyoming protocol",
}

PRIVATE = {"serve", "profiles", "text", "pronunciations", "keys", "api", "engine", "worker", "run", "wyoming"}
"""Those that write for the service alone: what they make is for its own user's eyes only."""


def main(argv: list[str] | None = None) -> int:
    """Runs a verb. Returns the exit code: 0, 1 when it could not be done, 2 when it was asked for wrongly."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if words else 2
    if words[0] in ("-V", "--version"):
        print(f"timbre {__version__}")
        return 0
    if words[0] not in VERBS:
        print(f"timbre: there is no '{words[0]}'; it can be: {', '.join(VERBS)}", file=sys.stderr)
        return 2
    return _done(words[0], words[1:])


def usage() -> str:
    """What `timbre --help` prints."""
    lines = [f"  {verb:16}{about}" for verb, about in VERBS.items()]
    return "\n".join(
        [
            "usage: timbre VERB …",
            "",
            "A voice service of your own: text in, speech out, in a voice you cloned.",
            "",
            *lines,
            "",
            "timbre VERB --help tells more. Settings come from the environment (TIMBRE_…) or a .env file.",
        ]
    )


def _done(verb: str, words: list[str]) -> int:
    """Runs a verb and says in one sentence what went wrong. A fault in Timbre itself keeps its traceback."""
    from timbre.errors import TimbreError

    if verb in PRIVATE:
        os.umask(0o077)
    try:
        module = importlib.import_module(f"timbre.cli.{verb}")
        return int(module.main(words))
    except TimbreError as fault:
        print(f"timbre: {fault}\n{fault.advice}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read our output has gone: `timbre voices list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except OSError as fault:
        where = f" ({fault.filename})" if fault.filename else ""
        print(f"timbre: {fault.strerror or fault}{where}.", file=sys.stderr)
        return 1
    except Exception as fault:
        if (words_of := _settings_fault(fault)) is None:
            raise
        print(f"timbre: {words_of}", file=sys.stderr)
        return 2


def _settings_fault(fault: Exception) -> str | None:
    """A setting that cannot be read, as a sentence; None for any other fault."""
    from pydantic import ValidationError

    if not isinstance(fault, ValidationError) or fault.title != "Settings":
        return None
    first = fault.errors()[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    return f"the setting TIMBRE_{name} cannot be {first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}."
