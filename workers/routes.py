"""What follows from what: one table from the type of an event to the tasks that it sets off.

Rule: every type of event that the service emits is in ``ROUTES`` or in ``NOT_ROUTED`` (tested), so that none is
forgotten. A task reads what it needs from the database; a job carries ids only. Deliveries have no task: their own
table says what is due (``workers.deliver``). Must not: contain behaviour.
"""

from collections.abc import Mapping

ROUTES: Mapping[str, tuple[str, ...]] = {
    "asset.edited": ("index",),
    "asset.published": ("index",),
    "asset.restored": ("index",),
    "asset.rolled_back": ("index",),
    "asset.trashed": ("index",),
    "asset.unpublished": ("index",),
    "asset.withdrawn": ("index",),
    "campaign.renamed": ("index",),
    "channel.edited": ("index",),
    "channel.reachable": ("show_channel",),
    "channel.unreachable": ("show_channel",),
    "placement.created": ("index",),
    "recipe.rollout_opened": ("fan_out_recipe",),
    "rollout.opened": ("fan_out",),
    "upload.aborted": ("clear_upload",),
    "upload.completing": ("assemble",),
    "upload.expired": ("clear_upload",),
    "upload.failed": ("clear_upload",),
    "version.approved": ("index",),
    "version.created": ("render", "index"),
    "version.preview_supplied": ("render",),
    "version.rejected": ("index",),
    "version.rendered": ("index",),  # the deliveries that waited for it were made due in the same commit
    "version.revoked": ("index",),
}
"""Event type → tasks, each of which becomes one job."""

NOT_ROUTED: frozenset[str] = frozenset(
    {
        "asset.created",  # its first version follows in the same commit
        "campaign.created",
        "channel.audit_asked",  # these have put their looks and deliveries into the tables that say what is due
        "channel.created",
        "channel.removed",
        "delivery.failed",
        "page.render_failed",
        "page.rendered",  # looked at by whoever asked for it; nothing of the version changes by it
        "placement.changed",
        "placement.drifted",
        "placement.foreign_kept",
        "placement.proven",
        "placement.withdrawn",
        "recipe.added",
        "recipe.changed",  # moves no placement by itself; a person asks for the rollout
        "recipe.retired",
        "rollout.done",
        "rollout.started",  # of a single placement, whose delivery is there already
        "token.created",
        "token.revoked",
        "upload.created",
        "user.changed",
        "user.created",
        "user.link_made",
        "user.password_changed",
        "version.preview_taken_away",
        "version.render_failed",
        "work.retried",
    }
)
"""Types that are only told: what has to follow was done in their own transaction."""
