"""What can go wrong, in words that say what to do.

RollcallError
├── WrongUse            the command or a setting is wrong         exit code 2
│   ├── SettingsError
│   ├── WrongKey
│   └── Damaged
├── Unavailable         a service or a file we need is not there  exit code 1
│   └── QueueFull
│       └── TooMuchAtOnce
├── UnknownEncoder      nobody has measured where this encoder's scores mean yes
├── NotSigned           an entry of the queue that none of us wrote
└── SealBroken          a sealed value does not open with our keys
"""


class RollcallError(Exception):
    """Root of our errors. The message is one line and names the cure."""

    exit_code = 1


class WrongUse(RollcallError):
    """The caller can mend this by calling differently."""

    exit_code = 2


class SettingsError(WrongUse):
    """A setting is missing or malformed."""


class WrongKey(WrongUse):
    """What is sealed here needs a key that we do not hold: trying again helps nobody."""


class Damaged(WrongUse):
    """A store is damaged: trying again helps nobody, a backup does."""


class Unavailable(RollcallError):
    """Redis, the database, the weights or a binary is out of reach."""


class QueueFull(Unavailable):
    """Redis has too little memory left for another note; room for results is kept, so that it empties."""


class SealBroken(RollcallError):
    """A sealed value was changed, or was sealed with a key we do not hold."""


class TooMuchAtOnce(QueueFull):
    """One account's recordings fill what it may have of the queue; the next is taken as soon as these are heard."""


class NotSigned(RollcallError):
    """What is in Redis was not signed with a key of ours: it may be anybody's, and decides nothing."""


class UnknownEncoder(RollcallError):
    """No cuts are known for an encoder. Another one's must never stand in for them."""
