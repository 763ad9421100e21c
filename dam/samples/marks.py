"""The brand's marks: the emblem (a sun behind two peaks), alone and with the name; on transparent ground.

Rule: flat shapes, one colour or two; nothing here has a background.
"""

from PIL import Image, ImageDraw

from dam.samples import lettering, light
from dam.samples.lettering import Style
from dam.samples.light import Colour, Point

NAME = "FJELLROAST"
LINE = "COFFEE FOR THE LONG WAY"

_SUN = (0.5, 0.42, 0.2)
_PEAKS: tuple[tuple[Point, ...], ...] = (
    ((0.14, 0.74), (0.38, 0.38), (0.47, 0.5), (0.54, 0.43), (0.77, 0.74)),
    ((0.5, 0.74), (0.67, 0.51), (0.86, 0.74)),
)


def emblem(side: int, dark: Colour, sun: Colour, *, ring: bool = True) -> Image.Image:
    """The mark alone, in a ring if that is wanted; RGBA."""
    picture = Image.new("RGBA", (side, side), (*dark, 0))

    def draw_ring(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
        draw.ellipse((0.03 * width, 0.03 * height, 0.97 * width, 0.97 * height), outline=255, width=width // 34)

    def draw_sun(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
        x, y, radius = _SUN
        box = ((x - radius) * width, (y - radius) * height, (x + radius) * width, (y + radius) * height)
        draw.ellipse(box, fill=255)

    def draw_peaks(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
        for shape in _PEAKS:
            draw.polygon([(x * width, y * height) for x, y in shape], fill=255)

    if ring:
        picture.paste((*dark, 255), mask=light.outline((side, side), draw_ring))
    picture.paste((*sun, 255), mask=light.outline((side, side), draw_sun))
    picture.paste((*dark, 255), mask=light.outline((side, side), draw_peaks))
    return picture


def logo(height: int, dark: Colour, sun: Colour) -> Image.Image:
    """The mark with the name and the line beside it; RGBA."""
    name = Style(height * 0.36, dark, 0.16, 0.022)
    line = Style(height * 0.112, dark, 0.27)
    picture = Image.new("RGBA", (round(height * 1.24 + lettering.width_of(NAME, name)), height), (*dark, 0))
    picture.alpha_composite(emblem(height, dark, sun))
    left = height * 1.18
    lettering.write(picture, NAME, (left, height * 0.42), name)
    lettering.write(picture, LINE, (left + height * 0.01, height * 0.7), line)
    return picture
