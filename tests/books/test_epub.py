"""EPUBs: which text is read, in which chapters, and what is refused."""

import io
import zipfile
from pathlib import Path

import pytest
from books import epubs
from books.epubs import PIXEL, make, xhtml

from timbre.books.opening import open_book
from timbre.errors import BadBook, BookTooLong, EmptyBook, LockedBook, NotABook, TimbreError

ONE, TWO = "The kettle has just boiled.", "Dinner is ready, and nobody came."


def chapters(path: Path) -> list[tuple[str, str]]:
    return [(chapter.title, chapter.text) for chapter in open_book(path).chapters]


def test_the_spine_orders_it_and_the_table_of_contents_names_it(tmp_path: Path):
    pages = {
        "cover.xhtml": xhtml("<p>A picture of a kettle</p>", attributes='epub:type="cover"'),
        "half.xhtml": xhtml("<h1>A Short Book</h1><p>Copyright 2001 by nobody. All rights reserved.</p>"),
        "b.xhtml": xhtml(f"<h2>I</h2><p>{ONE}</p>"),
        "b2.xhtml": xhtml("<p>It goes on in another file.</p>"),
        "a.xhtml": xhtml(f"<h2>II</h2><p>{TWO}</p>"),
        "extra.xhtml": xhtml("<p>Beside the text.</p>"),
    }
    table = epubs.nav(("b.xhtml", "One: Tea"), ("a.xhtml", "Two: Dinner"))
    path = make(tmp_path / "book.epub", pages, contents=table, cover=PIXEL, language="en-GB", nonlinear=["extra.xhtml"])
    book = open_book(path)
    assert (book.title, book.author, book.language, book.cover) == ("A Short Book", "Ann Author", "en-GB", PIXEL)
    assert chapters(path) == [
        ("One: Tea", f"I\n{ONE}\nIt goes on in another file."),
        ("Two: Dinner", f"II\n{TWO}"),
    ]


def test_chapters_may_begin_within_a_page_and_have_an_old_table(tmp_path: Path):
    body = f'<h1 id="i">I<br/>Tea</h1><p>{ONE}</p><a id="ii"></a><h1>II</h1><p>{TWO}</p>'
    table = epubs.ncx(("all.xhtml#i", "Tea"), ("all.xhtml#ii", "Dinner"))
    path = make(tmp_path / "book.epub", {"all.xhtml": xhtml(body)}, ncx=table)
    assert chapters(path) == [("Tea", f"I\nTea\n{ONE}"), ("Dinner", f"II\n{TWO}")]


def test_without_a_table_each_page_is_a_chapter_by_its_heading(tmp_path: Path):
    path = make(tmp_path / "b.epub", {"1.xhtml": xhtml(f"<h1>Tea</h1><p>{ONE}</p>"), "2.xhtml": xhtml(f"<p>{TWO}</p>")})
    assert chapters(path) == [("Tea", f"Tea\n{ONE}"), ("2", TWO)]


def test_what_is_not_read_is_no_chapter_and_a_very_long_one_is_parted_at_its_sections(tmp_path: Path):
    body = f'<p id="i">{ONE}</p><p id="ii">{TWO}</p><section id="notes" epub:type="rearnotes"><p>A note.</p></section>'
    entries = '<li><a href="a.xhtml#i">One</a><ol><li><a href="a.xhtml#ii">{}</a></li></ol></li>'
    deep = f'<nav epub:type="toc"><ol><li><a href="a.xhtml">All</a><ol>{entries}</ol></li></ol></nav>'
    table = xhtml(deep.format("Section") + "<p/>").replace(
        "</ol></nav>", '<li><a href="a.xhtml#notes">Notes</a></li></ol></nav>'
    )
    short = make(tmp_path / "a.epub", {"a.xhtml": xhtml(body)}, contents=table)
    assert chapters(short) == [("One", f"{ONE}\n{TWO}")]
    long = "It goes on. " * 9_000
    path = make(tmp_path / "b.epub", {"a.xhtml": xhtml(body.replace(ONE, long))}, contents=table)
    assert [title for title, _ in chapters(path)] == ["One", "Section"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<p>Tea<a epub:type='noteref' href='n.xhtml#n1'>1</a> is hot.</p>", "Tea is hot."),
        ("<p>Tea<sup><a href='#fn1'>12</a></sup> is hot.</p>", "Tea is hot."),
        ("<p>Tea<a href='#x'>[3]</a> is <a href='#y'>†</a>hot, see <a href='#z'>chapter 3</a>.</p>",
         "Tea is hot, see chapter 3."),
        ("<p>A room of 20 m<sup>2</sup>.</p>", "A room of 20 m2."),
        ("<p>Tea.</p><aside epub:type='footnote'><p>1. A drink.</p></aside>", "Tea."),
        ("<p>Tea.</p><div class='footnotes'><p>1. A drink.</p></div><p>More.</p>", "Tea.\nMore."),
        ("<p>Tea<script>alert(1)</script><style>p {}</style> is hot.</p>", "Tea is hot."),
        ("<p>Tea.</p><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table><p>Hot.</p>",
         "Tea.\nHot."),
        ("<table><tr><td><p>Tea is hot.</p></td></tr></table>", "Tea is hot."),
        ("<p><span class='drop'>T</span>ea&nbsp;is&mdash;hot &amp; wet&hellip; &bogus;</p>", "Tea is—hot & wet…"),
        ("<p>Te\u00ada is<br/>hot.</p><p> </p><p>* * *</p>", "Tea is hot."),
        ("<p>Tea <span epub:type='pagebreak' title='7'>7</span>is hot.</p>", "Tea is hot."),
        ("<p>Tea <ruby>茶<rt>ちゃ</rt></ruby>.</p><!-- not this --><ul><li>One</li><li>Two</li></ul>",
         "Tea 茶.\nOne\nTwo"),
        ("<p>[voice:ana] [pause 2s] Tea.</p>", "[voice:ana] [pause 2s] Tea."),
        ("<p>Tea &not_a.sign; is<svg>&no_;</svg> hot.</p>", "Tea is hot."),
        ("<title/><p>Tea <b>is <i>hot</b></i>.", "Tea is hot."),
    ],
)  # fmt: skip
def test_what_is_read_of_a_page(tmp_path: Path, body: str, said: str):
    path = make(tmp_path / "book.epub", {"a.xhtml": xhtml(body)})
    assert [chapter.text for chapter in open_book(path).chapters] == [said]


