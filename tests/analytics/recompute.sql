-- The same again in SQL, for DuckDB: rounds, engagements, turns that answer, calls, requests, reviews, and the metrics of them, from
-- the raw log. Written from docs/analytics.md; shares nothing with tables.py. The variables `log`, `within` and `now` are
-- set before.

CREATE TABLE log AS
WITH raw AS (
    SELECT seq, event, CASE json_type(event->'$.body') WHEN 'VARCHAR' THEN event->>'$.body' ELSE json_keys(event->'$.body')[1] END AS kind
    FROM read_json(getvariable('log'), format = 'newline_delimited', columns = {seq: 'BIGINT', event: 'JSON'})
)
SELECT
    seq, kind,
    event->>'$.conversation' AS conversation_id,
    (event->>'$.position')::BIGINT AS position,
    epoch_ms((event->>'$.time')::TIMESTAMP) AS time,
    event->>'$.cause' AS cause,
    event->>'$.actor.kind' AS actor,
    event->>'$.actor.user' AS agent,
    json_extract(event, '$.body.' || kind) AS body,
    kind = 'completed' AND (
        event->>'$.actor.kind' = 'system'
            AND event->>'$.body.completed.resolution' = 'The customer goes on in another conversation'
        OR coalesce(bool_or(kind = 'goes_on_in' AND event->>'$.body.goes_on_in.conversation' IS NOT NULL)
            OVER (PARTITION BY event->>'$.conversation', event->>'$.cause'), false)
    ) AS elsewhere
FROM raw;

-- Each event with its round, and whether it is loud.
CREATE TABLE step AS
WITH numbered AS (
    SELECT *,
        sum((kind IN ('started', 'reopened'))::INT) OVER w AS no,
        CASE
            WHEN kind = 'turn_added' THEN (body->>'$.turn.content.type') NOT IN ('note', 'suggestion')
                AND NOT coalesce((body->>'$.turn.silent')::BOOLEAN, false)
            WHEN kind = 'turn_edited' THEN actor = 'customer' AND NOT coalesce((body->>'$.silent')::BOOLEAN, false)
            ELSE false
        END AS loud
    FROM log WINDOW w AS (PARTITION BY conversation_id ORDER BY position)
)
SELECT *,
    min(position) FILTER (kind = 'completed') OVER (PARTITION BY conversation_id, no) AS completed_position,
    position <= coalesce(completed_position, position) AS within_round,
    actor IN ('agent', 'external_agent', 'device') AS by_person
FROM numbered;

CREATE TABLE engaged AS
WITH started AS (
    SELECT conversation_id, no, position, time, cause,
        body->>'$.engagement.id' AS id,
        body->>'$.engagement.kind.kind' AS kind,
        coalesce(body->>'$.engagement.kind.participant.user', body->>'$.engagement.kind.invitee.user') AS agent_id,
        coalesce(body->>'$.engagement.kind.participant.link', body->>'$.engagement.kind.invitee.link') AS link
    FROM step WHERE kind = 'engagement_started'
), ended AS (
    SELECT conversation_id, position, time, cause, body->>'$.engagement' AS id, body->>'$.end.reason' AS reason
    FROM step WHERE kind = 'engagement_ended'
)
SELECT s.conversation_id, s.no, s.id, s.kind, s.agent_id, s.link, coalesce(s.agent_id, s.link) AS who,
    s.position AS from_position, s.time AS started_at, s.cause AS start_cause,
    e.position AS to_position, e.time AS ended_at, e.cause AS end_cause, e.reason
FROM started s LEFT JOIN ended e USING (conversation_id, id);

