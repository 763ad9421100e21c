"""Where the story is played and killed: a warm process that forks a child for each play, on copies of a folder.

Rule: what is killed, and what restarts, is a process of its own. The parent records the story first, which also makes
it warm: statements are compiled once. Then it keeps nothing open but the media template, which it lends, because to
start one costs more than a play. A checkpoint is the folder as it was before a step.

Run as a module it takes one JSON request a line and answers with one, see ``Stand.answer``.
"""

import gc
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import argon2

from config.settings import Settings
from dam import wiring
from dam.channels import KINDS
from dam.channels.configured import ConfiguredChannels
from dam.channels.hand import Hands
from dam.channels.kind import Kind, Surroundings
from dam.domain import recipes
from dam.operations import draft, indexing
from dam.passwords import Argon2Passwords
from dam.ports.channel import Channel
from dam.ports.services import Services
from dam.store import migrate
from dam.store.work import open_store
from dam.vault import AesVault
from tests.flow.kills import durable, oracle
from tests.flow.kills.steps import STEPS, go_on
from tests.flow.kills.story import FOREIGN, OLD, RELEASES, SHOP, Log, Shifted, Story
from tests.flow.kills.watch import Trace, Watched, ports
from workers.drain import drain
from workers.media.studio import Studio
from workers.render import StudioRenderer
from workers.sweep import Sweeper

RECOVERY_S = 90.0
"""After a restart everything is at rest again within this time; leases and permits are shorter."""

