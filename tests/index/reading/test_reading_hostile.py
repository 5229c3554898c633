"""Whatever the bytes, reading gives drafts and rejections and never an exception."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Draft, Rejection
from index.reading import read
from tests.index.reading.samples import MEMBERS, PAGE, pdf, tarred, zipped

SOUND = [
    b'{"id": 1, "text": "A"}\n{"id": 2, "text": "B"}\n',
    b'[{"id": 1, "text": "A"}, {"articles": [1, {"text": null}]}]',
    b'id,title,text\n1,T,"A\n2"\n',
    PAGE.encode(),
    pdf("Text"),
    zipped(MEMBERS),
    tarred(MEMBERS),
    gzip.compress(b"Some text"),
    "Текст".encode("cp1251"),
    b"<rss><channel><item><description>x</description></item></channel></rss>",
]
NAMES = ["a.txt", "a.jsonl", "a.json", "a.csv", "a.html", "a.zip", "a.tar", "a.gz", "a.pdf", "a.xml", "noname"]


@settings(max_examples=150, deadline=None)
@given(
    sound=st.sampled_from(SOUND),
    name=st.sampled_from(NAMES),
    place=st.floats(0, 1),
    noise=st.binary(max_size=40),
    cut=st.booleans(),
)
def test_damaged_files_of_every_kind_never_raise(
    sound: bytes, name: str, place: float, noise: bytes, cut: bool
) -> None:
    at = int(place * len(sound))
    data = sound[:at] + noise + (b"" if cut else sound[at + len(noise) :])
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(data)
        for item in read([folder]):
            assert isinstance(item, (Draft, Rejection))
            assert isinstance(item, Draft) or (item.reason and item.cure)
