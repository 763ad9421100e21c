"""What follows from what: one table from the type of an event to the tasks that it sets off.

Rule: every type of event that the service emits is in ``ROUTES`` or in ``NOT_ROUTED`` (tested), so that none is
forgotten. A task reads what it needs from the database; a job carries ids only. Deliveries have no task: their own
table says what is due (``workers.deliver``). Must not: contain behaviour.
"""

from collections.abc import Mapping

ROUTES: Mapping[str, tuple[str, ...]] = {
    "asset.created": ("index",),
    "asset.edited": ("index",),
    "asset.published": ("index",),
    "asset.restored": ("index",),
    "asset.rolled_back": ("index",),
    "asset.trashed": ("index",),
    "asset.unpublished": ("index",),
    "asset.withdrawn": ("index",),
    "rollout.opened": ("fan_out",),
    "version.approved": ("index",),
    "version.created": ("render", "index"),
    "version.rejected": ("index",),
    "version.revoked": ("index",),
}
"""Event type → tasks, each of which becomes one job."""

NOT_ROUTED: frozenset[str] = frozenset()
"""Types that are only told: nothing has to be done after them."""