_ROUND_S = 60.0
_HANGS_S = 60
_CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Stand:
    """``folder`` is the stand's own, best in memory."""

    def __init__(self, folder: Path) -> None:
        self._play, self._folder = folder / "play", folder
        self._settings = Settings(home=self._play / "data")
        self._untouched = set[int]()
        """Steps that have been gone on from as they were before."""
        self._time = Shifted()
        self._store = open_store(wiring.database_url(self._settings), now=self._time.now)
        self._studio = Studio()
        self._studio.sandbox()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """``record``: as ``plan.Recorded``. ``kill`` (``step``, ``point``, ``on``): what was wrong after it."""
        if request["do"] == "record":
            return {"recorded": self.record()}
        wrong = self.kill(request["step"], request["point"], on=request["on"])
        return {"point": request["point"], "wrong": wrong}

    def close(self) -> None:
        self._studio.close()

    def record(self) -> list[list[tuple[str, int]]]:
        """Play each step from the checkpoint before it, and leave the next checkpoint; returns the points of each, with
        the number of the durable state that was there.
        """
        self._found()
        points, states, seen = [], dict[durable.State, int](), durable.Seen(self._play)

        def look() -> int:
            return states.setdefault(seen.now(), len(states))

        for step in range(len(STEPS)):
            shutil.copytree(self._play, self._checkpoint(step))
            trace = Trace(look=look)
            with self._live(trace) as story:
                go_on(story, step + 1)
            points.append(trace.passed)
        with self._live(None) as story:
            if wrong := _come_to_rest(story, "unhurt") + oracle.after_kill(story) + oracle.at_rest(story):
                raise RuntimeError(f"The story goes wrong by itself: {wrong}")
        seen.close()
        gc.freeze()  # what is there now stays as it is, so that children need no copy of it
        return points

    def kill(self, step: int, point: str, *, on: bool) -> list[str]:
        """Kill at ``point`` of ``step``, restart, go on: what was wrong. ``on``: to the end of the story.

        Kills that leave everything as it was before the step leave the same: of those, one is gone on from.
        """
        shutil.rmtree(self._play)
        shutil.copytree(self._checkpoint(step), self._play)
        before = durable.state(self._play)
        status = self._fork(lambda: self._until_killed(step, point))
        if not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            return [f"It was not killed there: status {status}. {self._said()}"]
        if durable.state(self._play) == before and not on:
            if step in self._untouched:
                return []
            self._untouched.add(step)
        status = self._fork(lambda: self._restart(step, on=on))
        if status:
            return [f"The restart ended with status {status}. {self._said()}"]
        wrong: list[str] = json.loads((self._folder / "answer").read_text())
        return wrong

    def _checkpoint(self, step: int) -> Path:
        return self._folder / f"before-{step}"

    def _fork(self, play: Callable[[], None]) -> int:
        """Run in a child; returns its status."""
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1]
        code = 1
        try:
            signal.alarm(_HANGS_S)
            gc.disable()  # it would write to what is shared with the parent, and the child does not live long
            self._borrow_template()
            output = os.open(self._folder / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            play()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _borrow_template(self) -> None:
        # The template is a child of the parent's: asked here, the system would say that there is no such child.
        for template in self._studio._live:
            template._process.poll = lambda: None  # type: ignore[method-assign]

    def _until_killed(self, step: int, point: str) -> None:
        with self._live(Trace(point)) as story:
            go_on(story, step + 1)

    def _restart(self, step: int, *, on: bool) -> None:
        """A new process on what the killed one left."""
        with self._live(None) as story:
            wrong = [f"after the kill: {each}" for each in oracle.after_kill(story)]
            _release(story.services)
            wrong += _come_to_rest(story, "after the restart")
            go_on(story, len(STEPS) if on else step + 1)
            if not oracle.settled(story.services):
                wrong += _come_to_rest(story, "at the end")
            wrong += [f"at the end: {each}" for each in oracle.at_rest(story)]
        (self._folder / "answer").write_text(json.dumps(wrong))

    def _found(self) -> None:
        """What the first start makes, and what somebody had put into the shop's folder before."""
        (self._play / SHOP / OLD).parent.mkdir(parents=True)
        (self._play / SHOP / OLD).write_bytes(FOREIGN)
        self._settings.home.mkdir()
        migrate.upgrade(wiring.database_url(self._settings))
        with self._live(None) as story:
            indexing.reindex(story.services)

    @contextmanager
    def _live(self, trace: Trace | None) -> Iterator[Story]:
        """Somebody who plays on, on fresh services: the embedded default as it is wired. Only the clock can be moved,
        and passwords cost little.
        """
        built = wiring.build(self._settings, lambda: None)
        # In a slow run what is due a second later would come into a step that it did not come into in another run.
        draft.SHOWN_WITHIN = timedelta()
        hands = Hands(built.clock)
        surroundings = Surroundings(self._settings.home, hands)
        vault: Any = AesVault(None, self._settings.home / wiring.KEY_FILE)
        if trace is not None:
            vault = Watched(vault, ports()["Vault"], trace)
        channels = ConfiguredChannels(_kinds(), surroundings, lambda: vault)
        services = replace(built, store=self._store, passwords=Argon2Passwords(_CHEAP), channels=channels)
        renderer: Any = StudioRenderer(self._studio)
        if trace is not None:
            services, renderer = _watched(services, trace), Watched(renderer, ports()["Renderer"], trace)
        log = Log(self._play / "log")
        recipes.RECIPES = RELEASES[max((facts.get("release", 0) for _, facts in log.lines), default=0)]
        yield Story(self._play, services, renderer, self._time, log)
        built.index.close()
        hands.close()
        self._store.dispose()

    def _said(self) -> str:
        return (self._folder / "output").read_text()


def _kinds() -> dict[str, Kind]:
    """The kinds, with a folder that is given a secret, as servers are; it has no use for it."""
    folder = KINDS["folder"]
    known = {**dict(folder.schema["properties"]), "secret": {"type": "string", "writeOnly": True}}  # type: ignore[call-overload]

    def build(channel_id: UUID, config: Mapping[str, object], surroundings: Surroundings) -> Channel:
        rest = {name: value for name, value in config.items() if name != "secret"}
        return folder.build(channel_id, rest, surroundings)

    return {**KINDS, "folder": replace(folder, schema={**folder.schema, "properties": known}, build=build)}


def _watched(services: Services, trace: Trace) -> Services:
    """Every port behind a watch."""
    names = {"store": "Store", "objects": "ObjectStore", "index": "SearchIndex", "channels": "Channels"}
    names |= {"clock": "Clock", "passwords": "PasswordHasher", "parts": "PartStore"}
    watched: dict[str, Any] = {
        name: Watched(getattr(services, name), ports()[port], trace) for name, port in names.items()
    }
    return replace(services, **watched)


def _release(services: Services) -> None:
    """What the worker does first: it holds the worker's lock, so that nobody else is at it."""
    with services.store.writing() as work:
        work.jobs.release_leases(work.now())
        work.commit()


def _come_to_rest(story: Story, when: str) -> list[str]:
    """The worker works and sweeps, and time goes on, until nothing is under way."""
    sweeper = Sweeper(story.services, lambda: None, story.time.seconds)
    until = story.time.seconds() + RECOVERY_S + _backing_off(story.services)
    while story.time.seconds() < until:
        drain(story.services, story.renderer)
        while sweeper.turn():
            pass
        if oracle.settled(story.services):
            return []
        story.time.move(_until_next(story.services))
    return [f"{when} it does not come to rest within {RECOVERY_S:.0f} s."]


def _until_next(services: Services) -> float:
    """Seconds until something is due, at most as long as no sweep is missed."""
    with services.store.reading() as work:
        now, times = work.now(), (work.jobs.next_due(), work.rollouts.next_due())
        waits = [(at - now).total_seconds() + 0.001 for at in times if at is not None and at > now]
    return min([_ROUND_S, *waits])


def _backing_off(services: Services) -> float:
    """How long a job that had failed before the kill still waits, in seconds."""
    with services.store.reading() as work:
        now = work.now()
        return max([0.0, *((job.due_at - now).total_seconds() for job in work.jobs.page("due", None, 100))])


def main() -> None:
    """Serve requests until the end of the input."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the story logs must not get between the answers
    stand = Stand(Path(sys.argv[1]))
    try:
        for line in sys.stdin:
            answers.write(json.dumps(stand.answer(json.loads(line))) + "\n")
            answers.flush()
    finally:
        stand.close()


if __name__ == "__main__":
    main()
