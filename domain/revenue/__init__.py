"""Revenue under ASC 606 and IFRS 15: what was promised, its price, and when it is earned."""
