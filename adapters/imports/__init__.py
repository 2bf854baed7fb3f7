"""Files of other people in: each reader turns rows into typed values or says what is wrong."""
