"""EPUBs as the tests need them, made file by file."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c626001000000ffff0300000600"
    "0557bfabd40000000049454e44ae426082"
)
HEAD = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'


def xhtml(body: str, title: str = "", attributes: str = "", head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n{HEAD}'
        f"<head><title>{title}</title>{head}</head><body {attributes}>{body}</body></html>"
    )


def nav(*entries: tuple[str, str], more: str = "") -> str:
    items = "".join(f'<li><a href="{href}">{title}</a></li>' for href, title in entries)
    return xhtml(f'<nav epub:type="toc"><h1>Contents</h1><ol>{items}</ol></nav>{more}')


def ncx(*entries: tuple[str, str]) -> str:
    points = "".join(
        f"<navPoint><navLabel><text>{title}</text></navLabel><content src='{href}'/></navPoint>"
        for href, title in entries
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" '
        '"http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" '
        f'version="2005-1"><navMap>{points}</navMap></ncx>'
    )


def make(
    path: Path,
    pages: Mapping[str, str],
    *,
    contents: str = "",
    ncx: str = "",
    title: str = "A Short Book",
    author: str = "Ann Author",
    language: str = "en",
    cover: bytes = b"",
    metadata: str = "",
    guide: str = "",
    nonlinear: Sequence[str] = (),
    extra: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Writes an EPUB. pages: the spine, by name; contents: EPUB 3's table; ncx: EPUB 2's; extra: other files."""
    items = [f'<item id="p{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)]
    if contents:
        items.append('<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>')
    if ncx:
        items.append('<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
    if cover:
        items.append('<item id="cover" href="cover.png" media-type="image/png" properties="cover-image"/>')
    spine = "".join(
        f'<itemref idref="p{n}"{" linear=" + chr(34) + "no" + chr(34) if name in nonlinear else ""}/>'
        for n, name in enumerate(pages)
    )
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:language>{language}</dc:language>{metadata}"
        f"</metadata><manifest>{''.join(items)}</manifest><spine{' toc=' + chr(34) + 'ncx' + chr(34) if ncx else ''}>"
        f"{spine}</spine>{guide}</package>"
    )
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": package,
        **{f"OEBPS/{name}": text for name, text in pages.items()},
        **({"OEBPS/nav.xhtml": contents} if contents else {}),
        **({"OEBPS/toc.ncx": ncx} if ncx else {}),
        **({"OEBPS/cover.png": cover} if cover else {}),
        **(extra or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return path
