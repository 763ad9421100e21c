"""HEIC and HEIF, by libheif behind Pillow: the picture that the file names as its first.

Belongs here: switching the library on. Rotation and crop are properties of the file, which libheif applies itself.
"""

from functools import partial

import pillow_heif

from workers.media import stills
from workers.media.decoded import Decoder

# What else is in the file (depth maps, thumbnails) is not looked at.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

DECODERS: dict[str, Decoder] = {"HEIF": partial(stills.decode, "HEIF")}
