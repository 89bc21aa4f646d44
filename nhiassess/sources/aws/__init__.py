"""AWS: its own exports and documents, what is deployed to it, and the agents of Bedrock."""
