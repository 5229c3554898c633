"""What kind of thing a question asks for: a time, a person, a place or a quantity; told by its question words.

The words are few and closed in every language, so they are listed; a question in a language that is not here, or
without such a word, asks for something else.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import regex

Kind = Literal["time", "person", "place", "quantity"]

# In order: of two that begin at one word the first counts, as "kaç yılında" is a time and "kaç" a quantity.
_WORDS: dict[str, dict[Kind, str]] = {
    "en": {
        "time": r"when|(?:what|which) (?:year|date|day|month|century|decade|time)",
        "quantity": r"how (?:many|much|large|high|big|long|far|old|tall|deep|fast|often|wide|heavy)"
        r"|what (?:\w+ )?(?:percentage|percent|proportion|share|number|amount|price|rate|size|population|cost)",
        "person": r"who|whom|whose",
        "place": r"where|(?:what|which) (?:city|country|place|town|state|region|village|river|continent)",
    },
    "de": {
        "time": r"wann|seit wann|(?:welche[mnrs]?) (?:jahr|tag|datum|monat|jahrhundert|jahrzehnt)\w*",
        "quantity": r"wie ?viele?\w*|wie (?:hoch|groß|lange?|weit|alt|oft|schnell|tief|breit|schwer|teuer)"
        r"|welche[rn]? (?:prozentsatz|anteil|anzahl|summe|betrag|preis)",
        "person": r"wer|wen|wem|wessen",
        "place": r"wo|wohin|woher|welche[mnrs]? (?:stadt|land|ort|region|staat|fluss)",
    },
    "fr": {
        "time": r"quand|quelle (?:année|date|heure)|quel (?:jour|mois|siècle)",
        "quantity": r"combien|quel(?:le)? (?:est |était )?"
        r"(?:le |la )?(?:nombre|pourcentage|montant|prix|taille|part|taux)",
        "person": r"qui",
        "place": r"où|quel(?:le)? (?:ville|pays|endroit|lieu|région)",
    },
    "es": {
        "time": r"cuándo|qué (?:año|fecha|día|mes|siglo|década|hora)",
        "quantity": r"cuánt[oa]s?|qué (?:porcentaje|número|cantidad|parte|proporción)|cuál (?:es|fue|era) (?:el|la) "
        r"(?:número|porcentaje|cantidad|precio|tamaño)",
        "person": r"quién(?:es)?",
        "place": r"(?:a)?dónde|qué (?:ciudad|país|lugar|región|estado)",
    },
    "pt": {
        "time": r"quando|(?:que|qual) (?:ano|data|dia|mês|século|hora)",
        "quantity": r"quant[oa]s?|qual (?:é |foi |era )?(?:o |a )?"
        r"(?:número|percentagem|porcentagem|valor|preço|tamanho)",
        "person": r"quem",
        "place": r"onde|aonde|(?:que|qual) (?:cidade|país|lugar|região|estado)",
    },
    "it": {
        "time": r"quando|(?:che|quale|in che|in quale) (?:anno|data|giorno|mese|secolo|ora)",
        "quantity": r"quant[oaie]|(?:che|quale) (?:percentuale|numero|quota|prezzo|somma)",
        "person": r"chi",
        "place": r"dove|dov'è|(?:che|quale) (?:città|paese|luogo|regione|stato)",
    },
    "nl": {
        "time": r"wanneer|welk(?:e)? (?:jaar|dag|datum|maand|eeuw)",
        "quantity": r"hoeveel|hoe (?:groot|hoog|lang|ver|oud|vaak|duur)|welk percentage",
        "person": r"wie|wiens",
        "place": r"waar|waarheen|welk(?:e)? (?:stad|land|plaats|regio)",
    },
    "sv": {
        "time": r"när|vilket (?:år|datum|århundrade)|vilken (?:dag|månad)",
        "quantity": r"hur (?:många|mycket|stor\w*|hög\w*|lång\w*|gammal|ofta)|vilken andel",
        "person": r"vem|vems|vilka personer",
        "place": r"var|vart|vil(?:ken|ket) (?:stad|land|plats|ort)",
    },
    "da": {
        "time": r"hvornår|hvilket (?:år|århundrede)|hvilken (?:dag|dato|måned)",
        "quantity": r"hvor (?:mange|meget|stor\w*|høj\w*|lang\w*|gammel|ofte)",
        "person": r"hvem|hvis",
        "place": r"hvor|hvil(?:ken|ket) (?:by|land|sted)",
    },
    "no": {
        "time": r"når|hvilket (?:år|århundre)|hvilken (?:dag|dato|måned)",
        "quantity": r"hvor (?:mange|mye|stor\w*|høy\w*|lang\w*|gammel|ofte)",
        "person": r"hvem",
        "place": r"hvor|hvil(?:ken|ket) (?:by|land|sted)",
    },
    "fi": {
        "time": r"milloin|koska|minä (?:vuonna|päivänä)|mikä vuosi",
        "quantity": r"kuinka (?:mon\w+|paljon|suur\w+|pitkä\w*|kauan)|miten (?:mon\w+|paljon)|monta\w*",
        "person": r"kuka|ketkä|kenen|ketä|kenelle",
        "place": r"missä|mistä|mihin|minne",
    },
    "pl": {
        "time": r"kiedy|(?:którym|jakim) (?:roku|dniu|miesiącu|wieku)",
        "quantity": r"ile|ilu|jak (?:duż\w+|wysok\w+|dług\w+)|jaki (?:procent|odsetek)",
        "person": r"kto|kogo|komu|kim",
        "place": r"gdzie|dokąd|skąd|(?:którym|jakim) (?:mieście|kraju|miejscu)",
    },
    "cs": {
        "time": r"kdy|(?:kterém|jakém) (?:roce|století|měsíci)|který den",
        "quantity": r"kolik\w*|jak (?:velk\w+|vysok\w+|dlouh\w+)|jaké procento",
        "person": r"kdo|koho|komu|kým|čí",
        "place": r"kde|kam|odkud|(?:kterém|jakém) (?:městě|místě)|které zemi",
    },
    "ru": {
        "time": r"когда|(?:каком|котором|какого|какой) (?:году|года|год|веке|месяце|числа|день)",
        "quantity": r"сколько|скольк\w+|насколько|каков\w* (?:\w+ )?"
        r"(?:процент|доля|число|количество|размер|цена|стоимость)"
        r"|какой (?:процент)|какая (?:доля|часть)|какое (?:количество|число)",
        "person": r"кто|кого|кому|кем|чей|чья|чьё|чьи",
        "place": r"где|куда|откуда|(?:каком|какой) (?:городе|стране|месте|регионе)",
    },
    "uk": {
        "time": r"коли|(?:якому|якого) (?:році|року|столітті|місяці|числа)",
        "quantity": r"скільки|скільк\w+|наскільки|який відсоток|яка (?:частка|кількість)",
        "person": r"хто|кого|кому|ким|чий|чия",
        "place": r"де|куди|звідки|(?:якому|якій) (?:місті|країні|місці)",
    },
    "bg": {
        "time": r"кога|коя година|кой (?:ден|месец|век)",
        "quantity": r"колко|какъв (?:процент|брой)|каква част",
        "person": r"кой|кого|кому|чий",
        "place": r"къде|накъде|откъде|кой град|коя (?:страна|държава)",
    },
    "sr": {
        "time": r"kada|kad|kojoj godini|koje godine|када|кад|којој години|које године",
        "quantity": r"koliko|koliki\w*|колико|колик\w+",
        "person": r"ko|tko|koga|kome|čij\w+|ко|кога|коме|чиј\w+",
        "place": r"gde|gdje|kuda|odakle|где|куда|одакле",
    },
    "ro": {
        "time": r"când|(?:ce|care) (?:an|dată|zi|lună|secol)",
        "quantity": r"câ[tț][iăe]?|câte|ce (?:procent|număr|procentaj|sumă)",
        "person": r"cine|cui|pe cine",
        "place": r"unde|încotro|(?:ce|care) (?:oraș|țară|loc|regiune)",
    },
    "el": {
        "time": r"πότε|(?:ποιο|ποια|ποιον|τι|ποιό) (?:έτος|χρονιά|ημερομηνία|μήνα|αιώνα|χρόνο|ημέρα)",
        "quantity": r"πόσ(?:ο|α|οι|ες|ους|η|ων)|(?:ποιο|τι) (?:ποσοστό|αριθμός|ποσό)",
        "person": r"^(?:από |με )?(?:ποιος|ποιοι|ποιον|ποιους)(?! (?:από|είναι ο))|ποιανού",
        "place": r"πού|(?:ποια|ποιο|ποιά) (?:πόλη|χώρα|μέρος|περιοχή)",
    },
    "hu": {
        "time": r"mikor|melyik (?:évben|napon|évszázadban|hónapban)|hányadikán",
        "quantity": r"hány\w*|mennyi\w*|mekkora|milyen (?:magas|hosszú|nagy)",
        "person": r"ki|kik|kit|kinek|kivel",
        "place": r"hol|hova|hová|honnan|melyik (?:városban|országban)",
    },
    "tr": {
        "time": r"ne zaman|hangi (?:yıl|tarih|gün|ay|yüzyıl)\w*|kaç yılında|kaçıncı yüzyıl\w*",
        "quantity": r"kaç\w*|ne kadar\w*|yüzde kaç\w*",
        "person": r"kim|kimin|kime|kimi|kimler|kimdir|kimden|kiminle",
        "place": r"nerede\w*|nereye|nereden|neresi\w*|hangi (?:şehir|ülke|kent|yer|bölge)\w*",
    },
    "az": {
        "time": r"nə vaxt|nə zaman|haçan|hansı (?:il|tarix|gün|ay|əsr)\w*|neçənci il\w*",
        "quantity": r"neçə\w*|nə qədər\w*|yüzdə neçə",
        "person": r"kim|kimin|kimə|kimi|kimlər|kimdir|kimdən|kiminlə",
        "place": r"harada\w*|haraya|haradan|hara|hansı (?:şəhər|ölkə|yer|bölgə)\w*",
    },
    "kk": {
        "time": r"қашан|қай (?:жыл|күн|ай|ғасыр)\w*",
        "quantity": r"қанша\w*|неше\w*",
        "person": r"кім\w*",
        "place": r"қайда\w*|қай жер\w*|қай (?:қала|ел)\w*",
    },
    "ar": {
        "time": r"متى|(?:أي|اي|أية) (?:عام|سنة|يوم|تاريخ|شهر|قرن)",
        "quantity": r"كم|بكم|ما (?:هي |هو )?(?:نسبة|عدد|مقدار|حجم|النسبة|قيمة)",
        "person": r"من هو|من هي|من هم|من الذي|من التي|لمن|^من(?! أين)",
        "place": r"أين|اين|إلى أين|(?:أي|اي) (?:مدينة|بلد|دولة|مكان|منطقة)",
    },
    "fa": {
        "time": r"چه (?:زمانی|وقت|سالی|روزی|تاریخی)|کی|کدام سال",
        "quantity": r"چند|چقدر|چه (?:تعداد|مقدار|میزان)\w*",
        "person": r"چه کسی|چه کسانی|که بود",
        "place": r"کجا\w*|(?:کدام|چه) (?:شهر|کشور|مکان)\w*",
    },
    "he": {
        "time": r"מתי|באיזה (?:תאריך|יום|חודש)|באיזו שנה|איזו שנה",
        "quantity": r"כמה|מה (?:מספר|שיעור|אחוז)",
        "person": r"מי",
        "place": r"איפה|היכן|לאן|מאין|באיזו (?:עיר|מדינה)",
    },
    "hi": {
        "time": r"कब|किस (?:वर्ष|साल|दिन|तारीख|तिथि|महीने|सदी|समय)",
        "quantity": r"कितन[ेाी]|कितनों|किस (?:प्रतिशत|संख्या)",
        "person": r"कौन(?![ -]?स[ाीे])|किसने|किसे|किसको|किसके|किसका|किसकी",
        "place": r"कहाँ|कहां|किस (?:शहर|देश|जगह|स्थान|राज्य)",
    },
    "bn": {
        "time": r"কখন|কবে|কোন (?:সালে|তারিখে|দিন|বছর)",
        "quantity": r"কত\w*|কয়টি|কতজন",
        "person": r"কে|কারা|কার|কাকে",
        "place": r"কোথায়|কোন (?:শহরে|দেশে|জায়গায়)",
    },
    "id": {
        "time": r"kapan|(?:tahun|tanggal|hari|bulan) (?:berapa|apa)",
        "quantity": r"berapa\w*|seberapa",
        "person": r"siapa\w*",
        "place": r"(?:di |ke |dari )mana|(?:kota|negara) (?:mana|apa)",
    },
    "vi": {
        "time": r"khi nào|bao giờ|lúc nào|(?:năm|ngày|tháng|thế kỷ) (?:nào|mấy|bao nhiêu)",
        "quantity": r"bao nhiêu|mấy|bao (?:xa|lâu)",
        "person": r"ai|(?:người|những) nào",
        "place": r"ở đâu|đâu|(?:thành phố|nước|nơi|quốc gia|địa điểm) nào",
    },
    "sw": {
        "time": r"lini|(?:mwaka|siku|tarehe|mwezi) (?:gani|upi|ipi)",
        "quantity": r"ngapi|kiasi gani|\w+ngapi",
        "person": r"nani",
        "place": r"wapi|(?:nchi|mji|jiji) (?:gani|ipi|upi)",
    },
}
# Words that need no spaces around them.
_UNSPACED: dict[str, dict[Kind, str]] = {
    "ja": {
        "time": r"いつ|何年|何月|何日|何時|何世紀|年はいつ",
        "quantity": r"いくつ|いくら|何人|何[個枚本台匹回件校社軒億万千百]|何%|何パーセント|何割"
        r"|どれ(?:くらい|ぐらい|だけ|ほど)|どのくらい"
        r"|何(?:キロ|メートル|ドル|円|トン|ヶ|か|カ)",
        "person": r"誰|だれ|どなた",
        "place": r"どこ|何処|(?:どの|何という|なんという)(?:国|都市|街|町|場所|地域|州)",
    },
    "zh": {
        "time": r"什么时候|何时|哪(?:一)?年|哪(?:一)?天|几月|几号|哪个世纪|什麼時候|何時|什么时间|哪(?:个)?月",
        "quantity": r"多少|几[个名人家次位种座条]|多[大高长远深重久]|幾|百分之几|多長",
        "person": r"谁|誰|哪位|何人",
        "place": r"哪里|哪裡|哪儿|何处|哪(?:个|座)(?:城市|国家|地方|地区|州)|在哪|什么地方",
    },
    "ko": {
        "time": r"언제|몇 ?년|몇 ?월|며칠|어느 (?:해|날)",
        "quantity": r"얼마|몇 ?(?:명|개|번|퍼센트|%|대|곳|차례|배)|얼마나|몇",
        "person": r"누구|누가",
        "place": r"어디|어느 (?:나라|도시|지역|곳)",
    },
    "th": {
        "time": r"เมื่อไร|เมื่อไหร่|เมื่อใด|ปีใด|ปีไหน|วันใด|วันที่เท่าไร|พ\.ศ\. ?ใด|ค\.ศ\. ?ใด|ศตวรรษใด|ในปีอะไร",
        "quantity": r"เท่าไร|เท่าไหร่|เท่าใด|กี่|มากแค่ไหน|มากน้อย",
        "person": r"ใคร|ผู้ใด",
        "place": r"ที่ไหน|ที่ใด|แห่งใด|แห่งไหน|ประเทศใด|ประเทศไหน|เมืองใด|เมืองไหน",
    },
}


# Where question words stand in front, the same word further back mostly joins clauses: "when", "qui", "где".
_FRONTED = frozenset("en de fr es pt it nl sv da no fi pl cs ru uk bg sr ro el hu ar he".split())
_IN_FRONT = regex.compile(r"(?:^|[,:;¿–—\-])\W*(?:[\p{L}\p{M}\p{N}'’]+\W+){0,3}$")


def asked_for(question: str, language: str) -> Kind | None:
    """The kind of thing a question asks for; None where its words do not tell."""
    found = [
        (match.start(), order, kind)
        for order, (kind, words) in enumerate(_patterns(language))
        for match in words.finditer(question)
        if _asks(question, match, language)
    ]
    return min(found)[2] if found else None


def _asks(question: str, match: regex.Match[str], language: str) -> bool:
    """Whether a question word is one, and not a conjunction; two words together ("what year") always are."""
    return language not in _FRONTED or " " in match[0] or bool(_IN_FRONT.search(question, 0, match.start()))


@cache
def _patterns(language: str) -> tuple[tuple[Kind, regex.Pattern[str]], ...]:
    spaced = ((kind, rf"(?<!\w)(?:{words})(?!\w)") for kind, words in _WORDS.get(language, {}).items())
    together = _UNSPACED.get(language, {}).items()
    return tuple((kind, regex.compile(words, regex.I)) for kind, words in (*spaced, *together))
