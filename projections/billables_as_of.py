"""Billable things as of a date and a position: the part of a question that several reports share.

``ITEMS`` begins a statement; what follows reads from ``items``, one row a thing that is approved.
"""

ITEMS = """
WITH seen AS MATERIALIZED (
    SELECT * FROM billable_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
), made AS (
    SELECT DISTINCT ON (item_id) item_id, kind, contract_id, project_id, person_id, role,
           currency, earned_on
    FROM seen WHERE contract_id IS NOT NULL ORDER BY item_id, position DESC
), moved AS (
    SELECT DISTINCT ON (item_id) item_id, state, invoice_id, line_no, why
    FROM seen WHERE state IS NOT NULL ORDER BY item_id, position DESC
), sums AS (
    SELECT item_id, entity, sum(minutes) AS minutes, sum(standard) AS standard,
           sum(value) AS value, sum(functional) AS functional, sum(written) AS written
    FROM seen GROUP BY item_id, entity
), things AS (
    SELECT m.*, v.state, v.invoice_id, v.line_no, v.why, s.entity, s.minutes, s.standard,
           s.value, s.functional, s.written
    FROM made m JOIN moved v USING (item_id) JOIN sums s USING (item_id)
    WHERE v.state <> 'undone'
), cuts AS (
    SELECT invoice_id, line_no, sum(net) AS net, sum(functional) AS functional FROM price_cuts
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    GROUP BY invoice_id, line_no
), lines AS (
    SELECT invoice_id, line_no, sum(value - written) AS net FROM things
    WHERE state = 'billed' GROUP BY invoice_id, line_no
), items AS (
    SELECT t.*,
           coalesce(c.net * (t.value - t.written) / nullif(n.net, 0), 0) AS cut,
           coalesce(c.functional * (t.value - t.written) / nullif(n.net, 0), 0) AS cut_functional,
           CASE WHEN t.state = 'billed' AND c.net = n.net THEN 'credited'
                WHEN t.state IN ('unbilled', 'held') AND t.value = t.written THEN 'written_off'
                ELSE t.state END AS standing
    FROM things t
    LEFT JOIN lines n ON t.state = 'billed' AND (n.invoice_id, n.line_no)
        = (t.invoice_id, t.line_no)
    LEFT JOIN cuts c ON (c.invoice_id, c.line_no) = (n.invoice_id, n.line_no)
)
"""
OPEN = "standing IN ('unbilled', 'held')"
"""States of things that may still be billed."""
