"""What the Russian reader knows of words: abbreviations, letters, and the genders of common nouns."""

import re

from timbre.text.normalisers.slavic import Noun, prepositions

MONTHS = [
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
]  # fmt: skip
MASCULINE = re.compile(
    r"(?:\w*(?:тель|арь|ень|рубль|рубля|голь|кремль)|день|дождь|конь|путь|гость|огонь|камень|корень|уровень|гвоздь|зверь"
    r"|локоть|ноготь|учитель|ноль|руль|король|лось|медведь|мужчина|дядя|дедушка|юноша|судья|папа|человека?|апрель|июль"
    r"|июнь|автомобиль|стиль|вождь|князь|портфель|отель|кабель|модуль|профиль|фестиваль|сигнал)"
)
NEUTER = re.compile(r"\w+(?:мя|мени)")
# ending of an adjective → gender and case, which an ordinal before it shares
SHARED = {
    "ая": ("feminine", "nominative"), "ую": ("feminine", "accusative"), "ой": ("feminine", "genitive"),
    "ое": ("neuter", "nominative"), "ый": ("masculine", "nominative"), "ий": ("masculine", "nominative"),
    "ого": ("masculine", "genitive"), "ому": ("masculine", "dative"), "ым": ("masculine", "instrumental"),
    "ом": ("masculine", "locative"), "ые": ("plural", "nominative"), "ых": ("plural", "genitive"),
    "ыми": ("plural", "instrumental"),
}  # fmt: skip
# letters added to figures: "3-м", "90-е"
ADDED = {
    "й": ("masculine", "nominative"), "ый": ("masculine", "nominative"), "ий": ("masculine", "nominative"),
    "ой": ("masculine", "nominative"), "я": ("feminine", "nominative"), "ая": ("feminine", "nominative"),
    "ю": ("feminine", "accusative"), "ую": ("feminine", "accusative"), "е": ("neuter", "nominative"),
    "ое": ("neuter", "nominative"), "ые": ("plural", "nominative"), "го": ("masculine", "genitive"),
    "ого": ("masculine", "genitive"), "му": ("masculine", "dative"), "ому": ("masculine", "dative"),
    "м": ("masculine", "instrumental"), "ым": ("masculine", "instrumental"), "ом": ("masculine", "locative"),
    "х": ("plural", "genitive"), "ых": ("plural", "genitive"), "ми": ("plural", "instrumental"),
    "ыми": ("plural", "instrumental"),
}  # fmt: skip
YEARS = {
    "год": "nominative", "года": "genitive", "году": "dative", "годом": "instrumental", "годе": "locative",
    "годы": "nominative", "годов": "genitive", "годам": "dative", "годами": "instrumental", "годах": "locative",
    "век": "nominative", "века": "genitive", "веку": "dative", "веком": "instrumental", "веке": "locative",
    "веков": "genitive", "веках": "locative", "столетие": "nominative", "столетия": "genitive",
    "столетии": "locative", "тысячелетие": "nominative", "тысячелетия": "genitive", "тысячелетии": "locative",
}  # fmt: skip
KINGS = (
    "Пётр|Петр|Иван|Николай|Александр|Павел|Людовик|Карл|Генрих|Эдуард|Георг|Вильгельм|Фридрих|Филипп|Наполеон|Иоанн"
    "|Иоанн Павел|Пий|Лев|Бенедикт|Григорий|Климент|Василий|Ярослав|Святослав|Людвиг|Франциск|Фердинанд|Густав|Ричард"
    "|Яков|Рамзес|Оттон|Август|Сигизмунд|Казимир|Алексей|Михаил|Фёдор|Кирилл|Алексий"
)
KINGS_OBLIQUE = (
    "Петр|Иван|Никола|Александр|Павл|Людовик|Карл|Генрих|Эдуард|Георг|Вильгельм|Фридрих|Филипп|Наполеон|Иоанн|Василь"
    "|Ярослав|Святослав|Людвиг|Франциск|Фердинанд|Густав|Ричард|Яков|Рамзес|Август|Сигизмунд|Казимир|Алексе|Михаил"
)
OF_KINGS = {
    "а": "genitive", "я": "genitive", "у": "dative", "ю": "dative", "ом": "instrumental", "ем": "instrumental",
    "е": "locative",
}  # fmt: skip
QUEENS = "Екатерин|Елизавет|Анн|Клеопатр|Маргарит|Изабелл|Виктори|Мари"
OF_QUEENS = {
    "а": "nominative", "ы": "genitive", "и": "genitive", "е": "dative", "у": "accusative", "ой": "instrumental",
    "я": "nominative", "ю": "accusative", "ей": "instrumental",
}  # fmt: skip
PARTS = {
    "глава": "feminine", "часть": "feminine", "книга": "feminine", "сцена": "feminine", "том": "masculine",
    "раздел": "masculine", "акт": "masculine", "этап": "masculine", "класс": "masculine", "действие": "neuter",
    "приложение": "neuter",
}  # fmt: skip
COMPOUNDS = (
    "летн|лети[ея]|комнатн|этажн|дневн|часовой|часовая|часовую|часовые|часовых|минутн|процентн"
    "|секундн|метров[ыоа]|километров[ыоа]"
    "|тысячн|значн|кратн|мерн|местн|разов[ыоа]|балльн|градусн|литров[ыоа]|тонн[ыо][йме]"
)
LETTERS = {
    "А": "а", "Б": "бэ", "В": "вэ", "Г": "гэ", "Д": "дэ", "Е": "е", "Ё": "ё", "Ж": "жэ", "З": "зэ", "И": "и",
    "Й": "и краткое", "К": "ка", "Л": "эл", "М": "эм", "Н": "эн", "О": "о", "П": "пэ", "Р": "эр", "С": "эс",
    "Т": "тэ", "У": "у", "Ф": "эф", "Х": "ха", "Ц": "цэ", "Ч": "че", "Ш": "ша", "Щ": "ща", "Ъ": "твёрдый знак",
    "Ы": "ы", "Ь": "мягкий знак", "Э": "э", "Ю": "ю", "Я": "я",
    "A": "а", "B": "бэ", "C": "цэ", "D": "дэ", "E": "е", "F": "эф", "G": "гэ", "H": "аш", "I": "и", "J": "джей",
    "K": "ка", "L": "эл", "M": "эм", "N": "эн", "O": "о", "P": "пэ", "Q": "ку", "R": "эр", "S": "эс", "T": "тэ",
    "U": "у", "V": "вэ", "W": "вэ", "X": "икс", "Y": "игрек", "Z": "зэт",
}  # fmt: skip
SAID = {"JPG": "джипег", "JPEG": "джипег", "RU": "ру", "США": "сэ шэ а", "ФРГ": "фэ эр гэ", "IT": "ай ти"}
SPELLED = {
    "МГУ", "СПбГУ", "ЦРУ", "ЭВМ", "ООН", "ЕС", "АО", "ООО", "ОАО", "ПАО", "МВД", "ВДНХ", "НИИ",
    "ЛДПР", "ДНК", "РНК", "ФБР", "СССР", "КГБ", "УК", "ЭКГ", "АЭС", "США", "ЕГЭ", "ОГЭ", "АТС",
    "ИИ", "МКС", "FBI", "CIA", "BBC", "USA", "IBM", "AI", "API", "URL", "ID", "IP", "GPU", "CPU", "USB", "ABC",
}  # fmt: skip
ABBREVIATIONS = {
    "т. е": "то есть", "т. к": "так как", "т. н": "так называемый", "т. ч": "том числе", "проф": "профессор",
    "акад": "академик", "доц": "доцент", "ул": "улица", "пл": "площадь", "пер": "переулок", "им": "имени",
    "тел": "телефон", "рис": "рисунок", "табл": "таблица", "напр": "например", "обл": "область", "изд": "издание",
    "ср": "сравни", "ок": "около", "св": "святой", "корп": "корпус", "стр": "страница", "гл": "глава",
    "просп": "проспект", "наб": "набережная", "гр": "гражданин", "тов": "товарищ", "ген": "генерал",
    "н. э": "нашей эры",
}  # fmt: skip
NUMBERED = {"д": "дом", "кв": "квартира", "ст": "статья", "п": "пункт", "с": "страница", "С": "Страница"}
ENDINGS = {
    "т. д": "так далее", "т. п": "тому подобное", "и др": "и другие", "и пр": "и прочее", "до н. э": "до нашей эры",
    "чел": "человек", "экз": "экземпляров",
}  # fmt: skip
SYMBOLS = {
    "×": "умножить на", "÷": "разделить на", "§": "параграф", "±": "плюс-минус", "≈": "примерно равно",
    "≠": "не равно", "≤": "меньше или равно", "≥": "больше или равно", " > ": "больше", " < ": "меньше",
    "°": "градусов", "²": "в квадрате", "³": "в кубе", "€": "евро", "£": "фунтов", "√": "корень из", "π": "пи",
    "№": "номер", "₽": "рублей",
}  # fmt: skip
SIGNS = {
    "/": "слэш", "-": "дефис", "_": "нижнее подчёркивание", ":": "двоеточие", "?": "вопросительный знак", "=": "равно",
    "&": "и", "#": "решётка", "+": "плюс", "%": "процент", "~": "тильда",
}  # fmt: skip
UNITS = {
    "км": "length-kilometer", "м": "length-meter", "см": "length-centimeter", "мм": "length-millimeter",
    "км/ч": "speed-kilometer-per-hour", "м/с": "speed-meter-per-second", "кг": "mass-kilogram", "г": "mass-gram",
    "мг": "mass-milligram", "т": "mass-tonne", "л": "volume-liter", "мл": "volume-milliliter",
    "м²": "area-square-meter", "км²": "area-square-kilometer", "см²": "area-square-centimeter",
    "м³": "volume-cubic-meter", "га": "area-hectare", "ч": "duration-hour", "мин": "duration-minute",
    "сек": "duration-second", "КБ": "digital-kilobyte", "МБ": "digital-megabyte", "ГБ": "digital-gigabyte",
    "ТБ": "digital-terabyte", "Гц": "frequency-hertz", "кГц": "frequency-kilohertz", "МГц": "frequency-megahertz",
    "ГГц": "frequency-gigahertz", "Вт": "power-watt", "кВт": "power-kilowatt", "МВт": "power-megawatt",
    "ккал": "energy-kilocalorie", "°С": "temperature-celsius", "h": "duration-hour", "ft": "", "yd": "",
}  # fmt: skip
SCALES = {
    "тысяча": Noun("feminine", "тысяча", "тысячи", "тысяч"),
    "миллион": Noun("masculine", "миллион", "миллиона", "миллионов"),
    "миллиард": Noun("masculine", "миллиард", "миллиарда", "миллиардов"),
    "триллион": Noun("masculine", "триллион", "триллиона", "триллионов"),
}
KOPECK = Noun("feminine", "копейка", "копейки", "копеек")
_CENT = Noun("masculine", "цент", "цента", "центов")
SUMS: dict[str, tuple[Noun, Noun | None]] = {
    "RUB": (Noun("masculine", "рубль", "рубля", "рублей"), KOPECK),
    "USD": (Noun("masculine", "доллар", "доллара", "долларов"), _CENT),
    "EUR": (Noun("masculine", "евро", "евро", "евро"), _CENT),
    "GBP": (Noun("masculine", "фунт", "фунта", "фунтов"), Noun("masculine", "пенс", "пенса", "пенсов")),
    "CNY": (Noun("masculine", "юань", "юаня", "юаней"), None),
    "JPY": (Noun("feminine", "иена", "иены", "иен"), None),
}
TENTHS = {1: "десят", 2: "сот", 3: "тысячн"}
TODAY = {"сегодня", "завтра", "вчера", "это", ""}
QUARTERS = {3: ("треть", "трети", "третей"), 4: ("четверть", "четверти", "четвертей")}
SCALED = {"тыс": "тысяча", "млн": "миллион", "млрд": "миллиард", "трлн": "триллион"}
CONTRACTED = {"млн", "млрд", "трлн"}
CASES = prepositions(
    genitive="с со от до из без для у около после кроме вместо свыше более менее больше меньше среди против вокруг",
    dative="к ко благодаря согласно",
    instrumental="между над перед",
    locative="о об обо при",
    accusative="через за про сквозь",
)


def tidy(said: str) -> str:
    """What CLDR writes without its dots, and "одна тысяча", as it is said."""
    said = re.sub(r"(?<=тр)е(?=[хм](?!я))|(?<=четыр)е(?=[хм])|(?<=четв)е(?=рт)", "ё", said).replace(
        "третьому", "третьему"
    )
    return re.sub(r"^одн(?:а|у|ой)\s(?=тысяч)", "", said)
