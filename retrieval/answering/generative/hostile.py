"""Passages that speak to a language model instead of to readers: they are neither shown to it nor taken as proof.

Known turns of phrase only, in some of the largest languages, and as orders: news may tell that somebody ignored
instructions. What is not known here still meets the other guards: it is data in the prompt, and what it makes the model
say must stand in a cited passage, whose words the reader sees.
"""

from __future__ import annotations

import regex

from index.text.folding import fold

NEAR = 60  # code points on each side of the verb, within its sentence, in which the rest of an order stands

_ORDERS = [  # a verb that orders, what went before, and what it was; in any order of words, in folded spelling
    (r"\b(?:ignore|disregard|forget|override)\b", r"\b(?:previous|prior|above|earlier|all|any|your)\b",
     r"\b(?:instructions?|prompts?)\b"),
    (r"\b(?:ignoriere|ignorieren sie|vergiss|vergessen sie|missachte)\b", r"\b(?:vorherig|bisherig|obig|fruher|alle)",
     r"anweisung|instruktion|prompt"),
    (r"\b(?:ignore[zs]?|oublie[zs]?|ne (?:tiens|tenez) pas compte)\b", r"precedent|ci-dessus|anterieur|\btoutes\b",
     r"\binstructions?\b|\bconsignes\b|\bprompt"),
    (r"\b(?:ignor[ae]d?|olvid[ae]d?|descart[ae]d?|ha(?:z|ga) caso omiso)\b",
     r"\banterior|\bprevi[ao]s|\btodas\b|arriba", r"instruccion|\bprompt"),
    (r"\b(?:ignor[ae]|esquec[ae]|desconsider[ae])\b", r"\banterior|\bprevi[ao]s|\btodas\b|acima",
     r"instruco|\bprompt"),
    (r"\b(?:ignora(?:te)?|dimentica(?:te)?)\b", r"precedent|\btutte\b|sopra", r"istruzion|\bprompt"),
    (r"\b(?:игнорируй(?:те)?|забудь(?:те)?|не обращай(?:те)? внимания)\b", r"предыдущ|прежн|\bвсех?\b|выше",
     r"инструкц|указани|промпт"),
    (r"\b(?:yok say(?:in)?|unut(?:un)?|dikkate alma(?:yin)?|gormezden gel(?:in)?|goz ardi et)\b",
     r"onceki|\btum\b|yukaridaki|\bbutun\b", r"talimat|yonerge|komutlar"),
    (r"\b(?:تجاهل|تجاهلوا|انس)\b", r"السابق|اعلاه", r"التعليمات"),
    (r"忽略|无视|無視|忘记|忘記", r"之前|以上|先前|前述|上述|所有", r"指令|指示|提示词|提示詞"),
    (r"無視して(?:ください|下さい)|無視せよ|無視しろ|忘れて(?:ください|下さい)", r"以前|これまで|上記|前の|すべて|全て",
     r"指示|命令|プロンプト"),
    (r"무시(?:해|하세요|하십시오|하라)|잊(?:어|으세요)", r"이전|위의|모든|앞의", r"지시|지침|명령어|프롬프트"),
    (r"(?:अनदेखा|नज़?रअंदाज़?) कर(?:ें|ो)|भूल जा(?:एं|ओ)", r"पिछल|सभी|पूर्व|ऊपर", r"निर्देश"),
]  # fmt: skip
_PARTS = [tuple(map(regex.compile, parts)) for parts in _ORDERS]
_MARKS = regex.compile(
    r"system prompt|systemprompt|prompt systeme|системн\w+ промпт|系统提示词|システムプロンプト"
    r"|\byou are (?:now )?an? (?:ai\b|language model|chatbot)|\bas an ai (?:language )?model"
    r"|^\s*(?:system|assistant|user)\s*:"
    r"|<\|?\s*/?\s*(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)\b"
    r"|\[/?inst\]|<</?sys>>|###\s*(?:instruction|system|response)|\bdata-[0-9a-f]{16}\b",
    regex.MULTILINE,
)
_SENTENCE_END = regex.compile(r"[.!?。！？।؟\n]")


def speaks_to_a_model(text: str) -> bool:
    """Whether a passage tells a language model what to do."""
    folded = fold(text)
    return bool(_MARKS.search(folded)) or any(
        second.search(around) and third.search(around)
        for verb, second, third in _PARTS
        for match in verb.finditer(folded)
        for around in [_around(folded, *match.span())]
    )


def _around(text: str, start: int, end: int) -> str:
    """What stands near a place within its sentence."""
    before = _SENTENCE_END.split(text[max(0, start - NEAR) : start])[-1]
    after = _SENTENCE_END.split(text[end : end + NEAR])[0]
    return f"{before} {after}"
