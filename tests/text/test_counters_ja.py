"""Japanese counters as they are spoken, as a model gets them.

個 本 冊 杯 つ by the table of the Tokyo University of Foreign Studies
(www.coelang.tufs.ac.jp/mt/ja/gmod/courses/c02/lesson10), the others by everyday use.
"""

import pytest

from timbre.text.counters_ja import spoken
from timbre.text.normalise import normalise

NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
TABLE = {
    "分": "ippun nifun sanpun yonpun gofun roppun nanafun happun kyuufun juppun",
    "回": "ikkai nikai sankai yonkai gokai rokkai nanakai hakkai kyuukai jukkai",
    "冊": "issatsu nisatsu sansatsu yonsatsu gosatsu rokusatsu nanasatsu hassatsu kyuusatsu jussatsu",
    "本": "ippon nihon sanbon yonhon gohon roppon nanahon happon kyuuhon juppon",
    "匹": "ippiki nihiki sanbiki yonhiki gohiki roppiki nanahiki happiki kyuuhiki juppiki",
    "杯": "ippai nihai sanbai yonhai gohai roppai nanahai happai kyuuhai juppai",
    "人": "hitori futari sannin yonin gonin rokunin shichinin hachinin kyuunin juunin",
    "日": "ichinichi futsuka mikka yokka itsuka muika nanoka youka kokonoka tooka",
    "時": "ichiji niji sanji yoji goji rokuji shichiji hachiji kuji juuji",
    "個": "ikko niko sanko yonko goko rokko nanako hakko kyuuko jukko",
    "階": "ikkai nikai sangai yonkai gokai rokkai nanakai hakkai kyuukai jukkai",
    "歳": "issai nisai sansai yonsai gosai rokusai nanasai hassai kyuusai jussai",
    "頭": "ittou nitou santou yontou gotou rokutou nanatou hattou kyuutou juttou",
    "つ": "hitotsu futatsu mittsu yottsu itsutsu muttsu nanatsu yattsu kokonotsu",
}


@pytest.mark.parametrize("counter", TABLE)
def test_a_number_is_spoken_with_its_counter(counter: str):
    said = TABLE[counter].split()
    assert [spoken(normalise(f"{number}{counter}", "ja")) for number in NUMBERS[: len(said)]] == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("11分", "juu ippun"),
        ("20歳", "hatachi"),
        ("14日", "juu yokka"),
        ("24人", "nijuu yonin"),
        ("60回", "rokujukkai"),
        ("100本", "hyappon"),
        ("300匹", "sanbyappiki"),
        ("1000本", "senbon"),
        ("10000本", "ichimanbon"),
        ("4時間", "yojikan"),
        ("3日間", "mikkakan"),
        ("10時10分", "juuji juppun"),
    ],
)
def test_a_larger_number_too(written: str, said: str):
    assert spoken(normalise(written, "ja")).split() == said.split()


@pytest.mark.parametrize(
    "text", ["六本木", "三分の二", "三分野", "十分な時間", "一人前", "二通り", "千代田", "二零二四年", "日本人"]
)
def test_another_word_is_left_alone(text: str):
    assert spoken(text) == text


def test_the_model_gets_it_among_its_words():
    pytest.importorskip("cutlet")
    from timbre.text.tokenizer import prepare

    assert (
        prepare(normalise("猫が3匹いて、10分に1回鳴く。", "ja"), "ja") == "neko ga sanbiki ite, juppun ni ikkai naku."
    )
    assert prepare(normalise("4月1日、2人で6杯飲んだ。", "ja"), "ja") == "shigatsu tsuitachi, futari de roppai nonda."
