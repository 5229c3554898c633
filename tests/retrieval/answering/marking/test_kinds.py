"""The kind of thing a question asks for, in many languages."""

from __future__ import annotations

import pytest

from retrieval.answering.marking import asked_for

TIMES = {
    "en": "When did the talks begin?",
    "de": "Wann begannen die Gespräche?",
    "fr": "En quelle année le traité a-t-il été signé ?",
    "es": "¿Cuándo empezaron las negociaciones?",
    "ru": "В каком году был подписан договор?",
    "tr": "Anlaşma kaç yılında imzalandı?",
    "az": "Müqavilə nə vaxt imzalanıb?",
    "ar": "متى بدأت المحادثات؟",
    "fa": "گفتگوها چه زمانی آغاز شد؟",
    "hi": "वार्ता कब शुरू हुई?",
    "zh": "会谈什么时候开始？",
    "ja": "会談はいつ始まりましたか？",
    "ko": "회담은 언제 시작되었습니까?",
    "th": "การเจรจาเริ่มเมื่อไร",
    "vi": "Cuộc đàm phán bắt đầu khi nào?",
    "pl": "Kiedy rozpoczęły się rozmowy?",
    "uk": "Коли почалися переговори?",
    "id": "Kapan perundingan dimulai?",
}
PERSONS = {
    "en": "Who signed the agreement?",
    "de": "Wer unterzeichnete das Abkommen?",
    "fr": "Qui a signé l'accord ?",
    "es": "¿Quién firmó el acuerdo?",
    "ru": "Кто подписал соглашение?",
    "tr": "Anlaşmayı kim imzaladı?",
    "az": "Müqaviləni kim imzalayıb?",
    "ar": "من وقع الاتفاق؟",
    "hi": "समझौते पर किसने हस्ताक्षर किए?",
    "zh": "谁签署了协议？",
    "ja": "誰が協定に署名しましたか？",
    "ko": "누가 협정에 서명했습니까?",
    "th": "ใครลงนามในข้อตกลง",
}
PLACES = {
    "en": "In which city will the office open?",
    "de": "Wo wird das Büro eröffnet?",
    "ru": "Где откроют офис?",
    "az": "Ofis harada açılacaq?",
    "ja": "事務所はどこに開設されますか？",
    "zh": "办事处设在哪里？",
    "ar": "أين سيفتتح المكتب؟",
    "ko": "사무소는 어디에 열립니까?",
}
QUANTITIES = {
    "en": "How many people died?",
    "de": "Wie hoch war der Handelsumsatz?",
    "fr": "Combien de personnes sont mortes ?",
    "ru": "Сколько человек погибло?",
    "az": "Ticarət dövriyyəsi nə qədər olub?",
    "tr": "Kaç kişi öldü?",
    "ja": "何人が亡くなりましたか？",
    "zh": "有多少人死亡？",
    "ar": "كم عدد القتلى؟",
    "hi": "कितने लोग मारे गए?",
    "sw": "Watu wangapi walikufa?",
}
EXAMPLES = [
    (kind, language, question)
    for kind, questions in (("time", TIMES), ("person", PERSONS), ("place", PLACES), ("quantity", QUANTITIES))
    for language, question in questions.items()
]


@pytest.mark.parametrize(("kind", "language", "question"), EXAMPLES, ids=[f"{k} {lang}" for k, lang, _ in EXAMPLES])
def test_question_words_tell_what_is_asked_for(kind: str, language: str, question: str) -> None:
    assert asked_for(question, language) == kind


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What did they say about the talks?"),
        ("en", "What happens to prices of raw materials when a war begins?"),
        ("fr", "Que pense le ministre qui a signé l'accord ?"),
        ("de", "Was sagte der Minister, der unterzeichnete?"),
        ("ja", "会談で何が話し合われましたか？"),
        ("und", "???"),
        ("en", ""),
    ],
)
def test_other_questions_ask_for_none_of_these(language: str, question: str) -> None:
    assert asked_for(question, language) is None


def test_of_two_question_words_the_first_counts() -> None:
    assert asked_for("How many seconds were left when they scored?", "en") == "quantity"
    assert asked_for("When did how many people vote?", "en") == "time"


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Who is Angela Merkel?"),
        ("fr", "Qui est Macron ?"),
        ("es", "¿Quién es Pedro Sánchez?"),
        ("it", "Chi è Mario Draghi"),
        ("ru", "Кто такая Аннализа?"),
        ("uk", "Хто такий Шевченко?"),
    ],
)
def test_who_somebody_is_who_is_named_asks_for_no_name(language: str, question: str) -> None:
    assert asked_for(question, language) is None


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Who is the President of France?"),
        ("en", "Who won Wimbledon?"),
        ("en", "Who is in Hamas?"),
        ("en", "Who is the Queen?"),
        ("en", "WHO IS HERE"),
        ("en", "Who was it?"),
        ("de", "Wer ist Präsident?"),
        ("ru", "Кто президент Франции?"),
        ("es", "¿Quién es el Papa?"),
    ],
)
def test_who_holds_an_office_or_did_something_asks_for_a_name(language: str, question: str) -> None:
    assert asked_for(question, language) == "person"
