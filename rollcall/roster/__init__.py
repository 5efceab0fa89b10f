"""A class's list as a teacher has it: a spreadsheet, a table of text, or lines. Bytes in, people's names out."""
