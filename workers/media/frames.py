"""How a picture comes into the frame of its rendition: which size it is needed at, what is cut off, what is put around.

Belongs here: geometry and what it takes to carry it out, on pictures in whatever colours. Must not: decode, or write
files.
"""

from PIL import Image

from workers.media.colour import Ground
from workers.media.geometry import Size, begin, contained, covering, cut, fit
from workers.media.plan import LARGEST_BOX, Spec

_ASPECT = 2  # most pictures are cut by less than half


def asked(spec: Spec) -> int:
    """The longest side that is asked for before anything is known of the picture."""
    return min(LARGEST_BOX, spec.box * _ASPECT) if spec.fit == "cover" else spec.box


def needed(whole: Size, spec: Spec) -> Size:
    """How large the whole picture has to be for this rendition; never larger than ``whole``."""
    if spec.frame is None:
        return fit(whole, spec.box)
    return covering(whole, spec.frame) if spec.fit == "cover" else contained(whole, spec.frame)


def framed(picture: Image.Image, spec: Spec, ground: Ground | None) -> Image.Image:
    """``picture`` (L, LA, RGB, RGBA or CMYK, at the size of ``needed``) as the rendition is to show it; ``ground``: its
    background, as the picture has colours."""
    if spec.frame is not None:
        picture = _cut(picture, spec.frame, spec.focal) if spec.fit == "cover" else _put(picture, spec.frame, ground)
    return _opaque(picture, ground)


def _cut(picture: Image.Image, frame: Size, focal: tuple[float, float]) -> Image.Image:
    """What is around the focal point, in the frame's proportions; smaller than the frame where the picture is."""
    width, height = cut(picture.size, frame)
    left, top = begin(picture.width, width, focal[0]), begin(picture.height, height, focal[1])
    return picture.crop((left, top, left + width, top + height))


def _put(picture: Image.Image, frame: Size, ground: Ground | None) -> Image.Image:
    """Into the middle of the frame; what is around it has the background's colour, or none at all."""
    base = picture.mode.removesuffix("A")
    if ground is None:
        canvas = Image.new(base + "A", frame)
    else:
        canvas, picture = Image.new(base, frame, ground), _opaque(picture, ground)
    canvas.paste(picture, ((frame[0] - picture.width) // 2, (frame[1] - picture.height) // 2))
    return canvas


def _opaque(picture: Image.Image, ground: Ground | None) -> Image.Image:
    if ground is None or picture.mode not in ("LA", "RGBA"):
        return picture
    if picture.mode == "LA":
        grey = Image.new("L", picture.size, ground)
        grey.paste(picture.getchannel("L"), mask=picture.getchannel("A"))
        return grey
    canvas = Image.new("RGBA", picture.size, (*ground, 255))
    return Image.alpha_composite(canvas, picture).convert("RGB")
