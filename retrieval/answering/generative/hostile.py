"""Passages that speak to a language model instead of to readers: they are neither shown to it nor taken as proof.

Known turns of phrase only, in some of the largest languages. What is not known here still meets the other guards: it
is data in the prompt, and what it makes the model say must stand in a cited passage, whose words the reader sees.
"""

from __future__ import annotations

import regex

from index.folding import fold

_INSTRUCTIONS = [  # a verb, what went before, and what it was; in any order that the language may have
    (r"ignor|disregard|forget|overrid", r"previous|prior|above|earlier|all|your", r"instruction|prompt|rules"),
    (r"ignorier|vergiss|missacht", r"vorherig|bisherig|obig|alle|fruher", r"anweisung|instruktion|prompt|vorgabe"),
    (r"ignor|oubli|pas compte", r"precedent|ci-dessus|toutes|anterieur", r"instruction|consigne|prompt"),
    (r"ignor|olvid|descart", r"anterior|previ|todas|arriba", r"instruccion|indicacion|prompt"),
    (r"ignor|esquec|desconsider", r"anterior|previ|todas|acima", r"instruco|prompt|orientaco"),
    (r"ignor|dimentic", r"precedent|tutte|sopra", r"istruzion|prompt"),
    (r"игнорир|забуд|не обращай", r"предыдущ|прежн|все|выше", r"инструкц|указани|промпт"),
    (r"yok say|unut|dikkate alma|gormezden gel|goz ardi", r"onceki|tum|yukaridaki|butun", r"talimat|yonerge|komut"),
    (r"تجاهل|انس", r"السابق|جميع|كل|اعلاه", r"تعليمات|اوامر|توجيهات"),
    (r"忽略|无视|無視|忘记|忘れ", r"之前|以上|先前|所有|前述|以前|これまで|上記|すべて", r"指令|指示|提示|命令"),
    (r"무시|잊", r"이전|위의|모든|앞의", r"지시|지침|명령|프롬프트"),
    (r"अनदेखा|नजरअंदाज|भूल", r"पिछल|सभी|पूर्व|ऊपर", r"निर्देश|आदेश"),
]  # fmt: skip
_NEAR = 80  # code points in which an instruction stands
_PHRASES = [
    *("".join(rf"(?=.{{0,{_NEAR}}}(?:{part}))" for part in parts) for parts in _INSTRUCTIONS),
    r"system prompt|systemprompt|prompt systeme|системн\w+ промпт|系统提示|システムプロンプト",
    r"you are (?:now )?(?:an? )?(?:ai|assistant|chatbot|language model)|as an ai (?:language )?model",
    r"(?:^|\n)\s*(?:system|assistant|user)\s*:",
    r"<\|?\s*/?\s*(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id)",
    r"\[/?inst\]|<</?sys>>|###\s*(?:instruction|system|response)|data-[0-9a-f]{8,}",
]
_SPEAKS = regex.compile("|".join(f"(?:{phrase})" for phrase in _PHRASES), regex.DOTALL)


def speaks_to_a_model(text: str) -> bool:
    """Whether a passage tells a language model what to do."""
    return bool(_SPEAKS.search(fold(text)))
