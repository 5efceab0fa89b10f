"""Running an installation: processes, probes, logs, backups, and the doctor."""
