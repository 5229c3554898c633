"""HTML, feeds, PDF, DOCX and WARC."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from index.article import Draft, Rejection
from index.reading import read
from tests.index.reading.samples import PAGE, drafts, pdf, rejections


def test_a_page_gives_its_article_and_what_it_says_about_itself(tmp_path: Path) -> None:
    (tmp_path / "wind.html").write_text(PAGE, encoding="utf-8")
    [draft] = drafts(tmp_path)
    assert draft.text.count("energy minister") == 5
    assert "Copyright" not in draft.text
    assert (draft.name, draft.title, draft.author) == ("wind.html", "Wind power talks", "Ayya Lmahamad")
    assert (draft.source, draft.published_at) == ("Trend", "2020-11-13")


def test_a_page_declares_its_encoding(tmp_path: Path) -> None:
    text = "Встреча министров в Баку. " * 30
    page = f'<html><head><meta charset="windows-1251"></head><body><p>{text}</p></body></html>'
    (tmp_path / "a.html").write_bytes(page.encode("cp1251"))
    assert "Встреча министров" in drafts(tmp_path)[0].text


def test_a_page_without_an_article_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><body><script>1</script></body></html>", encoding="utf-8")
    assert "no article" in rejections(tmp_path)[0].reason


def test_rss_entries_are_articles_without_markup(tmp_path: Path) -> None:
    feed = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
    <channel><title>Trend</title><language>en</language>
    <item><guid>g1</guid><title>One &amp; two</title><link>https://a.example/1</link>
    <pubDate>Fri, 13 Nov 2020 10:00:00 +0400</pubDate><description>short</description>
    <content:encoded><![CDATA[<p>Full <b>text</b>.</p><p>More</p>]]></content:encoded></item>
    <item><title>No guid</title><link>https://a.example/2</link><description>Summary</description></item>
    <item><title>Empty</title></item></channel></rss>"""
    (tmp_path / "feed.xml").write_text(feed, encoding="utf-8")
    (tmp_path / "z.txt").write_text("the rest goes on", encoding="utf-8")
    assert rejections(tmp_path)[0].record == 3
    (tmp_path / "feed.xml").write_text(feed.replace("<item><title>Empty</title></item>", ""), encoding="utf-8")
    first, second, _ = drafts(tmp_path)
    assert (first.id, first.title, first.text) == ("g1", "One & two", "Full text.\nMore")
    assert (first.source, first.language, first.published_at) == ("Trend", "en", "Fri, 13 Nov 2020 10:00:00 +0400")
    assert (second.id, second.name, second.text) == (None, "https://a.example/2", "Summary")


def test_names_in_a_feed_that_were_escaped_twice_are_plain_text(tmp_path: Path) -> None:
    feed = """<rss version="2.0"><channel><title>Smith &amp;amp; Sons</title>
    <item><guid>1</guid><title>Q&amp;amp;A</title><author>Tom &amp;amp; Jo</author><description>A</description></item>
    <item><guid>2</guid><source url="u">One &amp;#38; All</source><description>B</description></item></channel></rss>"""
    (tmp_path / "feed.xml").write_text(feed, encoding="utf-8")
    first, second = drafts(tmp_path)
    assert (first.title, first.author, first.source) == ("Q&A", "Tom & Jo", "Smith & Sons")
    assert (second.author, second.source) == (None, "One & All")