def test_pages_that_are_lists_or_cover_are_not_read_whoever_says_so(tmp_path: Path):
    links = "".join(f'<p><a href="a.xhtml#{n}">The {n}th chapter</a></p>' for n in range(9))
    pages = {
        "title.xhtml": xhtml("<p>Published by somebody</p>"),
        "list.xhtml": xhtml(f"<h1>Contents</h1>{links}"),
        "a.xhtml": xhtml(f"<p>{ONE}</p>"),
        "notes.xhtml": xhtml("<p>1. A drink.</p>", attributes='epub:type="backmatter endnotes"'),
    }
    guide = '<guide><reference type="title-page" href="title.xhtml"/></guide>'
    path = make(tmp_path / "book.epub", pages, guide=guide)
    assert [text for _, text in chapters(path)] == [ONE]


def test_authors_are_those_who_wrote_it(tmp_path: Path):
    more = (
        '<dc:creator id="c2">Bea Both</dc:creator><dc:creator id="c3">Tom Translator</dc:creator>'
        '<meta refines="#c3" property="role" scheme="marc:relators">trl</meta>'
    )
    path = make(tmp_path / "b.epub", {"a.xhtml": xhtml(f"<p>{ONE}</p>")}, metadata=more)
    assert open_book(path).author == "Ann Author, Bea Both"


def refused(path: Path) -> TimbreError:
    with pytest.raises(TimbreError) as caught:
        open_book(path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200 and caught.value.status < 500
    return caught.value


def test_hostile_and_foreign_files_are_one_sentence_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    page = {"a.xhtml": xhtml(f"<p>{ONE}</p>")}
    book = tmp_path / "book.epub"
    bomb = "<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><html><body><p>&b;</p></body></html>"
    lock = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData '
        'xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>'
    )
    aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
    assert isinstance(refused(make(book, {"a.xhtml": bomb})), BadBook)
    assert isinstance(refused(make(book, page, extra={"META-INF/encryption.xml": lock.format(aes)})), LockedBook)
    font = lock.format("http://www.idpf.org/2008/embedding")
    assert open_book(make(book, page, extra={"META-INF/encryption.xml": font})).chapters[0].text == ONE
    assert isinstance(refused(make(book, {"a.xhtml": xhtml("<p>— * —</p>")})), EmptyBook)
    assert isinstance(refused(make(book, {})), EmptyBook)
    assert "out of it" in str(refused(make(book, page, extra={"../../evil.xhtml": "x"})))
    assert not (tmp_path.parent / "evil.xhtml").exists()
    assert "times its size" in str(refused(make(book, page, extra={"OEBPS/b.bin": b"\0" * 200_000_000})))
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    entity = f"<!DOCTYPE html [<!ENTITY s SYSTEM 'file://{secret}'>]><html><body><p>&s;</p></body></html>"
    assert isinstance(refused(make(book, {"a.xhtml": entity})), BadBook)
    deep = "<div>" * 50_000 + ONE
    assert isinstance(refused(make(book, {"a.xhtml": deep})), EmptyBook) or open_book(book)
    whole = make(book, page).read_bytes()
    book.write_bytes(whole[: len(whole) // 2])
    assert isinstance(refused(book), BadBook)
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("photo.txt", "no book")
    assert isinstance(refused(book), NotABook)
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("META-INF/container.xml", epubs.CONTAINER)
    assert isinstance(refused(book), BadBook)
    for name, data in (
        ("a.pdf", b"%PDF-1.7"),
        ("a.epub", b"\0\1\2\3"),
        ("a.html", b"<!DOCTYPE HTML><p>"),
        ("e.txt", b""),
    ):
        (tmp_path / name).write_bytes(data)
        assert isinstance(refused(tmp_path / name), NotABook if data else EmptyBook)
    (tmp_path / "latin.txt").write_bytes("Café".encode("latin-1"))
    assert "UTF-8" in str(refused(tmp_path / "latin.txt"))
    from timbre.settings import settings

    monkeypatch.setattr(settings(), "book_mb", 1)
    assert isinstance(refused(make(book, {"a.xhtml": xhtml(f"<p>{'word ' * 300_000}</p>")})), BookTooLong)


def test_links_reach_nothing_outside_the_archive(tmp_path: Path):
    (tmp_path / "outside.xhtml").write_text(xhtml("<p>Outside.</p>"))
    path = make(tmp_path / "b.epub", {"a.xhtml": xhtml(f"<p>{ONE}</p>")})
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["OEBPS/content.opf"] = files["OEBPS/content.opf"].replace(b'href="a.xhtml"', b'href="../../outside.xhtml"')
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path.write_bytes(data.getvalue())
    assert isinstance(refused(path), EmptyBook)
