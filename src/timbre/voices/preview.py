"""What a voice says when somebody wants to hear it."""

from timbre.voices.voice import Voice

SENTENCES = {
    "en": "Hello. This is how I sound, and I would be glad to read to you.",
    "pt": "Olá. É assim que eu falo, e terei prazer em ler para você.",
    "es": "Hola. Así sueno yo, y con mucho gusto leeré para ti.",
    "fr": "Bonjour. Voici ma voix, et je serai ravie de lire pour vous.",
    "de": "Hallo. So klinge ich, und ich lese dir gerne etwas vor.",
    "it": "Ciao. Questa è la mia voce, e leggerò volentieri per te.",
    "pl": "Cześć. Tak brzmi mój głos i chętnie coś ci przeczytam.",
    "tr": "Merhaba. Sesim böyle ve sana seve seve okurum.",
    "ru": "Здравствуйте. Вот так звучит мой голос, и я с радостью вам почитаю.",
    "nl": "Hallo. Zo klink ik, en ik lees je graag iets voor.",
    "cs": "Dobrý den. Takhle zní můj hlas a rád vám něco přečtu.",
    "ar": "مرحبا. هكذا يبدو صوتي، ويسعدني أن أقرأ لك.",
    "zh-cn": "你好。这就是我的声音，我很乐意为你朗读。",
    "ja": "こんにちは。これが私の声です。喜んで読み上げます。",
    "hu": "Szia. Így szól a hangom, és szívesen felolvasok neked.",
    "ko": "안녕하세요. 이것이 제 목소리입니다. 기꺼이 읽어 드릴게요.",
    "hi": "नमस्ते। मेरी आवाज़ ऐसी है, और मैं आपके लिए ख़ुशी से पढ़ूँगी।",
}


def preview_text(voice: Voice) -> str:
    """A sentence in the voice's own language."""
    return SENTENCES.get(voice.language or "en", SENTENCES["en"])
