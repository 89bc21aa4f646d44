"""A made-up estate as numbers: seeded, of any size, with few small circles (tiered) or one large one (tangled)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

AGENT, TOOL, CREDENTIAL, ACCOUNT, GROUP, ROLE, GRANT, RESOURCE = range(8)
NAMES = ("agent", "tool", "credential", "account", "group", "role", "grant", "resource")
# of 1,000 nodes, how many are of each kind
_OF_A_THOUSAND = (15, 35, 220, 200, 30, 100, 150, 250)
_EDGES_A_NODE = 7
_NODES_A_TENANT = 400
# source, target, share of all edges when tiered and when tangled, share that leaves the tenant
_FAMILIES = (
    (AGENT, TOOL, 0.010, 0.010, 0.002),
    (AGENT, CREDENTIAL, 0.004, 0.004, 0.001),
    (AGENT, AGENT, 0.002, 0.002, 0.010),
    (TOOL, CREDENTIAL, 0.010, 0.010, 0.002),
    (ACCOUNT, CREDENTIAL, 0.008, 0.030, 0.001),
    (CREDENTIAL, ROLE, 0.020, 0.020, 0.001),
    (ACCOUNT, GROUP, 0.050, 0.050, 0.001),
    (ACCOUNT, ROLE, 0.090, 0.090, 0.001),
    (GROUP, ROLE, 0.040, 0.040, 0.001),
    (GROUP, GROUP, 0.006, 0.006, 0.001),
    (ROLE, ROLE, 0.030, 0.030, 0.002),
    (ROLE, GRANT, 0.300, 0.290, 0.001),
    (GRANT, RESOURCE, 0.360, 0.350, 0.010),
)
_VERDICTS = (0.80, 0.12, 0.05, 0.03)
_SENSITIVITIES = (0.40, 0.25, 0.15, 0.10, 0.07, 0.03)


@dataclass(frozen=True, slots=True, eq=False)
class EstateGraph:
    """Nodes by number, with the kind of each, and edges with the rank of their verdict."""

    nodes: int
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    ranks: NDArray[np.int8]
    kinds: NDArray[np.int8]
    sensitivity: NDArray[np.int64]
    jewels: NDArray[np.int32]

    def of(self, kind: int) -> NDArray[np.int32]:
        """Give the nodes of one kind."""
        return np.flatnonzero(self.kinds == kind).astype(np.int32)

    def names(self) -> NDArray[np.str_]:
        """Give each node a name as long as ids are."""
        numbers = np.char.zfill(np.arange(self.nodes).astype(str), 9)
        return np.char.add(np.array([f"{name}:aws/111122223333/" for name in NAMES])[self.kinds], numbers)


def tiered(edges: int, seed: int = 1) -> EstateGraph:
    """Make an estate in which what is stored and run leads back to credentials and accounts only here and there."""
    return _estate(edges, seed, 2, secrets=0.001, runs=0.0004, backward=0.02, crossing=0.1, vault=0.001)


def tangled(edges: int, seed: int = 1) -> EstateGraph:
    """Make an estate in which secret stores and machines lead back so often that most of it is one circle."""
    return _estate(edges, seed, 3, secrets=0.02, runs=0.01, backward=0.5, crossing=1.0, vault=0.02)


def _estate(
    edges: int, seed: int, share: int, secrets: float, runs: float, backward: float, crossing: float, vault: float
) -> EstateGraph:
    random = np.random.default_rng(seed)
    counts = np.maximum(np.array(_OF_A_THOUSAND) * (edges // _EDGES_A_NODE) // 1000, 8)
    firsts = np.concatenate([[0], np.cumsum(counts)])
    nodes = int(firsts[-1])
    # each kind lies sorted by tenant, and tenants have the same share of every kind; a few are large
    sizes = random.lognormal(0.0, 1.1, max(4, nodes // _NODES_A_TENANT))
    sizes /= sizes.sum()
    lows = [np.rint(np.concatenate([[0.0], np.cumsum(sizes)]) * count).astype(np.int64) for count in counts]

    def chosen(kind: int, many: int) -> NDArray[np.int64]:
        """Choose sources: a tenth of a kind has about a third of its edges, wherever it lies."""
        place = (counts[kind] * random.random(many) ** 1.5).astype(np.int64)
        return random.permutation(counts[kind])[place]

    def led(kind: int, sources: NDArray[np.int64], target: int, leaving: float) -> NDArray[np.int64]:
        """Choose targets in the tenant of each source, but for those that leave it."""
        tenant = np.searchsorted(lows[kind], sources, side="right") - 1
        # a grant may well name a resource of others; what else crosses tenants, an estate keeps rare or does not
        leaves = random.random(len(sources)) < (leaving if target == RESOURCE else leaving * crossing)
        tenant[leaves] = random.choice(len(sizes), int(leaves.sum()), p=sizes)
        low = lows[target][tenant]
        room = np.maximum(lows[target][tenant + 1] - low, 1)
        return np.minimum(low + (room * random.random(len(sources)) ** 2).astype(np.int64), counts[target] - 1)

    pairs = []
    for family in _FAMILIES:
        kind, target, leaving = family[0], family[1], family[4]
        begins = chosen(kind, int(family[share] * edges))
        stops = led(kind, begins, target, leaving)
        if kind == target:
            # groups nest and roles are assumed from high to low, but for what leads back
            back = (random.random(len(begins)) < backward) & (kind == ROLE)
            begins, stops = (
                np.where(back, begins, np.maximum(begins, stops)),
                np.where(back, stops, np.minimum(begins, stops)),
            )
        pairs.append((firsts[kind] + begins, firsts[target] + stops))
    every = np.arange(counts[CREDENTIAL])
    pairs.append((firsts[CREDENTIAL] + every, firsts[ACCOUNT] + led(CREDENTIAL, every, ACCOUNT, 0.001)))
    for target, fraction, of_all in ((CREDENTIAL, secrets, 100), (ACCOUNT, runs, 8)):
        some = random.permutation(counts[RESOURCE])[: max(1, counts[RESOURCE] // of_all)]
        begins = random.choice(some, int(fraction * edges))
        pairs.append((firsts[RESOURCE] + begins, firsts[target] + led(RESOURCE, begins, target, 0.02)))
    # one vault that all tenants share: some grants read it, and it holds some of everyone's credentials
    store = firsts[RESOURCE] + random.integers(counts[RESOURCE])
    for kind, inward in ((GRANT, True), (CREDENTIAL, False)):
        some = firsts[kind] + random.permutation(counts[kind])[: max(1, int(vault * counts[kind]))]
        pairs.append((some, np.full(len(some), store)) if inward else (np.full(len(some), store), some))
    once = np.unique(np.concatenate([begins * nodes + stops for begins, stops in pairs if len(begins)]))
    sources, targets = once // nodes, once % nodes
    kept = random.permutation(np.flatnonzero(sources != targets))
    # numbers say nothing of kind or tenant
    number = random.permutation(nodes)
    kinds = np.empty(nodes, np.int8)
    kinds[number] = np.repeat(np.arange(len(NAMES)), counts)
    sensitivity = np.zeros(nodes, np.int64)
    resources = np.flatnonzero(kinds == RESOURCE)
    sensitivity[resources] = random.choice(6, len(resources), p=_SENSITIVITIES)
    jewels = random.permutation(resources[sensitivity[resources] == 5])[: max(5, min(256, len(resources) // 500))]
    return EstateGraph(
        nodes,
        number[sources[kept]].astype(np.int32),
        number[targets[kept]].astype(np.int32),
        random.choice(4, len(kept), p=_VERDICTS).astype(np.int8),
        kinds,
        sensitivity,
        np.sort(jewels).astype(np.int32),
    )
