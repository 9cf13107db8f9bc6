"""Jobs: work that outlives a request. The row is the truth; what keeps it is a lease."""
