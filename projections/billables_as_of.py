"""Billable things as of a date and a position: the part of a question that several reports share.

``ITEMS`` begins a statement; what follows reads from ``items``, one row a thing that is approved.
``written`` is all that was taken off it, ``discounted`` the part that documents took by agreement,
``drawn`` what a retainer paid for; ``worth`` is left to bill, or billed;
``cut`` is its part of what memos took off its line. With tax inside prices all of them hold it.
"""

DISCOUNTS = "('discount', 'discount taken back')"
"""What a document takes off by agreement, in the words of its write-downs."""
ITEMS = f"""
WITH seen AS MATERIALIZED (
    SELECT * FROM billable_moves
    WHERE effective_date <= %(effective)s AND position <= %(known)s
        AND (%(entity)s::text IS NULL OR entity = %(entity)s)
), made AS (
    SELECT DISTINCT ON (item_id) item_id, kind, contract_id, project_id, person_id, role,
           currency, earned_on
    FROM seen WHERE contract_id IS NOT NULL ORDER BY item_id, position DESC
), moved AS (
    SELECT DISTINCT ON (item_id) item_id, state, invoice_id, line_no, line_net, why
    FROM seen WHERE state IS NOT NULL ORDER BY item_id, position DESC
), sums AS (
    SELECT item_id, entity, sum(minutes) AS minutes, sum(standard) AS standard,
           sum(value) AS value, sum(functional) AS functional, sum(written) AS written,
           sum(drawn) AS drawn, sum(value - written - drawn) AS worth,
           coalesce(sum(written) FILTER (WHERE why IN {DISCOUNTS}), 0) AS discounted
    FROM seen GROUP BY item_id, entity
), things AS (
    SELECT m.*, v.state, v.invoice_id, v.line_no, v.line_net, v.why, s.entity, s.minutes,
           s.standard, s.value, s.functional, s.written, s.discounted, s.drawn, s.worth
    FROM made m JOIN moved v USING (item_id) JOIN sums s USING (item_id)
    WHERE v.state <> 'undone'
), cuts AS (
    SELECT invoice_id, line_no, sum(net) AS net, sum(functional) AS functional FROM price_cuts
    WHERE effective_date <= %(effective)s AND position <= %(known)s
    GROUP BY invoice_id, line_no
), lines AS (
    SELECT invoice_id, line_no, sum(worth) AS price FROM things
    WHERE state = 'billed' GROUP BY invoice_id, line_no
), items AS (
    SELECT t.*,
           coalesce(c.net * t.worth / nullif(t.line_net, 0), 0) AS cut,
           coalesce(c.functional * t.worth / nullif(n.price, 0), 0)
               AS cut_functional,
           CASE WHEN t.state = 'billed' AND c.net = t.line_net THEN 'credited'
                WHEN t.state IN ('unbilled', 'held') AND t.worth = 0
                    THEN CASE WHEN t.drawn <> 0 THEN 'drawn' ELSE 'written_off' END
                ELSE t.state END AS standing
    FROM things t
    LEFT JOIN lines n ON t.state = 'billed' AND (n.invoice_id, n.line_no)
        = (t.invoice_id, t.line_no)
    LEFT JOIN cuts c ON (c.invoice_id, c.line_no) = (n.invoice_id, n.line_no)
)
"""
OPEN = "standing IN ('unbilled', 'held')"
"""States of things that may still be billed."""
