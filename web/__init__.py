"""The pages in the browser: the board in the room and the register. Starlette, templates, and no rule of their own."""
