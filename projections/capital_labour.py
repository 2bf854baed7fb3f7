"""Labour of a project by its approvals: what was expensed, and what is carried as lasting."""

from domain.ledger.chart import LABOUR

# Labour of other entities is in their books.
EXPENSED = f"""
SELECT coalesce(sum(l.functional), 0) FROM ledger_lines l
WHERE l.account = '{LABOUR}' AND l.project_id = %(project)s AND l.rule LIKE 'time%%'
    AND l.entity = (SELECT entity FROM projects WHERE id = %(project)s)
    AND l.position <= %(known)s
"""
INCURRED = """
SELECT coalesce(sum(amount), 0) FROM asset_moves
WHERE asset_id = %(labour)s AND what = 'labour' AND position <= %(known)s
"""
