"""Renditions: bytes in, bytes out, decoded only inside a disposable and confined child process.

Belongs here: whatever touches the bytes of somebody's file. Must not: know assets, versions, the database, the network,
the settings or the web framework; callers pass plain parameters.

Read in this order: ``plan`` (what may be asked, what may be answered), ``studio`` (what a worker calls), ``courier``
(the worker's side of the template process), ``template`` (the warm process that forks), ``child`` (one version),
``confine`` and ``kernel`` (what the child may not do), ``images``, ``colour`` and ``frames`` (the work itself), the
decoders (``decoded`` says what each gives: ``stills``, ``heif``, ``layers``, ``raw``, ``drawings``, ``pages``,
``films``, ``covers``, ``texts``, ``specimens`` and their ``faces``), ``results`` and ``sizes`` (why the worker does not
believe the child).
"""
