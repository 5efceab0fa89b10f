"""What can happen in a class: a note settles, a person leaves, a key changes. Each changes the database as one."""
