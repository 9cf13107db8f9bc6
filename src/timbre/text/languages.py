"""The seventeen languages of XTTS: one table, and the way from any tag that a user may write to a row of it."""

from dataclasses import dataclass

from timbre import errors


@dataclass(frozen=True, slots=True)
class Language:
    """A language: XTTS's code for it, its names, and how many characters its model reads well at once."""

    code: str
    name: str
    own_name: str
    limit: int

    @property
    def iso(self) -> str:
        """The ISO 639-1 code that other libraries know it by: "zh" for "zh-cn"."""
        return self.code.split("-")[0]


LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English", "English", 250),
        Language("es", "Spanish", "Español", 239),
        Language("fr", "French", "Français", 273),
        Language("de", "German", "Deutsch", 253),
        Language("it", "Italian", "Italiano", 213),
        Language("pt", "Portuguese", "Português", 203),
        Language("pl", "Polish", "Polski", 224),
        Language("tr", "Turkish", "Türkçe", 226),
        Language("ru", "Russian", "Русский", 182),
        Language("nl", "Dutch", "Nederlands", 251),
        Language("cs", "Czech", "Čeština", 186),
        Language("ar", "Arabic", "العربية", 166),
        Language("zh-cn", "Chinese", "中文", 82),
        Language("ja", "Japanese", "日本語", 71),
        Language("hu", "Hungarian", "Magyar", 224),
        Language("ko", "Korean", "한국어", 95),
        Language("hi", "Hindi", "हिन्दी", 150),
    )
}


def resolve(tag: str) -> Language:
    """The language of a tag such as "pt", "pt-BR", "PT_br" or "zh". Raises errors.UnknownLanguage."""
    base = tag.strip().lower().replace("_", "-").split("-")[0]
    found = LANGUAGES.get("zh-cn" if base == "zh" else base)
    if found is None:
        raise errors.UnknownLanguage(language=tag, known=", ".join(LANGUAGES))
    return found
