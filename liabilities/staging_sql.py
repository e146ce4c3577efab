"""The statements of liabilities/staging.py. Named values: `source`, `as_of`, `on`, `run`, `reference`, `later` …"""

COLUMNS = (
    *("line", "external_id", "title", "year", "number", "kind_id", "due_on", "payable_by"),
    *("amount", "paid", "account"),
)
EXTRAS = ("version", "is_annulled", "interest", "interest_on", "decision_no", "decision_served_on")
TABLES = """
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;
DROP TABLE IF EXISTS due_row, due_payer, due_refused, due_new, due_other, due_verdict, due_twin;
CREATE TEMPORARY TABLE due_row (
    line integer, external_id varchar(64), title varchar(200), year smallint, number smallint, kind_id varchar(30),
    due_on date, payable_by date, amount numeric(12,2), paid numeric(12,2), account varchar(26), version bigint,
    is_annulled boolean, interest numeric(12,2), interest_on date, decision_no varchar(60), decision_served_on date,
    payer_no integer
) ON COMMIT DROP;
CREATE TEMPORARY TABLE due_payer (payer_no integer, payer_id bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE due_refused (external_id text) ON COMMIT DROP
"""
REPEATED = """
DELETE FROM due_row AS s USING (
    SELECT external_id, min(line) AS first FROM due_row GROUP BY external_id HAVING count(*) > 1
) AS d
WHERE s.external_id = d.external_id AND s.line > d.first RETURNING s.line, s.external_id, d.first, s.amount
"""
# What later imports saw unchanged: a file that is older than they are may not take it back.
LATER = """
SELECT COALESCE(range_agg(part), '{}')::text FROM liabilities_importrun AS r CROSS JOIN LATERAL unnest(r.seen) AS part
WHERE r.source = %(source)s AND r.as_of > %(as_of)s AND r.undone_at IS NULL
"""
KEYS = "SELECT pg_get_serial_sequence('liabilities_instalment', 'id')"
NEW = """
CREATE TEMPORARY TABLE due_new ON COMMIT DROP AS
SELECT nextval(%(keys)s::regclass) AS id, fresh.* FROM (
    SELECT s.*, p.payer_id FROM due_row AS s JOIN due_payer AS p ON p.payer_no = s.payer_no
    WHERE s.is_annulled IS NOT TRUE AND NOT EXISTS (SELECT FROM liabilities_instalment AS i
        WHERE i.source = %(source)s AND i.external_id = s.external_id)
    ORDER BY s.line
) AS fresh
"""
# New rows that say of a payer's due what is known under another key, and that key is not in the file.
TWINS = """
CREATE TEMPORARY TABLE due_twin ON COMMIT DROP AS
SELECT old.id, old.external_id AS old_key, fresh.external_id AS new_key FROM (
    SELECT n.external_id, l.id AS liability_id, n.number, n.due_on, n.amount, row_number() OVER (
        PARTITION BY l.id, n.number, n.due_on, n.amount ORDER BY n.line) AS place
    FROM due_new AS n
    JOIN liabilities_liability AS l ON l.payer_id = n.payer_id AND l.kind_id = n.kind_id AND l.year = n.year
        AND l.title = n.title AND l.source = %(source)s
) AS fresh JOIN (
    SELECT i.id, i.external_id, i.liability_id, i.number, i.due_on, i.assessed, row_number() OVER (
        PARTITION BY i.liability_id, i.number, i.due_on, i.assessed ORDER BY i.id) AS place
    FROM liabilities_instalment AS i
    WHERE i.source = %(source)s AND NOT i.is_annulled
        AND NOT EXISTS (SELECT FROM due_row AS s WHERE s.external_id = i.external_id)
) AS old ON old.liability_id = fresh.liability_id AND old.number = fresh.number AND old.due_on = fresh.due_on
    AND old.assessed = fresh.amount AND old.place = fresh.place
"""
REKEYED = """
UPDATE liabilities_instalment AS i SET external_id = t.new_key FROM due_twin AS t WHERE t.id = i.id;
INSERT INTO liabilities_importchange (run_id, instalment_id, before, after)
SELECT %(run)s, id, jsonb_build_object('external_id', old_key), jsonb_build_object('external_id', new_key)
FROM due_twin;
DROP TABLE due_new
"""
OTHER = """
CREATE TEMPORARY TABLE due_other ON COMMIT DROP AS
SELECT s.*, p.payer_id, i.id, l.payer_id AS owner_id
FROM due_row AS s
JOIN due_payer AS p ON p.payer_no = s.payer_no
JOIN liabilities_instalment AS i ON i.source = %(source)s AND i.external_id = s.external_id
JOIN liabilities_liability AS l ON l.id = i.liability_id
WHERE i.as_of <= %(as_of)s AND NOT i.id <@ %(later)s::int8multirange
    AND (s.version IS NULL OR i.version IS NULL OR s.version >= i.version)
    AND CASE WHEN s.is_annulled THEN NOT i.is_annulled ELSE
        i.is_annulled OR ROW(l.payer_id, l.kind_id, l.title, l.year, i.number,
            CASE WHEN i.accrues_after IS NULL THEN i.due_on ELSE s.due_on END,
            COALESCE(i.accrues_after, i.payable_by), i.account, i.source_assessed, i.source_paid)
        <> ROW(p.payer_id, s.kind_id, s.title, s.year, s.number, s.due_on, s.payable_by, s.account, s.amount, s.paid)
        OR %(neutral)s AND ROW(i.version, i.source_interest, i.source_interest_on, i.decision_no, i.decision_served_on)
            IS DISTINCT FROM ROW(s.version, s.interest, s.interest_on, s.decision_no, s.decision_served_on)
        OR %(tells)s AND i.id IN (SELECT e.instalment_id FROM liabilities_ledgerentry AS e
            WHERE e.account = 'principal' AND e.reference NOT LIKE 'import:%%' AND e.instalment_id IS NOT NULL)
        END
"""
# What a source heard of: what it booked of the exports of postings up to its number, or what is older than a moment.
HEARD = """(CASE WHEN %(postings)s::int IS NULL THEN e.booked_at <= %(heard)s ELSE EXISTS (
                SELECT FROM liabilities_postingline AS p JOIN liabilities_postingexport AS x ON x.id = p.export_id
                WHERE p.entry_id = e.id AND x.number <= %(postings)s AND p.is_accepted IS DISTINCT FROM false) END)"""
