"""What can be wrong with a book that is to be read aloud."""

from timbre.errors.base import TimbreError


class NotABook(TimbreError):
    code, status = "not_a_book", 422
    message = "{file} cannot be read aloud: {reason}."
    hint = "EPUB, Markdown (.md), subtitles (.srt, .vtt) and plain text in UTF-8 can."


class BadBook(TimbreError):
    code, status = "bad_book", 422
    message = "{file} cannot be read: {reason}."
    hint = "Get the file anew, or open it in an editor for such files and save it again."


class LockedBook(TimbreError):
    code, status = "locked_book", 422
    message = "{file} is locked by its seller (DRM), so that its text cannot be read."
    hint = "Only an EPUB without such protection can be read aloud."


class EmptyBook(TimbreError):
    code, status = "empty_book", 422
    message = "There is nothing in {file} that can be read aloud."
    hint = "Pictures, tables and code are not read; a book that was scanned has no text in it."


class BookTooLong(TimbreError):
    code, status = "book_too_long", 422
    message = "{file} holds more than {limit} MB of text."
    hint = "Cut it into parts. TIMBRE_BOOK_MB sets the limit."


class UnknownChapters(TimbreError):
    code, status = "unknown_chapters", 422
    message = "'{chapters}' names no chapters of this book, which has {count}."
    hint = "Write them as 2, 2-5 or 1,4-6. timbre read FILE --list shows them."


class BookInHand(TimbreError):
    code, status = "book_in_hand", 409
    message = "Another timbre read is writing {path}."
    hint = "Wait for it, or write to another file."


class NotABookFormat(TimbreError):
    code, status = "not_a_book_format", 422
    message = "A book cannot be written as '{format}'."
    hint = "Choose one of: {known}; or name a folder, which gets a file a chapter."
