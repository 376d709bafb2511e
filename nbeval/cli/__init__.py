"""The commands of nbeval, one module for each group."""
