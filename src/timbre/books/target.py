"""Where a reading goes: a file, or a folder with a file a chapter, each of them whole or not there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from timbre.books.binding import Binding, bind, check_format
from timbre.books.book import Book
from timbre.books.narrator import Narrator
from timbre.books.reading import Part, Told, sound_of
from timbre.books.work import Work
from timbre.errors import CannotWrite


@dataclass(frozen=True, slots=True)
class Target:
    """Where it goes: a file, or a folder that gets a file a chapter."""

    path: Path
    format: str
    is_folder: bool

    @classmethod
    def of(cls, output: str, format: str | None) -> "Target":
        """Raises errors.NotABookFormat, CannotWrite."""
        path = Path(output)
        is_folder = output.endswith("/") or path.is_dir()
        if not path.name or not path.parent.is_dir():
            raise CannotWrite(path=output, reason="there is no such folder" if path.name else "it has no name")
        return cls(path, check_format(format or ("mp3" if is_folder else path.suffix or path.name)), is_folder)

    def write(self, work: Work, book: Book, parts: Sequence[Part], narrator: Narrator, told: Told) -> None:
        """The whole book. told: of its samples."""
        marks, at = list[tuple[int, str]](), 0
        for part in parts:
            marks.append((at, part.title))
            at += part.length(work)
        tags = {"title": book.title, "album": book.title} | _by(book)
        binding = Binding(tags, marks if len(marks) > 1 else (), at, book.cover)
        self._write(self.path, work, parts, narrator, binding, told)

    def write_chapter(self, work: Work, book: Book, number: int, part: Part, narrator: Narrator) -> None:
        """One chapter, in the folder."""
        self.path.mkdir(exist_ok=True)
        digits = max(2, len(str(len(book.chapters))))
        name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', " ", part.title)
        name = " ".join(name.split()).strip(". ").encode()[:100].decode(errors="ignore").strip()
        tags = {"title": part.title, "album": book.title, "track": f"{number}/{len(book.chapters)}"} | _by(book)
        path = self.path / f"{f'{number:0{digits}} {name}'.strip()}.{self.format}"
        self._write(path, work, [part], narrator, Binding(tags, cover=book.cover))

    def _write(
        self,
        path: Path,
        work: Work,
        parts: Sequence[Part],
        narrator: Narrator,
        binding: Binding,
        told: Told = lambda *_: None,
    ) -> None:
        partial = work.new_file(path)
        try:
            whole = replace(binding, tags={**binding.tags, **narrator.tags})
            bind(partial, self.format, narrator.marked(sound_of(parts, work, told)), whole)
            try:
                partial.replace(path)
            except OSError as fault:
                raise CannotWrite(path=path, reason=(fault.strerror or str(fault)).lower()) from None
        finally:
            partial.unlink(missing_ok=True)


def _by(book: Book) -> dict[str, str]:
    told = {"genre": "Audiobook"}
    return told | ({"artist": book.author, "album_artist": book.author} if book.author else {})
