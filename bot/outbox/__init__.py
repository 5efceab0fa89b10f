"""What was promised and is sent later: answers, cards, boards, closing notices."""
