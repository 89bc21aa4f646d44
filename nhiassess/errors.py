"""The family of errors: each says what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, the place of it, and what to do about it."""

    what: str
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.hint}" if self.hint else ""
        return f"{place}{self.what.rstrip('.')}.{advice}"


class NhiAssessError(Exception):
    """A stage could not do its work; carries every complaint at once.

    Parameters
    ----------
    what:
        What is wrong, or all the complaints.
    where:
        ``path:line:column`` of the cause, when there is one.
    hint:
        What the reader can do about it.

    Examples
    --------
    >>> print(NhiAssessError("no such folder", "assessments/x", "Check the path."))
    assessments/x: no such folder. Check the path.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str | tuple[Complaint, ...], where: str = "", hint: str = "") -> None:
        self.complaints = (Complaint(what, where, hint),) if isinstance(what, str) else what
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


class UsageError(NhiAssessError):
    """The words on the command line, or the arguments of a call, are off."""

    exit_code = 2


class FormatError(NhiAssessError):
    """Bytes could not be read as what they claim to be.

    Parameters
    ----------
    what, where, hint:
        As for `NhiAssessError`.
    construct:
        What stood in the way, in a word or two: ``binary``, ``encoding``, ``syntax``, ``template``, ``too large`` or
        ``workbook``.
    """

    def __init__(
        self, what: str | tuple[Complaint, ...], where: str = "", hint: str = "", construct: str = "syntax"
    ) -> None:
        super().__init__(what, where, hint)
        self.construct = construct


class KnowledgeError(NhiAssessError):
    """A catalog, crosswalk, check, technique or rule file is wrong."""


class ObservationError(NhiAssessError):
    """Nothing could be observed under the given path."""


class GraphError(NhiAssessError):
    """The values do not make a graph, such as a relation that no path could print."""


class CheckError(NhiAssessError):
    """A check cannot be asked: its SQL is refused, broken or without end."""


class PlanError(NhiAssessError):
    """The plan, an attestation, an exception or a narrative of an assessment is wrong."""


class RenderError(NhiAssessError):
    """An output could not be made."""
