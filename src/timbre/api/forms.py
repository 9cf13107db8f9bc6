"""A form with files, as it comes in: words are kept in memory, files go to disk under names of ours."""

import contextlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile

from timbre.api.errors import InvalidRequest

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FILES, MOST_WORDS = 100, 100
LONGEST_WORD = 100_000  # bytes
LONGEST_HEADERS = 8_192


class Form:
    """What a multipart body says so far. `write` takes a chunk of it, and blocks; `end` gives the whole form."""

    def __init__(self, content_type: str | None, folder: Path) -> None:
        """Raises errors.InvalidRequest where the content type names no boundary."""
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise _wrong("its content type names no boundary")
        self._folder = folder
        self._items: list[tuple[str, str | UploadFile]] = []
        self._files: list[IO[bytes]] = []
        self._words = 0
        self._header, self._value, self._size = b"", b"", 0
        self._headers: dict[bytes, bytes] = {}
        self._name, self._word, self._file = "", bytearray(), None
        self._whole = False
        try:
            self._parser = MultipartParser(boundary, self._callbacks())
        except FormParserError:
            raise _wrong("its boundary is too long") from None

    _file: IO[bytes] | None

    def write(self, chunk: bytes) -> None:
        """Raises errors.InvalidRequest, OSError."""
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise _wrong("it is not a form that can be read") from None

    def end(self) -> FormData:
        """The fields, each file closed for writing and open for reading. Raises errors.InvalidRequest."""
        if not self._whole:
            raise _wrong("it ended too early")
        return FormData(self._items)

    def close(self) -> None:
        """Closes what is open."""
        for file in self._files:
            with contextlib.suppress(OSError):  # a full disk says so once more
                file.close()

    def _callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header,
            "on_header_value": self._on_value,
            "on_header_end": self._header_ended,
            "on_headers_finished": self._headers_ended,
            "on_part_data": self._on_data,
            "on_part_end": self._part_ended,
            "on_end": self._ended,
        }

    def _begin(self) -> None:
        self._headers, self._size = {}, 0
        self._word, self._file = bytearray(), None

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._header += self._counted(data[start:end])

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += self._counted(data[start:end])

    def _counted(self, part: bytes) -> bytes:
        self._size += len(part)
        if self._size > LONGEST_HEADERS:
            raise _wrong("the headers of a field are too long")
        return part

    def _header_ended(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _headers_ended(self) -> None:
        options = parse_options_header(self._headers.get(b"content-disposition"))[1]
        if b"name" not in options:
            raise _wrong("a field has no name")
        self._name = _text(options[b"name"])
        if b"filename" not in options:
            self._words += 1
            if self._words > MOST_WORDS:
                raise _wrong(f"it has more than {MOST_WORDS} fields")
            return
        if len(self._files) >= MOST_FILES:
            raise _wrong(f"it has more than {MOST_FILES} files")
        path = self._folder / str(len(self._files))
        self._file = path.open("w+b")
        self._files.append(self._file)
        kind = {"content-type": _text(self._headers.get(b"content-type", b""))}
        upload = UploadFile(self._file, size=0, filename=_text(options[b"filename"]), headers=Headers(kind))
        self._items.append((self._name, upload))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._word += data[start:end]
        if len(self._word) > LONGEST_WORD:
            raise _wrong(f"its field {self._name!r} has more than {LONGEST_WORD} bytes")

    def _part_ended(self) -> None:
        if self._file is None:
            self._items.append((self._name, _text(bytes(self._word))))
            return
        self._file.flush()
        upload = self._items[-1][1]
        assert isinstance(upload, UploadFile)
        upload.size = self._file.tell()
        self._file.seek(0)

    def _ended(self) -> None:
        self._whole = True


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _wrong(problem: str) -> InvalidRequest:
    return InvalidRequest(field="The body", problem=problem)
