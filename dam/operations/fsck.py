"""Is everything as it must be? Every invariant of the data, looked at from the outside of the code that keeps it.

Rule: reads only, and works beside a running service: what is compared is read so that a change in between can't look
like damage. What is lost or contradictory is *damage*; what is merely left over, or can be built anew, is a *note*.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from dam.domain.assets import Asset, Decision, Version
from dam.domain.errors import NotFound
from dam.domain.placements import ABSENT, OPEN, Delivery, Placement, Standing
from dam.operations.findings import Report
from dam.ports.objects import ObjectStore
from dam.ports.services import Services
from dam.ports.store import Store, UnitOfWork
from search.errors import SearchUnavailable

T = TypeVar("T")

PAGE = 200
_ALL = 1 << 31
_CHUNK = 1 << 20
_HEADS = frozenset({"approve", "rollback", "withdraw"})


def check(services: Services, *, full: bool) -> Report:
    """Look at everything. ``full``: also hash each object's bytes. Raises Unavailable if something can't be read."""
    report = Report()
    known = _contents(services, report)
    known |= _artefacts(services, report)
    _assets(services, report)
    _placements(services, report)
    _deliveries(services, report)
    _events(services.store, report)
    _objects(services.objects, report, known, full=full)
    return report


def _contents(services: Services, report: Report) -> set[bytes]:
    known = set()
    for content in _paged(services.store, lambda work, last: work.assets.contents(last.sha256 if last else None, PAGE)):
        known.add(bytes.fromhex(content.sha256))
        report.checked["contents"] += 1
        _bytes_there(services.objects, report, f"content:{content.sha256}", content.sha256, content.size)
    return known


def _artefacts(services: Services, report: Report) -> set[bytes]:
    known = set()
    pages = _paged(
        services.store,
        lambda work, last: work.artefacts.page(last, PAGE),
    )
    for each in pages:
        report.checked["artefacts"] += 1
        subject = f"artefact:{each.source_sha256}/{each.recipe}@{each.recipe_version}"
        if each.state == "ready" and (each.sha256 is None or each.size is None):
            report.add("damage", "artefact_incomplete", subject, "It is ready, but has no digest or size.")
        if each.state == "failed" and each.reason_code is None:
            report.add("damage", "artefact_unexplained", subject, "It failed without a reason.")
        if each.sha256 is not None and each.size is not None:
            known.add(bytes.fromhex(each.sha256))
            _bytes_there(services.objects, report, subject, each.sha256, each.size)
    return known


def _bytes_there(objects: ObjectStore, report: Report, subject: str, sha256: str, size: int) -> None:
    found = objects.find(sha256)
    if found is None:
        report.add("damage", "bytes_missing", subject, f"The bytes {sha256} are not in the object store.")
    elif found.size != size:
        report.add("damage", "size_differs", subject, f"{found.size} bytes are stored where {size} were recorded.")


def _assets(services: Services, report: Report) -> None:
    last: str | None = None
    while True:
        with services.store.reading() as work:
            page = work.assets.page(last, PAGE)
        if not page:
            return
        last = page[-1].id
        ids = [asset.id for asset in page]
        # The index first: the database can only be newer than what it held.
        indexed = _indexed(services, report, ids)
        for asset_id in ids:
            with services.store.reading() as work:
                _asset(work, report, asset_id, indexed)


def _indexed(services: Services, report: Report, ids: Sequence[str]) -> dict[str, int]:
    try:
        return services.index.sequences(ids)
    except SearchUnavailable as unavailable:
        if not any(each.code == unavailable.code for each in report.findings):
            report.add("note", unavailable.code, "index", f"{unavailable.detail} `dam reindex` builds it anew.")
        return {}


def _asset(work: UnitOfWork, report: Report, asset_id: str, indexed: dict[str, int]) -> None:
    asset = work.assets.get(asset_id)
    if asset is None:
        report.add("damage", "asset_vanished", f"asset:{asset_id}", "It was there a moment ago; none is ever deleted.")
        return
    report.checked["assets"] += 1
    if indexed.get(asset.id, 0) > asset.index_seq:
        report.add("note", "index_ahead", f"asset:{asset.id}", "It is newer there; `dam reindex --anew` mends it.")
    versions = {number: work.assets.version(asset.id, number) for number in range(1, asset.latest + 1)}
    report.checked["versions"] += asset.latest
    for number, version in versions.items():
        _version(work, report, asset, number, version)
    if asset.latest < 1 or work.assets.version(asset.id, asset.latest + 1) is not None:
        report.add("damage", "versions_miscounted", f"asset:{asset.id}", f"Its newest version is not {asset.latest}.")
    _head(report, asset, versions, work.assets.decisions(asset.id))


def _version(work: UnitOfWork, report: Report, asset: Asset, number: int, version: Version | None) -> None:
    subject = f"version:{asset.id}/{number}"
    if version is None:
        report.add("damage", "version_missing", subject, f"The asset has {asset.latest} versions, but not this one.")
    elif work.assets.content(version.sha256) is None:
        report.add("damage", "content_missing", subject, f"There is no row for its content {version.sha256}.")


def _head(report: Report, asset: Asset, versions: dict[int, Version | None], decisions: Sequence[Decision]) -> None:
    """The head is where the last decision put it, and each decision found it where the one before had left it."""
    subject, head = f"asset:{asset.id}", None
    approved: set[tuple[int, str]] = set()
    for decision in decisions:
        report.checked["decisions"] += 1
        named = versions.get(decision.number)
        if named is None or named.sha256 != decision.sha256:
            report.add(
                "damage", "decision_digest_differs", subject, f"A decision on {decision.number} names other bytes."
            )
        if decision.kind not in _HEADS:
            continue
        if decision.head_before != head:
            report.add(
                "damage", "heads_broken", subject, f"The head was {head}; the next decision saw {decision.head_before}."
            )
        if decision.kind == "rollback" and (decision.number, decision.sha256) not in approved:
            report.add("damage", "never_approved", subject, f"Version {decision.number} came back without an approval.")
        if decision.kind == "approve":
            approved.add((decision.number, decision.sha256))
        head = decision.head_after
    if asset.head != head:
        report.add("damage", "head_unfounded", subject, f"The head is {asset.head}; the decisions led to {head}.")


def _placements(services: Services, report: Report) -> None:
    pages = _paged(
        services.store,
        lambda work, last: work.placements.standings(after=last.placement.id if last else None, limit=PAGE, ended=True),
    )
    for standing in pages:
        report.checked["placements"] += 1
        _proof(report, standing)
        with services.store.reading() as work:
            placement = work.placements.get(standing.placement.id)
            if placement is not None:
                _attempts(work, report, placement)


def _proof(report: Report, standing: Standing) -> None:
    placement = standing.placement
    subject = f"placement:{placement.id}"
    if placement.proof_fence is not None and placement.proof_fence > placement.fence:
        report.add("damage", "proof_ahead", subject, "Its proof is of a claim that never was.")
    if placement.ended_at is not None and standing.open_delivery is not None:
        report.add("damage", "delivery_after_end", subject, "It was withdrawn, and a delivery is still open.")
    newest = standing.newest
    if newest is not None and newest.fence is not None and newest.fence > placement.fence:
        report.add("damage", "delivery_ahead", subject, "Its delivery holds a claim that never was.")


def _attempts(work: UnitOfWork, report: Report, placement: Placement) -> None:
    before: int | None = None
    while page := work.rollouts.attempts(placement.id, before, PAGE):
        for attempt in page:
            report.checked["attempts"] += 1
            subject = f"attempt:{placement.id}/{attempt.fence}"
            if attempt.fence > placement.fence:
                report.add("damage", "attempt_ahead", subject, f"The placement counts only {placement.fence} claims.")
            if attempt.outcome in ("applied", "unknown") and attempt.permit_until is None:
                report.add("damage", "write_without_permit", subject, "It may have written, and had no permit.")
            if work.rollouts.delivery(attempt.delivery_id) is None:
                report.add("damage", "attempt_orphaned", subject, "Its delivery is not there.")
        before = page[-1].fence


def _deliveries(services: Services, report: Report) -> None:
    """Of each placement at most one delivery is open, and what a delivery brings, or brought, is in the store."""
    open_of: Counter[str] = Counter()
    before: int | None = None
    while True:
        with services.store.reading() as work:
            rollouts = work.rollouts.page(before, PAGE)
        if not rollouts:
            break
        for rollout in rollouts:
            report.checked["rollouts"] += 1
            for delivery in _deliveries_of(services.store, rollout.number):
                report.checked["deliveries"] += 1
                open_of[delivery.placement_id] += delivery.state in OPEN
                _delivery(services.objects, report, delivery)
        before = rollouts[-1].number
    for placement_id in (name for name, count in open_of.items() if count > 1):
        _open_now(services.store, report, placement_id)


def _deliveries_of(store: Store, number: int) -> Iterator[Delivery]:
    return _paged(store, lambda work, last: work.rollouts.deliveries(number, last.id if last else None, PAGE))


def _delivery(objects: ObjectStore, report: Report, delivery: Delivery) -> None:
    subject = f"delivery:{delivery.id}"
    if delivery.artefact not in (None, ABSENT) and objects.find(str(delivery.artefact)) is None:
        report.add("damage", "bytes_missing", subject, f"It delivers {delivery.artefact}, which is not stored.")
    if delivery.state == "leased" and (delivery.fence is None or delivery.lease_until is None):
        report.add("damage", "lease_unfounded", subject, "It is leased without a claim or an end.")
    if delivery.state == "failed" and delivery.reason is None:
        report.add("damage", "failure_unexplained", subject, "It failed without a reason.")


def _open_now(store: Store, report: Report, placement_id: str) -> None:
    """Counted over several readings, a delivery may have ended while another began; only one reading can tell."""
    with store.reading() as work:
        numbers = [rollout.number for rollout in work.rollouts.unfinished(0, _ALL)]
        found = [each for number in numbers for each in work.rollouts.deliveries(number, None, _ALL)]
    count = sum(each.placement_id == placement_id and each.state in OPEN for each in found)
    if count > 1:
        report.add("damage", "deliveries_open", f"placement:{placement_id}", f"{count} deliveries are open at once.")


def _events(store: Store, report: Report) -> None:
    expected = 1
    while True:
        with store.reading() as work:
            page = work.jobs.events(expected - 1, PAGE)
            last = work.jobs.last_number()
        if not page:
            break
        for each in page:
            if each.number != expected:
                report.add("damage", "events_missing", f"event:{expected}", f"The next event there is {each.number}.")
            expected = each.number + 1
            report.checked["events"] += 1
    if last >= expected:
        report.add("damage", "events_missing", f"event:{expected}", f"Numbers were given up to {last}.")


def _objects(objects: ObjectStore, report: Report, known: set[bytes], *, full: bool) -> None:
    for each in objects.list():
        report.checked["objects"] += 1
        if bytes.fromhex(each.sha256) not in known:
            detail = "No row names it: the rest of an upload that ended before its commit, or one that is running."
            report.add("note", "orphan", f"object:{each.sha256}", detail)
        if full and not _is_whole(objects, each.sha256):
            report.add("damage", "bytes_altered", f"object:{each.sha256}", "Its bytes have another digest now.")


def _is_whole(objects: ObjectStore, sha256: str) -> bool:
    digest = hashlib.sha256()
    try:
        with objects.open(sha256) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except (NotFound, OSError):
        return False
    return digest.hexdigest() == sha256


def _paged(store: Store, page_after: Callable[[UnitOfWork, T | None], Sequence[T]]) -> Iterator[T]:
    """Everything, a page at a time, each page in a transaction of its own."""
    last: T | None = None
    while True:
        with store.reading() as work:
            page = page_after(work, last)
        yield from page
        if not page:
            return
        last = page[-1]
