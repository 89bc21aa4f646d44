"""Values become one graph, and the graph with something removed."""
