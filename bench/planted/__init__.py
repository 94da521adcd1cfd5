"""Clean data, and faults planted in it at known places. Shares no code with the program that is to find them."""
