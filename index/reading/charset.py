"""From bytes to text: which encoding it is, strictly decoded. The only file that knows charset-normalizer.

Order: the caller's word, a byte order mark, UTF-8, UTF-16 by its zero bytes, then a statistical guess.
"""

from __future__ import annotations

import codecs
import io
import re

from index.errors import BadInput
from index.reading.stream import HEAD, Source, converted
from index.text.language import agreement

_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# What news archives are really written in; without this list the guess may name a mainframe or a Macintosh.
_LIKELY = (
    "cp1251 cp1252 cp1250 cp1254 cp1253 cp1255 cp1256 cp1257 cp1258 cp874 koi8_r koi8_u cp866 iso8859_2 iso8859_5 "
    "iso8859_9 gb18030 big5 cp932 euc_jp cp949 iso2022_jp"
).split()
_CHAOS = 0.35  # above charset-normalizer's own threshold: Arabic and Persian news needs it
_HOMES = (
    dict.fromkeys("pl cs hu ro hr sl sk sr bs sq".split(), "cp1250")
    | dict.fromkeys("lt lv et".split(), "cp1257")
    | dict.fromkeys("ru uk bg be mk kk".split(), "cp1251")
    | dict.fromkeys("ar fa ur".split(), "cp1256")
    | {"tr": "cp1254", "az": "cp1254", "vi": "cp1258", "el": "cp1253", "he": "cp1255", "th": "cp874"}
    | {"zh": "gb18030", "ja": "cp932", "ko": "cp949"}
)
_OWN_SCRIPT = frozenset("el he yi th zh ja ko".split())  # its letters alone make a model certain, sense or not
_TWINS = {"iso8859_2": "cp1250", "iso8859_9": "cp1254", "big5": "gb18030", "euc_jp": "cp932"} | dict.fromkeys(
    ("koi8_r", "koi8_u", "cp866", "iso8859_5"), "cp1251"
)
_USUAL = set("“”„‘’‚«»–—…•§°€£№·¿¡´\u00a0。、，；：？！（）《》「」『』【】・ー")
_MIXED = re.compile(  # a capital behind a small letter, or two scripts in one word
    "(?<=[a-zß-ÿа-я])[À-ÖØ-ÞА-Я]|(?<=[A-Za-z])[\u0370-\u1fff]|(?<=[\u0370-\u1fff])[A-Za-z]"
)
_EAST_MARKS = re.compile("[\u3000-\u30ff\uff01-\uff5e\n ]")
_EAST_LETTERS = re.compile("[\u4e00-\u9fff\uac00-\ud7a3\x21-\x7e\r\t“”‘’—…·]")
_CURE = "save it as UTF-8, or name its encoding with --encoding"


def decode(data: bytes, hint: str | None = None) -> str:
    """Text of a whole file; `hint` is an encoding that somebody named and is tried before the guess."""
    encoding = detect(data[:HEAD], hint, whole=len(data) <= HEAD)
    if encoding is None:
        raise BadInput("its text is in no encoding that could be recognised", _CURE)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start + 1:,} is not {encoding}", _CURE) from None


def detect(head: bytes, hint: str | None = None, *, whole: bool = False) -> str | None:
    """The encoding of a text that begins with `head`; None where nothing fits. `whole`: there is no more."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if hint is not None and _fits(head, hint, whole):
        return hint
    if b"\0" in head:
        return _utf_16(head) or _east_asian_utf_16(head)
    if _fits(head, "utf-8", whole) and b"\x1b$" not in head:
        return "utf-8"
    if (found := _east_asian_utf_16(head)) is not None:
        return found
    return _guess(head if whole else head[: head.rfind(b"\n") + 1] or head)


def as_utf8(source: Source, hint: str | None = None) -> io.BufferedReader:
    """The stream in UTF-8 without a mark; bytes that do not decode stay as they are, for the reader to reject."""
    encoding = detect(source.head, hint or source.encoding, whole=len(source.head) < HEAD)
    if encoding is None:
        raise BadInput("its text is in no encoding that could be recognised", _CURE)
    if encoding == "utf-8-sig":
        source.stream.read(len(codecs.BOM_UTF8))
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return source.stream
    text = codecs.getincrementaldecoder(encoding)("surrogateescape")
    return converted(source.stream, lambda data, ended: text.decode(data, ended).encode("utf-8", "surrogateescape"))


def _fits(head: bytes, encoding: str, whole: bool) -> bool:
    """Whether the bytes decode; a character cut at the end of the head is no fault."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, whole)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark: its zero bytes all lie on the same side of their pairs."""
    for name, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        zeros_high, zeros_low = head[high::2].count(0), head[low::2].count(0)
        if zeros_high > 0 and zeros_low == 0 and _fits(head[: len(head) // 2 * 2], name, False):
            return name
    return None


def _east_asian_utf_16(head: bytes) -> str | None:
    """UTF-16 without a mark where zero bytes tell nothing: nearly all of it is East Asian, and some of that marks."""
    for name in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(name, "replace")
        marks, letters = len(_EAST_MARKS.findall(text)), len(_EAST_LETTERS.findall(text))
        if marks > len(text) * 0.02 and marks + letters > len(text) * 0.95:
            return name
    return None


def _guess(sample: bytes) -> str | None:
    """Of the encodings that give clean text, the one in which it is most like writing."""
    from charset_normalizer import from_bytes

    matches = list(from_bytes(sample, cp_isolation=_LIKELY, threshold=_CHAOS, enable_fallback=False))
    if not matches:
        return None
    return max(matches, key=lambda match: _likeness(match.encoding, str(match)[:2000]) + match.coherence).encoding


def _likeness(encoding: str, text: str) -> float:
    """How surely the text is in a language, and one of that encoding; less for signs where letters belong."""
    foreign = [char for char in text if ord(char) > 127]
    odd = sum(not char.isalpha() and char not in _USUAL for char in foreign) + 4 * len(_MIXED.findall(text))
    language, certainty = agreement(text)
    if language in _OWN_SCRIPT:
        certainty = 0.5
    home = _HOMES.get(language, "cp1252")
    at_home = encoding == home or _TWINS.get(encoding) == home
    return certainty - odd / max(len(foreign), 1) + 0.5 * at_home
