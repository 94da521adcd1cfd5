"""The ways to take in a log: ours and those one would pick instead, a module each with `run(log, roster, work)`.

Each gives an `Outcome`: every fault at its physical line, and the figures. The bench stops where two ways differ.
A module imports its libraries at the top: imports are not timed, memory is that of the whole process.
"""
