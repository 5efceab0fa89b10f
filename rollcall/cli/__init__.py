"""The command line: a file for each subject, and one place where faults become one line."""
