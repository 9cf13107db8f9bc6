"""Korean: the readings of `tests/text/cases/ko.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Rule, rule
from timbre.text.normalisers.east import EastAsian

# Native numerals up to ninety-nine stand before these (국립국어원, 표준국어대사전), Sino-Korean ones before all else
COUNTERS = (
    "개(?!월|국|년|소)|명|권|살|시간|번째|마리|병(?!원|동)|잔|대(?!\\s?\\d|학)|벌|켤레|그루|송이|자루|채(?!널)|척|장(?!르)|곳|가지|달(?!러)|사람"
    "|판(?!매)|통(?!신|화)|조각|군데|쌍|줄|그릇|봉지|상자|마디|모금|방울|배(?!럴)|바퀴|걸음|끼|해(?!리)"
)
PARTICLES = (
    r"(?:이다|입니다|이에요|예요|이고|이며|이었다|에서|에게|에는|에|"
    r"으로|로|은|는|을|를|의|와|과|부터|까지|보다|라고|이라고)(?![가-힣])"
)
LETTERS = "에이 비 시 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 아르 에스 티 유 브이 더블유 엑스 와이 제트"
MONTHS = {"6": "유월", "10": "시월"}


class Reader(EastAsian):
    """The reader of Korean."""

    span = "에서"
    large = "천만|[천억조]|만(?! [있없남])"  # 만 is also "only"
    plus = "플러스"
    date_words = ("년", "월", "일")
    clock_words = ("시", "분", "초")
    spelled_gap = ""
    letters: ClassVar[dict[str, str]] = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTERS.split(), strict=True))
    said: ClassVar[dict[str, str]] = {"WWW": "더블유 더블유 더블유", "NATO": "나토", "NASA": "나사"}
    names: ClassVar[dict[str, str]] = {
        "₩": "원", "KRW": "원", "$": "달러", "US$": "달러", "¥": "엔", "JPY": "엔", "£": "파운드",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "슬래시", "_": "언더바", "-": "하이픈", ":": "콜론", "?": "물음표", "=": "이퀄", "&": "앤드", "#": "샵",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "&": "앤드", "×": "곱하기", "÷": "나누기", "±": "플러스마이너스", "≈": "약", "=": "이퀄", "√": "루트",
        "°": "도",
        "²": "제곱", "³": "세제곱", "π": "파이", "％": "퍼센트", "€": "유로", "£": "파운드",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        return [
            rule(r"[(（]주[)）]\s?|㈜\s?", lambda _: "주식회사 "),
            rule(r"(?<![A-Za-z])(?:[Nn][Oo]\.\s?|№\s?)(?=\d)", lambda _: "넘버 "),
            rule(r"(?<![A-Za-z])[Pp]\.\s?(\d{1,4})(?!\d)", lambda f: f"{f[1]}쪽"),
            rule(r"(?<![A-Za-z])[Vv][Ss]\.?(?![A-Za-z])", lambda _: "대"),
            rule(r"(?<!\d)(\d{3,4})(?=(?:에|로|번에|번으로)\s(?:전화|신고|연락|문의))", lambda f: self.grouped(f[1])),
            rule(rf"({self.plain})\s?=\s?", lambda f: f"{self._topic(f[1])} "),
            rule(rf"({self.plain})\s?([<>])\s?({self.plain})", self._compared),
        ]

    def number_rules(self) -> list[Rule]:
        return [
            rule(r"(?<![\d.])(1[0-2]|0?[1-9])월", lambda f: MONTHS.get(f[1]) or f"{self.number(str(int(f[1])))}월"),
            rule(r"(?<![\d.:-])(1[0-2]|[1-9])시(?!간)", lambda f: f"{self.native(int(f[1]))} 시"),
            rule(r"(?<![\d.])([1-9]0대)(?!의)", lambda f: f"{self.number(f[1][:-1])} 대"),  # an age, not so many cars
            rule(r"(?<![\d.,−-])1\s?번째", lambda _: "첫 번째"),
            rule(rf"(?<![\d.,−제-])([1-9]\d?)\s?(?=(?:{COUNTERS}))", lambda f: f"{self.native(int(f[1]))} "),
            rule(rf"({self.signed})(?={PARTICLES})", lambda f: self.number(f[1])),
        ]

    def late_rules(self) -> list[Rule]:
        return [rule(r"(?<![A-Za-z'’.-])[A-Z](?![A-Za-z'’.]|\s[a-z])", lambda f: self.letter_names(f[0]))]

    def native(self, number: int) -> str:
        """The numeral that stands before a counter: "스무"."""
        return numerals.spelt(number, self.language, "spellout-cardinal-native-attributive")

    def number(self, text: str, gender: str = "masculine") -> str:
        """Nought is 공 in a row of digits, and 영 in a quantity."""
        said = super().number(text, gender)
        quantity = self.point in text or text.lstrip("-−") == "0"
        return said.replace("공", "영") if quantity else said

    def part(self, above: str, below: str) -> str:
        return "반 " if (above, below) == ("1", "2") else f"{self.number(below)}분의 {self.number(above)}"

    def _dotted(self, found: re.Match[str]) -> str:
        return super()._dotted(found).replace("공", "영")

    def _topic(self, number: str) -> str:
        """The number with 은 or 는, as its last syllable has a final consonant or none."""
        said = self.number(number)
        return said + ("은" if (ord(said[-1]) - ord("가")) % 28 else "는")

    def _compared(self, found: re.Match[str]) -> str:
        word = "크다" if found[2] == ">" else "작다"
        return f"{self._topic(found[1])} {self.number(found[3])}보다 {word}"
