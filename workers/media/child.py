"""One version in one child: take the descriptors, give up everything else, decode, report, end; or become a program
(FFmpeg, or one that draws documents), behind the same fences.

Belongs here: what happens between the template's fork and the child's end. Must not: return to the template's code, or
write anything but the renditions and one report.
"""

import gc
import importlib
import json
import os
import resource
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, NoReturn, cast

from workers.media import images
from workers.media.confine import Sandbox, confine
from workers.media.encoding import NOT_EXECUTED, Encoding
from workers.media.kernel import Reach
from workers.media.plan import ASIDE, NOT_CONFINED, Aside, Limits, MediaFailure, Spec

SOURCE, REPORT, FIRST_OUTPUT = 3, 4, 5
WRITTEN = FIRST_OUTPUT + 1
"""Of a program's child: its output once more, to be read, with a place of its own in it."""
PROGRESS = WRITTEN + 1

_GRAPH = "workers.media.graph"
_NICE = 10  # nobody waits for a film, and what is made beside it, as for a page


def load(request: Mapping[str, Any]) -> None:
    """What the child will need, before it is forked and confined. Raises what an import raises."""
    if "encoding" in request:
        importlib.import_module(_GRAPH)
    elif "aside" in request:
        _maker(request)
    elif "program" not in request:
        images.load(request["format"])


def _maker(request: Mapping[str, Any]) -> Any:
    return importlib.import_module(f"workers.media.{ASIDE[request['aside']['makes']]}")


def run(request: Mapping[str, Any], descriptors: Sequence[int], sandbox: Sandbox, template: int) -> NoReturn:
    """``descriptors``: source, report, then one for each spec. Ends the process: 0 when a report was written."""
    if "program" in request:
        _become(request, descriptors, sandbox, template)
    code = 1
    try:
        gc.disable()
        if "aside" in request:
            os.nice(_NICE)
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


def _become(request: Mapping[str, Any], descriptors: Sequence[int], sandbox: Sandbox, template: int) -> NoReturn:
    """Be the program from now on, confined; ``descriptors``: source and report; of FFmpeg also its output, the
    output to be read, and what is written of its progress. The others work in the folder ``home``."""
    code = NOT_CONFINED
    try:
        path = request["program"][0]
        argv = _arguments(request, path)
        take_descriptors(descriptors)
        if "encoding" in request:
            os.dup2(WRITTEN, 0)
        os.set_blocking(REPORT, False)  # who has more to say than the report holds must not wait for a reader
        os.dup2(REPORT, 2)
        os.nice(_NICE)
        program = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # who is nobody may not reach it by its name
        reach = Reach(request["program"], request.get("trees", ()), request.get("home"))
        confine(Limits(**request["limits"]), sandbox, template, reach)
        code = NOT_EXECUTED
        os.execve(program, argv, request.get("environment", {}))  # noqa: S606 no shell is what is wanted
    finally:
        os._exit(code)


def _arguments(request: Mapping[str, Any], path: str) -> list[str]:
    if "encoding" not in request:
        return list(request["argv"])
    graph = importlib.import_module(_GRAPH)
    found: list[str] = graph.arguments(Encoding(**request["encoding"]), path, SOURCE, FIRST_OUTPUT, PROGRESS)
    return found


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
    source, sinks = _opened(SOURCE, "rb"), [_opened(FIRST_OUTPUT + index, "wb") for index in range(_outputs(request))]
    try:
        report = _made(request, source, sinks, limits)
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


def _outputs(request: Mapping[str, Any]) -> int:
    return 1 if "aside" in request else len(request["specs"])


def _made(request: Mapping[str, Any], source: BinaryIO, sinks: Sequence[BinaryIO], limits: Limits) -> dict[str, object]:
    if "aside" in request:
        asked = Aside(**request["aside"])
        made: dict[str, object] = _maker(request).make(source, request["format"], asked.box, asked.quality, sinks[0])
        return made
    specs = [_spec(each) for each in request["specs"]]
    return images.render(source, request["format"], specs, sinks, limits.data)


def _spec(asked: Mapping[str, Any]) -> Spec:
    return Spec(**{**asked, "frame": asked["frame"] and tuple(asked["frame"]), "focal": tuple(asked["focal"])})


def _opened(descriptor: int, mode: str) -> BinaryIO:
    return cast(BinaryIO, open(descriptor, mode, closefd=False))
