"""Endings and suffixes that follow from the words around a number, beyond the tables in `cases/`."""

import pytest

from timbre.text.normalise import normalise

READINGS = {
    "de": {
        "in der 2. und 3. Reihe": "in der zweiten und dritten Reihe",
        "vom 3. bis 5. Mai 2021": "vom dritten bis fünften Mai zweitausendeinundzwanzig",
        "ihr 2. Kind": "ihr zweites Kind",
        "Er lebt seit 2020. Danach zog er um.": "Er lebt seit zweitausendzwanzig. Danach zog er um.",
        "Unter Friedrich II. wurde es besser.": "Unter Friedrich dem Zweiten wurde es besser.",
        "ein 18-jähriger, 3x täglich": "ein achtzehnjähriger, dreimal täglich",
        "10 - 4 = 6": "zehn minus vier gleich sechs",
        "am 3. Jan. 2020 kam Jan.": "am dritten Januar zweitausendzwanzig kam Jan.",
        "mit Python 3.12. Am 3.12. nicht": "mit Python drei Punkt zwölf. Am dritten Dezember nicht",
        "ein USB-Stick der BBC": "ein u es be-Stick der be be ce",
    },
    "nl": {
        "Het werd 2-2 in de 2e helft.": "Het werd twee-twee in de tweede helft.",
        "1/2 uur en 1 1/2 liter": "een half uur en anderhalve liter",
        "Die dag, de XIVe eeuw": "Die dag, de veertiende eeuw",
    },
    "fr": {"Le Pr. Simon, bd. Voltaire": "Le professeur Simon, boulevard Voltaire", "1rre": "un rre"},
    "pt": {"A. C. Jobim, 30 a. C.": "A. C. Jobim, trinta antes de Cristo.", "um USB": "um u esse bê"},
    "hu": {
        "3-at, 7-et, 1000-et": "hármat, hetet, ezret",
        "3-szor, 2-szer, 4-gyel": "háromszor, kétszer, néggyel",
        "2022. márc. 3-án": "kétezer-huszonkettő március harmadikán",
        "12 000. könyv": "tizenkétezredik könyv",
        "10:00-ig, 20%-os": "tíz óráig, húsz százalékos",
        "az MTA-nak és a BME-n, NATO-ban": "az em té ának és a bé em én, NATO-ban",
    },
    "tr": {
        "4'ü geldi, 4'e": "dördü geldi, dörde",
        "12 TL'ye aldım": "on iki liraya aldım",
        "M. Kemal ve V. Murat": "M. Kemal ve beşinci Murat",
        "Geldi 3. Sonra 3. kat": "Geldi üç. Sonra üçüncü kat",
        "5 °C'den, %50'si": "beş santigrat dereceden, yüzde ellisi",
        "Cevabı bul.": "Cevabı bul.",
    },
}


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [(language, *reading) for language, readings in READINGS.items() for reading in readings.items()],
)
def test_an_ending_follows_from_the_words_around(language: str, written: str, said: str) -> None:
    assert normalise(written, language) == said


def test_an_abbreviation_in_letters_that_only_resemble_is_left() -> None:
    assert normalise("Sie kamen uſw. Gut.", "de")
