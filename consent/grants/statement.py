"""The one statement that judges: its SQL, and nothing else.

``HEARD`` is what an asker may always hear: what the cameo's state, the grants and the audience say, without regard to
what was decided against this asker in particular; a yes is narrowed to the categories that were given. ``STATEMENT``
adds the rule that decides: what stands against a yes (blocks, denials, a guardian who has not said yes, the owner's own
rules), or else what was heard. Both are handed out, because the asker hears the former where the latter is private
(``graph.Judgement.told``).

A fence the planner keeps (``OFFSET 0``) stands between them, so that each lookup is made once and only where it
decides. Executing a small plan costs mostly what starting its nodes costs, so they are few: everything said between two
people is read in one pass, the decision carries its witness in the same text ("denied 17", "rule 0 deny_words 4 No
clowns"), and a yes to one draft is a negative key. The questions come as five arrays, written as PostgreSQL writes
them: a client takes longer to adapt five lists than the server to answer one question, and the planner takes an array
for a few rows where it takes JSON for a hundred.
``q.about`` is a draft's digest, a permit and an array of phrases with spaces between them, or empty.
"""

from consent.grants.categories import NEVER_FOR_TEENS as CATEGORIES_NEVER_FOR_TEENS
from consent.grants.categories import SENSITIVE
from consent.grants.uses import BITS, NEVER_FOR_TEENS, mask
from consent.permit import Use

GENERATE = BITS[Use.GENERATE]

ENDED, NAMED = 1 << 30, 1 << 29  # beside the bits of categories
SAID = f"""
SELECT min(s.signed) FILTER (WHERE s.covers) AS granted, min(s.expires_at) FILTER (WHERE s.covers) AS until,
  bit_or(CASE WHEN s.covers THEN s.categories WHEN s.named AND s.in_time THEN {NAMED} WHEN s.named THEN {ENDED} END)
    AS bits,
  max(s.signed) FILTER (WHERE s.forbids) AS denial,
  o.birth_date > statement_timestamp() - interval '18 years 12 hours' AS teen
FROM (
  SELECT t.categories, t.expires_at, t.in_time, t.effect = 'grant' AND t.draft_digest = '' AS named,
    CASE WHEN t.draft_digest = '' THEN t.id ELSE -t.id END AS signed,
    t.in_time AND t.effect = 'grant' AND t.uses & q.uses = q.uses AND (
      t.draft_digest = '' OR t.draft_digest = split_part(q.about, ' ', 1)
        AND (t.spent_by_id IS NULL OR concat(t.spent_by_id) = split_part(q.about, ' ', 2))) AS covers,
    t.in_time AND t.effect = 'denial' AND t.uses & q.uses <> 0
      AND (t.categories = 0 OR t.categories & q.categories <> 0) AS forbids
  FROM (
    SELECT g.*, g.expires_at IS NULL OR g.expires_at > statement_timestamp() AS in_time FROM consent_grant g
    WHERE g.cameo_id = q.cameo AND g.person_id = q.viewer AND g.revoked_at IS NULL
  ) t
  OFFSET 0
) s"""  # noqa: S608 - nothing but this module's own text is put into it
"""What an owner said about one person, in one row, however much that is.

``granted`` is the grant that covers what is asked; one to this draft alone comes first, as a negative key. ``bits`` are
the categories given, or where nothing covers it, whether there is a grant that does not, or one that has ended.
"""

MUTUAL = """(
  EXISTS (SELECT 1 FROM consent_follow f WHERE f.src_id = q.viewer AND f.dst_id = c.owner_id) AND
  EXISTS (SELECT 1 FROM consent_follow f WHERE f.src_id = c.owner_id AND f.dst_id = q.viewer))"""

MANY = """unnest(%s::text::bigint[], %s::text::bigint[], %s::text::int[], %s::text::int[], %s::text::text[])
  WITH ORDINALITY AS q(viewer, cameo, uses, categories, about, ord)"""
ONE = """(
  SELECT %s::bigint AS viewer, %s::bigint AS cameo, %s::int AS uses, %s::int AS categories, %s::text AS about, 1 AS ord
) q"""

