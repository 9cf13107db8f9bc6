"""The XTTS model in pure torch: state-dict compatible with the public checkpoints, every size from the
configuration.
"""
