"""What people wrote in an assessment folder, held against itself and against what came with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nhiassess.assessment.plan import Stated, stated
from nhiassess.checks import examples
from nhiassess.checks.preconditions import refused
from nhiassess.errors import CheckError, Complaint, KnowledgeError, PlanError, UsageError
from nhiassess.knowledge.load import beyond
from nhiassess.model.knowledge import Knowledge
from nhiassess.place import find, own_knowledge
from nhiassess.shelf import knowledge


def verify(path: str | Path, now: str) -> tuple[Knowledge, Stated]:
    """Hold what people wrote in an assessment folder against itself and against what came with the package.

    Parameters
    ----------
    path:
        The folder of an assessment.
    now:
        The date of the assessment, ISO 8601.

    Returns
    -------
    tuple
        The knowledge of the assessment's own, and what is stated beside it.

    Raises
    ------
    UsageError
        When the folder is no assessment.
    KnowledgeError, PlanError
        With all that is wrong with the files, or, where nothing is, with what they say of one another.
    CheckError
        With each example of a check that fails, and each precondition that can't be asked.
    """
    place = find(Path(path))
    if not place.files:
        raise UsageError("is no assessment folder: it has no plan.yaml", str(path), "`nhiassess init` makes one.")
    known, said = written(place.files, now)
    own = beyond(knowledge(), known)
    wrong = [complaint for check in own.checks for complaint in examples.test(check)]
    wrong += [complaint for catalog in own.catalogs for complaint in refused(catalog)]
    if wrong:
        raise CheckError(tuple(wrong))
    return own, said


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
