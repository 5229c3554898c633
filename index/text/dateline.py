"""What the head of an article says about it: date, place of writing, agency, author, headline.

Position decides, not the mere mention: a date counts only where a dateline stands, at the start of one of the first
lines, behind nothing but a label or a place, and before a mark that ends it. A year is inferred only from the same
day and month elsewhere in the article or in its address, never from the only year mentioned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.text.dates import day, day_without_year, month_of
from index.text.published import Published, parsed

_LINES = 4
_REACH = 120  # code points of a line in which a dateline must end
_AGENCIES = """
AFP|Reuters|AP|The Associated Press|Associated Press|UPI|dpa|DPA|
AZERTAC|AZERTAG|AZƏRTAC|Azertac|TASS|ТАСС|ITAR-TASS|Interfax|Интерфакс|
РИА Новости|RIA Novosti|Xinhua|ANSA|EFE|Europa Press|Trend|Report|APA|AA|Anadolu Agency|Anadolu|DHA|İHA|PTI|IANS|ANI|
Kyodo|Yonhap|BelTA|БелТА|Ukrinform|Укринформ|УНИАН|CTK|ČTK|PAP|MTI|Belga|ANP|NTB|TT|Ritzau|STT|SID|KNA|epd|Lusa|
Agência Brasil|Kazinform|Казинформ|UzA|MENA|SPA|WAM|KUNA|QNA|Petra|Bloomberg|CNN|Agerpres|BTA|БТА|HINA|Tanjug|Танјуг|
ANTARA|Bernama|VNA|TTXVN|PNA|رويترز|واس|وام|أ.ف.ب|أ ف ب|د.ب.أ|فرانس برس|央视网|新华社|新華社|新华网|中新社|中新网|中央社
""".replace("\n", "").split("|")
_AGENCY = "(?:" + "|".join(sorted(map(re.escape, _AGENCIES), key=len, reverse=True)) + ")"
_LABEL = r"(?:(?:date|published|posted|updated|datum|дата|تاریخ|tarih|fecha|data)(?: on| at)?\s*:?\s+)?"
_CAPITAL = r"[^\W\d_a-zа-яёß-öø-ÿ]"
_PLACE = rf"(?:{_CAPITAL}[\w.'’-]*(?:[ ]{_CAPITAL}[\w.'’-]*){{0,3}}(?:[ ]*[,/][ ]*{_CAPITAL}[\w.'’ -]{{1,30}}){{0,2}})"
_WORD = r"[^\W\d_]{3,}"
_YEAR = r"(?:19|20)\d\d"
_ISO = re.compile(
    rf"\s*{_LABEL}(?P<y>{_YEAR})(?P<mark>[-./])(?P<m>\d\d)(?P=mark)(?P<d>\d\d)(?:[T ]\d\d:\d\d\S*)?(?!\d)", re.I
)
_DAY_MONTH = rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª)?\.?-?[ ]+(?:de |di |of |ta' )?(?P<w>{_WORD})\.?"
_MONTH_DAY = rf"(?P<w2>{_WORD})\.?[ ]+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?"
_YEAR_AFTER = rf"(?:,?[ ]+(?:de |del )?(?P<y>{_YEAR})(?:[ ]?(?:г\.|года|р\.|року|il|yil|ж\.))?)?"
_END = rf"(?=\s*$|\.?\s*[–—-]+\s|\.\s+{_CAPITAL}|\s*[,.]?\s*[(/]|\s*,\s*{_AGENCY}\b|\s*:|\s+Updated\b|\s*[|])"
_DATED = re.compile(rf"\s*(?P<place>{_PLACE}[,.]?[ ]+)??{_LABEL}(?:{_DAY_MONTH}|{_MONTH_DAY}){_YEAR_AFTER}{_END}")
_EAST_ASIAN = re.compile(
    r"\s*[(（【]?(?P<place>[^\W\d]{0,12}?)(?:(?P<y>\d{4})[年년] ?)?(?P<m>\d{1,2})[月월] ?(?P<d>\d{1,2})[日일]"
    r"(?=\s*$|[电電讯訊)）】])"
)
_CHINESE_AGENCY = re.compile(r"新华社|新華社|中新社|中新网|中央社|人民网|央视网|新华网")
_REPORTERS = re.compile(
    r"\s*[(（]\s*(?:本报)?(?:见习)?(?:记者|编辑|通讯员)?[ ]*"
    r"(?P<who>[^\W\d]{2,4}(?:[ 、][^\W\d]{2,4})*?)(?: 通讯员[^)）]*)?[)）]"
)
_KOREAN_HEAD = re.compile(
    r"\s*[(\[](?P<place>[^\W\d]+)=(?P<agency>[^\W\d]+)[)\]]\s*(?:(?P<author>[가-힣]{2,4}) 기자\s*=?)?"
)
_PLACE_AGENCY = re.compile(
    rf"\s*(?:(?P<place>{_PLACE})[ ]*[,.–—−-]?[ ]*)??(?<!\w)[(/]?(?P<a>{_AGENCY})[)/]?[ ]*(?:$|[–—−:-]\s*|(?<=[)/])\s+)"
    rf"|\s*[^.!?()]{{1,80}}\((?P<b>{_AGENCY})\)[ ]*[–—−-]+\s*"
)
_MARKED_AGENCY = re.compile(rf"[\s.,:|–—−()/-]*(?P<a>{_AGENCY})\b\s*(?:$|[\s.,:|–—−)/-]+)")
_MARKS = re.compile(r"[\s.,:|–—−/電电訊讯】-]+")
_TAIL_AGENCY = re.compile(rf"(?:[–—]\s*|\n)(?P<a>{_AGENCY})\.?$")
_UPDATED = re.compile(r"\s*\(?(?:Updated|Update)\b[^\n]*$")
_NAMES = re.compile(rf"\s*{_CAPITAL}[\w.'’-]+,?(?:[ ](?:and|{_CAPITAL}[\w.'’-]*),?){{1,9}}\s*$")
_SELF = re.compile(rf"(?:^|[\s,])(?P<a>{_AGENCY}) (?:reports|informs)\b")
_BYLINE = re.compile(
    rf"\s*(?:By|BY|Von|Par|Por|Di|Door|Autor:|Автор:|Author:)[ ]+"
    rf"(?P<who>{_CAPITAL}[\w.'’-]+(?:[ ](?:(?:de|van|von|al|bin|el|la|da)[ ])?{_CAPITAL}[\w.'’-]*){{1,3}})"
    rf"[ ]*(?:$|[|,]\s*{_AGENCY}\s*$)"
)
_HAS_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Dateline:
    """What the head says; `end` is where in the text the dateline and byline end and the article proper begins."""

    published_at: str | None = None
    source: str | None = None
    author: str | None = None
    end: int = 0


def read_dateline(text: str, language: str, address: str = "") -> Dateline:
    """The dateline of an article; `address` is its url or file name, as evidence for a year that is not shown."""
    said = Dateline()
    above = ""
    for start, line in head_lines(text):
        found = _read_line(line, language)
        if found.source and not found.author and found.end == len(line) and _NAMES.match(above):
            found = replace(found, author=above.strip())
        said = _merged(said, found, start)
        above = line
        if 0 < found.end < len(line) or len(line) > _REACH * 2:
            break  # what follows is the article
    tail = None if said.source else _TAIL_AGENCY.search(text, max(0, len(text) - 40))
    known = parsed(said.published_at)
    if known and known.year is None:
        said = replace(said, published_at=_with_year(known, text, language, address).edtf)
    return replace(said, source=tail["a"] if tail else said.source)


def head_lines(text: str) -> list[tuple[int, str]]:
    """The first lines that are not blank, and where each begins."""
    found: list[tuple[int, str]] = []
    start = 0
    while start < len(text) and len(found) < _LINES:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].rstrip()
        if line:
            found.append((start, line))
        start = end + 1
    return found


def _merged(said: Dateline, found: Dateline, start: int) -> Dateline:
    """What was said first holds."""
    return Dateline(
        said.published_at or found.published_at,
        said.source or found.source,
        said.author or found.author,
        start + found.end if found.end else said.end,
    )


def _read_line(line: str, language: str) -> Dateline:
    """What stands at the start of one line: dates, places, agencies and names, one after the other."""
    said = Dateline()
    while said.end < len(line):
        rest = line[said.end : said.end + _REACH]
        found = _dated(rest, language) or _named(rest)
        if found is None:
            break
        said = _merged(said, found, said.end)
    if said.published_at and not said.source and (own := _SELF.search(line[:600])):
        said = replace(said, source=own["a"])
    return said


def _dated(rest: str, language: str) -> Dateline | None:
    """A date, the marks behind it, and the agency or the reporters that follow."""
    found = _date(rest, language) if _HAS_DIGIT.search(rest) else None
    if found is None:
        return None
    value, end = found
    chinese = _CHINESE_AGENCY.search(rest[:end])
    agency = _MARKED_AGENCY.match(rest, end)
    if marks := agency or _MARKS.match(rest, end):
        end = marks.end()
    reporters = _REPORTERS.match(rest, end) if not rest.isascii() else None
    return Dateline(
        value,
        agency["a"] if agency else chinese[0] if chinese else None,
        reporters["who"] if reporters else None,
        reporters.end() if reporters else end,
    )


def _named(rest: str) -> Dateline | None:
    """A byline, an agency with its place, or the time of an update."""
    if found := _BYLINE.match(rest):
        return Dateline(author=found["who"].strip(), end=found.end())
    if found := _KOREAN_HEAD.match(rest):
        return Dateline(source=found["agency"], author=found["author"], end=found.end())
    if found := _PLACE_AGENCY.match(rest):
        return Dateline(source=found["a"] or found["b"], end=found.end())
    if found := _UPDATED.match(rest):
        return Dateline(end=found.end())
    return None


def _date(line: str, language: str) -> tuple[str, int] | None:
    """The date of a dateline, and where in the line it ends."""
    if found := _ISO.match(line):
        value = day(found["y"], found["m"], found["d"])
    elif found := _EAST_ASIAN.match(line):
        value = _day(found["y"], int(found["m"]), found["d"])
    elif found := _DATED.match(line):
        month = month_of((found["w"] or found["w2"]).lower(), language)
        placed = found["place"] and found["place"].rstrip().endswith((",", "."))
        bare = found["y"] and not found["place"]
        backed = placed or bare or _MARKED_AGENCY.match(line, found.end())
        value = _day(found["y"], month, found["d"] or found["d2"]) if month and backed else None
    else:
        return None
    return None if value is None else (value, found.end())


def _day(year: str | None, month: int, of_month: str) -> str | None:
    return day(year, month, of_month) if year else day_without_year(month, of_month)


def _with_year(partial: Published, text: str, language: str, address: str) -> Published:
    """The date with the one year that the same day and month have elsewhere; unchanged where there is none."""
    month, of_month = partial.month or 0, partial.day or 0  # a dateline has both
    years = set(re.findall(rf"(?<!\d)({_YEAR})[-/_.]?{month:02}[-/_.]?{of_month:02}(?!\d)", address))
    years |= set(re.findall(rf"(?<!\d)({_YEAR})(?:-{month:02}-{of_month:02}|年{month}月{of_month}日)(?!\d)", text))
    years |= set(re.findall(rf"(?<!\d){of_month:02}[./]{month:02}[./]({_YEAR})(?!\d)", text))
    in_words = (
        rf"(?<!\d){of_month}\.?[ ](?:de[ ])?({_WORD}),?[ ](?:de[ ])?({_YEAR})|({_WORD})[ ]{of_month},[ ]({_YEAR})"
    )
    for before, year, after, other in re.findall(in_words, text):
        if month_of((before or after).lower(), language) == month:
            years.add(year or other)
    return replace(partial, year=int(years.pop()), inferred=True) if len(years) == 1 else partial
