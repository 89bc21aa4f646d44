"""What people wrote in an assessment folder, held against itself and against what came with the package."""

from __future__ import annotations

from collections.abc import Mapping

from nhiassess.assessment.plan import Stated, stated
from nhiassess.errors import Complaint, KnowledgeError, PlanError
from nhiassess.model.knowledge import Knowledge
from nhiassess.place import own_knowledge
from nhiassess.shelf import knowledge


def written(files: Mapping[str, bytes], now: str) -> tuple[Knowledge, Stated]:
    """Read what an assessment folder brings and states; what is wrong with either comes at once.

    Parameters
    ----------
    files:
        Path to bytes, as `place.find` gives them.
    now:
        The date of the assessment, ISO 8601.

    Returns
    -------
    tuple
        The knowledge that came with the package and the folder's own, and what is stated beside it.

    Raises
    ------
    PlanError, KnowledgeError
        With every complaint of every file.
    """
    wrong: tuple[Complaint, ...] = ()
    try:
        known = knowledge(own_knowledge(files))
    except KnowledgeError as error:
        # where nothing is known, nothing that the plan refers to is unknown
        known, wrong = Knowledge(), error.complaints
    try:
        said = stated(files, known, now)
    except PlanError as error:
        raise PlanError(error.complaints + wrong) from None
    if wrong:
        raise KnowledgeError(wrong)
    return known, said
