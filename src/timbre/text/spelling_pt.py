"""What Portuguese spelling leaves open, settled before any rule reads it: the x, the u after q and g, borrowed words.

Settled letters are capitals: S, Z and K are always the sounds of ss, z and k; ü is a u that is said.
"""

import re

_E_I = "[eiéíêî]"

# borrowed words, and the few of Portuguese that no rule reads, as they would be spelled if they followed the rules
_RESPELLED = {
    "muito": "mũito", "muita": "mũita", "muitos": "mũitos", "muitas": "mũitas", "ruim": "ruím", "subsídio": "subSídio",
    "software": "sóftuer", "hardware": "rárduer", "site": "sáiti", "sites": "sáitis",
    "online": "onláini", "email": "iméiu", "web": "uébi", "blog": "blógui", "link": "línqui", "links": "línquis",
    "show": "xôu", "shows": "xôus", "mouse": "máusi", "download": "dáunloudi", "shopping": "xópin",
    "marketing": "márquetin", "facebook": "fêiçbuqui", "google": "gúgou", "whatsapp": "uatizápi", "youtube": "iutúbi",
    "notebook": "nôutbuqui", "design": "dezáini", "backup": "bécápi", "feedback": "fidibéqui", "app": "épi",
    "apps": "épis", "pizza": "pítça", "jeans": "djíns", "smartphone": "ismartifôuni", "streaming": "istrímin",
    "podcast": "pódiquésti", "hobby": "rróbi", "status": "státus", "ok": "oquêi", "tablet": "tábleti",
    "coffee": "cófi", "bacon": "bêicon", "rock": "rróqui", "jazz": "djés", "boy": "bói",
    "chat": "xáti", "laptop": "lépitópi", "login": "loguín", "windows": "uíndous", "linux": "línuKs", "new": "niu",
}  # fmt: skip

_X = [
    (re.compile(pattern), settled)
    for pattern, settled in (
        (r"^((?:in|co|re|pre)?h?[eéê])x(?=h?[aeiouáéíóúâêôãõ])", r"\1Z"),  # exame, inexistente
        (rf"x(?=c{_E_I})", ""),  # excelente
        (r"x(?=[bcdfghjklmnpqrstvz])", "S"),  # texto
        (r"(?<=m[aá])x(?=im)|(?<=pr[oó])x(?=im)|(?<=au)x(?=[ií]li)|(?<=trou)x|(?<=sinta)x", "S"),
        (r"(?<=t[aáoó])x(?=[ií])|(?<=[fs]e)x(?=[ou])|(?<=f[ií])x|(?<=[nf]l[eéu])x|(?<=pl[eé])x|(?<=n[eé])x", "KS"),
        (r"(?<=ó)x(?=ido)|(?<=o)x(?=[ií][dg])|(?<=[db]o)x|(?<=a)x(?=il|iom)|(?<=(?<!a)l[eé])x(?=i[cv])|(?<=he)x", "KS"),
        (r"(?<=lá)x|(?<=sa)x(?=[oã])|(?<=sfi)x|(?<=lu)x(?=[oõ]gr)|(?<=li)x(?=idade)|x$", "KS"),
    )
]

# the stems in which the u between q or g and e or i is said: tranquilo, frequente, cinquenta, linguiça, aguentar
_SAID_U = re.compile(
    r"(?<=tranq)u(?=il)|(?<=freq)u(?=[eê]n)|(?<=seq)u(?=[eê]n|estr|el)|(?<=loq)u(?=[eê]n)|(?<=linq)u(?=[eêi])"
    r"|(?<=cinq)u|(?<=quinq)u|(?<=eq)u(?=estr|in[oó])|(?<=ing)u(?=i[çsn]|ís|ei|ua|e$|es$)|(?<=ag)u(?=ent)|(?<=ág)u(?=e)|(?<=xag)u(?=[eé])"
    r"|(?<=sag)u(?=i)|(?<=[tb]ig)u(?=i)|(?<=ung)u(?=ent)|(?<=arg)u(?=i)|(?<=pag)u(?=i$)"
)
_NOT_SAID = re.compile(r"^(?:pag|apag|ping|jog|seg|ving|distingu)")  # pague, pinguei


def settle(word: str) -> str:
    """The lower-case word, spelled so that rules can read it."""
    if word in _RESPELLED:
        return _RESPELLED[word]
    for pattern, settled in _X:
        word = pattern.sub(settled, word)
    if not _NOT_SAID.match(word):
        word = _SAID_U.sub("ü", word)
    word = re.sub(r"(?<=[aeiou])([bdfpt]|c?k|[cg])$", _released, re.sub(r"ing$", "in", word))
    word = re.sub(r"(?<=[qg])u(?=[aáâãàoóôõ])", "ü", word)
    word = re.sub(r"(?<=tr[aâ]n)s(?=[aeiouáâéíóú])", "Z", word)
    word = re.sub(rf"s(?=c{_E_I}|ç)", "", word)
    return re.sub(r"([bdfglmnptz])\1|c(?=c(?![eiéíêî]))", r"\1", word)


def _released(stop: re.Match[str]) -> str:
    """A stop at the end of a borrowed word is said with an i after it: internet, Facebook."""
    return {"c": "que", "k": "que", "ck": "que", "g": "gue"}.get(stop[1], stop[1] + "e")
