"""Driving deliveries and looks: each takes a part of what is due, and says whether there was any.

Rule: only drives; the protocol is ``dam.operations.deliver``. What is due is in the tables of deliveries and
placements, so that no job can be lost; the tasks ``deliver`` and ``look`` are hints to look there now.
"""

from dam.operations import deliver, observe
from dam.ports.services import Services

_AT_A_TIME = 16
_LOOKS_AT_A_TIME = 16


def deliveries(services: Services) -> bool:
    """Try some of the deliveries that are due; returns whether there were any."""
    return deliver.run_due(services, _AT_A_TIME) > 0


def looks(services: Services) -> bool:
    """Look at some of the placements whose time has come; returns whether there were any."""
    return observe.look_due(services, _LOOKS_AT_A_TIME) > 0
