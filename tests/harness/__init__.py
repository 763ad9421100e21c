"""What several tests stand on: a destination that can hold writes in flight, and a stage on which workers stop at each
step.
"""
