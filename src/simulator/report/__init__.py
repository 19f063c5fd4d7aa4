"""What leaves a run: pages of text, charts, the workbook, and the tidy table for other programs."""
