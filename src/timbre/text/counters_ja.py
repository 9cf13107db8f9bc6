"""Japanese numbers with their counters as they are spoken, in Latin letters: 三本 is sanbon, 六回 is rokkai.

The romaniser reads numeral and counter each by itself. The sounds are those that the Tokyo University of Foreign
Studies teaches (東京外国語大学言語モジュール, 助数詞), and for what it lacks those of everyday use.
"""

import re

_SAID = ["ichi", "ni", "san", "yon", "go", "roku", "nana", "hachi", "kyuu"]
_DIGITS = dict(zip("一二三四五六七八九", _SAID, strict=True))
_SHORT = {"一": "i", "六": "ro", "八": "ha"}  # before a doubled consonant
_LARGE = {"十": "juu", "百": "hyaku", "千": "sen", "万": "man", "億": "oku"}
_CHANGED = {"三百": "sanbyaku", "六百": "roppyaku", "八百": "happyaku", "三千": "sanzen", "八千": "hassen"}

# By the first consonant, which some numerals double
_K = {
    "回": "kai", "個": "ko", "件": "ken", "曲": "kyoku", "課": "ka", "巻": "kan", "校": "kou", "脚": "kyaku",
    "階": "kai", "軒": "ken", "箇月": "kagetsu", "箇所": "kasho",
    **{ka + what: said for ka in "かヶカヵ" for what, said in {"月": "kagetsu", "国": "kakoku", "所": "kasho"}.items()},
}  # fmt: skip
_S = {
    "冊": "satsu", "歳": "sai", "才": "sai", "足": "soku", "世紀": "seiki", "隻": "seki", "席": "seki",
    "章": "shou", "種類": "shurui", "週間": "shuukan", "社": "sha", "首": "shu", "周年": "shuunen", "艘": "sou",
}  # fmt: skip
_T = {"頭": "tou", "点": "ten", "通": "tsuu", "着": "chaku", "丁目": "choume", "体": "tai"}
_H = {
    "本": "hon", "匹": "hiki", "杯": "hai", "分": "fun", "分間": "funkan", "泊": "haku", "発": "hatsu",
    "票": "hyou", "拍": "haku",
}  # fmt: skip
_OTHERS = {
    "人": "nin", "日": "nichi", "日間": "nichikan", "時": "ji", "時間": "jikan", "年": "nen", "年間": "nenkan",
    "月": "gatsu", "羽": "wa",
}  # fmt: skip
_COUNTERS = {**_K, **_S, **_T, **_H, **_OTHERS}
_AFTER_THREE = {"階": "gai", "軒": "gen", "足": "zoku", "羽": "ba"}
_AFTER_N = {
    "本": "bon", "匹": "biki", "杯": "bai", "票": "byou", "分": "pun", "分間": "punkan", "泊": "paku",
    "発": "patsu", "拍": "paku",
}  # fmt: skip
_OWN = {
    "四人": "yonin", "七人": "shichinin", "四時": "yoji", "七時": "shichiji", "九時": "kuji", "四年": "yonen",
    "四月": "shigatsu", "七月": "shichigatsu", "九月": "kugatsu", "七日": "shichinichi", "九日": "kunichi",
    "四分": "yonpun",
}  # fmt: skip
"""Where the last digit has another name before that counter."""

_WORDS = {
    "一人": "hitori", "二人": "futari", "二十歳": "hatachi", "二十才": "hatachi", "一つ": "hitotsu",
    "二つ": "futatsu", "三つ": "mittsu", "四つ": "yottsu", "五つ": "itsutsu", "六つ": "muttsu", "七つ": "nanatsu",
    "八つ": "yattsu", "九つ": "kokonotsu", "二日": "futsuka", "三日": "mikka", "四日": "yokka", "五日": "itsuka",
    "六日": "muika", "七日": "nanoka", "八日": "youka", "九日": "kokonoka", "十日": "tooka",
    "十四日": "juu yokka", "二十日": "hatsuka", "二十四日": "nijuu yokka",
}  # fmt: skip
"""A numeral as a whole with its counter that are one word."""

