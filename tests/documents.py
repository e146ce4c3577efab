"""Documents as they come, good and hostile, made on the spot."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw
from pypdf import PdfReader

pillow_heif.register_heif_opener()
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def paper(width: int = 120, height: int = 160) -> Image.Image:
    """A sheet whose top left corner alone is black."""
    sheet = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(sheet).rectangle((0, 0, width // 3, height // 4), fill="black")
    return sheet


def picture(kind: str = "JPEG", *, sheet: Image.Image | None = None, **options: object) -> bytes:
    """A picture of a sheet, as a file of that kind of Pillow's."""
    out = BytesIO()
    (sheet or paper()).save(out, kind, **options)
    return out.getvalue()


def photograph() -> bytes:
    """A sheet photographed with the telephone turned: EXIF says so, and where it was."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned right by a quarter
    exif[MAKER] = "Telefon Anny Nowak"
    exif.get_ifd(GPS)[1] = "N"
    return picture(sheet=paper().transpose(Image.Transpose.ROTATE_90), exif=exif.tobytes())


def tiff(pages: int) -> bytes:
    """What a fax machine makes."""
    return picture("TIFF", save_all=True, append_images=[paper()] * (pages - 1))


def pdf(pages: int = 1, put: Callable[[pikepdf.Pdf], None] = lambda pdf: None, **options: object) -> bytes:
    """A PDF of blank pages, with whatever *put* puts into it."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    put(made)
    out = BytesIO()
    made.save(out, static_id=True, **options)  # type: ignore[arg-type]
    return out.getvalue()


def opens_with_script(made: pikepdf.Pdf) -> None:
    """JavaScript as the PDF opens."""
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('1')")


def named_script(made: pikepdf.Pdf) -> None:
    """JavaScript by name, a stream three dictionaries deep."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=made.make_stream(b"app.alert('2')"))
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", script])))


def page_action(made: pikepdf.Pdf) -> None:
    """A program started when the page is shown."""
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    made.pages[0].obj.AA = pikepdf.Dictionary(O=launch)


def attached_file(made: pikepdf.Pdf) -> None:
    """A program attached."""
    made.attachments["faktura.exe"] = b"MZ\x90 program"


def film(made: pikepdf.Pdf) -> None:
    """A film on the page."""
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia, Rect=[0, 0, 9, 9])
    made.pages[0].obj.Annots = pikepdf.Array([made.make_indirect(annotation)])


def xfa(made: pikepdf.Pdf) -> None:
    """A form with a program beside it."""
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=made.make_stream(b"<xdp/>"))


def only_program(made: pikepdf.Pdf) -> None:
    """A form of XFA alone: its pages say «please wait»."""
    xfa(made)
    made.Root.NeedsRendering = True


def signature(made: pikepdf.Pdf) -> None:
    """Looks signed: a signature's dictionary over a range of bytes."""
    signed = pikepdf.Dictionary(
        Type=pikepdf.Name.Sig, ByteRange=pikepdf.Array([0, 10, 20, 30]), Contents=pikepdf.String("00" * 20)
    )
    field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Podpis", V=made.make_indirect(signed))
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([made.make_indirect(field)]), SigFlags=3)


def jumps_to_first_page(made: pikepdf.Pdf) -> None:
    """What word processors write: where the reader opens."""
    made.Root.OpenAction = pikepdf.Array([made.pages[0].obj, pikepdf.Name.Fit])


def unfolds_to(size: int) -> Callable[[pikepdf.Pdf], None]:
    """A page whose content is *size* spaces, packed a thousand times smaller."""

    def put(made: pikepdf.Pdf) -> None:
        packer = zlib.compressobj(9)
        piece = b" " * 10_000_000
        packed = b"".join(packer.compress(piece) for _ in range(size // len(piece))) + packer.flush()
        stream = pikepdf.Stream(made, b"")
        stream.write(packed, filter=pikepdf.Name.FlateDecode)
        made.pages[0].obj.Contents = made.make_indirect(stream)

    return put


def vast_png(side: int) -> bytes:
    """A PNG that says it is *side* by *side* pixels and brings next to none of them."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))

    head = struct.pack("!IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9_000))) + chunk(b"IEND", b"")
    )


def words_of(made: bytes) -> str:
    """The text of a PDF in one line, with plain spaces."""
    pages = PdfReader(BytesIO(made)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
