# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first assessment
#
# From a folder of configuration files to coverage, privilege paths and a report. Change the two parameters, run all.

# %%
from pathlib import Path

import nhiassess as nhi
from nhiassess import installed

PATH = installed.sample("ostermere")  # a file, a folder, or the folder of an assessment
NOW = "2026-11-24"  # the date of the assessment; the same input at the same date gives the same result

# %% [markdown]
# ## What was observed
# Every value carries the file and line it came from. What could not be looked at is listed, not left out.

# %%
assessment = nhi.assess(PATH, NOW)
inventory = assessment.inventory
nhi.table(inventory.agents)[["name", "platform", "owner", "autonomy", "sandbox"]]

# %%
nhi.table(inventory.skipped)[["reason", "construct"]]

# %% [markdown]
# ## Coverage
# The bounds count what is not determined once as failed and once as held. Risks and threats are counted, never a share.

# %%
nhi.table(assessment.coverage)[["title", "items", "mapped", "assessed", "lower", "upper", "denominator"]]

# %%
asi = nhi.table(nhi.coverage(assessment, "owasp-asi-2026"))
asi[["control", "title", "state", "reason"]]

# %% [markdown]
# ## Privilege paths
# One path from an agent's configuration to a crown jewel, with the file and line of every hop.

# %%
first = assessment.paths[0]
for hop in first.hops:
    place = hop.locations[0] if hop.locations else "-"
    print(f"{hop.source}\n   {hop.verb.replace('_', ' ')} {hop.target}  [{hop.verdict}]  {place}\n   {hop.reason}")

# %% [markdown]
# ## Blast radius
# Behaviour takeover starts at the agent, and every gate holds; identity takeover starts at its credentials, and only
# gates at a gateway, resource or network hold.

# %%
import plotly.graph_objects as go

radii = nhi.table(assessment.blast)
radii["agent"] = radii["agent"].str.removeprefix("agent:")
figure = go.Figure(layout={"barmode": "group", "height": 640, "margin": {"l": 320}})
for (model, gated), rows in radii.groupby(["threat_model", "gated"]):
    name = f"{model} takeover, gates {'hold' if gated else 'crossed'}"
    figure.add_bar(y=rows["agent"], x=rows["resources"], name=name, orientation="h")
figure.update_xaxes(title="resources reached")
figure

# %% [markdown]
# ## What if
# A what-if is a graph: the same analysis on a view of the graph with something left out.

# %%
graph = nhi.graph(PATH, NOW)
choke = assessment.chokepoints[0]
print(f"Without {choke.id}: crown jewels in reach {choke.jewels_before} to {choke.jewels_after}")
agent = first.agent
before = nhi.blast_radius(graph, agent)[1].resources
after = nhi.blast_radius(nhi.without(graph, nodes=[first.hops[-1].source]), agent)[1].resources
print(f"{agent} without {first.hops[-1].source}: {before} to {after} resources")

# %% [markdown]
# ## What to change first
# Each row is the best change once those above it are made; what it touches is counted.

# %%
changes = nhi.table(nhi.improvements(graph, most=3))
for when in ("before", "after"):
    changes[when] = [extents[0]["jewels"] for extents in changes[when]]  # behaviour takeover, gates hold
for touched in ("files", "identities", "people"):
    changes[touched] = [len(cost[touched]) for cost in changes["cost"]]
changes[["title", "before", "after", "files", "identities", "people"]]

# %% [markdown]
# ## Drift
# What changed between two graphs: two exports of one estate or, as here, the estate and a view of it.

# %%
drift = nhi.drift(graph, nhi.without(graph, nodes=[each for each in choke.removed if each in graph]))
nhi.table(drift.agents).reindex(columns=["id", "change", "pairs_before", "pairs_after", "lost"])

# %% [markdown]
# ## The report

# %%
OUT = Path("build/first-assessment")
[str(path) for path in nhi.render(assessment, OUT, ["json", "html"])]
