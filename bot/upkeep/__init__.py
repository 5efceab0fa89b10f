"""What bots do by themselves: galleries, erasures, recordings, retention, alarms."""
