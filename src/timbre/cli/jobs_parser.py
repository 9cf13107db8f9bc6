"""What can be asked of `timbre jobs`."""

import argparse
from pathlib import Path

from timbre.cli.remote import where
from timbre.cli.scripts import script_arguments
from timbre.jobs.states import Status

EXITS = """exit codes: 0 done; 1 it could not be done, or the job failed or was cancelled; 2 wrong use; 130 Ctrl+C, and
a job that was submitted goes on."""

FORMATS = "wav, mp3, ogg, flac, m4a, opus"


def parser() -> argparse.ArgumentParser:
    """Its verbs. `verb` of what it parses is one of them."""
    made = argparse.ArgumentParser(
        prog="timbre jobs", description="Texts that are spoken while nobody waits.", epilog=EXITS
    )
    verbs = made.add_subparsers(
        dest="verb", required=True, metavar="submit|list|show|watch|download|subtitles|cancel|pause|resume|delete|batch"
    )
    service, json = where(), argparse.ArgumentParser(add_help=False)
    json.add_argument("--json", action="store_true", help="print the API's own JSON")
    _submit(verbs.add_parser("submit", parents=[service, json], help="make a job of a text", epilog=EXITS))
    _batch(verbs.add_parser("batch", parents=[service, json], help="make a job of each line of a file", epilog=EXITS))
    listing = verbs.add_parser("list", parents=[service, json], help="your jobs, the newest first")
    listing.add_argument("--status", choices=[status.value for status in Status], help="only those in this state")
    listing.add_argument("--search", metavar="WORDS", help="only those with these words in text, name or voice")
    listing.add_argument("--batch", metavar="ID", help="only those of a batch")
    listing.add_argument("--limit", type=_number, default=50, metavar="N", help="how many at most (default: 50)")
    showing = verbs.add_parser("show", parents=[service, json], help="all that is known of a job or a batch")
    showing.add_argument("id", metavar="ID")
    watching = verbs.add_parser(
        "watch", parents=[service, json], help="follow a job or a batch to its end", epilog=EXITS
    )
    watching.add_argument("id", metavar="ID")
    fetching = verbs.add_parser("download", parents=[service], help="fetch a job's audio, or a batch's archive")
    fetching.add_argument("id", metavar="ID")
    fetching.add_argument("-o", "--output", metavar="FILE", help="file or folder; - for a pipe")
    fetching.add_argument("--format", help=f"{FORMATS}; without it by the file's ending, else as was asked for")
    timing = verbs.add_parser("subtitles", parents=[service], help="fetch when a job's words are said")
    timing.add_argument("id", metavar="ID")
    timing.add_argument("-o", "--output", metavar="FILE", help="file or folder; - for a pipe")
    timing.add_argument("--format", help="srt, vtt, json; without it by the file's ending, else srt")
    for verb, about in {
        "cancel": "stop jobs that have not ended",
        "pause": "put jobs aside",
        "resume": "let paused jobs go on",
        "delete": "delete jobs with their audio",
    }.items():
        verbs.add_parser(verb, parents=[service], help=about).add_argument("ids", metavar="ID", nargs="+")
    return made


def _submit(made: argparse.ArgumentParser) -> None:
    what = made.add_mutually_exclusive_group(required=True)
    what.add_argument("text", nargs="?", metavar="TEXT", help="what to say; - reads it from standard input")
    what.add_argument("--file", type=Path, metavar="FILE", help="a text file to say")
    _manner(made)
    made.add_argument("--model", help="model that speaks; without it the loaded one")
    made.add_argument("--seed", type=int, help="the same seed gives the same audio")
    made.add_argument("--speed", type=float, help="1 is the voice's own pace")
    made.add_argument("--temperature", type=float, help="lower reads more evenly")
    made.add_argument("--top-k", type=int, help="sounds to choose from at each step")
    made.add_argument("--top-p", type=float, help="share of likelihood to choose from at each step")
    made.add_argument("--repetition-penalty", type=float, help="how much what was said already is avoided")
    script_arguments(made)
    made.add_argument("--word-times", action="store_true", help="keep when each word is said, for its subtitles")
    made.add_argument("--wait", action="store_true", help="follow it to its end")
    made.add_argument("-o", "--output", metavar="FILE", help="wait, and write its audio here; - for a pipe")


def _batch(made: argparse.ArgumentParser) -> None:
    made.add_argument("file", type=Path, metavar="FILE", help="CSV with a column text, or a text file, a text a line")
    _manner(made)
    made.add_argument("--wait", action="store_true", help="follow them to their end")
    made.add_argument("--zip", metavar="FILE", help="wait, and write all their audio into one archive; - for a pipe")


def _manner(made: argparse.ArgumentParser) -> None:
    made.add_argument("--voice", help="who speaks: an id of `timbre voices list`")
    made.add_argument("--language", help="language of the text; without it the voice's own")
    made.add_argument("--format", help=f"{FORMATS} (default: wav, or by the file's ending)")
    made.add_argument("--profile", help="how to read: one of `timbre profiles list`")
    made.add_argument("--name", help="what to call it; its file is named so")
    made.add_argument("--once", metavar="WORD", help="sent again with the same word, it makes nothing a second time")


def _number(word: str) -> int:
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"'{word}' is no number above zero")
    return int(word)
