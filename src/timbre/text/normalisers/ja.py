"""Japanese: the readings of `tests/text/cases/ja.toml`, which names its sources.

Numbers become kanji, whose sound the tokenizer finds.
"""

import re
from typing import ClassVar

from timbre.text.normalisers.base import Rule, rule
from timbre.text.normalisers.east import END, EastAsian

LETTERS = (
    "エー ビー シー ディー イー エフ ジー エイチ アイ ジェー ケー エル エム エヌ オー ピー キュー アール エス ティー"
    " ユー ブイ ダブリュー エックス ワイ ゼット"
)
# Counters whose sound changes, which the reader of kanji misses: after 1, 6, 8 and 10; after 3
COUNTERS = {
    "本": ("ぽん", "ぼん", ""), "匹": ("ぴき", "びき", ""), "杯": ("ぱい", "ばい", ""),
    "個": ("こ", "", ""), "歳": ("さい", "", "s"),
}  # fmt: skip
PLAIN = {2: "に", 4: "よん", 5: "ご", 7: "なな", 9: "きゅう"}  # 二本 in kanji would be Nippon
SHORT = {1: "いっ", 6: "ろっ", 8: "はっ", 0: "じゅっ"}
TENS = ["", *(f"{digit}じゅう" for digit in ("", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"))]
HOURS = {"4": "よじ", "9": "くじ"}


class Reader(EastAsian):
    """The reader of Japanese."""

    span = "から"
    comma = "、"
    large = "[百千万億兆]"
    date_words = ("年", "月", "日")
    clock_words = ("時", "分", "秒")
    spelled_gap = ""
    letters: ClassVar[dict[str, str]] = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTERS.split(), strict=True))
    said: ClassVar[dict[str, str]] = {"JPG": "ジェイペグ", "JPEG": "ジェイペグ", "NATO": "ナトー", "NASA": "ナサ"}
    names: ClassVar[dict[str, str]] = {"¥": "円", "JPY": "円", "$": "ドル", "US$": "米ドル", "£": "ポンド"}
    signs: ClassVar[dict[str, str]] = {
        "/": "スラッシュ", "_": "アンダーバー", "-": "ハイフン", ":": "コロン", "?": "クエスチョン", "=": "イコール",
        "&": "アンド", "#": "シャープ", "@": "アットマーク",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "かける", "÷": "割る", "±": "プラスマイナス", "≈": "約", "≠": "ノットイコール", "≤": "以下", "≥": "以上",
        "√": "ルート", "°": "度", "²": "の二乗", "³": "の三乗", "π": "パイ", "％": "パーセント", "€": "ユーロ",
        "£": "ポンド", "§": "第",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        return [
            rule(r"[(（]株[)）]|㈱", lambda _: "株式会社"),
            rule(r"[(（]有[)）]|㈲", lambda _: "有限会社"),
            rule(r"〒\s?(\d{3})-(\d{4})(?!\d)", lambda f: f"郵便番号{self.grouped(f[0])}"),
            rule(r"(?<![A-Za-z])(?:[Nn][Oo]\.\s?|№\s?)(?=\d)", lambda _: "ナンバー"),
            rule(rf"(?<![A-Za-z])[Pp]\.\s?(\d{{1,4}}){END}", lambda f: f"{f[1]}ページ"),
            rule(r"\s?(?<![A-Za-z])[Vv][Ss]\.?(?![A-Za-z])\s?", lambda _: "対"),
            rule(r"(?<=\d)\s?>\s?(\d+)", lambda f: f"は{f[1]}より大きい"),
            rule(r"(?<=\d)\s?<\s?(\d+)", lambda f: f"は{f[1]}より小さい"),
        ]

    def number_rules(self) -> list[Rule]:
        return [
            rule(rf"(?<![\d.,第−-])([1-9]?\d)({'|'.join(COUNTERS)})(?![本社人])", self._counted),
            rule(r"(?<![\d.,−-])([49])時(間?)", lambda f: HOURS[f[1]] + ("かん" if f[2] else "")),
        ]

    def late_rules(self) -> list[Rule]:
        return [rule(r"(?<![A-Za-z'’.-])[A-Z](?![A-Za-z'’.]|\s[a-z])", lambda f: self.letter_names(f[0]))]

    def part(self, above: str, below: str) -> str:
        return f"{self.number(below)}分の{self.number(above)}"

    def _dotted(self, found: re.Match[str]) -> str:
        """The points of a version are those of a decimal."""
        return self.words.decimal.join(map(self.number, found[0].split(".")))

    def _counted(self, found: re.Match[str]) -> str:
        """In kana where the numeral or the counter changes its sound: いっぽん, さんびき."""
        tens, ones = divmod(int(found[1]), 10)
        after_short, after_three, kind = COUNTERS[found[2]]
        if (tens, ones, kind) == (2, 0, "s"):
            return "はたち"
        if ones in PLAIN and found[2] == "本":
            return f"{TENS[tens]}{PLAIN[ones]}ほん"
        if ones == 3 and after_three:
            return f"{TENS[tens]}さん{after_three}"
        if ones not in SHORT or (tens, ones) == (0, 0) or (ones == 6 and kind == "s"):
            return found[0]
        before = TENS[tens][:-3] if ones == 0 else TENS[tens]
        return f"{before}{SHORT[ones]}{after_short}"
