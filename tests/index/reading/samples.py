"""What the tests of reading share: reading shortly said, and sound files of several kinds."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from index.article import Draft, Rejection
from index.reading import ReadOptions, read


def drafts(*paths: Path | str, options: ReadOptions | None = None) -> list[Draft]:
    """All drafts of the paths; no rejection may be among them."""
    items = list(read([str(path) for path in paths], options or ReadOptions()))
    assert not [item for item in items if isinstance(item, Rejection)]
    return [item for item in items if isinstance(item, Draft)]


def rejections(*paths: Path | str, options: ReadOptions | None = None) -> list[Rejection]:
    """All rejections of the paths."""
    return [item for item in read([str(p) for p in paths], options or ReadOptions()) if isinstance(item, Rejection)]


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip file in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    """A tar file in memory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


MEMBERS = {"b/x.txt": b"Text one", "a.jsonl": b'{"id": 1, "text": "Two"}\n', ".hidden": b"no", "__MACOSX/._x": b"no"}


PARAGRAPH = "The energy minister of Azerbaijan met his German colleague in Baku to discuss wind power. "
PAGE = f"""<!DOCTYPE html><html lang="en"><head><title>Wind power | Trend</title>
<meta property="og:title" content="Wind power talks"><meta name="author" content="Ayya Lmahamad">
<meta property="article:published_time" content="2020-11-13T10:00:00+04:00">
<meta property="og:site_name" content="Trend"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Wind power talks</h1>
<p>{PARAGRAPH * 3}</p><p>{PARAGRAPH * 2}</p></article><footer>Copyright</footer></body></html>"""


def pdf(text: str) -> bytes:
    """A PDF of one page, written by hand."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(Wind power)/Author(Ayya Lmahamad)/CreationDate(D:20201113)>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"xref\n0 7\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + table + b"trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