def test_atom_entries_are_articles(tmp_path: Path) -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>AZERTAC</title>
    <entry><id>urn:1</id><title>Treffen</title><updated>2024-11-29T10:00:00Z</updated>
    <author><name>E. M.</name></author><content type="html">&lt;p&gt;Der Text.&lt;/p&gt;</content></entry></feed>"""
    (tmp_path / "feed").write_text(feed, encoding="utf-8")
    [draft] = drafts(tmp_path)
    assert (draft.id, draft.text, draft.author, draft.published_at) == (
        "urn:1",
        "Der Text.",
        "E. M.",
        "2024-11-29T10:00:00Z",
    )


@pytest.mark.parametrize(("cut", "kept"), [("</item></channel></rss>", 1), ("</channel></rss>", 2)])
def test_a_feed_that_breaks_off_gives_its_whole_entries_and_a_rejection(cut: str, kept: int, tmp_path: Path) -> None:
    items = "".join(f"<item><guid>{n}</guid><description>Text {n}</description></item>" for n in (1, 2))
    feed = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"
    (tmp_path / "feed.xml").write_text(feed.removesuffix(cut), encoding="utf-8")
    *entries, last = read([str(tmp_path)])
    assert [entry.id for entry in entries if isinstance(entry, Draft)] == ["1", "2"][:kept]
    assert isinstance(last, Rejection)
    assert last.record == kept + 1
    assert "breaks off" in last.reason
    assert f"{kept} record" in last.reason


def test_foreign_xml_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<?xml version="1.0"?><stock><price>1</price></stock>', encoding="utf-8")
    assert "XML" in rejections(tmp_path)[0].reason


def test_a_pdf_gives_its_text_and_facts_but_not_its_creation_date(tmp_path: Path) -> None:
    (tmp_path / "wind.pdf").write_bytes(pdf("Talks on wind power in Baku."))
    [draft] = drafts(tmp_path)
    assert (draft.text, draft.name) == ("Talks on wind power in Baku.", "wind.pdf")
    assert (draft.title, draft.author, draft.published_at) == ("Wind power", "Ayya Lmahamad", None)


def test_a_scanned_pdf_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(pdf(""))
    assert "OCR" in rejections(tmp_path)[0].cure


def test_an_encrypted_pdf_is_rejected(tmp_path: Path) -> None:
    locked = pdf("Secret").replace(
        b"trailer<<",
        b"trailer<</ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
        + b"61" * 32
        + b">/U<"
        + b"62" * 32
        + b">>>",
    )
    (tmp_path / "locked.pdf").write_bytes(locked)
    assert "encrypted" in rejections(tmp_path)[0].reason


def test_a_broken_pdf_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4\nnothing")
    assert "cannot be opened" in rejections(tmp_path)[0].reason


def test_a_word_document_gives_paragraphs_and_tables(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph("Talks on wind power.")
    document.add_table(rows=1, cols=2).rows[0].cells[0].text = "2020"
    document.add_paragraph("The end.")
    document.core_properties.title = "Wind power"
    document.save(str(tmp_path / "a.docx"))
    (tmp_path / "a.docx").rename(tmp_path / "noname")
    [draft] = drafts(tmp_path)
    assert (draft.title, draft.text) == ("Wind power", "Talks on wind power.\n2020\t\nThe end.")
    assert draft.published_at is None


def response(url: str, kind: str, body: str) -> bytes:
    """A record of a web archive, packed on its own as crawlers do."""
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2021-01-02T03:04:05Z\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    return gzip.compress(head.encode() + http + b"\r\n\r\n")


def test_pages_of_a_web_archive_carry_their_address_and_day(tmp_path: Path) -> None:
    undated = PAGE.replace("2020-11-13T10:00:00+04:00", "").replace("Baku", "Astana")
    records = [
        response("https://a.example/logo.png", "image/png", "x"),
        response("https://a.example/1", "text/html; charset=utf-8", PAGE),
        response("https://a.example/2", "text/html", undated),
    ]
    (tmp_path / "a.warc.gz").write_bytes(b"".join(records))
    first, second = drafts(tmp_path)
    assert (first.name, first.url, first.published_at) == ("https://a.example/1", "https://a.example/1", "2020-11-13")
    assert (second.record, second.published_at) == (3, "2021-01-02")


def test_a_web_archive_without_pages_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(response("https://a.example/logo.png", "image/png", "x"))
    assert "no pages" in rejections(tmp_path)[0].reason


@pytest.mark.parametrize("packed", [True, False])
def test_a_web_archive_that_breaks_off_gives_the_pages_before(packed: bool, tmp_path: Path) -> None:
    pages = [PAGE.replace("Baku", f"Baku {n}") for n in range(3)]
    data = b"".join(response(f"https://a.example/{n}", "text/html", page) for n, page in enumerate(pages))
    (tmp_path / "a.warc").write_bytes((data if packed else gzip.decompress(data))[:-150])
    *whole, last = read([str(tmp_path)])
    assert [type(item) for item in whole] == [Draft, Draft]
    assert isinstance(last, Rejection)
    assert (last.record, "breaks off" in last.reason, "2 records before" in last.reason) == (3, True, True)
