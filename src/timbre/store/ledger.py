"""What an archive may hold: each of its entries is entered here before it is unpacked, and each byte when it is."""

import re
import unicodedata
from dataclasses import dataclass

from timbre.errors import ArchiveTooLarge, BadArchive
from timbre.settings import Settings
from timbre.store.room import size

DEEPEST = 16
LONGEST_NAME = 255  # bytes of one part of a path, as on most disks
SMALL = 10_000_000
"""Bytes below which nobody minds how much an archive grows."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may come out of an archive."""

    files: int
    bytes: int
    ratio: int
    reserve: int = 0  # bytes that stay free on the disk

    @classmethod
    def of(cls, chosen: Settings) -> "Bounds":
        return cls(
            chosen.archive_files,
            chosen.archive_mb * 1_000_000,
            chosen.archive_ratio,
            chosen.disk_reserve_mb * 1_000_000,
        )


class Ledger:
    """The counts of one archive. Its methods raise errors.BadArchive and ArchiveTooLarge."""

    def __init__(self, shown: str, bounds: Bounds, packed: int) -> None:
        """packed: bytes of the archive itself."""
        self.shown, self.bounds = shown, bounds
        self.told = 0  # bytes that its files have, as it says
        self._most = min(bounds.bytes, max(bounds.ratio * packed, SMALL))
        self._entries = self._bytes = 0
        self._seen: set[str] = set()

    def enter(self, name: str, size: int, is_folder: bool = False) -> str:
        """Takes note of an entry. Returns its name as a relative path without detours."""
        self._entries += 1
        if self._entries > self.bounds.files:
            raise ArchiveTooLarge(file=self.shown, reason=f"it holds more than {self.bounds.files} files and folders")
        self.told += size
        self._check(self.told)
        plain = self._plain(name)
        if is_folder:
            return plain
        if not plain:
            raise self.bad("it holds a file without a name")
        key = unicodedata.normalize("NFC", plain).casefold()  # as disks compare names that know no case
        if key in self._seen:
            raise self.bad(f"it holds {quoted(plain)} twice")
        self._seen.add(key)
        return plain

    def count(self, written: int) -> None:
        """Counts bytes that came out of it, whatever its headers said."""
        self._bytes += written
        self._check(self._bytes)

    def bad(self, reason: str) -> BadArchive:
        return BadArchive(file=self.shown, reason=reason)

    def damaged(self) -> BadArchive:
        return self.bad("it is damaged, or not complete")

    def _check(self, total: int) -> None:
        if total <= self._most:
            return
        if total > self.bounds.bytes:
            raise ArchiveTooLarge(file=self.shown, reason=f"it holds more than {size(self.bounds.bytes)}")
        raise ArchiveTooLarge(file=self.shown, reason=f"it would grow to more than {self.bounds.ratio} times its size")

    def _plain(self, name: str) -> str:
        path = name.replace("\\", "/")
        if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in path):  # control signs, bytes that are no text
            raise self.bad(f"it holds {quoted(name)}, a name with signs that cannot be seen")
        if path.startswith("/") or re.match(r"[A-Za-z]:", path):
            raise self.bad(f"it holds {quoted(name)}, which begins at the root of a disk")
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if ".." in parts:
            raise self.bad(f"it holds {quoted(name)}, which leads out of it")
        if len(parts) > DEEPEST:
            raise self.bad(f"its folders lie more than {DEEPEST} deep")
        if any(len(part.encode(errors="replace")) > LONGEST_NAME for part in parts):
            raise self.bad(f"it holds {quoted(name)}, a name of more than {LONGEST_NAME} bytes")
        return "/".join(parts)


def quoted(name: str) -> str:
    """A name in a sentence: what cannot be seen is a question mark, what is too long is cut."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return f"'{plain[:59]}…'" if len(plain) > 60 else f"'{plain}'"
