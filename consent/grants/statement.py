"""The one statement that judges: its SQL, and nothing else.

In layers, each a fence the planner keeps (``OFFSET 0``), so that a lookup is made once and only where it decides:

FOUND     what is there: the cameo, whoever asks, the grant in force between them, a yes to this one draft.
NARROWED  what an asker may always hear: what the cameo's state, the grants and the audience say, without regard to what
          was decided against this asker in particular; a yes is narrowed to the categories that were given.
JUDGED    the rule that decides: blocks and denials, a guardian who has not said yes, and the owner's own rules come
          before what would be a yes.

Both are handed out, because the asker hears the former where the latter is private (``graph.Judgement.told``).
"""

from consent.grants.categories import NEVER_FOR_TEENS as CATEGORIES_NEVER_FOR_TEENS
from consent.grants.categories import SENSITIVE
from consent.grants.uses import BITS, NEVER_FOR_TEENS, mask
from consent.permit import Use

GENERATE = BITS[Use.GENERATE]

FOUND = """
SELECT q.*, c.id AS there, c.owner_id, c.state, c.epoch, c.audience, o.handle, v.handle AS asker,
  o.birth_date > (statement_timestamp() - interval '18 years 12 hours')::date AS teen,
  g.id AS granted, g.uses AS granted_uses, g.categories AS granted_categories, g.expires_at AS granted_until,
  g.expires_at IS NULL OR g.expires_at > statement_timestamp() AS in_time,
  y.id AS once, y.uses AS once_uses, y.categories AS once_categories, y.expires_at AS once_until
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::text[], %s::bigint[], %s::text[])
  WITH ORDINALITY AS q(viewer, cameo, uses, categories, draft, permit, words, ord)
LEFT JOIN consent_cameo c ON c.id = q.cameo
LEFT JOIN consent_person o ON o.id = c.owner_id
LEFT JOIN consent_person v ON v.id = q.viewer
LEFT JOIN consent_grant g ON g.cameo_id = q.cameo AND g.person_id = q.viewer AND g.effect = 'grant'
  AND g.draft_digest = '' AND g.revoked_at IS NULL
LEFT JOIN consent_grant y ON q.draft <> '' AND y.cameo_id = q.cameo AND y.person_id = q.viewer AND y.effect = 'grant'
  AND y.draft_digest = q.draft AND y.draft_digest <> '' AND y.revoked_at IS NULL
  AND (y.spent_by_id IS NULL OR y.spent_by_id = q.permit) AND y.uses & q.uses = q.uses
  AND (y.expires_at IS NULL OR y.expires_at > statement_timestamp())
OFFSET 0
"""

YES = "('grant', 'everyone', 'mutual')"

MUTUAL = """(
  EXISTS (SELECT 1 FROM consent_follow f WHERE f.src_id = j.viewer AND f.dst_id = j.owner_id) AND
  EXISTS (SELECT 1 FROM consent_follow f WHERE f.src_id = j.owner_id AND f.dst_id = j.viewer))"""

FIRES = """
  (r.kind = 'deny_category' AND r.categories & j.categories <> 0)
  OR (r.kind IN ('deny_words', 'deny_say') AND j.words <> '' AND r.words && j.words::bigint[])
  OR (r.kind = 'ask' AND j.once IS NULL)"""

BASE = f"""
CASE
  WHEN j.there IS NULL THEN 'no_such_cameo'
  WHEN j.state = 'withdrawn' THEN 'withdrawn'
  WHEN j.state = 'frozen' THEN 'frozen'
  WHEN j.state = 'paused' THEN 'paused'
  WHEN j.state <> 'live' THEN 'not_live'
  WHEN j.uses <= 0 THEN 'use_not_given'
  WHEN j.owner_id = j.viewer AND j.teen AND j.categories & {CATEGORIES_NEVER_FOR_TEENS} <> 0 THEN 'not_for_teens'
  WHEN j.owner_id = j.viewer THEN 'self'
  WHEN j.teen AND j.uses & {mask(NEVER_FOR_TEENS)} <> 0 THEN 'use_not_given'
  WHEN j.once IS NOT NULL THEN 'grant'
  WHEN j.granted IS NOT NULL AND j.in_time AND j.granted_uses & j.uses = j.uses THEN 'grant'
  WHEN j.uses = {GENERATE} AND NOT j.teen AND j.audience = 'everyone' THEN 'everyone'
  WHEN j.uses = {GENERATE} AND NOT j.teen AND j.audience = 'mutuals' AND {MUTUAL} THEN 'mutual'
  WHEN j.granted IS NOT NULL AND NOT j.in_time THEN 'expired'
  WHEN j.granted IS NOT NULL THEN 'use_not_given'
  WHEN j.audience = 'everyone' AND NOT j.teen THEN 'use_not_given'
  WHEN j.audience = 'mutuals' AND NOT j.teen THEN CASE WHEN {MUTUAL} THEN 'use_not_given' ELSE 'not_mutual' END
  WHEN j.audience = 'only_me' THEN 'only_me'
  ELSE 'not_approved'
END"""

