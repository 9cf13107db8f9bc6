"""Files that came in: kept on disk under names of ours."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from fastapi import UploadFile


async def kept(files: Sequence[UploadFile], folder: Path) -> list[tuple[str, Path]]:
    """Each file's name, for people to read, and where it lies. The name never becomes part of a path."""
    clips = []
    for number, file in enumerate(files):
        path = folder / str(number)
        await asyncio.to_thread(_copy, file, path)
        clips.append((Path(file.filename or "").name or f"file {number + 1}", path))
    return clips


def _copy(file: UploadFile, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)
