"""Whether a sentence denies something. Vectors hardly tell "is" from "is not", so it is looked for by its words.

A denial without one of these words ("refused", "far from") is not seen.
"""

from __future__ import annotations

from functools import cache

import regex

_WORDS = {  # regular expressions, each for whole words
    "en": "not(?! only)|no|never|nor|neither|none|nobody|nothing|without|cannot|\\p{L}+n['’]t",
    "de": "nicht(?! nur)|kein\\p{L}{0,2}|nie|niemals|nichts|niemand\\p{L}{0,2}|weder|ohne",
    "nl": "niet(?! alleen)|geen|nooit|niets|niemand|noch|zonder", "sv": "inte(?! bara)|ej|ingen|inget|inga|aldrig|utan",
    "no": "ikke(?! bare)|ingen|intet|aldri|uten", "da": "ikke(?! kun)|ingen|intet|aldrig|uden",
    "fi": "(?:e|ett)(?:i|n|t|mme|tte|ivät|ei|en|et|emme|ette|eivät)|eikä|eivätkä|enkä|älä|ilman|\\p{L}+m(?:atta|ättä)",
    "es": "no(?! s[oó]lo)|nunca|jamás|nada|nadie|ning[uú]n\\p{L}?|ni|sin|tampoco",
    "pt": "não(?! s[oó]| apenas)|nunca|nada|ninguém|nenhum\\p{L}?|nem|sem",
    "it": "non(?! sol[oa]| soltanto)|mai|nulla|niente|nessun\\p{L}?|né|senza",
    "ro": "nu(?! numai| doar)|nici|niciodată|nimic|nimeni|fără|n-\\p{L}+",
    "fr": "ne|n['’]\\p{L}+|pas|jamais|aucun\\p{L}?|rien|ni|sans|non(?! seulement)",
    "ca": "no(?! només)|mai|cap|res|ningú|sense",
    "ru": "не(?! только)|нет|ни|никогда|ничего|никто|без|нельзя|никак\\p{L}+|отсутству\\p{L}+",
    "uk": "не(?! тільки| лише)|немає|ні|ніколи|нічого|ніхто|без", "bg": "не(?! само)|няма|нито|никога|нищо|никой|без",
    "sr": "не|није|нису|нема\\p{L}*|немојте|ни|никад\\p{L}?|ne|nije|nisu|nema|bez|без",
    "pl": "nie(?! tylko)|ni|nigdy|nic|nikt|bez|żad\\p{L}+",
    "cs": "(?!nej|nebo|nedáv|nedale|nemocn|nebezp|nehod|neděl|nerv|neutr|negat|neust|nezávis|necha|nechť|new|net)"
    "ne\\p{L}{2,}|není|ani|aniž|nikdy|nic|nikdo|beze?|žád\\p{L}+",
    "hu": "nem(?! csak)|ne|sem|nincs\\p{L}*|soha|semmi|senki|nélkül",
    "el": "δεν|δε|μη|μην|όχι(?! μόνο)|ποτέ|κανέν\\p{L}*|ούτε|χωρίς",
    "tr": "değil\\p{L}*|yok\\p{L}*|hiç\\p{L}*|asla|ne(?= \\p{L}+ ne )|olmadan|olmasa|olmaksızın|\\p{L}{2,}(?:m[ae]d[ıi]"
    "(?:[mnk]|l[ae]r|ğ\\p{L}*)?|m[ae]m[ıi]ş\\p{L}*|m[ae]z(?:l[ae]r)?|m[ae]y[ae](?:n|c[ae]k)\\p{L}*|m[ıiuü]yor\\p{L}*)",
    "ar": "[وف]?(?:لا|لم|لن|ليس\\p{L}*)|غير|دون|بدون|عدم|بلا",
    "he": "[ושב]?לא|[וש]?אין|ללא|בלי|מבלי|ש?אינ(?:ו|ה|ם|ן|י|ך|נו|כם)|מעולם|אף (?:אחד|אחת|לא)",
    "fa": "نه|هیچ\\p{L}*|بدون|هرگز|غیر|عدم|فاقد|نمی\\p{L}*"
    "|ن(?:یست|بود|باش|باید|دار|داشت|داد|شد|شو|کرد|کن|خواه|توان|گرفت)\\p{L}*",
    "hi": "\\p{L}*नहीं|न|ना|मत|बिना",
    "vi": "(?<!hàng )không(?! chỉ| gian| khí| quân| những)|chẳng(?! hạn)|chưa|chớ|đừng|chả",
    "id": "tidak|bukan\\p{L}*|belum|tak|jangan|tanpa|tiada",
}  # fmt: skip
_STRINGS = {  # the same in languages that write words together
    "zh": "不(?!久|管|仅|僅|但|同|断|斷|过|過|论|論|只|光|少|惜)|没|沒|无(?!论)|無(?!論)|未(?!来|來)|并非|並非|绝非|勿",
    "ja": "(?<!しか|ればなら|てはなら)ない|なかっ|(?<!だけで|のみで|ばかりで)なく(?!な[っりる])|ません(?!か)"
    "|(?<![必まはいみか])ず(?!つ)|ぬ",
    "th": "ไม่(?!ว่า|เพียง|กี่)|มิได้|มิใช่|ไร้|อย่า(?!ง)", "ko": "않|(?<![가-힣])안 |못|없|아니|말라|말아",
}  # fmt: skip


def denies(text: str, language: str) -> bool | None:
    """Whether it denies something; None where its language is not listed."""
    found = denials(text, language)
    return None if found is None else bool(found)


def denials(text: str, language: str) -> list[tuple[int, int]] | None:
    """Where the words that deny something stand; None where its language is not listed."""
    pattern = _pattern(language)
    return None if pattern is None else [match.span() for match in pattern.finditer(text)]


@cache
def _pattern(language: str) -> regex.Pattern[str] | None:
    if language in _STRINGS:
        return regex.compile(_STRINGS[language])
    words = _WORDS.get(language)
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?:{words})(?![\p{{L}}\p{{M}}])", regex.IGNORECASE) if words else None
