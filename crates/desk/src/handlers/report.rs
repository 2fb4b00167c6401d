//! Reports: asks the hub for the figures of a period and of the one before it.

use std::collections::BTreeMap;

use serde::Deserialize;
use tandem_conversation::{Permission, Time, UserId};

use crate::refusals::error;
use crate::rpc::RpcError;
use crate::view::{ReportCell, ReportLine, ReportPerson, ReportRequest, ReportView};
use crate::workplace::Workplace;

/// What supervisors see of everybody, in this order.
const TEAM: [&str; 16] = [
    "conversations_started",
    "rounds_completed",
    "first_response",
    "first_person_response",
    "person_wait",
    "service_level",
    "abandonment",
    "response_time",
    "handle_time",
    "transfer_rate",
    "one_contact",
    "reopen_rate",
    "involvement",
    "containment",
    "handover_rate",
    "occupancy",
];
/// What users see of what they took part in.
const OWN: [&str; 8] = [
    "conversations_handled",
    "first_person_response",
    "response_time",
    "handle_time",
    "transfer_rate",
    "one_contact",
    "occupancy",
    "concurrency",
];
/// What supervisors see of each agent.
const EACH: [&str; 4] = ["conversations_handled", "response_time", "handle_time", "occupancy"];

/// The hub's answer, as far as reports need it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FiguresPage {
    definitions: String,
    as_of: AsOf,
    rows: Vec<FigureRow>,
}

#[derive(Debug, Deserialize)]
struct AsOf {
    time: Time,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FigureRow {
    metric: String,
    #[serde(default)]
    agent: Option<String>,
    #[serde(flatten)]
    cell: ReportCell,
}

impl Workplace {
    pub(crate) async fn report(&self, request: ReportRequest) -> Result<ReportView, RpcError> {
        let ReportRequest { from, until, before_from, before_until } = request;
        if from >= until || before_from >= before_until {
            return Err(error("rpc.bad_request", "A period ends after it begins."));
        }
        let team = self.reader()?.permissions.has_all(Permission::AnalyticsView);
        let metrics: &[&str] = if team { &TEAM } else { &OWN };
        let now = self.of_period(metrics, from, until, "").await?;
        let before = self.of_period(metrics, before_from, before_until, "").await?;
        let lines = lines(metrics, &now.rows, &before.rows, None);
        let people = match team {
            true => {
                let now = self.of_period(&EACH, from, until, "agent").await?;
                let before = self.of_period(&EACH, before_from, before_until, "agent").await?;
                self.each(&now.rows, &before.rows)?
            }
            false => Vec::new(),
        };
        Ok(ReportView { as_of: now.as_of.time, definitions: now.definitions, team, lines, people })
    }

    async fn of_period(&self, metrics: &[&str], from: Time, until: Time, by: &str) -> Result<FiguresPage, RpcError> {
        let path = format!("figures?metric={}&from={from}&to={until}&by={by}", metrics.join(","));
        self.ask_hub("failed-report", |session, token| {
            let path = path.clone();
            async move { session.hub.figures(&token, &path).await }
        })
        .await
    }

    /// By name. Agents who are unknown by now have none.
    fn each(&self, now: &[FigureRow], before: &[FigureRow]) -> Result<Vec<ReportPerson>, RpcError> {
        let me = self.reader()?;
        let mut names: BTreeMap<String, (UserId, String)> = BTreeMap::new();
        for colleague in self.memory.colleagues() {
            names.insert(colleague.user.0.to_string(), (colleague.user, colleague.name));
        }
        names.insert(me.user.0.to_string(), (me.user, me.name));
        let has_some = |agent: &str| now.iter().chain(before).any(|row| row.agent.as_deref() == Some(agent));
        let known = names.into_iter().filter(|(id, _)| has_some(id));
        let mut people: Vec<ReportPerson> = known
            .map(|(id, (user, name))| ReportPerson { user, name, lines: lines(&EACH, now, before, Some(&id)) })
            .collect();
        people.sort_by_cached_key(|person| person.name.to_lowercase());
        Ok(people)
    }
}

/// One line for each metric, of an agent or of all.
fn lines(metrics: &[&str], now: &[FigureRow], before: &[FigureRow], agent: Option<&str>) -> Vec<ReportLine> {
    let cell = |rows: &[FigureRow], metric: &str| {
        let found = rows.iter().find(|row| row.metric == metric && row.agent.as_deref() == agent);
        found.map(|row| row.cell).unwrap_or_default()
    };
    let line = |metric: &&str| ReportLine {
        metric: (*metric).to_owned(),
        now: cell(now, metric),
        before: cell(before, metric),
    };
    metrics.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_figure_of_nothing_is_unknown_and_not_zero() {
        let page = json!({ "definitions": "v1", "zone": "UTC", "asOf": { "cursor": 7, "time": "2026-11-28T12:00:00.000Z" },
            "rows": [
                { "metric": "handle_time", "agent": "a", "count": 2, "sum": 40, "p50": 10, "p90": 30, "value": 20.0 },
                { "metric": "service_level", "count": 0, "value": null },
            ] });
        let page: FiguresPage = serde_json::from_value(page).unwrap();
        let told = lines(&["service_level", "handle_time"], &page.rows, &[], None);
        assert_eq!(told[0].now, ReportCell::default());
        assert_eq!(told[1].now.value, None, "what is an agent's is not everybody's");
        let own = lines(&["handle_time"], &page.rows, &[], Some("a"));
        assert_eq!((own[0].now.p50, own[0].now.value, own[0].before.count), (Some(10), Some(20.0), 0));
    }
}
