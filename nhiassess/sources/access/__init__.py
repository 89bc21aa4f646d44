"""Access as services and owners list it: grants, elevation, inventories."""
