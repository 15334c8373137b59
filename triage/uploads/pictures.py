"""Photographs and scans: decoded, and drawn anew without what the camera wrote into them (place, time, device)."""

from io import BytesIO

from PIL import Image, ImageOps

from triage.errors import Invalid
from triage.uploads.kinds import refusal

MOST_PIXELS = 50_000_000
AS_THEY_ARE = {"JPEG": ("L", "RGB"), "PNG": ("1", "L", "LA", "RGB", "RGBA")}
HOW = {"JPEG": {"quality": 88}, "PNG": {}}


def redraw_jpeg(content: bytes) -> bytes:
    """The photograph, and nothing but the photograph. Invalid as `redraw`."""
    return redraw(content, "JPEG")


def redraw_png(content: bytes) -> bytes:
    """The picture, and nothing but the picture. Invalid as `redraw`."""
    return redraw(content, "PNG")


def redraw(content: bytes, form: str) -> bytes:
    """The picture in the same form ("JPEG", "PNG"), the right way up, and nothing but the picture.

    Invalid where it cannot be decoded whole, or is larger than MOST_PIXELS.
    """
    try:
        return _redraw(content, form)
    except Invalid:
        raise
    except Image.DecompressionBombError as fault:
        raise _too_large() from fault
    except Exception as fault:  # decoders meet what hostile bytes mean them to
        raise refusal("broken", "This picture is broken: it cannot be opened. Send another copy of it.") from fault


def _redraw(content: bytes, form: str) -> bytes:
    with Image.open(BytesIO(content), formats=(form,)) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise _too_large()
        picture.load()
        upright = _in_plain_colours(ImageOps.exif_transpose(picture), form)
    bare = Image.new(upright.mode, upright.size)
    bare.paste(upright)
    drawn = BytesIO()
    bare.save(drawn, form, **HOW[form])
    return drawn.getvalue()


def _too_large() -> Invalid:
    most = f"{MOST_PIXELS // 1_000_000} million pixels"
    return refusal("too_many_pixels", f"This picture is too large: the most is {most}. Send a smaller one.")


def _in_plain_colours(picture: Image.Image, form: str) -> Image.Image:
    if picture.mode in AS_THEY_ARE[form] and "transparency" not in picture.info:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data and form == "PNG" else "RGB")
