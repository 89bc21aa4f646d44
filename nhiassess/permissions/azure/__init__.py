"""Azure and Entra: what role assignments and roles of the directory allow."""
