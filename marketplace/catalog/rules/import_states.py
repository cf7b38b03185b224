"""States of an import, and the drawn transitions."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class ImportState(StrEnum):
    """Where an import stands."""

    QUEUED = "queued"
    READING = "reading"
    PREVIEWED = "previewed"
    COMMITTING = "committing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


IMPORT: Final = Lifecycle(
    "import",
    {
        ImportState.QUEUED: {"read": ImportState.READING, "cancel": ImportState.CANCELLED},
        # Reading begins again when its process died.
        ImportState.READING: {
            "read": ImportState.READING,
            "preview": ImportState.PREVIEWED,
            "fail": ImportState.FAILED,
            "cancel": ImportState.CANCELLED,
        },
        ImportState.PREVIEWED: {"commit": ImportState.COMMITTING, "cancel": ImportState.CANCELLED},
        ImportState.COMMITTING: {
            "finish": ImportState.DONE,
            "fail": ImportState.FAILED,
            "cancel": ImportState.CANCELLED,
        },
    },
)
# Somebody has to bring it to its end, or it ends by itself.
UNDER_WAY: Final = (ImportState.QUEUED, ImportState.READING, ImportState.PREVIEWED, ImportState.COMMITTING)
# Nothing will happen any more by itself.
RESTING: Final = frozenset({ImportState.PREVIEWED, ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED})
