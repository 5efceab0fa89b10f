"""What we know about roll calls; docs/developing.md shows the rooms."""
