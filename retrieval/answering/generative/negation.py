"""Whether a sentence denies something. Vectors hardly tell "is" from "is not", so it is looked for by its words.

A denial without one of these words ("refused", "far from") is not seen.
"""

from __future__ import annotations

from functools import cache

import regex

_WORDS = {  # regular expressions, each for whole words
    "en": "not|no|never|nor|neither|none|nobody|nothing|without|cannot|\\p{L}+n['’]t",
    "de": "nicht|kein\\p{L}{0,2}|nie|niemals|nichts|niemand\\p{L}{0,2}|weder|ohne",
    "nl": "niet|geen|nooit|niets|niemand|noch|zonder", "sv": "inte|ej|ingen|inget|inga|aldrig|utan",
    "no": "ikke|ingen|intet|aldri|uten", "da": "ikke|ingen|intet|aldrig|uden", "fi": "ei|en|et|emme|ette|eivät|älä",
    "es": "no|nunca|jamás|nada|nadie|ning[uú]n\\p{L}?|ni|sin|tampoco",
    "pt": "não|nunca|nada|ninguém|nenhum\\p{L}?|nem|sem",
    "it": "non|mai|nulla|niente|nessun\\p{L}?|né|senza", "ro": "nu|nici|niciodată|nimic|nimeni|fără|n-\\p{L}+",
    "fr": "ne|n['’]\\p{L}+|pas|jamais|aucun\\p{L}?|rien|ni|sans|non", "ca": "no|mai|cap|res|ningú|sense",
    "ru": "не|нет|ни|никогда|ничего|никто|без|нельзя|никак\\p{L}+", "uk": "не|немає|ні|ніколи|нічого|ніхто|без",
    "bg": "не|няма|нито|никога|нищо|никой|без", "sr": "не|није|нису|нема|ни|никад\\p{L}?|ne|nije|nisu|nema|bez|без",
    "pl": "nie|ni|nigdy|nic|nikt|bez|żad\\p{L}+", "cs": "ne\\p{L}{2,}|není|ani|nikdy|nic|nikdo|bez|žád\\p{L}+",
    "hu": "nem|ne|sem|nincs\\p{L}*|soha|semmi|senki|nélkül", "el": "δεν|δε|μη|μην|όχι|ποτέ|κανέν\\p{L}*|ούτε|χωρίς",
    "tr": "değil\\p{L}*|yok\\p{L}*|hiç\\p{L}*|asla|ne|olmadan|"
    "\\p{L}+(?:m[ae](?:d[ıi]|m[ıi]ş|z|y[ae]\\p{L})|m[ıiuü]yor)\\p{L}*",
    "ar": "لا|لم|لن|ليس\\p{L}*|ما|غير|دون|بدون|ولا|ولم|ولن|وليس\\p{L}*|عدم|بلا",
    "he": "לא|אין|ללא|בלי|אינ\\p{L}*|ולא|מעולם|אף",
    "fa": "نه|نیست\\p{L}*|ن\\p{L}+|بدون|هیچ", "hi": "नहीं|न|ना|मत|बिना",
    "vi": "không|chẳng|chưa|chớ|đừng|chả", "id": "tidak|bukan|belum|tak|jangan|tanpa|tiada",
}  # fmt: skip
_STRINGS = {  # the same in languages that write words together
    "zh": "不|没|沒|无|無|未|非|别|莫", "ja": "ない|なかっ|なく|ません|ず|ぬ|無|非|不|未", "th": "ไม่|มิ|ไร้|อย่า",
    "ko": "않|안 |못|없|아니|말라|말아",
}  # fmt: skip


def denies(text: str, language: str) -> bool | None:
    """Whether it denies something; None where its language is not listed."""
    pattern = _pattern(language)
    return None if pattern is None else bool(pattern.search(text))


@cache
def _pattern(language: str) -> regex.Pattern[str] | None:
    if language in _STRINGS:
        return regex.compile(_STRINGS[language])
    words = _WORDS.get(language)
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:{words})(?![\p{{L}}\p{{M}}])", regex.IGNORECASE) if words else None
