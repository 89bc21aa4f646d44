"""Resources get the sensitivity that their owner states, else that of the first rule which knows their kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from nhiassess.model.inventory import Inventory, Resource
from nhiassess.model.knowledge import Knowledge, SensitivityRule

CROWN_JEWEL_FROM = 4


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Rates what nobody rated; an assumption is marked as one."""

    name: str = "sensitivity"
    order: int = 90

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with each unrated resource rated by rule, where a rule knows it."""
        return replace(inventory, resources=tuple(_rated(each, knowledge.sensitivity) for each in inventory.resources))


def _rated(resource: Resource, rules: tuple[SensitivityRule, ...]) -> Resource:
    if resource.sensitivity is not None:
        jewel = resource.crown_jewel if resource.crown_jewel is not None else resource.sensitivity >= CROWN_JEWEL_FROM
        return replace(resource, crown_jewel=jewel, assumed=bool(resource.assumed))
    provider, _, native = resource.id.split(":", 1)[1].partition("/")
    for rule in rules:
        if rule.provider not in (None, provider) or rule.kind not in (None, resource.kind):
            continue
        if fnmatchcase(native, rule.pattern):
            jewel = rule.sensitivity >= CROWN_JEWEL_FROM if resource.crown_jewel is None else resource.crown_jewel
            return replace(resource, sensitivity=rule.sensitivity, crown_jewel=jewel, assumed=True)
    return resource


JOIN = Sensitivity()
