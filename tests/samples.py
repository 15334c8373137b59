"""Made-up letters and photographs, each as a program would write it, and ways to spoil them."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from PIL import Image
from pypdf import PdfWriter

from triage.uploads.kinds import MEDIA_TYPES

WORD_TYPE = MEDIA_TYPES["docx"] + ".main+xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112


def picture(form: str = "JPEG", *, size: tuple[int, int] = (40, 20), mode: str = "RGB", **more: object) -> bytes:
    """A plain picture."""
    out = BytesIO()
    Image.new(mode, size, 1 if mode == "1" else None).save(out, form, **more)
    return out.getvalue()


def photograph() -> bytes:
    """A picture taken with the camera on its side, at a place, by a phone that says who it is."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Made-up Phone", 6
    exif.get_ifd(GPS).update({1: "N", 2: (53.0, 1.0, 0.0), 3: "W", 4: (1.0, 12.0, 0.0)})
    return picture("JPEG", exif=exif, comment=b"Made up: home")


def pdf(spoil=None, **options: object) -> bytes:
    """One blank page; `spoil` may add to the writer."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if spoil:
        spoil(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def packed_pdf(of_catalogue: str) -> bytes:
    """One blank page whose objects are all compressed (ISO 32000-1, 7.5.7); the catalogue has this as well."""
    said = (
        f"<< /Pages 2 0 R {of_catalogue} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    )
    begins = [sum(len(each) + 1 for each in said[:number]) for number in range(len(said))]
    index = " ".join(f"{number} {at}" for number, at in enumerate(begins, 1)) + " "
    objects = zlib.compress((index + " ".join(said)).encode())
    first = f"4 0 obj << /Type /ObjStm /N 3 /First {len(index)} /Filter /FlateDecode /Length {len(objects)} >> stream\n"
    body = b"%PDF-1.5\n" + first.encode() + objects + b"\nendstream endobj\n"
    places = [b"\0\0\0\0", *(b"\2\0\4" + bytes([number]) for number in range(3)), b"\1\0\x09\0"]
    places.append(b"\1" + len(body).to_bytes(2) + b"\0")
    table = f"5 0 obj << /Type /XRef /W [1 2 1] /Size 6 /Root 1 0 R /Length {4 * len(places)} >> stream\n"
    end = f"\nendstream endobj\nstartxref\n{len(body)}\n%%EOF\n"
    return body + table.encode() + b"".join(places) + end.encode()


def archive(parts: dict[str, bytes | str], stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of these parts, in order."""
    out = BytesIO()
    with ZipFile(out, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content, ZIP_STORED if name in stored else ZIP_DEFLATED)
    return out.getvalue()


def docx(body: str = "<w:p><w:r><w:t>Made up.</w:t></w:r></w:p>", relations: str = "", **differently: object) -> bytes:
    """A Word document of that body; `kind` and `more` parts may differ."""
    kind, more = differently.get("kind", WORD_TYPE), differently.get("more", {})
    override = f'<Override PartName="/word/document.xml" ContentType="{kind}"/>'
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}">{override}</Types>',
            "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{links}">{relations}</Relationships>',
            **more,
        }
    )


def relation(what: str, target: str, *, external: bool = True) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="r1" Type="{RELATION}/{what}" Target="{target}"{mode}/>'


def odt(
    body: str = "<text:p>Made up.</text:p>", manifest: str = "", more: dict[str, bytes | str] | None = None
) -> bytes:
    """An OpenDocument text of that body."""
    spaces = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"'
        for each, full in (("office", "office"), ("text", "text"), ("draw", "drawing"), ("script", "script"))
    )
    xlink = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    main = f"<office:document-content {spaces} {xlink}><office:body>{body}</office:body></office:document-content>"
    space = 'xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    parts = {
        "mimetype": MEDIA_TYPES["odt"],
        "content.xml": main,
        "META-INF/manifest.xml": f"<m:manifest {space}>{manifest}</m:manifest>",
    }
    return archive(parts | (more or {}), stored=("mimetype",))


def huge_png(width: int, height: int) -> bytes:
    """The head of a picture of that size, and hardly any of it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
