"""Mandarin as it is read in mainland China: the readings of `tests/text/cases/zh-cn.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Rule, rule
from timbre.text.normalisers.east import END, EastAsian

# 两, not 二, stands before these (吕叔湘《现代汉语八百词》); before 月, 日, 号, 楼 and 班 a number is an ordinal
MEASURES = (
    "个|本|只|条|张|把|件|位|名|头|匹|辆|台|部|座|栋|间|家|所|棵|朵|片|块|颗|粒|杯|瓶|碗|盘|盒|箱|袋|包|支|枝|根|双|对|套|副|封|篇"
    "|首|幅|场|次|回|遍|趟|顿|声|口|步|种|类|样|项|份|层|排|组|队|群|批|段|句|点(?![\\dA-Z])|小时|分钟|秒|天|周|年(?!级)|岁|代|元"
    "|角|毛|分(?![之钟])|斤|公斤|千克|公里|千米|平方|立方|米|厘米|升|吨|倍|人|美元|欧元|成(?!立)"
)
AREAS = {
    "area-square-meter": "平方米",
    "area-square-kilometer": "平方公里",
    "area-square-centimeter": "平方厘米",
}  # not in CLDR
TO = {"<": "小于", ">": "大于"}


class Reader(EastAsian):
    """The reader of Mandarin in simplified characters."""

    span = "到"
    comma = "，"
    large = "[百千万亿兆]"
    date_words = ("年", "月", "日")
    clock_words = ("点", "分", "秒")
    names: ClassVar[dict[str, str]] = {"¥": "元", "CNY": "元", "$": "美元", "US$": "美元"}
    signs: ClassVar[dict[str, str]] = {
        "/": "斜杠", "_": "下划线", "-": "杠", ":": "冒号", "?": "问号", "=": "等于", "&": "和", "#": "井号",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "乘", "÷": "除以", "±": "正负", "≈": "约等于", "≠": "不等于", "≤": "小于等于", "≥": "大于等于",
        "√": "根号", "°": "度", "²": "的平方", "³": "的立方", "π": "派", "％": "百分之", "€": "欧元", "£": "英镑",
        "§": "第",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        return [
            rule(r"(?<![A-Za-z])(?:[Nn][Oo]\.\s?|№\s?)(?=\d)", lambda _: "第"),
            rule(rf"(?<![A-Za-z])[Pp]\.?(\d{{1,4}}){END}", lambda f: f"第{f[1]}页"),
            rule(r"\s?(?<![A-Za-z])[Vv][Ss]\.?(?![A-Za-z])\s?", lambda _: "对"),
            rule(r"((?:拨打|拨|致电|电话|热线|手机|号码)(?:是|为|：|:)?\s?)(\d{3,12})(?![\d.,])", self._called),
            rule(r"(?<![\d.,])1[3-9]\d{9}(?![\d.,])", lambda f: self.grouped(f[0])),
            rule(r"(?<=比分)([是为：:]?\d{1,3})[-–—](?=\d)", lambda f: f"{f[1]}比"),
            rule(r"(?<![\d.,])(\d{1,3}):(\d{1,3})(?![\d:])", lambda f: f"{f[1]}比{f[2]}"),
            rule(r"(?<!\d)(\d{4})\s?[-–—~～至到]\s?(?=\d{4}年)", lambda f: f"{self._year(f)}到"),
            rule(r"(?<!\d)(\d{4})(?=年)", self._year),
            rule(rf"({self.plain})\s?[%％]\s?[-–—~～]\s?(?={self.plain}\s?[%％])", lambda f: f"{self._percent(f)}到"),
            rule(rf"({self.signed})\s?[%％]", self._percent),
            rule(rf"({self.signed})\s?km{END}(?!/)", lambda f: f"{self.number(f[1])}公里"),
            rule(r"(?<=\d)\s?([<>])\s?(?=\d)", lambda f: TO[f[1]]),
        ]

    def number_rules(self) -> list[Rule]:
        return [rule(rf"(?<![\d第.,−-])2(?=(?:{MEASURES}))", lambda _: "两")]

    def number(self, text: str, gender: str = "masculine") -> str:
        """两 stands before 千, 万 and 亿."""
        return re.sub("(?<![十零点百千])二(?=[千万亿])|(?<=[万亿])二(?=千)", "两", super().number(text, gender))

    def sum(self, sign: str, number: str, scale: str, symbol: str) -> str:
        said = super().sum(sign, number, scale, symbol)
        return f"两{said[1:]}" if said.startswith("二") and number == "2" and not sign else said

    def grouped(self, text: str) -> str:
        """In a telephone number one is 幺, so that nobody hears seven."""
        return super().grouped(text).replace("一", "幺")

    def part(self, above: str, below: str) -> str:
        return "半" if (above, below) == ("1", "2") else f"{self.number(below)}分之{self.number(above)}"

    def unit_name(self, value: float, unit: str) -> str:
        return super().unit_name(value, unit) or (f"{value:g}{AREAS[unit]}" if unit in AREAS else "")

    def _called(self, found: re.Match[str]) -> str:
        return found[1] + self.grouped(found[2])

    def _year(self, found: re.Match[str]) -> str:
        return numerals.digits(found[1], self.language, "")

    def _percent(self, found: re.Match[str]) -> str:
        return f"百分之{self.number(found[1])}"
