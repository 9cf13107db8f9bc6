"""How Brazilian Portuguese sounds: words by the rule they stand for, then words that meet in a sentence."""

import pytest

from recipes.mini.symbols import PHONEMES
from timbre import errors
from timbre.text.phonemes import phonemiser

say = phonemiser("timbre", "pt")

SOUNDS = {
    # stress by ending and by accent
    "casa": "kˈazɐ", "falam": "fˈalɐ̃w", "falar": "falˈaɾ", "feliz": "felˈis", "jardim": "ʒaɾʤˈĩ", "comum": "komˈũ",
    "tatu": "tatˈu", "caqui": "kakˈi", "nuvens": "nˈuvẽjs", "batons": "batˈõs", "lápis": "lˈapis", "órfã": "ˈɔɾfɐ̃",
    "médico": "mˈɛʤikʊ", "maracujá": "maɾakuʒˈa", "câmera": "kˈɐ̃meɾɐ", "avô": "avˈo", "avó": "avˈɔ",
    # vowels that weaken at the end, ti and di
    "gente": "ʒˈẽʧɪ", "tudo": "tˈudʊ", "dia": "ʤˈiɐ", "tio": "ʧˈiʊ", "cidade": "sidˈaʤɪ", "noites": "nˈojʧɪs",
    "diferente": "ʤifeɾˈẽʧɪ", "mídia": "mˈiʤjɐ",
    # nasal vowels and diphthongs
    "coração": "koɾasˈɐ̃w", "corações": "koɾasˈõjs", "mãe": "mˈɐ̃j", "põe": "pˈõj", "pães": "pˈɐ̃js", "também": "tɐ̃bˈẽj",
    "homem": "ˈomẽj", "bem": "bˈẽj", "sim": "sˈĩ", "campo": "kˈɐ̃pʊ", "onde": "ˈõʤɪ", "mundo": "mˈũdʊ", "irmã": "iɾmˈɐ̃",
    "cama": "kˈɐ̃mɐ", "banho": "bˈɐ̃ɲʊ", "muito": "mˈũjtʊ", "amanhã": "amɐ̃ɲˈɐ̃", "têm": "tˈẽj",
    # glides and hiatus
    "pai": "pˈaj", "meu": "mˈew", "outro": "ˈowtɾʊ", "praia": "pɾˈajɐ", "país": "paˈis", "saúde": "saˈuʤɪ",
    "rainha": "xaˈiɲɐ", "ruim": "xuˈĩ", "juiz": "ʒuˈis", "cair": "kaˈiɾ", "caiu": "kaˈiw", "viu": "vˈiw",
    "ainda": "aˈĩdɐ", "rio": "xˈiʊ", "história": "istˈɔɾjɐ", "água": "ˈaɡwɐ", "alegria": "aleɡɾˈiɐ", "voo": "vˈoʊ",
    "quase": "kwˈazɪ", "quatro": "kwˈatɾʊ", "iguais": "iɡwˈajs",
    # open and closed e and o
    "ele": "ˈelɪ", "ela": "ˈɛlɐ", "novo": "nˈovʊ", "nova": "nˈɔvɐ", "novos": "nˈɔvʊs", "todos": "tˈodʊs",
    "festa": "fˈɛstɐ", "mesa": "mˈezɐ", "certo": "sˈɛɾtʊ", "medo": "mˈedʊ", "janela": "ʒanˈɛlɐ", "estrela": "estɾˈelɐ",
    "mulher": "muʎˈɛɾ", "fazer": "fazˈeɾ", "fizer": "fizˈɛɾ", "melhor": "meʎˈɔɾ", "amor": "amˈoɾ", "papel": "papˈɛw",
    "sol": "sˈɔw", "dez": "dˈɛs", "vez": "vˈes", "gostoso": "ɡostˈozʊ", "gostosa": "ɡostˈɔzɐ", "beleza": "belˈezɐ",
    "porta": "pˈɔɾtɐ", "corpo": "kˈoɾpʊ", "boca": "bˈokɐ", "pessoa": "pesˈoɐ", "ideia": "idˈɛjɐ", "cheia": "ʃˈejɐ",
    "metro": "mˈɛtɾʊ", "quatorze": "kwatˈoɾzɪ", "sexta": "sˈestɐ", "reflexo": "xeflˈɛksʊ", "cabelo": "kabˈelʊ",
    "irmãozinho": "iɾmɐ̃wzˈiɲʊ", "modo": "mˈɔdʊ",
    "hora": "ˈɔɾɐ", "professora": "pɾofesˈoɾɐ", "tivesse": "ʧivˈɛsɪ", "esse": "ˈesɪ",
    # r, l, lh, nh, h
    "rato": "xˈatʊ", "carro": "kˈaxʊ", "caro": "kˈaɾʊ", "honra": "ˈõxɐ", "Israel": "izxaˈɛw", "Brasil": "bɾazˈiw",
    "alto": "ˈawtʊ", "filho": "fˈiʎʊ", "sonho": "sˈoɲʊ", "chave": "ʃˈavɪ",
    # c, g, q, s, z
    "cresça": "kɾˈesɐ", "nascer": "nasˈeɾ", "passo": "pˈasʊ", "mesmo": "mˈezmʊ", "pensar": "pẽsˈaɾ", "guerra": "ɡˈɛxɐ",
    "guarda": "ɡwˈaɾdɐ", "linguiça": "lĩɡwˈisɐ", "tranquilo": "tɾɐ̃kwˈilʊ", "cinquenta": "sĩkwˈẽtɐ", "quilo": "kˈilʊ",
    "gelo": "ʒˈelʊ", "trânsito": "tɾˈɐ̃zitʊ", "luz": "lˈus", "pague": "pˈaɡɪ",
    # x
    "xícara": "ʃˈikaɾɐ", "peixe": "pˈejʃɪ", "exame": "ezˈɐ̃mɪ", "inexistente": "inezistˈẽʧɪ", "texto": "tˈestʊ",
    "excelente": "eselˈẽʧɪ", "próximo": "pɾˈɔsimʊ", "trouxe": "tɾˈowsɪ", "táxi": "tˈaksi", "sexo": "sˈɛksʊ",
    "fixo": "fˈiksʊ", "tórax": "tˈɔɾaks",
    # borrowed
    "internet": "ĩteɾnˈɛʧɪ", "site": "sˈajʧi", "shopping": "ʃˈɔpĩ", "pizza": "pˈitsɐ",
}  # fmt: skip
SENTENCES = {
    "Os olhos azuis, os meninos.": "ʊz ˈɔʎʊz azˈujs, ʊz menˈinʊs.",
    "As meninas: as casas!": "az menˈinɐs: as kˈazɐs!",
    "Não quis comprá-lo?": "nˈɐ̃w kˈis kõpɾˈalʊ?",
    "O guarda-chuva dele — e o meu…": "ʊ ɡwˈaɾdɐ ʃˈuvɐ dˈelɪ, i ʊ mˈew.",
    "É de “vocês”.": "ˈɛ ʤɪ vosˈes.",
}


