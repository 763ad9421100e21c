"""Words on pictures: Pillow's own font, spaced and sized as display type is.

Rule: no font of anybody else. Sizes are in pixels; a line is made as large as its place allows.
"""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from dam.samples.light import Colour, Point


@dataclass(frozen=True, slots=True)
class Style:
    """``height``: of the type; ``spacing``: between letters, as a share of it; ``weight``: of the stroke, likewise."""

    height: float
    colour: Colour
    spacing: float = 0.0
    weight: float = 0.0


def width_of(line: str, style: Style) -> float:
    """How wide the line gets."""
    font = _font(style)
    return sum(font.getlength(each) for each in line) + style.height * style.spacing * (len(line) - 1)


def fitted(line: str, style: Style, most: float) -> Style:
    """The style, smaller if the line would be wider than ``most``."""
    share = min(1.0, most / max(1.0, width_of(line, style)))
    return Style(style.height * share, style.colour, style.spacing, style.weight)


def write(picture: Image.Image, line: str, place: Point, style: Style, anchor: str = "l") -> None:
    """One line with its middle at ``place``; ``anchor``: l, m or r, what of the line stands there."""
    draw, font = ImageDraw.Draw(picture), _font(style)
    whole = width_of(line, style)
    x = place[0] - {"l": 0.0, "m": whole / 2, "r": whole}[anchor]
    stroke = round(style.height * style.weight)
    for each in line:
        draw.text((x, place[1]), each, fill=style.colour, font=font, anchor="lm", stroke_width=stroke)
        x += font.getlength(each) + style.height * style.spacing


def button(picture: Image.Image, line: str, place: Point, style: Style, ground: Colour) -> float:
    """A call to action: a round-ended field with the line in it, its left end at ``place``; returns its width."""
    tall, whole = style.height * 2.3, width_of(line, style) + style.height * 2.4
    scale = 4
    field = Image.new("L", (round(whole * scale), round(tall * scale)), 0)
    ImageDraw.Draw(field).rounded_rectangle((0, 0, field.width - 1, field.height - 1), tall * scale / 2, fill=255)
    field = field.reduce(scale)
    left, top = round(place[0]), round(place[1] - tall / 2)
    picture.paste(ground, (left, top, left + field.width, top + field.height), field)
    write(picture, line, (place[0] + whole / 2, place[1]), style, "m")
    return whole


def _font(style: Style) -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(max(6.0, style.height))
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found
