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
