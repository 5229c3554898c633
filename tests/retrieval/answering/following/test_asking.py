"""What a turn of a conversation asks for: its own last words decide, whatever was asked before."""

from __future__ import annotations

import pytest

from retrieval.answering.asking import Asking
from retrieval.answering.following.conversation import Standalone, standalone
from retrieval.answering.marking.kinds import Kind, asked_for
from retrieval.answering.options import Turn

CONVERSATIONS: list[tuple[list[str], str, Kind | None, str]] = [  # turns, question, kind, a word of the topic
    (["When did the Shenzhou-18 capsule land?"], "Who was on board?", "person", "Shenzhou-18"),
    (["Who signed the treaty in Lisbon?"], "When was that?", "time", "Lisbon"),
    (["Who signed the treaty in Lisbon?", "When was that?"], "And where?", "place", "Lisbon"),
    (["How many people died in Valencia?"], "And what did the mayor say?", None, "Valencia"),
    (["Where is the summit held?"], "And how long does it last?", "quantity", "summit"),
    (["How much was the trade with Germany?"], "And with Japan?", "quantity", "Japan"),
    (["How much was the trade with Germany?", "And with Japan?"], "Why?", None, "Japan"),
    (["When was Tinubu born?"], "How old is he?", "quantity", "Tinubu"),
    (["Wann war der Unfall in Köln?"], "Wer war beteiligt?", "person", "Köln"),
    (["Wer hat in Wimbledon gewonnen?"], "Wann war das?", "time", "Wimbledon"),
    (["Wer hat in Wimbledon gewonnen?", "Wann war das?"], "Und wo?", "place", "Wimbledon"),
    (["Wie viele Menschen starben in Valencia?"], "Und in Madrid?", "quantity", "Madrid"),
    (["Was plant RTL?"], "Wie viele betrifft das?", "quantity", "RTL"),
    (["Quand le pont de Gênes s'est-il effondré ?"], "Qui l'a construit ?", "person", "Gênes"),
    (["Qui a pris le pouvoir au Myanmar ?"], "C'était quand ?", "time", "Myanmar"),
    (["Qui a pris le pouvoir au Myanmar ?"], "Et au Niger ?", "person", "Niger"),
    (["¿Cuántos contagios de Nipah hay al año?"], "¿Y dónde?", "place", "Nipah"),
    (["¿Quién firmó el acuerdo en Ginebra?"], "¿Cuándo fue eso?", "time", "Ginebra"),
    (["¿Quién firmó el acuerdo en Ginebra?", "¿Cuándo fue eso?"], "¿Y por qué?", None, "Ginebra"),
    (["¿Cuándo reabrió el puente de Triana?"], "¿Cuánto costó?", "quantity", "Triana"),
    (["Quando foi o julgamento de Lula?"], "E onde?", "place", "Lula"),
    (["Quem autorizou os depoimentos da Odebrecht?"], "Quando foi isso?", "time", "Odebrecht"),
    (["Quando ha riaperto il ponte di Genova?"], "E chi lo ha costruito?", "person", "Genova"),
    (["Chi ha vinto a Sanremo?"], "E quando?", "time", "Sanremo"),
    (["Кто готовил диверсию в Крыму?"], "Когда это было?", "time", "Крыму"),
    (["Когда открыли мост в Керчи?"], "Сколько он стоил?", "quantity", "Керчи"),
    (["Когда открыли мост в Керчи?", "Сколько он стоил?"], "А кто его строил?", "person", "Керчи"),
    (["Сколько человек погибло в Бахрейне?"], "А в Ираке?", "quantity", "Ираке"),
    (["Хто готував диверсію в Криму?"], "Коли це було?", "time", "Криму"),
    (["Kiedy otwarto most w Krakowie?"], "A kto go budował?", "person", "Krakowie"),
    (["Kto wygrał wybory w Polsce?"], "A kiedy?", "time", "Polsce"),
    (["Wie tekende het verdrag in Lissabon?"], "Wanneer was dat?", "time", "Lissabon"),
    (["Vem vann valet i Sverige?"], "När var det?", "time", "Sverige"),
    (["Cenevre'de anlaşmayı kim imzaladı?"], "Ne zaman?", "time", "Cenevre"),
    (["Köprü ne zaman açıldı?"], "Peki kim yaptı?", "person", "Köprü"),
    (["متى افتتح الجسر في القاهرة؟"], "ومن بناه؟", "person", "القاهرة"),
    (["من وقع الاتفاق في جنيف؟"], "متى كان ذلك؟", "time", "جنيف"),
    (["神舟十八号返回舱什么时候着陆？"], "乘组有谁？", "person", "神舟十八号"),
    (["谁在日内瓦签署了协议？"], "那是什么时候？", "time", "日内瓦"),
    (["神舟十八号返回舱什么时候着陆？", "乘组有谁？"], "在哪里？", "place", "神舟十八号"),
    (["橋はいつ再開しましたか？"], "誰が？", "person", "橋"),
    (["誰がジュネーブで署名しましたか？"], "それはいつですか？", "time", "ジュネーブ"),
    (["제네바에서 누가 서명했나요?"], "언제였나요?", "time", "제네바"),
    (["जिनेवा में किसने हस्ताक्षर किए?"], "कब?", "time", "जिनेवा"),
    (["Siapa yang menandatangani perjanjian di Jenewa?"], "Kapan?", "time", "Jenewa"),
    (["Ai đã ký hiệp ước ở Lisbon?"], "Khi nào?", "time", "Lisbon"),
    (["Ποιος υπέγραψε στη Γενεύη;"], "Πότε;", "time", "Γενεύη"),
]


def alone_after(turns: list[str], question: str) -> Standalone:
    return standalone(question, tuple(map(Turn, turns)))


def test_the_table_is_wide() -> None:
    assert len(CONVERSATIONS) >= 40


@pytest.mark.parametrize("row", CONVERSATIONS, ids=[f"{row[0][-1][:20]}-{row[1]}" for row in CONVERSATIONS])
def test_the_last_question_decides_and_the_topic_is_kept(row: tuple[list[str], str, Kind | None, str]) -> None:
    turns, question, kind, topic = row
    alone = alone_after(turns, question)
    asks, language = (alone.own, alone.language) if alone.asks else (alone.question, alone.language)
    assert topic in alone.question
    assert asked_for(asks, language or "und") == kind


@pytest.mark.parametrize("row", CONVERSATIONS, ids=[f"{row[0][-1][:20]}-{row[1]}" for row in CONVERSATIONS])
def test_the_earlier_question_word_is_not_asked_again(row: tuple[list[str], str, Kind | None, str]) -> None:
    alone = alone_after(row[0], row[1])
    if alone.since:
        assert alone.question.casefold().endswith(row[1][-4:].casefold())
        assert not alone.question[: alone.since].startswith(("When ", "Who ", "How ", "Wann ", "Wer ", "Qui ", "Кто "))


def test_what_was_quoted_is_known_whatever_its_spaces() -> None:
    asking = Asking("time", quoted="The bridge reopened on Monday. Nobody was hurt.")
    assert asking.has_quoted("The bridge  reopened\non Monday.")
    assert not asking.has_quoted("The bridge closed.")
    assert not Asking("time").has_quoted("")
