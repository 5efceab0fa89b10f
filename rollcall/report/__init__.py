"""The attendance report: its data, and its renderings as text, chart, spreadsheet and CSV."""
