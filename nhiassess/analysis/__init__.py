"""Functions from the graph to frozen results."""
