"""The event engine: single awards in SimPy, month by month (model.md section 7).

It shares no arithmetic with the core: what it reads are the leaves of scenarios and the paths of appropriations that
are known before the first year (docs/explanation/decisions.md says where the border lies).
"""