-- Who waits when: the words of the customer since ours, and ours that end them.
CREATE TABLE answered AS
WITH words AS (
    SELECT conversation_id, no, position, time, actor, by_person, agent, body, actor = 'customer' AS theirs,
        coalesce(sum((actor <> 'customer')::INT) OVER (
            PARTITION BY conversation_id, no ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS run
    FROM step WHERE loud AND within_round
), opened AS (
    SELECT conversation_id, no, run, min(position) AS opened_position, min(time) AS opened_at
    FROM words WHERE theirs GROUP BY ALL
)
SELECT conversation_id, no, run, opened_position, opened_at, words.position, words.time, words.actor, words.by_person, words.agent,
    words.time - opened_at AS response_ms
FROM opened LEFT JOIN (SELECT * FROM words WHERE NOT theirs) words USING (conversation_id, no, run);

CREATE TABLE queue AS
SELECT e.*,
    e.ended_at - e.started_at AS queue_ms,
    (SELECT min(time) FROM step s WHERE s.conversation_id = e.conversation_id AND s.no = e.no AND s.loud AND s.by_person
        AND s.within_round AND s.position > e.from_position) - e.started_at AS person_wait_ms,
    CASE
        WHEN e.ended_at IS NULL THEN 'open'
        WHEN EXISTS (SELECT 1 FROM engaged p WHERE p.conversation_id = e.conversation_id AND p.kind IN ('agent', 'external_agent')
            AND p.from_position <= e.to_position AND coalesce(p.to_position > e.to_position, true)) THEN 'answered'
        WHEN EXISTS (SELECT 1 FROM log l WHERE l.conversation_id = e.conversation_id AND l.cause = e.end_cause AND l.elsewhere) THEN NULL
        WHEN EXISTS (SELECT 1 FROM log l WHERE l.conversation_id = e.conversation_id AND l.cause = e.end_cause AND l.kind = 'completed'
            AND l.actor IN ('customer', 'system', 'logic')) THEN 'given_up'
        ELSE 'returned'
    END AS queue_outcome
FROM engaged e WHERE e.kind = 'queue';

-- The parts of rounds: what held between one event and the next.
CREATE TABLE part AS
WITH held AS (
    SELECT s.conversation_id, s.no, s.position, s.time, s.completed_position, s.within_round,
        lead(s.time) OVER w - s.time AS length,
        sum(CASE WHEN s.kind = 'engagement_started' AND (s.body->>'$.engagement.kind.kind') IN ('agent', 'external_agent') THEN 1
            WHEN s.kind = 'engagement_ended' AND (s.body->>'$.was.kind.kind') IN ('agent', 'external_agent') THEN -1 ELSE 0 END) OVER w AS people,
        sum(CASE WHEN s.kind = 'engagement_started' AND (s.body->>'$.engagement.kind.kind') = 'queue' THEN 1
            WHEN s.kind = 'engagement_ended' AND (s.body->>'$.was.kind.kind') = 'queue' THEN -1 ELSE 0 END) OVER w AS queues,
        sum(CASE WHEN s.kind = 'engagement_started' AND (s.body->>'$.engagement.kind.kind') = 'logic' THEN 1
            WHEN s.kind = 'engagement_ended' AND (s.body->>'$.was.kind.kind') = 'logic' THEN -1 ELSE 0 END) OVER w AS logics,
        coalesce(last_value(CASE s.kind WHEN 'fell_back' THEN true WHEN 'fallback_cleared' THEN false END IGNORE NULLS) OVER w, false) AS fallen,
        min(s.position) FILTER (s.loud AND s.within_round) OVER (PARTITION BY s.conversation_id, s.no) AS first_position
    FROM step s WINDOW w AS (PARTITION BY s.conversation_id ORDER BY s.position)
)
SELECT conversation_id, no, length,
    CASE WHEN people > 0 THEN 'person' WHEN queues > 0 THEN 'queue' WHEN logics > 0 AND NOT fallen THEN 'logic' ELSE 'idle' END AS part
FROM held WHERE position >= first_position AND position < completed_position;

CREATE TABLE round AS
WITH opening AS (
    SELECT conversation_id, no,
        min(time) FILTER (kind IN ('started', 'reopened')) AS started_at,
        min(actor) FILTER (kind = 'reopened') AS reopened_by,
        min(position) FILTER (loud AND within_round AND actor = 'customer') AS t0_position,
        min(position) FILTER (loud AND within_round) AS first_position,
        min(time) FILTER (kind = 'completed') AS completed_at,
        min(actor) FILTER (kind = 'completed') AS completed_by,
        min(cause) FILTER (kind = 'completed') AS completed_cause,
        min(completed_position) AS completed_position,
        bool_or(loud AND within_round AND actor = 'logic') AS logic_involved,
        count(*) FILTER (kind = 'fell_back' AND within_round) AS fallback
    FROM step GROUP BY ALL
), spoken AS (
    SELECT o.*,
        EXISTS (SELECT 1 FROM log l WHERE l.conversation_id = o.conversation_id AND l.cause = o.completed_cause AND l.elsewhere) AS elsewhere,
        t.time AS t0, f.time AS first_at, f.actor AS first_by,
        (SELECT min((s.position, s.time, s.actor)) FROM step s WHERE s.conversation_id = o.conversation_id AND s.no = o.no AND s.loud
            AND s.within_round AND s.actor <> 'customer' AND s.position > o.t0_position) AS first_ours,
        (SELECT min((s.position, s.time, s.actor)) FROM step s WHERE s.conversation_id = o.conversation_id AND s.no = o.no AND s.loud
            AND s.within_round AND s.by_person AND s.position > o.t0_position) AS first_person,
        (SELECT min(s.position) FROM step s WHERE s.conversation_id = o.conversation_id AND s.no = o.no AND s.loud
            AND s.within_round AND s.actor = 'logic' AND s.position > o.t0_position) AS first_logic
    FROM opening o
    LEFT JOIN step t ON t.conversation_id = o.conversation_id AND t.position = o.t0_position
    LEFT JOIN step f ON f.conversation_id = o.conversation_id AND f.position = o.first_position
), waits AS (
    SELECT conversation_id, no, count(position) AS replies, coalesce(sum(response_ms), 0) AS reply_sum_ms, max(response_ms) AS reply_max_ms,
        count(*) FILTER (by_person) AS person_replies, coalesce(sum(response_ms) FILTER (by_person), 0) AS person_reply_sum_ms,
        bool_or(position IS NULL) AS unanswered
    FROM answered GROUP BY ALL
), parts AS (
    SELECT conversation_id, no, coalesce(sum(length) FILTER (part = 'person'), 0) AS person_ms, coalesce(sum(length) FILTER (part = 'queue'), 0) AS queue_ms,
        coalesce(sum(length) FILTER (part = 'logic'), 0) AS logic_ms, coalesce(sum(length) FILTER (part = 'idle'), 0) AS idle_ms
    FROM part GROUP BY ALL
), queues AS (
    SELECT conversation_id, no, arg_min(started_at, from_position) AS wanted_at, arg_min((person_wait_ms,), from_position)[1] AS person_wait_ms,
        bool_or(queue_outcome = 'given_up') AS given_up
    FROM queue GROUP BY ALL
), people AS (
    SELECT conversation_id, no, count(DISTINCT who) AS persons,
        count(*) FILTER (to_position IS NOT NULL AND reason <> 'completed' AND EXISTS (SELECT 1 FROM engaged o
            WHERE o.conversation_id = e.conversation_id AND o.no = e.no AND o.kind IN ('agent', 'external_agent') AND o.who <> e.who
            AND coalesce(o.to_position > e.to_position, true))) AS transfers
    FROM engaged e WHERE kind IN ('agent', 'external_agent') GROUP BY ALL
)
SELECT s.conversation_id, s.no, s.started_at, s.reopened_by, s.t0, s.completed_at, s.completed_by,
    CASE WHEN s.first_at IS NULL THEN NULL WHEN s.first_by = 'customer' THEN 'inbound' ELSE 'outbound' END AS direction,
    s.first_ours[2] - s.t0 AS first_response_ms,
    s.first_ours[3] AS first_response_by,
    s.first_person[2] - s.t0 AS first_person_response_ms,
    q.wanted_at, q.person_wait_ms,
    CASE WHEN s.first_at IS NOT NULL THEN s.completed_at - s.first_at END AS open_ms,
    CASE WHEN open_ms IS NOT NULL THEN coalesce(p.person_ms, 0) END AS person_ms,
    CASE WHEN open_ms IS NOT NULL THEN coalesce(p.queue_ms, 0) END AS queue_ms,
    CASE WHEN open_ms IS NOT NULL THEN coalesce(p.logic_ms, 0) END AS logic_ms,
    CASE WHEN open_ms IS NOT NULL THEN coalesce(p.idle_ms, 0) END AS idle_ms,
    coalesce(w.replies, 0) AS replies, coalesce(w.reply_sum_ms, 0) AS reply_sum_ms, w.reply_max_ms,
    coalesce(w.person_replies, 0) AS person_replies, coalesce(w.person_reply_sum_ms, 0) AS person_reply_sum_ms,
    coalesce(n.persons, 0) AS persons, coalesce(n.transfers, 0) AS transfers, s.fallback, s.logic_involved,
    CASE
        WHEN s.elsewhere THEN 'goes_on_elsewhere'
        WHEN s.first_person IS NOT NULL THEN 'by_person'
        WHEN q.given_up THEN 'given_up'
        WHEN s.completed_at IS NOT NULL AND coalesce(w.unanswered, false) THEN 'abandoned_by_us'
        WHEN s.first_logic IS NOT NULL THEN 'by_logic'
        ELSE 'open'
    END AS outcome,
    CASE WHEN s.completed_at IS NOT NULL AND NOT s.elsewhere THEN s.logic_involved AND coalesce(n.persons, 0) = 0 AND q.wanted_at IS NULL END AS contained
FROM spoken s LEFT JOIN waits w USING (conversation_id, no) LEFT JOIN parts p USING (conversation_id, no)
LEFT JOIN queues q USING (conversation_id, no) LEFT JOIN people n USING (conversation_id, no);

-- Agents' time, divided among their engagements at each instant; what is left goes to the first of them.
CREATE TABLE shared AS
WITH mine AS (SELECT agent_id, id, started_at, ended_at FROM engaged WHERE kind = 'agent'),
changes AS (
    SELECT agent_id, change_at, lead(change_at) OVER (PARTITION BY agent_id ORDER BY change_at) AS until
    FROM (SELECT agent_id, started_at AS change_at FROM mine UNION SELECT agent_id, ended_at FROM mine WHERE ended_at IS NOT NULL)
), slices AS (
    SELECT m.id, c.until - c.change_at AS length, count(*) OVER (PARTITION BY c.agent_id, c.change_at) AS among,
        row_number() OVER (PARTITION BY c.agent_id, c.change_at ORDER BY m.started_at, m.id) AS place
    FROM changes c JOIN mine m ON m.agent_id = c.agent_id AND m.started_at <= c.change_at AND coalesce(m.ended_at >= c.until, true)
    WHERE c.until IS NOT NULL
)
SELECT m.id AS engagement_id, coalesce(sum(length // among + (place <= length % among)::INT), 0) AS shared_ms
FROM mine m LEFT JOIN slices USING (id) WHERE m.ended_at IS NOT NULL GROUP BY ALL;

-- Requests for reviews, with their newest answer.
CREATE TABLE review AS
WITH asked AS (
    SELECT conversation_id, no AS round_no, time AS asked_at, body->>'$.review' AS review_id,
        epoch_ms((body->>'$.expires')::TIMESTAMP) AS expires_at
    FROM step WHERE kind = 'review_asked'
), answers AS (
    SELECT conversation_id, body->>'$.review' AS review_id, min(time) AS answered_at, count(*) AS given,
        arg_max(time, position) AS last_at, arg_max(body, position) AS newest
    FROM step WHERE kind = 'feedback_given' AND body->>'$.review' IS NOT NULL GROUP BY ALL
), declined AS (
    SELECT conversation_id, body->>'$.review' AS review_id, min(time) AS declined_at
    FROM step WHERE kind = 'review_ended' AND body->>'$.end' <> 'undelivered' GROUP BY ALL
), undelivered AS (
    SELECT DISTINCT conversation_id, body->>'$.review' AS review_id
    FROM step WHERE kind = 'review_ended' AND body->>'$.end' = 'undelivered'
)
SELECT conversation_id, review_id, round_no, asked_at, expires_at, declined_at, answered_at, CASE WHEN given > 1 THEN last_at END AS edited_at,
    (newest->>'$.score')::BIGINT AS score, CASE WHEN given > 0 THEN length(coalesce(newest->>'$.text', '')) END AS comment_length
FROM asked LEFT JOIN answers USING (conversation_id, review_id) LEFT JOIN declined USING (conversation_id, review_id)
-- A request that did not arrive is none, unless it is answered.
WHERE answered_at IS NOT NULL OR (conversation_id, review_id) NOT IN (SELECT (conversation_id, review_id) FROM undelivered);

-- The facts of metrics: which belong to what time, and their sizes or whether they hit.
CREATE TABLE fact AS
WITH counted AS (SELECT * FROM round WHERE outcome <> 'goes_on_elsewhere'),
queues AS (
    SELECT * FROM queue WHERE queue_outcome IN ('answered', 'given_up') AND (queue_outcome = 'answered' OR queue_ms > 5000)
)
SELECT 'first_response' AS metric, t0 AS time, first_response_ms AS size, NULL::BOOLEAN AS hit FROM counted WHERE direction = 'inbound' AND first_response_ms IS NOT NULL
UNION ALL SELECT 'first_person_response', t0, first_person_response_ms, NULL FROM counted WHERE direction = 'inbound' AND first_person_response_ms IS NOT NULL
UNION ALL SELECT 'person_wait', wanted_at, person_wait_ms, NULL FROM counted WHERE person_wait_ms IS NOT NULL
UNION ALL SELECT 'open_time', completed_at, open_ms, NULL FROM counted WHERE open_ms IS NOT NULL
UNION ALL SELECT 'person_time', completed_at, person_ms, NULL FROM counted WHERE person_ms IS NOT NULL
UNION ALL SELECT 'queue_time', completed_at, queue_ms, NULL FROM counted WHERE queue_ms IS NOT NULL
UNION ALL SELECT 'logic_time', completed_at, logic_ms, NULL FROM counted WHERE logic_ms IS NOT NULL
UNION ALL SELECT 'response_time', time, response_ms, NULL FROM answered WHERE response_ms IS NOT NULL
UNION ALL SELECT 'handle_time', ended_at, ended_at - started_at, NULL FROM engaged WHERE kind = 'agent' AND ended_at IS NOT NULL
UNION ALL SELECT 'shared_handle_time', ended_at, shared_ms, NULL FROM shared JOIN engaged ON id = engagement_id
UNION ALL SELECT 'service_level', started_at, NULL, queue_outcome = 'answered' AND coalesce(person_wait_ms <= 20000, false) FROM queues
UNION ALL SELECT 'service_level_join', started_at, NULL, queue_outcome = 'answered' AND queue_ms <= 20000 FROM queues
UNION ALL SELECT 'abandonment', started_at, NULL, queue_outcome = 'given_up' FROM queues
UNION ALL SELECT 'transfer_rate', completed_at, NULL, transfers > 0 FROM counted WHERE persons > 0 AND completed_at IS NOT NULL
UNION ALL SELECT 'involvement', t0, NULL, logic_involved FROM counted WHERE direction = 'inbound'
UNION ALL SELECT 'containment', completed_at, NULL, contained FROM counted WHERE logic_involved AND completed_at IS NOT NULL
UNION ALL SELECT 'automation', completed_at, NULL, contained FROM counted WHERE direction = 'inbound' AND completed_at IS NOT NULL
UNION ALL SELECT 'deflection', completed_at, NULL, persons = 0 FROM counted WHERE direction = 'inbound' AND completed_at IS NOT NULL
UNION ALL SELECT 'handover_rate', coalesce(wanted_at, t0), NULL, wanted_at IS NOT NULL FROM counted WHERE logic_involved AND coalesce(wanted_at, t0) IS NOT NULL
UNION ALL SELECT 'csat', asked_at, NULL, score >= 4 FROM review WHERE score IS NOT NULL
UNION ALL SELECT 'csat_answered', answered_at, NULL, score >= 4 FROM review WHERE score IS NOT NULL
UNION ALL SELECT 'csat_response', asked_at, NULL, score IS NOT NULL FROM review;

-- By local day; `zone` is a parameter.
CREATE MACRO figures(zone) AS TABLE
SELECT metric, strftime(timezone(zone, make_timestamptz(time * 1000)), '%Y-%m-%d') AS day, count(*) AS count,
    sum(coalesce(size, hit::INT))::BIGINT AS sum, quantile_disc(size, 0.5) AS p50, quantile_disc(size, 0.9) AS p90, max(size) AS max
FROM fact GROUP BY ALL;
