"""Whether a stressed e or o that carries no accent is open in Brazilian Portuguese.

Spelling does not say it. Most words follow the last vowel: closed before o (novo), open before a and e (nova, nove),
closed where the stressed vowel is the last one. The tables name the endings that go another way: the longest wins,
`=` stands for the word's beginning, and a plural or a verb's -m falls back to what is left without it.
"""

import re

_ALWAYS_CLOSED = re.compile(r"[eo](?:[mnñaeoiu])")  # nasal, diphthong, hiatus

_OPEN = """
el ol oz =dez mulher =colher qualquer talher =quer requer sequer quiser fizer tiver estiver puder souber vier disser
houver trouser puser maior menor melhor pior suor =redor arredor derredor =até =elfo etro querem quisermos fizermos
pudermos tivermos estivermos soubermos viermos dissermos trousermos houvermos destroem constroem cogumelo sonoro =belo
amarelo martelo castelo =elo paralelo duelo apelo flagelo singelo velho evangelho =velha ferro erno erso erto servo
acervo conservo observo =cego =prego =nego entrego carrego =eco =credo =levo elevo ekso eks ero eto esso esto ecto
epto considero ideia assembleia plateia europeia estreia colmeia geleia coreia odisseia epopeia diarreia oia mulheres
colheres talheres quiseres =eram esperam esperem considerem =reza despreza pateta consideram operam geram superam
alteram liberam imperam recuperam toleram exageram cooperam moderam numeram aceleram tiveram fizeram disseram quiseram
puderam souberam vieram estiveram trouseram houveram =deram puseram couberam fizerem quiserem puderem tiverem
estiverem souberem vierem disserem trouserem houverem puserem =derem tivesse fizesse dissesse quisesse pudesse
soubesse viesse estivesse trousesse houvesse pusesse moeda queda =pede =fede impede despede =mede procede sucede
concede excede precede =cede peça começa tropeça impeça =meça bicicleta completa correta direta secreta discreta
concreta poeta atleta =meta =seta =neta =reta dieta profeta quieta predileta obsoleta coleta projeta interpreta
decreta repleta =veta =pesa teses =modo =modos logo foco =voto foto =moto =copo escopo nosso vosso posso remoto devoto
bloco =solo subsolo =colo =polo protocolo adoro =moro =olha =olham =adora =adoram decora melhores maiores menores
piores =mores arredores suores ovos novos povos =olhos ossos corpos porcos mortos fogos jogos postos esforços portos
fornos tijolos poços socorros caroços reforços osos destroços grossos tortos opostos =peço ferem quaisquer brejo
"""

_CLOSED = """
governo conserto concerto tempero exagero desespero morcego preto =mexo soneto folheto esqueleto amuleto graveto
panfleto quarteto quinteto gueto gesso travesso cesto =logos diálogo eza esa eja eje eta eda ede elha eça =seca
escreva =deva atreva beba receba perceba chega chegue =grega =cera =pera eram erem eres eses ezes esse essem condessa
=este neste =deste =ele =dele =nele aquele estrela verde perda cerca terça letra negra zebra mesma =sesta cesta teve
treze sorvete tapete bilhete lembrete gabinete banquete foguete joguete capacete sabonete tablete cadete alfinete
colete palacete fecha feche letras boca toda =moça =força =sopa =gota esposa raposa hoje =doze =doce =fosse sobre
bolsa folha escolha bolha rolha olha tora dora sora =pela =foram =for =forem desde =testo contesto pretesto =estra
fresca mova orra olva mexa =tola perca porque ores torre cebola controle golfe gorda cachorra mosca tosse coxa roxa
=gol arroz algoz lagosta polpa colcha louça garota fofa =meto prometo =sesto orze esquerda =loba
"""


def _endings() -> dict[str, bool]:
    return {**dict.fromkeys(_OPEN.split(), True), **dict.fromkeys(_CLOSED.split(), False)}


_IS_OPEN = _endings()


def is_open(word: str, stressed: int) -> bool:
    """Whether the e or o at `stressed`, the place of the stressed vowel in `word`, is open."""
    if _ALWAYS_CLOSED.match(word, stressed):
        known = _longest(word, stressed, 3)
        return bool(known)
    known = _longest(word, stressed, 1)
    if known is not None:
        return known
    later = re.findall(r"[aeiou]", word[stressed + 1 :])
    return bool(later) and later[-1] != "o"


def _longest(word: str, stressed: int, least: int) -> bool | None:
    """What the longest known ending that reaches back to the stressed vowel says."""
    whole = f"={word}"
    forms = [whole, *(whole[:-1] for mark in "sm" if whole.endswith(mark))]
    for start in range(stressed + 2):
        for form in forms:
            ending = form[start:]
            if len(ending) >= least and ending in _IS_OPEN:
                return _IS_OPEN[ending]
    return None
