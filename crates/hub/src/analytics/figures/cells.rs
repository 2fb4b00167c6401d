//! Facts added up by the dimensions of a question.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tandem_conversation::measure::date;
use tandem_conversation::{ConversationId, Time, UserId};

use super::{By, Question};
use crate::analytics::facts::{Adds, Fact};
use crate::analytics::metric::{Form, Metric};
use crate::analytics::names::{About, NO_WORD, Names};

/// The place of a fact among figures: a name for each dimension, in their order.
pub(super) type Place = Vec<String>;

/// What the facts of one figure add up to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub count: u64,
    pub provisional: u64,
    /// Of shares, what hits; of scores, their sum.
    pub sum: i64,
    /// Of shares, what is divided.
    pub of: i64,
    pub most: Option<i64>,
    /// All of them, for percentiles.
    pub sizes: Vec<i64>,
    pub conversations: HashSet<ConversationId>,
}

impl Tally {
    fn add(&mut self, form: Form, fact: &Fact<'_>) {
        self.count += 1;
        self.provisional += u64::from(fact.told.provisional);
        match (form, fact.told.adds) {
            (Form::Sizes, Adds::Size(ms)) => self.sizes.push(ms),
            (Form::Scores, Adds::Size(score)) => self.sum += score,
            (Form::Share, Adds::Share(part, of)) => {
                self.sum += part;
                self.of += of;
            }
            (Form::Share, Adds::Load(part, of, most)) => {
                self.sum += part;
                self.of += of;
                self.most = self.most.max(Some(most.into()));
            }
            (Form::Distinct, _) => self.conversations.extend(fact.conversation),
            _ => {}
        }
    }
}

/// The figures of one metric. Names are numbers until the end.
pub(super) struct Cells<'q> {
    form: Form,
    by: &'q [By],
    days: Vec<Days<'q>>,
    agents: HashMap<UserId, u32>,
    /// Agents, days, and the words of facts.
    names: Names,
    tallies: Vec<Tally>,
    places: HashMap<Vec<u32>, usize>,
    /// The last place, and its tally: often the next one, too.
    last: (Vec<u32>, usize),
}

impl<'q> Cells<'q> {
    pub(super) fn of(question: &'q Question, metric: &Metric) -> Self {
        let by = question.by.as_slice();
        let days =
            by.iter().map(|by| Days { by: *by, zone: &question.zone, known: HashMap::new(), last: None }).collect();
        let mut cells = Self {
            form: metric.form,
            by,
            days,
            agents: HashMap::new(),
            names: Names::new(),
            tallies: Vec::new(),
            places: HashMap::new(),
            last: (Vec::new(), 0),
        };
        if by.is_empty() {
            // A figure of nothing is there, too.
            cells.tally(&[]);
        }
        cells
    }

    pub(super) fn add(&mut self, fact: &Fact<'_>, about: &About<'_>) {
        let tags = match about.tags {
            // A conversation with several tags counts under each.
            tags @ [_, ..] if self.by.contains(&By::Tag) => tags,
            _ => &[NO_WORD],
        };
        for tag in tags {
            let mut place = [0; By::EVERY.len()];
            for (no, (by, name)) in self.by.iter().zip(&mut place).enumerate() {
                *name = match by {
                    By::Day | By::Week | By::Month => match self.days.get_mut(no) {
                        Some(days) => days.number(fact.at, &mut self.names),
                        None => 0,
                    },
                    By::Channel => about.channel,
                    By::Brand => about.brand,
                    By::Language => about.language,
                    By::Tag => *tag,
                    By::Agent => fact.told.agent.map_or(0, |agent| {
                        *self.agents.entry(agent).or_insert_with(|| self.names.number(&agent.to_string()))
                    }),
                    By::Responder | By::Grade | By::Code => fact.told.word.map_or(0, |word| self.names.number(word)),
                };
            }
            let form = self.form;
            let Some(place) = place.get(..self.by.len()) else { continue };
            self.tally(place).add(form, fact);
        }
    }

    fn tally(&mut self, place: &[u32]) -> &mut Tally {
        if self.last.0 != place || self.tallies.is_empty() {
            let known = self.places.get(place).copied();
            let tally = known.unwrap_or_else(|| {
                self.tallies.push(Tally::default());
                self.places.insert(place.to_vec(), self.tallies.len() - 1);
                self.tallies.len() - 1
            });
            self.last.0.clear();
            self.last.0.extend_from_slice(place);
            self.last.1 = tally;
        }
        &mut self.tallies[self.last.1]
    }

    /// The figures by their names. `of_conversations` has those of conversations.
    pub(super) fn named(mut self, of_conversations: &Names) -> BTreeMap<Place, Tally> {
        let name = |(by, number): (&By, u32)| match by {
            By::Channel | By::Brand | By::Language | By::Tag => of_conversations.word(number).to_owned(),
            By::Day | By::Week | By::Month | By::Agent | By::Responder | By::Grade | By::Code => {
                self.names.word(number).to_owned()
            }
        };
        let named = |(place, tally): (Vec<u32>, usize)| {
            let tally = std::mem::take(&mut self.tallies[tally]);
            (self.by.iter().zip(place).map(name).collect(), tally)
        };
        self.places.into_iter().map(named).collect()
    }
}

/// Local days, weeks or months.
struct Days<'q> {
    by: By,
    zone: &'q TimeZone,
    /// By quarters of UTC that lie in one day.
    known: HashMap<i64, u32>,
    last: Option<(i64, u32)>,
}

const QUARTER_MS: i64 = 15 * 60 * 1_000;

impl Days<'_> {
    fn number(&mut self, at: Time, names: &mut Names) -> u32 {
        let quarter = at.0.div_euclid(QUARTER_MS);
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == quarter) {
            return number;
        }
        if let Some(number) = self.known.get(&quarter) {
            self.last = Some((quarter, *number));
            return *number;
        }
        let number = names.number(&named_day(self.by, at, self.zone));
        // Clocks changed within a quarter in a few zones, and with them the day.
        let begin = Time(quarter.saturating_mul(QUARTER_MS));
        let day = |at| date(at, self.zone);
        if day(begin) == day(begin.plus_ms(QUARTER_MS - 1)) && day(begin) == day(at) {
            self.known.insert(quarter, number);
            self.last = Some((quarter, number));
        }
        number
    }
}

pub(super) fn named_day(by: By, at: Time, zone: &TimeZone) -> String {
    let Some(day) = date(at, zone) else { return String::new() };
    match by {
        By::Month => format!("{:04}-{:02}", day.year(), day.month()),
        By::Week => monday(day).to_string(),
        _ => day.to_string(),
    }
}

fn monday(day: Date) -> Date {
    let after = day.weekday().to_monday_zero_offset();
    day.checked_sub(jiff::Span::new().days(after)).unwrap_or(day)
}
