"""Advertisements: a picture, a headline, a price and a call to action, set for the shape of each place.

Rule: one layout for wide, one for tall, one for small; words come from the offer. Must not: paint (the others do).
"""

from dataclasses import dataclass

from PIL import Image, ImageOps

from dam.samples import lettering, light, marks
from dam.samples.lettering import Style
from dam.samples.light import Colour, Size, mix

_WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Offer:
    """``lines``: of the headline; ``ink``: of all words; ``accent``: of the button; ``shade`` lies under the words."""

    lines: tuple[str, ...]
    small: str
    action: str
    shade: Colour = (12, 20, 30)
    ink: Colour = _WHITE
    accent: Colour = (236, 150, 76)


def banner(size: Size, ground: Image.Image, offer: Offer) -> Image.Image:
    """The offer on the picture, which is cut to the size; RGB."""
    focus = (0.62, 0.5) if size[0] > size[1] else (0.6, 0.42)
    picture = ImageOps.fit(ground, size, Image.Resampling.LANCZOS, centering=focus)
    shape = size[0] / size[1]
    if shape > 4:
        return _strip(picture, offer)
    return _wide(picture, offer) if shape > 1.1 else _tall(picture, offer)


def _strip(picture: Image.Image, offer: Offer) -> Image.Image:
    """All in one row: mark, headline, button."""
    width, height = picture.size
    picture = light.shaded(picture, light.fade(picture.size, ((0, 235), (0.6, 150), (1, 40)), across=True), offer.shade)
    mark = marks.emblem(round(height * 0.62), offer.ink, offer.accent)
    picture.paste(mark, (round(height * 0.25), round(height * 0.19)), mark)
    left, line = height * 1.1, " ".join(offer.lines)
    style = lettering.fitted(line, Style(height * 0.34, offer.ink, 0.01, 0.02), width * 0.58)
    lettering.write(picture, line, (left, height * 0.38), style)
    small = lettering.fitted(offer.small, Style(height * 0.16, mix(offer.ink, offer.shade, 0.15), 0.04), width * 0.56)
    lettering.write(picture, offer.small, (left, height * 0.7), small)
    call = Style(height * 0.17, offer.shade, 0.02, 0.02)
    reach = lettering.width_of(offer.action, call) + call.height * 2.4
    lettering.button(picture, offer.action, (width - reach - height * 0.25, height / 2), call, offer.accent)
    return picture


def _wide(picture: Image.Image, offer: Offer) -> Image.Image:
    """Words at the left, the picture free at the right."""
    width, height = picture.size
    shade = light.fade(picture.size, ((0, 225), (0.42, 150), (0.72, 10), (1, 0)), across=True)
    picture = light.shaded(picture, shade, offer.shade)
    left, unit = height * 0.1, height * (0.18 if width > 2.5 * height else 0.13 if height > 400 else 0.115)
    _signature(picture, (left, height * 0.14), height * 0.1, offer)
    top = height * 0.37
    for line in offer.lines:
        style = lettering.fitted(line, Style(unit, offer.ink, 0.004, 0.016), width * 0.56)
        lettering.write(picture, line, (left, top), style)
        top += unit * 1.12
    small = lettering.fitted(offer.small, Style(max(11.0, height * 0.042), offer.ink, 0.02), width * 0.52)
    lettering.write(picture, offer.small, (left, top + height * 0.01), small)
    call = Style(max(11.0, height * 0.042), offer.shade, 0.03, 0.02)
    lettering.button(picture, offer.action, (left, height * 0.84), call, offer.accent)
    return picture


def _tall(picture: Image.Image, offer: Offer) -> Image.Image:
    """The mark above, words below, where the picture gets dark."""
    width, height = picture.size
    ends = light.fade(picture.size, ((0, 120), (0.25, 0), (0.45, 20), (0.8, 215), (1, 235)))
    picture = light.shaded(picture, ends, offer.shade)
    middle, unit = width / 2, min(width * 0.115, height * 0.1)
    _signature(picture, (middle, max(width * 0.12, height * 0.08)), width * 0.075, offer, centred=True)
    top = height * 0.9 - unit * (len(offer.lines) * 1.12 + 1.9)
    for line in offer.lines:
        style = lettering.fitted(line, Style(unit, offer.ink, 0.004, 0.016), width * 0.86)
        lettering.write(picture, line, (middle, top), style, "m")
        top += unit * 1.12
    small = lettering.fitted(offer.small, Style(width * 0.034, offer.ink, 0.03), width * 0.84)
    lettering.write(picture, offer.small, (middle, top), small, "m")
    call = Style(width * 0.035, offer.shade, 0.03, 0.02)
    reach = lettering.width_of(offer.action, call) + call.height * 2.4
    lettering.button(picture, offer.action, (middle - reach / 2, top + unit * 1.15), call, offer.accent)
    return picture


def _signature(
    picture: Image.Image, place: tuple[float, float], tall: float, offer: Offer, *, centred: bool = False
) -> None:
    """The mark and the name beside it."""
    name = Style(tall * 0.42, offer.ink, 0.16, 0.02)
    side = round(tall)
    whole = side * 1.25 + lettering.width_of(marks.NAME, name)
    left = place[0] - whole / 2 if centred else place[0]
    mark = marks.emblem(side, offer.ink, offer.accent)
    picture.paste(mark, (round(left), round(place[1] - side / 2)), mark)
    lettering.write(picture, marks.NAME, (left + side * 1.25, place[1]), name)
