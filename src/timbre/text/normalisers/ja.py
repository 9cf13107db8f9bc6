"""Japanese: the readings of `tests/text/cases/ja.toml`, which names its sources.

Numbers become kanji, whose sound with what they count the tokenizer finds (`text/counters_ja.py`).
"""

import re
from typing import ClassVar

from timbre.text.counters_ja import TEN_MINUTES
from timbre.text.normalisers.base import Rule, rule
from timbre.text.normalisers.east import END, EastAsian

LETTERS = (
    "エー ビー シー ディー イー エフ ジー エイチ アイ ジェー ケー エル エム エヌ オー ピー キュー アール エス ティー"
    " ユー ブイ ダブリュー エックス ワイ ゼット"
)


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
        return [rule(r"(?<![\d.,−/-])10分(?!の\d)", lambda _: TEN_MINUTES)]

    def late_rules(self) -> list[Rule]:
        return [rule(r"(?<![A-Za-z'’.-])[A-Z](?![A-Za-z'’.]|\s[a-z])", lambda f: self.letter_names(f[0]))]

    def part(self, above: str, below: str) -> str:
        return f"{self.number(below)}分の{self.number(above)}"

    def _dotted(self, found: re.Match[str]) -> str:
        """The points of a version are those of a decimal."""
        return self.words.decimal.join(map(self.number, found[0].split(".")))
