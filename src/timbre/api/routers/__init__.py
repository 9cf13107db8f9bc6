"""One file a noun. A route checks, calls one function, and shapes the answer."""
