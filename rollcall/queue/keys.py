"""Every Redis key, in one place."""

JOBS = "rollcall:jobs"
RESULTS = "rollcall:results"
DEAD = "rollcall:dead"

ENCODER = "rollcall:encoder-signed"
"""Hash of the encoder of the worker that started last: name and weight hash with a space between, and their signature;
likewise what the encoder's own card says of its scores (`rollcall.operating`), where it has one.
An older version keeps the same words unsigned, under another name that it alone reads.
"""
CARD, CARD_SIGNATURE = "card", "card-signature"

HEARS_WORDS = "rollcall:hears-words-signed"
"""Hash of the word of a worker that listens for what is said as well, and its signature; gone half a minute after the
last such worker has stopped telling it."""

CANARY = "rollcall:canary"
"""Hash: by its id, each key that is sealed with at present, and a word that opens with it
(`rollcall.queue.canary`)."""

CLOCK_BIAS = "rollcall:clock-bias-signed"
"""Hash of the seconds by which the dates of Telegram's messages are ahead of its answers' ``Date`` headers, and their
signature; missing where they are equal."""

BULLETIN = "rollcall:bulletin-signed"
"""Hash of what the bots tell the pages (`rollcall.queue.bulletin`), and its signature."""

WRITTEN = "rollcall:written"
"""Channel: what another process has written (`rollcall.queue.elsewhere`)."""

SAID, SIGNATURE = "said", "signature"
"""Fields: of what is signed besides jobs and results, the words; and of everything that is signed, its signature."""

WORKERS = "workers"
"""Consumer group of the jobs."""
BOTS = "bots"
"""Consumer group of the results."""

GALLERY_VERSION = b"version"
"""Field of a gallery hash that changes with it."""
GALLERY_HEAD = b"head"
"""Field of a gallery hash, sealed: its generation, and by how much the class's own recalibration moves the cuts."""

NARROW_HEAD = b"narrow"
"""Field of a gallery hash, sealed: by how much the class's own recalibration moves the cuts for telephone notes."""
_NARROW = b"narrow:"

GALLERY_FACTS = frozenset({GALLERY_VERSION, GALLERY_HEAD})
"""Fields of every gallery hash, be nobody in it."""


def narrow_print(person_id: int) -> bytes:
    """The field of a person's second print, for telephone notes. Whoever knows of none sees no person in it."""
    return _NARROW + b"%d" % person_id


def narrow_person(field: bytes) -> int | None:
    """Whose second print a field of a gallery hash is; None for any other field."""
    number = field.removeprefix(_NARROW)
    return int(number) if field.startswith(_NARROW) and number.isdigit() else None


def gallery(class_id: int) -> str:
    """Hash of one class: a version, a sealed head, and a sealed centroid per person (field: the person's id).

    Of those who have one a second print as well, and what is said of these.
    """
    return f"rollcall:gallery:{class_id}"


GALLERIES = "rollcall:gallery:*"

LINE = "rollcall:line"
"""When the next message to Telegram may leave, in milliseconds of Redis's clock; gone where nobody waits."""


def line_of(chat: str) -> str:
    """There for a second after something was written into this chat: "1" where it came unasked."""
    return f"rollcall:line:{chat}"
