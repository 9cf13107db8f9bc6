"""The few words that every reader needs and CLDR's spell-out rules lack, a row a language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What is said for the decimal mark and for signs; `gap` stands between the words of a number."""

    decimal: str
    plus: str
    equals: str
    conjunction: str
    at: str
    dot: str
    percent: str
    gap: str = " "


WORDS: dict[str, Words] = {
    "en": Words("point", "plus", "equals", "and", "at", "dot", "percent"),
    "pt": Words("vírgula", "mais", "igual a", "e", "arroba", "ponto", "por cento"),
    "es": Words("coma", "más", "igual a", "y", "arroba", "punto", "por ciento"),
    "fr": Words("virgule", "plus", "égale", "et", "arobase", "point", "pour cent"),
    "de": Words("Komma", "plus", "gleich", "und", "at", "Punkt", "Prozent"),
    "it": Words("virgola", "più", "uguale a", "e", "chiocciola", "punto", "per cento"),
    "pl": Words("przecinek", "plus", "równa się", "i", "małpa", "kropka", "procent"),
    "tr": Words("virgül", "artı", "eşittir", "ve", "et", "nokta", "yüzde"),
    "ru": Words("запятая", "плюс", "равно", "и", "собака", "точка", "процентов"),
    "nl": Words("komma", "plus", "is gelijk aan", "en", "apenstaartje", "punt", "procent"),
    "cs": Words("celá", "plus", "rovná se", "a", "zavináč", "tečka", "procent"),
    "ar": Words("فاصلة", "زائد", "يساوي", "و", "آت", "نقطة", "بالمئة"),
    "zh": Words("点", "加", "等于", "和", "艾特", "点", "百分之", gap=""),
    "ja": Words("点", "プラス", "イコール", "アンド", "アット", "ドット", "パーセント", gap=""),
    "hu": Words("egész", "plusz", "egyenlő", "és", "kukac", "pont", "százalék"),
    "ko": Words("점", "더하기", "는", "그리고", "골뱅이", "점", "퍼센트"),
    "hi": Words("दशमलव", "प्लस", "बराबर", "और", "ऐट", "डॉट", "प्रतिशत"),
}
