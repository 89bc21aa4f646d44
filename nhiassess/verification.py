"""What people wrote in an assessment folder, with the examples of its checks tried and its questions asked."""

from __future__ import annotations

from pathlib import Path

from nhiassess.assessment.plan import Stated
from nhiassess.checks import examples
from nhiassess.checks.preconditions import refused
from nhiassess.errors import CheckError, UsageError
from nhiassess.folder import written
from nhiassess.knowledge.load import beyond
from nhiassess.model.knowledge import Knowledge
from nhiassess.place import find
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
