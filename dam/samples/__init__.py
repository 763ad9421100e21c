"""Sample files: the library of a brand that roasts coffee for people who walk far, painted by rule.

Belongs here: pictures to try the service with, and what is said of them. They are made from code alone: no file, no
font and no picture of anybody else. Must not: be needed by the service for anything else.

Reading order: catalogue (what there is; needs no library) → make (which picture is painted how; a program of its own) →
light (what all are made of) → one file for each kind of motif → shelf (how the web server has them made).
Only ``make`` and what it imports knows Pillow.
"""
