"""What comes in as recordings: files, archives of them, folders of this machine; each with its text where one came."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from timbre.audio.sniff import HEAD, demuxers
from timbre.datasets import ljspeech_import
from timbre.errors import BadSheet, FolderRefused, NoRecordings, NotAudio, SourceTooLarge
from timbre.settings import Settings
from timbre.store.archives import is_archive, unpack
from timbre.store.names import shown_name

MOST_FILES = 20_000
"""Recordings of one folder."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recording that came in: what to call it, where it lies, and what is said in it."""

    name: str
    path: Path
    text: str | None = None

    @property
    def kind(self) -> str:
        return "upload" if self.text is None else "ljspeech"


def taken(files: Sequence[tuple[str, Path]], folder: Path, chosen: Settings) -> list[Found]:
    """The recordings in files that somebody sent, each with its name; archives are unpacked into `folder`.

    Of an archive what is no recording is passed over; a single file that is none is refused. All are taken or none.
    Raises errors.NotAudio, NoRecordings, BadSheet, SourceTooLarge, BadArchive, ArchiveTooLarge, NoRoom.
    """
    found: list[Found] = []
    loose: list[tuple[str, Path]] = []
    for number, (name, path) in enumerate(files):
        _check_size(name, path, chosen)
        if is_archive(path):
            inside = unpack(path, folder / f"unpacked-{number}", name)
            found += _of_group(list(inside.items()), name)
        else:
            loose.append((name, path))
    sheets = [name for name, path in loose if ljspeech_import.is_sheet(name) and not is_recording(path)]
    for name, path in loose:
        if name not in sheets and not is_recording(path):
            raise NotAudio(file=name)
    if loose:
        found += _of_group(loose, sheets[0] if sheets else loose[0][0])
    return found


def in_folder(folder: str, chosen: Settings) -> list[Found]:
    """The recordings of a folder of this machine, which has to lie below one of those that the settings name.

    Nothing outside it is taken, wherever a link in it leads. Raises errors.FolderRefused, NoRecordings, BadSheet.
    """
    shown = ascii(folder[:80])[1:-1]
    roots = [Path(name.strip()).resolve() for name in chosen.source_folders.split(",") if name.strip()]
    if not roots:
        raise FolderRefused(folder=shown, reason="the settings name no folder that may be")
    try:
        path = Path(folder).resolve()
        if not any(path.is_relative_to(root) for root in roots) or not path.is_dir():
            raise FolderRefused(folder=shown, reason="it is no folder below one that may be")
        files = []
        for place in sorted(path.rglob("*")):
            if place.is_file() and place.resolve().is_relative_to(path):
                files.append((place.relative_to(path).as_posix(), place))
            if len(files) > MOST_FILES:
                raise FolderRefused(folder=shown, reason=f"it holds more than {MOST_FILES} files")
    except (OSError, ValueError, RuntimeError):
        raise FolderRefused(folder=shown, reason="it cannot be read") from None
    return _of_group(files, path.name or shown)


def allowed(path: Path, chosen: Settings) -> bool:
    """Whether a file still lies where it may be taken from."""
    roots = [Path(name.strip()).resolve() for name in chosen.source_folders.split(",") if name.strip()]
    with contextlib.suppress(OSError, RuntimeError):
        return any(path.resolve().is_relative_to(root) for root in roots)
    return False


def is_recording(path: Path) -> bool:
    """Whether a file begins as audio or video does."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return demuxers(file.read(HEAD)) is not None
    return False


def _of_group(files: Sequence[tuple[str, Path]], shown: str) -> list[Found]:
    """What lies together: recordings, and sheets that tell of them. Raises errors.NoRecordings, BadSheet."""
    recordings = [(name, path) for name, path in files if not _is_hidden(name) and is_recording(path)]
    if not recordings:
        raise NoRecordings(file=shown)
    names = {ljspeech_import.stem(name) for name, _ in recordings}
    texts: dict[str, str] = {}
    for name, path in files:
        if not ljspeech_import.is_sheet(name) or _is_hidden(name) or is_recording(path):
            continue
        last = shown_name(name, "The sheet")
        try:
            texts |= {key: text for key, text in ljspeech_import.texts(path, last).items() if key in names}
        except BadSheet:
            if last.lower() == "metadata.csv":  # any other may be about anything
                raise
    return [
        Found(shown_name(name, "A recording"), path, texts.get(ljspeech_import.stem(name))) for name, path in recordings
    ]


def _is_hidden(name: str) -> bool:
    """Whether some system left it there, and no person."""
    parts = name.split("/")
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _check_size(name: str, path: Path, chosen: Settings) -> None:
    if path.stat().st_size > chosen.source_mb * 1_000_000:
        raise SourceTooLarge(file=name, megabytes=chosen.source_mb)
