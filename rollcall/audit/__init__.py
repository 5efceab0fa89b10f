"""The audit as a chain of records: how it is made, and how it is checked. Its tables are in storage."""
