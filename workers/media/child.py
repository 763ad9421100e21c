"""One version in one child: take the descriptors, give up everything else, decode, report, end.

Belongs here: what happens between the template's fork and the child's end. Must not: return to the template's code, or
write anything but the renditions and one report.
"""

import gc
import json
import os
import resource
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, NoReturn, cast

from workers.media import images
from workers.media.confine import Sandbox, confine
from workers.media.plan import NOT_CONFINED, Limits, MediaFailure, Spec

SOURCE, REPORT, FIRST_OUTPUT = 3, 4, 5


def run(request: Mapping[str, Any], descriptors: Sequence[int], sandbox: Sandbox, template: int) -> NoReturn:
    """``descriptors``: source, report, then one for each spec. Ends the process: 0 when a report was written."""
    code = 1
    try:
        gc.disable()
        limits = Limits(**request["limits"])
        if not _shut_in(limits, descriptors, sandbox, template):
            os._exit(NOT_CONFINED)
        os.write(REPORT, json.dumps(_report(request, limits)).encode())
        code = 0
    finally:
        os._exit(code)


def _shut_in(limits: Limits, descriptors: Sequence[int], sandbox: Sandbox, template: int) -> bool:
    try:
        take_descriptors(descriptors)
        confine(limits, sandbox, template)
    except (OSError, ValueError):
        return False
    return True


def take_descriptors(descriptors: Sequence[int]) -> None:
    """Put them at 3, 4, 5 … with nothing else open but the null device at 0, 1 and 2."""
    above = FIRST_OUTPUT + len(descriptors)
    copies = [_copy_above(descriptor, above + max(descriptors)) for descriptor in descriptors]
    os.dup2(0, 1)
    os.dup2(0, 2)
    for place, copy in enumerate(copies, start=SOURCE):
        os.dup2(copy, place)
    os.closerange(SOURCE + len(copies), resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _copy_above(descriptor: int, lowest: int) -> int:
    """A duplicate whose number is above every place that is still to be filled."""
    spare = []
    while (copy := os.dup(descriptor)) <= lowest:
        spare.append(copy)
    for number in spare:
        os.close(number)
    return copy


def _report(request: Mapping[str, Any], limits: Limits) -> dict[str, object]:
    specs = [Spec(**spec) for spec in request["specs"]]
    source, sinks = _opened(SOURCE, "rb"), [_opened(FIRST_OUTPUT + index, "wb") for index in range(len(specs))]
    try:
        report = images.render(source, request["format"], specs, sinks, limits.data)
        for sink in sinks:
            sink.flush()
        return report
    except MediaFailure as failure:
        return {"failure": failure.code, "diagnostic": failure.diagnostic[:500]}
    except MemoryError:
        return {"failure": "out_of_memory", "diagnostic": "MemoryError"}
    except Exception as error:
        # A defect of ours or of the encoder, not what the file says; nobody can read a traceback written in here.
        return {"failure": "crashed", "diagnostic": repr(error)[:500]}


def _opened(descriptor: int, mode: str) -> BinaryIO:
    return cast(BinaryIO, open(descriptor, mode, closefd=False))
