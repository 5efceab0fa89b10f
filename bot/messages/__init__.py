"""How texts reach a chat: marking, paging, places, links."""
