"""Object stores, a module each; ``dam.wiring`` chooses by the scheme of ``DAM_OBJECTS_URL``.

Belongs here: adapters of ``dam.ports.objects.ObjectStore``. Must not: know assets, versions or the database.
"""
