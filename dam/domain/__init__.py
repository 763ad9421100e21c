"""The domain: facts as frozen dataclasses, and pure functions that return facts and events.

Belongs here: what is true about assets, versions, placements and proof, whatever stores or shows it.
Must not: import anything beyond the standard library, read a clock, a file, a database or a setting.
"""
