"""estimate: values to results. Start at ``assembly``; every other module is one kind of estimate."""