_ELSE = {
    "本": "木社", "人": "前称間", "日": "月本曜刊中", "分": "野類割担裂析散解岐離", "時": "代計期速給差",
    "月": "曜面給刊", "体": "制重力系育", "通": "りい過常信勤学行", "着": "るたてり手物陸用実", "頭": "部痛",
    "社": "会長員", "首": "都相脳", "校": "長舎", "課": "題長税", "発": "売表見明行展信言生車想射達電",
    "足": "りるら首元", "曲": "がげ線", "巻": "きくい", "拍": "手", "泊": "ま", "匹": "敵", "冊": "子",
    "才": "能覚", "歳": "月出入末暮", "階": "段級層", "個": "人性別室展", "つ": "葉子角又", "点": "々",
    "杯": "目",
}  # fmt: skip
"""What makes another word of a counter that stands before it: 三分野, 二通り, 六本木."""

TEN_MINUTES = "じゅっぷん"
"""So written where figures said it: 十分 is also じゅうぶん, enough."""

_NUMERAL = "[一二三四五六七八九十百千万億]"
_NAMES = "|".join(sorted((*_COUNTERS, "つ"), key=len, reverse=True))
_COUNTED = re.compile(rf"(?<!{_NUMERAL})(?<![兆零点・])({_NUMERAL}++)({_NAMES})(?!の{_NUMERAL})")
_UNIT = re.compile("[一二三四五六七八九]?[十百千万億]|[一二三四五六七八九]")
_DIGIT_BY_DIGIT = re.compile("[一二三四五六七八九]{2}")
_TEN_MINUTES = re.compile(TEN_MINUTES)
_ENOUGH = re.compile(r"(?:間|後|前|ほど|以内|以上|くらい|ぐらい|おき|ごと|遅れ|から|まで|で|かか)")


def spoken(text: str) -> str:
    """The text with its counted numbers spelled as they sound."""
    return _COUNTED.sub(_said, _TEN_MINUTES.sub(lambda found: _apart("juppun", text, *found.span()), text))


def _said(found: re.Match[str]) -> str:
    text, start, end = found.string, found.start(), found.end()
    numeral, counter = found[1], found[2]
    if text[end : end + 1] in tuple(_ELSE.get(counter, "")) or _DIGIT_BY_DIGIT.search(numeral):
        return found[0]
    if found[0] == "十分" and text[start - 1 : start] != "時" and not _ENOUGH.match(text, end):
        return found[0]  # じゅうぶん, enough
    bare = counter.removesuffix("間")
    extra = "kan" if bare != counter and bare in _COUNTERS else ""
    if found[0] == "一日" and text[start - 1 : start] == "月":
        return _apart("tsuitachi", text, start, end)
    if numeral + bare in _WORDS:
        return _apart(_WORDS[numeral + bare] + extra, text, start, end)
    if counter == "つ":
        return found[0]
    units = _UNIT.findall(numeral)
    return _apart(" ".join((*map(_unit, units[:-1]), _counted(units[-1], counter))), text, start, end)


def _apart(said: str, text: str, start: int, end: int) -> str:
    """With a blank between it and the words that it touches."""
    before = " " if text[max(start - 1, 0) : start].isalnum() else ""
    return f"{before}{said}{' ' if text[end : end + 1].isalnum() else ''}"


def _unit(unit: str) -> str:
    if unit in _CHANGED:
        return _CHANGED[unit]
    return "".join(_DIGITS.get(mark) or _LARGE[mark] for mark in unit)


def _counted(unit: str, counter: str) -> str:
    """The last part of a numeral, and the counter."""
    sound, last = _COUNTERS[counter], unit[-1]
    if unit + counter.removesuffix("間") in _OWN:
        return _OWN[unit + counter.removesuffix("間")] + ("kan" if counter.endswith("間") else "")
    if last in "三千万" and counter in _AFTER_N:
        return _unit(unit) + _AFTER_N[counter]
    if unit == "三" and counter in _AFTER_THREE:
        return "san" + _AFTER_THREE[counter]
    return _doubled(unit, counter) or _unit(unit) + sound


def _doubled(unit: str, counter: str) -> str:
    """Where the numeral is cut short before a doubled consonant; empty where it is not."""
    sound, last = _COUNTERS[counter], unit[-1]
    kind = next((kind for kind in (_K, _S, _T, _H) if counter in kind), None)
    if kind is None:
        return ""
    first = "p" if kind is _H else "t" if kind is _T else sound[0]
    rest = f"p{sound[1:]}" if kind is _H else sound  # fun becomes pun, hon pon
    if last == "十":
        return _unit(unit)[:-1] + first + rest
    if last == "百" and kind in (_K, _H):
        return _unit(unit).removesuffix("ku") + first + rest
    if last in _SHORT and (last != "六" or kind in (_K, _H)):
        return _SHORT[last] + first + rest
    return ""
