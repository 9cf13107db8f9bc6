"""What can be wrong with a text."""

from timbre.errors.base import TimbreError


class EmptyText(TimbreError):
    code, status = "empty_text", 422
    message = "The text has nothing that can be read aloud."
    hint = "Send at least one word or number."


class TextTooLong(TimbreError):
    code, status = "text_too_long", 422
    message = "The text has {length} characters; at most {limit} are read at once."
    hint = "Send it in parts."


class UnknownLanguage(TimbreError):
    code, status = "unknown_language", 422
    message = "There is no language '{language}'."
    hint = "Choose one of: {known}."


class LanguageNotSpoken(TimbreError):
    code, status = "language_not_spoken", 422
    message = "The model {model} does not speak {language}."
    hint = "{advice}"


class MissingExtra(TimbreError):
    code, status = "missing_extra", 501
    message = "{what} needs a package that is not installed."
    hint = "Install it with: pip install 'timbre-tts[{extra}]'"


class BadPronunciation(TimbreError):
    code, status = "bad_pronunciation", 422
    message = "The pronunciation cannot be kept: {reason}."
    hint = "Name the word as it is written, and how it is to be read in its place."


class UnknownPronunciation(TimbreError):
    code, status = "unknown_pronunciation", 404
    message = "There is no pronunciation '{pronunciation}'."
    hint = "timbre pronunciations list, or GET /pronunciations, shows what there is."


class PronunciationTaken(TimbreError):
    code, status = "pronunciation_taken", 409
    message = "How '{written}' is read is said already."
    hint = "Change that entry, or delete it."


class TooManyPronunciations(TimbreError):
    code, status = "too_many_pronunciations", 409
    message = "There are {most} pronunciations already, and more are not kept."
    hint = "Delete some that nobody needs."


class BadScript(TimbreError):
    code, status = "bad_script", 422
    message = "Line {line}, column {column}: {reason}."
    hint = "Mend it there, or send the text with markup 'none' to have it read as it stands."
    shown = ("line", "column")
