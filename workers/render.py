"""The worker's renderer: recipes as the studio's plain parameters, and the studio's answers as the port's values.

Rule: only translation. What may go wrong with a file is decided in ``workers.media``; what is stored, in
``dam.operations.renditions``.
"""

from collections.abc import Mapping, Sequence
from typing import BinaryIO, Self

from dam.domain import media_types
from dam.domain.recipes import Recipe
from dam.ports.media import MediaFailure, MediaUnavailable, RenderedFile, Told
from workers.media import asides, encodings, plan, results, sizes
from workers.media.encoding import SOUNDS
from workers.media.studio import Studio


class StudioRenderer:
    """``dam.ports.media.Renderer`` by a ``Studio``, which stays the caller's to close."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def render(
        self, source: BinaryIO, media_type: str, recipes: Sequence[Recipe], told: Told = lambda _: None
    ) -> "Made":
        """As ``Renderer``: all of ``recipes`` make the same."""
        format_ = media_types.named(media_type).route or media_type
        makes = recipes[0].makes
        try:
            if makes == "playable":
                (recipe,) = recipes
                film = encodings.playable(self._studio, source, format_, recipe.box, recipe.quality, told)
                return Made({recipe.name: film})
            if makes == "film":
                (recipe,) = recipes
                return Made({recipe.name: encodings.placed(self._studio, source, format_, _spec(recipe), told)})
            if makes != "picture":
                return Made(self._beside(source, format_, recipes))
            rendered = self._studio.render(source, format_, [_spec(each) for each in recipes])
            return Made(rendered.files, rendered.properties)
        except plan.MediaFailure as failure:
            raise MediaFailure(failure.code, failure.sentence, lacking=failure.code in plan.LACKING) from failure
        except plan.MediaUnavailable as error:
            raise MediaUnavailable(str(error)) from error

    def _beside(self, source: BinaryIO, format_: str, recipes: Sequence[Recipe]) -> dict[str, results.RenderedFile]:
        """One child makes a sheet and its index; who asks for one of them gets that."""
        asked = plan.Aside(recipes[0].makes, recipes[0].box, recipes[0].quality)
        found = asides.made(self._studio, source, format_, asked, recipes[0].name.removesuffix("-index"))
        files = {each.name: found.pop(each.media_type) for each in recipes}
        for unwanted in found.values():
            unwanted.file.close()
        return files


def _spec(recipe: Recipe) -> plan.Spec:
    return plan.Spec(
        recipe.name,
        recipe.box,
        _FORMATS[recipe.media_type],
        recipe.quality,
        fit=recipe.fit,
        frame=recipe.frame,
        background=recipe.background,
        max_bytes=recipe.max_bytes,
        page=recipe.page,
        time=recipe.time,
        profile=recipe.profile,
        focal=recipe.focal,
        words=dict(recipe.words),
    )


class Made:
    """``dam.ports.media.Rendered``."""

    def __init__(self, files: Mapping[str, results.RenderedFile], properties: results.Properties | None = None) -> None:
        """``properties``: None where the pictures tell them."""
        self._files = files
        self._properties = properties

    @property
    def properties(self) -> Mapping[str, object]:
        found = self._properties
        if found is None:
            return {}
        drawn = found.format in (*plan.LOOKLESS, *SOUNDS)
        look = {} if drawn else {"look": found.look, "colours": list(found.colours)}
        if found.format in SOUNDS or found.format in media_types.STAND_INS:
            # What is seen of it is a cover or drawn by us: its measures say nothing of the file.
            return {"format": found.format, "colour": found.dominant_colour, **look, **found.details}
        return {
            "width": found.width,
            "height": found.height,
            "format": found.format,
            "colour_mode": found.colour_mode,
            "has_alpha": found.has_alpha,
            "profile": found.profile,
            "colour": found.dominant_colour,
            **look,
            **found.details,
        }

    @property
    def embedded(self) -> Mapping[str, object]:
        return self._properties.metadata if self._properties is not None else {}

    @property
    def files(self) -> Mapping[str, RenderedFile]:
        return {
            name: RenderedFile(each.file, each.media_type, each.width, each.height, each.size)
            for name, each in self._files.items()
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for each in self._files.values():
            each.file.close()


_FORMATS = {media_type: name for name, (media_type, _) in sizes.WRITTEN.items()} | {"video/mp4": "MP4"}
