"""Articles for the page: several scripts, characters beyond the first plane, one that attacks, two that are copies."""

from __future__ import annotations

HOSTILE_QUOTE = (
    "Minister Zorblax said <img src=x onerror=\"window.hit='img'\"> that the **lighthouse** of Quillport "
    "[costs](javascript:alert(1)) 47 million crowns."
)
HOSTILE = (
    "<script>window.hit = 'script'</script>\n\n"
    "# Quillport \u202e<b onmouseover=\"window.hit='b'\">lighthouse</b>\u202c opens 🗼\n\n"
    f"{HOSTILE_QUOTE}\n\n"
    '</p></div><style>body{display:none}</style><iframe src="https://evil.example"></iframe>'
    "{{7*7}} ${window.hit='js'} &lt;b&gt;"
)
ARABIC = (
    "وقعت الحكومة في صنعاء اتفاقية لبناء ميناء جديد.\n\n"
    "قال الوزير سالم باحميد إن تكلفة الميناء الجديد في المكلا تبلغ 320 مليون دولار. وسيبدأ العمل في الربيع."
)
JAPANESE = (
    "🚄🚄 新しい鉄道の計画が発表された。\n\n"
    "北海道の知事は、札幌と旭川を結ぶ新しい鉄道の建設費が4200億円になると述べた。😀 工事は来年始まる。"
)
STORY = (
    "The city council of Marlbrook voted on Tuesday to close the old iron bridge to cars from the first of June. "
    "Engineers had found cracks in three of its eleven pillars during an inspection in the winter.\n\n"
    "Mayor Adaeze Holloway said the repairs of the iron bridge would take nineteen months and cost 8.4 million pounds. "
    "Cyclists and pedestrians may go on using the bridge, and the ferry will run twice as often until then.\n\n"
    "Shopkeepers on the northern bank fear that fewer customers will come. The council promised to lower their rents."
)


def _article(name: str, text: str, title: str, language: str, date: str, source: str) -> dict[str, str]:
    url = f"https://news.example.org/{name}"
    known = {"id": name, "title": title, "language": language, "published_at": date, "source": source, "url": url}
    return {"text": text} | known


VARIED = [
    _article("hostile", HOSTILE, "<u>Quillport</u> lighthouse", "en", "2024-03-01", "<i>Evil Post</i>"),
    _article("arabic", ARABIC, "ميناء جديد في المكلا", "ar", "2023-05-09", "الشرق"),
    _article("japanese", JAPANESE, "札幌と旭川を結ぶ鉄道", "ja", "2022-11-20", "北の新聞"),
    _article("herald", STORY, "Marlbrook closes its iron bridge to cars", "en", "2021-02-03", "Herald"),
    _article("gazette", f"{STORY} More will be known in May.", "Iron bridge closed", "en", "2021-02-04", "Gazette"),
]