HEARD = f"""
SELECT q.viewer, q.cameo, q.categories, q.about, q.ord, c.owner_id, c.epoch, c.audience, o.handle, g.teen,
  c.state = 'live' AND q.uses > 0 AND c.owner_id <> q.viewer AS others, g.granted, g.until, g.denial,
  CASE
    WHEN c.id IS NULL THEN 'no_such_cameo'
    WHEN c.state = 'withdrawn' THEN 'withdrawn'
    WHEN c.state = 'frozen' THEN 'frozen'
    WHEN c.state = 'paused' THEN 'paused'
    WHEN c.state <> 'live' THEN 'not_live'
    WHEN q.uses <= 0 THEN 'use_not_given'
    WHEN c.owner_id = q.viewer AND g.teen AND q.categories & {CATEGORIES_NEVER_FOR_TEENS} <> 0 THEN 'own_age'
    WHEN c.owner_id = q.viewer THEN 'self'
    WHEN g.teen AND q.uses & {mask(NEVER_FOR_TEENS)} <> 0 THEN 'use_not_given'
    WHEN g.granted IS NOT NULL AND g.teen AND q.categories & {CATEGORIES_NEVER_FOR_TEENS} <> 0 THEN 'not_for_teens'
    WHEN g.granted IS NOT NULL AND q.categories & {SENSITIVE} & ~g.bits <> 0 THEN 'category_not_given'
    WHEN g.granted IS NOT NULL THEN 'grant'
    WHEN NOT g.teen AND (c.audience = 'everyone' OR c.audience = 'mutuals' AND {MUTUAL}) THEN CASE
      WHEN q.uses = {GENERATE} AND q.categories & {SENSITIVE} <> 0 THEN 'category_not_given'
      WHEN q.uses = {GENERATE} AND c.audience = 'everyone' THEN 'everyone'
      WHEN q.uses = {GENERATE} THEN 'mutual'
      WHEN g.bits & {ENDED} <> 0 THEN 'expired'
      ELSE 'use_not_given'
    END
    WHEN g.bits & {ENDED} <> 0 THEN 'expired'
    WHEN g.bits & {NAMED} <> 0 THEN 'use_not_given'
    WHEN c.audience = 'mutuals' AND NOT g.teen THEN 'not_mutual'
    WHEN c.audience = 'only_me' THEN 'only_me'
    ELSE 'not_approved'
  END AS heard
FROM {MANY}
LEFT JOIN consent_cameo c ON c.id = q.cameo
LEFT JOIN consent_person o ON o.id = c.owner_id
CROSS JOIN LATERAL ({SAID}) g
OFFSET 0
"""  # noqa: S608 - nothing but this module's own text is put into it

GUARDIAN = """
SELECT 1 FROM consent_guardianship w JOIN consent_guardianconsent s ON s.guardian_id = w.guardian_id
WHERE w.ward_id = k.owner_id AND w.state = 'live' AND s.cameo_id = k.cameo AND s.withdrawn_at IS NULL"""

RULE = """
SELECT concat_ws(' ', 'rule', r.kind = 'ask', r.kind, r.id, r.clause) FROM consent_rule r
WHERE r.cameo_id = k.cameo AND r.state = 'confirmed' AND (
  (r.kind = 'deny_category' AND r.categories & k.categories <> 0)
  OR (r.kind IN ('deny_words', 'deny_say') AND k.about <> '' AND r.words && split_part(k.about, ' ', 3)::bigint[])
  OR (r.kind = 'ask' AND (k.granted IS NULL OR k.granted > 0)))
ORDER BY 1 LIMIT 1"""
"""The rule that fires, as one text (a flag, its kind, its id, its clause); what forbids comes before what asks."""

STATEMENT = f"""
SELECT k.ord, k.handle, k.audience, k.epoch, k.heard, CASE
    WHEN k.others IS NOT TRUE THEN k.heard
    WHEN EXISTS (SELECT 1 FROM consent_block b WHERE b.src_id = k.viewer AND b.dst_id = k.owner_id) THEN 'blocking'
    WHEN EXISTS (SELECT 1 FROM consent_block b WHERE b.src_id = k.owner_id AND b.dst_id = k.viewer) THEN 'blocked'
    WHEN k.denial IS NOT NULL THEN concat('denied ', k.denial)
    WHEN k.heard NOT IN ('grant', 'everyone', 'mutual') THEN k.heard
    WHEN k.teen AND NOT EXISTS ({GUARDIAN}) THEN 'guardian_missing'
    ELSE coalesce(({RULE}), k.heard)
  END, k.granted, k.until
FROM ({HEARD}) k
"""  # noqa: S608 - nothing but this module's own text is put into it

ALONE = STATEMENT.replace(MANY, ONE)
"""The same for one question, which is most of them: there is no array to take apart."""
