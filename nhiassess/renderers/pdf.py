"""The report as one PDF that is both accessible (PDF/UA-1) and made to be kept (PDF/A-3a)."""

from __future__ import annotations

import gc
import io
import logging
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from nhiassess.drawings.drawing import SANS
from nhiassess.drawings.theme import style, theme
from nhiassess.errors import Complaint, RenderError
from nhiassess.layout import weasyprint
from nhiassess.model.assessment import Assessment
from nhiassess.model.figures import Figures
from nhiassess.renderers.report import compose

WAYS = (
    "Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
    "Fedora: dnf install pango. macOS: brew install pango. "
    "Windows: install MSYS2, then pacman -S mingw-w64-x86_64-pango. The HTML report needs none of this."
)
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:format>application/pdf</dc:format>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreateDate>{now}</xmp:CreateDate><xmp:ModifyDate>{now}</xmp:ModifyDate>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


class Pdf:
    """Writes report.pdf."""

    name = "pdf"
    file = "report.pdf"

    def render(self, assessment: Assessment, figures: Figures, assets: Mapping[str, bytes]) -> bytes:
        """Draw the assessment on A4 pages.

        Parameters
        ----------
        assessment, figures:
            What was concluded, and what of it is shown.
        assets:
            The files of templates/ by name.

        Returns
        -------
        bytes
            Equal for equal input on one machine: dates are those of the assessment.

        Raises
        ------
        RenderError
            When a library that draws text is missing, or something tried to load from outside.
        """
        brand = assessment.plan.branding.get("brand")
        look = theme(assets, brand=brand)
        sheet = style(assets, suffix="ttf", brand=brand)
        page = compose(assessment, figures, assets, look, sheet, screen=False)
        known = frozenset(map(chr, look.face(SANS, 400).widths))
        return archived(drawn(page, known), assessment.meta.now)


RENDERER = Pdf()


def drawn(page: str, known: frozenset[str] = frozenset()) -> bytes:
    """Lay a page out as PDF/A-3a, refusing whatever is not inside it.

    Parameters
    ----------
    page:
        The document.
    known:
        Characters that the fonts of the page are known to have.

    Returns
    -------
    bytes
        The file, in which characters that no font has are replaced by U+FFFD.

    Raises
    ------
    RenderError
        When Pango is missing, or the page refers to something outside.
    """
    try:
        library = weasyprint()
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise RenderError(f"no PDF on this machine: {error}".splitlines()[0], hint=WAYS) from error

    def laid_out(page: str) -> tuple[bytes, _Heard]:
        heard = _Heard()
        logger = logging.getLogger("weasyprint")
        logger.addHandler(heard)
        gc.disable()  # nothing that layout makes is garbage before it is done; looking for it takes a third of the time
        try:
            fetcher = URLFetcher(allowed_protocols={"data"}, fail_on_errors=False)
            made: bytes = library.HTML(string=page, url_fetcher=fetcher).write_pdf(
                pdf_variant="pdf/a-3a", uncompressed_pdf=True
            )
        finally:
            gc.enable()
            logger.removeHandler(heard)
        if heard.refused:
            raise RenderError(tuple(Complaint(said, "report.pdf") for said in dict.fromkeys(heard.refused)))
        return made, heard

    # a character that no font here has would be an empty box, which PDF/A forbids: find them first, on a small page
    foreign = sorted(sign for sign in set(page) - known if not sign.isspace())
    if foreign:
        _, heard = laid_out(f"<html lang=en><title>-</title><p>{' '.join(foreign)}")
        page = _without(page, heard.missing)
    made, heard = laid_out(page)
    if heard.missing:
        made, _ = laid_out(_without(page, heard.missing))
    return made


def archived(made: bytes, now: str) -> bytes:
    """Add what makes the same file PDF/UA-1, and save it so that equal input gives equal bytes."""
    import pikepdf  # only PDF needs it

    with pikepdf.open(io.BytesIO(made)) as pdf:
        info = pdf.docinfo
        words = {
            "title": _word(info, "/Title"),
            "author": _word(info, "/Author"),
            "subject": _word(info, "/Subject"),
            "producer": _word(info, "/Producer"),
        }
        filled = {name: escape(word) for name, word in words.items()}
        pdf.Root.Metadata.write(_XMP.format(now=now, **filled).encode("utf-8"))
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
        out = io.BytesIO()
        # a compressed stream may end in a line end, which a validator takes for the end of the line before endstream
        pdf.save(
            out,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            deterministic_id=True,
        )
    return out.getvalue()


class _Heard(logging.Handler):
    """Keeps what the layout refused or failed to load, and the characters that no font has."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.refused: list[str] = []
        self.missing: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.levelno >= logging.ERROR:
            self.refused.append(said)
        elif ".notdef" in said:
            self.missing |= {chr(int(code, 16)) for code in re.findall(r"\(U\+([0-9A-F]+)\)", said)}


def _without(page: str, missing: set[str]) -> str:
    return page.translate({ord(sign): "\ufffd" for sign in missing})


def _word(info: Any, name: str) -> str:
    return str(info[name]) if name in info else ""