# A source that tells how far it heard of the portal (`tells`) is taken at its word: what the portal entered by
# then is in its figures, `assessed_known` and `paid_known` are what we know of by then, the rest is new.
# Of one that does not tell, `assessed_more` and `paid_more` are what it says beyond what it said before. Of that, what
# the portal entered by then and the source had not told of yet (`waived_untold`, `paid_untold`) is the same money heard
# of again and is not entered twice. Below zero these are what was taken back here and the source has not heard of.
# A payment that was taken back lately (`undone_lately`) may be heard of before its storno is: that is no new money.
# What was paid of a plan's rates is paid of the due whose principal a decision moved there.
# `change` is what is left of the assessment, `delta` of the payments. A source that lowers `zaplacono` knows of every
# storno by then. What an import booked and an undoing took back counts for nothing, whenever it was taken back.
VERDICT = f"""
CREATE TEMPORARY TABLE due_verdict ON COMMIT DROP AS
SELECT j.*, j.differs OR j.annuls OR j.change <> 0 OR j.delta <> 0 AS changes,
    CASE WHEN j.owner_id <> j.payer_id THEN 'identyfikator'
        WHEN j.known_kind_id <> j.kind_id THEN 'rodzaj'
        WHEN j.known_number <> j.number THEN 'rata'
        WHEN j.annuls THEN CASE WHEN j.outstanding <> j.told_here OR j.costs <> 0 OR j.credited <> 0
            THEN 'status' ELSE '' END
        WHEN CASE WHEN %(tells)s THEN j.paid < LEAST(j.amount, j.paid_known)
            ELSE j.paid_more < LEAST(0, j.paid_untold) END THEN 'zaplacono'
        WHEN j.outstanding + j.change < 0 THEN 'kwota'
        WHEN j.version = j.known_version AND j.differs THEN 'version'
        ELSE '' END AS blame,
    LEAST(j.delta, j.outstanding + j.change) AS to_principal,
    j.delta - LEAST(j.delta, j.outstanding + j.change) AS to_credit
FROM (
    SELECT k.*, CASE WHEN k.annuls THEN 0
            WHEN %(tells)s THEN k.amount - k.assessed_known
            WHEN k.assessed_more < 0 THEN LEAST(0, k.assessed_more + GREATEST(0, k.waived_untold))
            ELSE GREATEST(0, k.assessed_more + LEAST(0, k.waived_untold)) END AS change,
        CASE WHEN k.annuls THEN 0
            WHEN %(tells)s THEN GREATEST(0, k.paid - k.paid_known)
            WHEN k.paid_more = 0 THEN 0
            WHEN k.paid_more < 0 THEN GREATEST(0, k.paid_more - k.paid_untold)
            ELSE k.paid_more - LEAST(k.paid_more, GREATEST(0, k.paid_untold + k.undone_lately)) END AS delta
    FROM (
    SELECT o.*, COALESCE(o.is_annulled, false) AS annuls, l.kind_id AS known_kind_id, i.number AS known_number,
        i.source_paid, i.outstanding, i.costs, i.version AS known_version, i.liability_id AS known_liability_id,
        told.here AS told_here, credited.paid AS credited,
        o.amount - i.source_assessed AS assessed_more,
        told.waived_here - (told.assessed - i.source_assessed) AS waived_untold,
        o.paid - i.source_paid AS paid_more,
        told.undone_lately, told.assessed - told.waived_here AS assessed_known,
        told.paid_here + plan.paid_here + told.paid + credited.paid AS paid_known,
        told.paid_here + plan.paid_here - (i.source_paid - told.paid - credited.paid) AS paid_untold,
        i.is_annulled OR ROW(l.title, l.year, CASE WHEN i.accrues_after IS NULL THEN i.due_on ELSE o.due_on END,
            COALESCE(i.accrues_after, i.payable_by), i.account, i.source_assessed, i.source_paid)
            <> ROW(o.title, o.year, o.due_on, o.payable_by, o.account, o.amount, o.paid)
        OR %(neutral)s AND ROW(i.version, i.source_interest, i.source_interest_on, i.decision_no, i.decision_served_on)
            IS DISTINCT FROM ROW(o.version, o.interest, o.interest_on, o.decision_no, o.decision_served_on) AS differs,
        jsonb_build_object('title', l.title, 'year', l.year, 'due_on', i.due_on, 'payable_by', i.payable_by,
            'account', i.account, 'assessed', i.assessed::text, 'source_paid', i.source_paid::text,
            'source_assessed', i.source_assessed::text,
            'version', i.version, 'is_annulled', i.is_annulled, 'source_interest', i.source_interest::text,
            'source_interest_on', i.source_interest_on, 'decision_no', i.decision_no,
            'decision_served_on', i.decision_served_on, 'as_of', i.as_of, 'changed_in', i.changed_in_id) AS before
    FROM due_other AS o
    JOIN liabilities_instalment AS i ON i.id = o.id
    JOIN liabilities_liability AS l ON l.id = i.liability_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(e.amount) FILTER (WHERE e.reference LIKE 'import:%%'
                AND COALESCE(r.kind, e.kind) IN ('assessment', 'write_off')), 0) AS assessed,
            COALESCE(-sum(e.amount) FILTER (WHERE e.reference LIKE 'import:%%'
                AND COALESCE(r.kind, e.kind) IN ('payment', 'set_off')), 0) AS paid,
            COALESCE(-sum(e.amount) FILTER (WHERE e.reference NOT LIKE 'import:%%' AND {HEARD}
                AND COALESCE(r.kind, e.kind) IN ('assessment', 'write_off', 'remission')), 0) AS waived_here,
            COALESCE(-sum(e.amount) FILTER (WHERE e.reference NOT LIKE 'import:%%' AND {HEARD}
                AND COALESCE(r.kind, e.kind) IN ('payment', 'set_off')), 0) AS paid_here,
            COALESCE(sum(e.amount) FILTER (WHERE e.reference NOT LIKE 'import:%%' AND r.kind IN ('payment', 'set_off')
                AND e.booked_at <= %(heard)s AND e.booked_at > %(heard)s - %(unsure)s), 0) AS undone_lately,
            COALESCE(-sum(e.amount) FILTER (WHERE COALESCE(r.kind, e.kind) = 'transfer'), 0) AS moved,
            COALESCE(sum(e.amount) FILTER (WHERE e.reference LIKE 'import:%%'), 0) AS here
        FROM liabilities_ledgerentry AS e LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
        WHERE e.instalment_id = i.id AND e.account = 'principal'
    ) AS told
    CROSS JOIN LATERAL (
        SELECT LEAST(told.moved, COALESCE(-sum(e.amount), 0)) AS paid_here FROM liabilities_instalment AS rate
        JOIN liabilities_ledgerentry AS e ON e.instalment_id = rate.id AND e.account = 'principal'
        LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
        WHERE told.moved > 0 AND rate.liability_id = i.liability_id AND rate.source = 'portal'
            AND COALESCE(r.kind, e.kind) IN ('payment', 'set_off') AND {HEARD}
    ) AS plan
    CROSS JOIN LATERAL (
        SELECT COALESCE(-sum(e.amount), 0) AS paid FROM liabilities_ledgerentry AS e
        WHERE e.payer_id IN (SELECT l.payer_id
                UNION ALL SELECT p.id FROM residents_payer AS p WHERE p.merged_into_id = l.payer_id)
            AND e.account = 'credit' AND e.reference LIKE 'import:%%:' || i.id
    ) AS credited
    ) AS k
) AS j
"""
LIABILITIES = """
INSERT INTO liabilities_liability (payer_id, kind_id, title, year, source)
SELECT payer_id, kind_id, title, year, %(source)s FROM due_new
UNION
SELECT payer_id, kind_id, title, year, %(source)s FROM due_verdict WHERE blame = '' AND NOT annuls
ON CONFLICT DO NOTHING
"""
NEW_ENTRIES = """
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference)
SELECT n.payer_id, n.id, v.kind, 'principal', v.amount, %(on)s, %(as_of)s, %(reference)s
FROM due_new AS n CROSS JOIN LATERAL (VALUES ('assessment', n.amount), ('payment', -n.paid)) AS v(kind, amount)
WHERE v.amount <> 0 AND n.id BETWEEN %(first)s AND %(last)s
"""
NEW_INSTALMENTS = """
INSERT INTO liabilities_instalment (id, liability_id, source, external_id, number, due_on, payable_by, account,
    assessed, outstanding, costs, source_assessed, source_paid, as_of, changed_in_id, version, source_interest,
    source_interest_on, decision_no, decision_served_on)
SELECT n.id, l.id, %(source)s, n.external_id, n.number, n.due_on, n.payable_by, n.account,
    n.amount, n.amount - n.paid, 0, n.amount, n.paid, %(as_of)s, %(run)s, n.version, n.interest, n.interest_on,
    COALESCE(n.decision_no, ''), n.decision_served_on
FROM due_new AS n
JOIN liabilities_liability AS l ON l.payer_id = n.payer_id AND l.kind_id = n.kind_id AND l.year = n.year
    AND l.title = n.title AND l.source = %(source)s
WHERE n.id BETWEEN %(first)s AND %(last)s
"""
OTHER_ENTRIES = """
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference,
    due_kind_id)
SELECT c.payer_id, v.instalment_id, v.kind, v.account, v.amount, %(on)s, %(as_of)s, v.reference, v.due_kind_id
FROM due_verdict AS c CROSS JOIN LATERAL (VALUES
    (c.id, CASE WHEN c.change < 0 THEN 'write_off' ELSE 'assessment' END, 'principal', c.change, %(reference)s, NULL),
    (c.id, 'payment', 'principal', -c.to_principal, %(reference)s, NULL),
    (NULL, 'payment', 'credit', -c.to_credit, %(reference)s || ':' || c.id, c.kind_id)
) AS v(instalment_id, kind, account, amount, reference, due_kind_id)
WHERE c.blame = '' AND v.amount <> 0 AND NOT c.annuls
"""
# A row that its source annulled: every entry that imports made for it is taken back by a counter-entry.
ANNULLED_ENTRIES = """
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference,
    reverses_id)
SELECT c.payer_id, c.id, 'correction', 'principal', -e.amount, %(on)s, %(as_of)s,
    %(reference)s || ':storno-' || e.id, e.id
FROM due_verdict AS c
JOIN liabilities_ledgerentry AS e ON e.instalment_id = c.id AND e.account = 'principal'
WHERE c.annuls AND c.blame = '' AND e.reference LIKE 'import:%%' AND e.kind <> 'correction'
    AND NOT EXISTS (SELECT FROM liabilities_ledgerentry AS r WHERE r.reverses_id = e.id)
"""
ANNULLED_INSTALMENTS = """
WITH changed AS (
UPDATE liabilities_instalment AS i
SET is_annulled = true, source_assessed = 0, source_paid = 0, version = c.version,
    changed_in_id = %(run)s, as_of = %(as_of)s
FROM due_verdict AS c WHERE i.id = c.id AND c.annuls AND c.blame = ''
RETURNING i.id, i.outstanding = 0 AND i.costs = 0 AS is_closed
) SELECT count(*), COALESCE(array_agg(id) FILTER (WHERE is_closed), '{}') FROM changed
"""
OTHER_INSTALMENTS = """
WITH changed AS (
UPDATE liabilities_instalment AS i
SET liability_id = l.id,
    due_on = CASE WHEN i.accrues_after IS NULL THEN c.due_on ELSE i.due_on END,
    payable_by = CASE WHEN i.accrues_after IS NULL THEN c.payable_by ELSE i.payable_by END,
    accrues_after = CASE WHEN i.accrues_after IS NOT NULL THEN LEAST(c.payable_by, i.payable_by - 1) END,
    account = c.account, source_assessed = c.amount, source_paid = c.paid,
    changed_in_id = %(run)s, as_of = %(as_of)s, is_annulled = false,
    version = CASE WHEN %(neutral)s THEN c.version ELSE i.version END,
    source_interest = CASE WHEN %(neutral)s THEN c.interest ELSE i.source_interest END,
    source_interest_on = CASE WHEN %(neutral)s THEN c.interest_on ELSE i.source_interest_on END,
    decision_no = CASE WHEN %(neutral)s THEN c.decision_no ELSE i.decision_no END,
    decision_served_on = CASE WHEN %(neutral)s THEN c.decision_served_on ELSE i.decision_served_on END
FROM due_verdict AS c
JOIN liabilities_liability AS l ON l.payer_id = c.payer_id AND l.kind_id = c.kind_id AND l.year = c.year
    AND l.title = c.title AND l.source = %(source)s
WHERE i.id = c.id AND c.blame = '' AND c.changes AND NOT c.annuls
RETURNING i.id, i.outstanding = 0 AND i.costs = 0 AS is_closed
) SELECT count(*), COALESCE(array_agg(id) FILTER (WHERE is_closed), '{}') FROM changed
"""
CHANGES = """
INSERT INTO liabilities_importchange (run_id, instalment_id, before, after)
SELECT %(run)s, c.id, c.before, jsonb_build_object('title', l.title, 'year', l.year, 'due_on', i.due_on,
    'payable_by', i.payable_by, 'account', i.account, 'assessed', i.assessed::text,
    'source_assessed', i.source_assessed::text, 'source_paid', i.source_paid::text,
    'version', i.version, 'is_annulled', i.is_annulled,
    'source_interest', i.source_interest::text, 'source_interest_on', i.source_interest_on,
    'decision_no', i.decision_no, 'decision_served_on', i.decision_served_on, 'as_of', i.as_of,
    'changed_in', i.changed_in_id)
FROM due_verdict AS c
JOIN liabilities_instalment AS i ON i.id = c.id
JOIN liabilities_liability AS l ON l.id = i.liability_id
WHERE c.blame = '' AND c.changes
ON CONFLICT (run_id, instalment_id) DO UPDATE
SET before = liabilities_importchange.before || EXCLUDED.before,
    after = liabilities_importchange.after || EXCLUDED.after
"""
# Who else owes a due goes with it when its title or year changes.
BEARERS = """
INSERT INTO liabilities_liabilitybearer (liability_id, payer_id, since)
SELECT DISTINCT i.liability_id, b.payer_id, b.since
FROM due_verdict AS c
JOIN liabilities_instalment AS i ON i.id = c.id AND i.liability_id <> c.known_liability_id
JOIN liabilities_liabilitybearer AS b ON b.liability_id = c.known_liability_id
WHERE c.blame = ''
ON CONFLICT DO NOTHING;
DELETE FROM liabilities_liabilitybearer AS b USING due_verdict AS c
WHERE b.liability_id = c.known_liability_id AND c.blame = ''
    AND NOT EXISTS (SELECT FROM liabilities_instalment AS i WHERE i.liability_id = b.liability_id)
"""
EMPTIED_LIABILITIES = """
DELETE FROM liabilities_liability AS l USING due_verdict AS c
WHERE l.id = c.known_liability_id AND c.blame = ''
    AND NOT EXISTS (SELECT FROM liabilities_instalment AS i WHERE i.liability_id = l.id)
"""
# What was found as it was known is noted in the run, a few ranges of keys, and not row by row.
RUN = """
UPDATE liabilities_importrun SET made = (SELECT range_agg(int8range(id, id, '[]')) FROM due_new), seen = (
    SELECT range_agg(int8range(i.id, i.id, '[]')) FROM due_row AS s
    JOIN liabilities_instalment AS i ON i.source = %(source)s AND i.external_id = s.external_id
    WHERE i.as_of < %(as_of)s AND NOT i.id <@ %(later)s::int8multirange
        AND (s.version IS NULL OR i.version IS NULL OR s.version >= i.version)
        AND NOT EXISTS (SELECT FROM due_verdict AS c WHERE c.id = i.id AND c.blame <> '')
) WHERE id = %(run)s
"""
MISSING = """
INSERT INTO liabilities_missingdue AS m (run_id, instalment_id, decision)
SELECT %(run)s, i.id, 'waits' FROM liabilities_instalment AS i
WHERE i.source = %(source)s AND i.outstanding > 0 AND i.as_of <= %(as_of)s
    AND NOT i.id <@ %(later)s::int8multirange
    AND NOT EXISTS (SELECT FROM due_row AS s WHERE s.external_id = i.external_id)
    AND NOT EXISTS (SELECT FROM due_refused AS r WHERE r.external_id = i.external_id)
ON CONFLICT (instalment_id) DO UPDATE
SET run_id = EXCLUDED.run_id, decision = 'waits', decided_at = NULL, decided_by_id = NULL
WHERE m.decision IN ('came_back', 'written_off')
"""
CAME_BACK = """
UPDATE liabilities_missingdue AS m SET decision = 'came_back', decided_at = now()
FROM liabilities_instalment AS i
WHERE m.instalment_id = i.id AND i.source = %(source)s AND m.decision IN ('waits', 'kept')
    AND EXISTS (SELECT FROM due_row AS s WHERE s.external_id = i.external_id)
"""
REWRITES = """
SELECT line, blame, CASE blame WHEN 'kwota' THEN amount::text WHEN 'zaplacono' THEN paid::text
    WHEN 'rata' THEN number::text WHEN 'rodzaj' THEN kind_id WHEN 'version' THEN version::text
    WHEN 'status' THEN 'ANNULLED' ELSE '' END
FROM due_verdict WHERE blame <> '' ORDER BY line
"""
OUTCOMES = """
SELECT line, 'created' FROM due_new
UNION ALL SELECT line, CASE WHEN blame <> '' THEN 'rejected' WHEN changes THEN 'updated' ELSE 'unchanged' END
FROM due_verdict
"""
ANALYZE = """
ANALYZE residents_payer (id, pesel_fingerprint, merged_into_id), liabilities_liability (payer_id, kind_id),
    liabilities_ledgerentry (payer_id, instalment_id, account),
    liabilities_instalment (liability_id, source, external_id, payable_by, outstanding, costs)
"""
