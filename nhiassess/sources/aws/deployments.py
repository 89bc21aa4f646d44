"""Files that deploy to AWS, CloudFormation or Terraform, as deployments: which they are, and what groups them."""

from __future__ import annotations

from collections.abc import Sequence
from posixpath import dirname

from nhiassess.model.inventory import Location
from nhiassess.sources.aws.deployed import Deployment
from nhiassess.sources.aws.templates import is_template, nested, template
from nhiassess.sources.aws.terraform import is_terraform, modules, terraform
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile


def is_deployment(path: str, head: str) -> bool:
    """Tell whether a file is a template or Terraform that deploys to AWS, by its name and first characters."""
    return is_terraform(path, head) or is_template(path, head)


def group_of(path: str) -> str:
    """Give what belongs together: the Terraform of a folder, each template alone.

    Examples
    --------
    >>> group_of("infra/iam.tf"), group_of("infra/template.yaml")
    ('infra/*.tf', 'infra/template.yaml')
    """
    return f"{dirname(path)}/*.tf".lstrip("/") if path.lower().endswith(".tf") else path


def deployments(files: Sequence[ReadFile], found: Gathering) -> list[Deployment]:
    """Read one group of files.

    Parameters
    ----------
    files:
        The Terraform of one folder, or templates.
    found:
        What was gathered; what the files take from elsewhere is named in it.

    Returns
    -------
    list of Deployment
        One for the folder, or one for each template.
    """
    made: list[Deployment] = []
    blocks = [file for file in files if file.path.lower().endswith(".tf")]
    if blocks:
        made.append(terraform(blocks, dirname(blocks[0].path)))
        modules(blocks, found)
    for file in files:
        if file in blocks:
            continue
        read = template(file)
        if read is None:
            reason = "a template was expected, but it has no resources that can be read"
            found.skip(Location(file.path), "template", "template", reason)
            continue
        nested(read, found)
        made.append(read)
    return made
