"""Digital asset management that replaces what changed everywhere it is shown, and proves it.

To follow one upload to the replacement downstream, read in this order, without turning back
(``docs/architecture.md`` says more):

1. ``dam/api/assets.py``            parse, authorise, call, render
2. ``dam/operations/uploads.py``    stream into the object store, then one transaction
3. ``dam/domain/assets.py``         the rule: next version, and the events that follow
4. ``dam/store/work.py``            facts, events and jobs committed together
5. ``workers/relay.py``             events → jobs, by the table in ``workers/routes.py``
6. ``workers/render.py``            previews, made in a confined child
7. ``dam/operations/reconcile.py``  one delivery row for each following placement
8. ``dam/operations/deliver.py``    claim → permit → push → read back → settle (``workers/deliver.py`` only drives it)
9. ``dam/channels/folder.py``       the wire

Rule of this package: imports go one way (``cli > commands | client > api | workers > wiring > store | objects |
channels > operations > ports > domain``). Must not: hold code itself.
"""