@pytest.mark.parametrize("word", SOUNDS)
def test_a_word(word: str) -> None:
    assert say(word) == _composed(SOUNDS[word])


@pytest.mark.parametrize("sentence", SENTENCES)
def test_words_that_meet(sentence: str) -> None:
    assert say(sentence) == _composed(SENTENCES[sentence])


def test_every_sound_is_in_the_vocabulary_of_mini() -> None:
    said = "".join(map(say, (*SOUNDS, *SENTENCES)))
    assert set(said) <= {*PHONEMES, " "}


def test_no_letters_are_no_sounds() -> None:
    assert say("") == ""
    assert say("?!") == "?!"
    assert say("pst") == "pst"


def test_english_is_read_by_hibari_still() -> None:
    assert phonemiser("timbre", "en")("One day.") == phonemiser("hibari", "en")("One day.")


def test_other_languages_are_refused() -> None:
    with pytest.raises(errors.LanguageNotSpoken):
        phonemiser("timbre", "de")
    with pytest.raises(errors.LanguageNotSpoken):
        phonemiser("hibari", "pt")


def _composed(sounds: str) -> str:
    return sounds.replace("ẽ", "e\u0303").replace("ĩ", "i\u0303").replace("õ", "o\u0303").replace("ũ", "u\u0303")
