"""What the operating system is asked for: folders, memory, clocks, children that do not outlive us."""
