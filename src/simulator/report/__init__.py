"""What leaves a run: pages of text, the workbook, and the tidy table for other programs."""
