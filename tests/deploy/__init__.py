"""What deploy/ and docker-compose.yml say, checked against the published schemas and by the tools themselves."""