NARROWED = f"""
SELECT b.*, CASE
    WHEN b.base NOT IN {YES} THEN b.base
    WHEN b.teen AND b.categories & {CATEGORIES_NEVER_FOR_TEENS} <> 0 THEN 'not_for_teens'
    WHEN b.categories & {SENSITIVE} & ~b.given <> 0 THEN 'category_not_given'
    ELSE b.base
  END AS heard
FROM (
  SELECT j.*, {BASE} AS base,
    CASE WHEN j.once IS NOT NULL THEN j.once_categories ELSE 0 END |
    CASE WHEN j.granted IS NOT NULL AND j.in_time AND j.granted_uses & j.uses = j.uses THEN j.granted_categories
      ELSE 0 END AS given
  FROM ({FOUND}) j OFFSET 0
) b OFFSET 0
"""  # noqa: S608 - nothing but this module's own text is put into it
GUARDED = """
SELECT 1 FROM consent_guardianship w JOIN consent_guardianconsent s ON s.guardian_id = w.guardian_id
WHERE w.ward_id = k.owner_id AND w.state = 'live' AND s.cameo_id = k.cameo AND s.withdrawn_at IS NULL"""

DENIAL = """
SELECT d.id FROM consent_grant d
WHERE d.cameo_id = k.cameo AND d.person_id = k.viewer AND d.effect = 'denial' AND d.revoked_at IS NULL
  AND d.uses & k.uses <> 0 AND (d.categories = 0 OR d.categories & k.categories <> 0)
  AND (d.expires_at IS NULL OR d.expires_at > statement_timestamp())
ORDER BY d.id LIMIT 1"""

JUDGED = f"""
SELECT k.*, CASE
    WHEN k.there IS NULL OR k.state <> 'live' OR k.uses <= 0 OR k.owner_id = k.viewer THEN k.heard
    WHEN EXISTS (SELECT 1 FROM consent_block b WHERE b.src_id = k.viewer AND b.dst_id = k.owner_id) THEN 'blocking'
    WHEN EXISTS (SELECT 1 FROM consent_block b WHERE b.src_id = k.owner_id AND b.dst_id = k.viewer) THEN 'blocked'
    WHEN EXISTS ({DENIAL}) THEN 'denied'
    WHEN k.heard NOT IN {YES} THEN k.heard
    WHEN k.teen AND NOT EXISTS ({GUARDED}) THEN 'guardian_missing'
    WHEN k.fired IS NOT NULL THEN 'rule'
    ELSE k.heard
  END AS rule
FROM (
  SELECT j.*, CASE WHEN j.heard IN {YES} AND j.owner_id <> j.viewer THEN (
      SELECT r.id FROM consent_rule r WHERE r.cameo_id = j.cameo AND r.state = 'confirmed' AND ({FIRES})
      ORDER BY r.kind = 'ask', r.id LIMIT 1
    ) END AS fired
  FROM ({NARROWED}) j OFFSET 0
) k OFFSET 0
"""  # noqa: S608 - nothing but this module's own text is put into it

STATEMENT = f"""
SELECT k.cameo, coalesce(k.handle, ''), coalesce(k.asker, ''), coalesce(k.audience, ''), coalesce(k.epoch, 0),
  k.rule, k.heard,
  CASE k.rule
    WHEN 'grant' THEN coalesce(k.once, k.granted)
    WHEN 'denied' THEN ({DENIAL})
    WHEN 'rule' THEN r.id
  END,
  CASE WHEN k.rule = 'grant' THEN least(k.once_until, CASE WHEN k.in_time THEN k.granted_until END) END,
  k.once IS NOT NULL, coalesce(r.kind, ''), coalesce(r.clause, '')
FROM ({JUDGED}) k
LEFT JOIN consent_rule r ON r.id = k.fired
ORDER BY k.ord
"""  # noqa: S608 - nothing but this module's own text is put into it
