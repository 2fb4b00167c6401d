//! How brands ask for reviews.

use tandem_conversation::ReviewPlan;
use tandem_protocol::reviews::ReviewPlanRow;
use tandem_sql::Connection;

use super::{Done, Refusal};
use crate::store::{StoreError, brands, reviews};

/// The plans of all brands that ask.
pub(crate) fn review_plans(connection: &Connection) -> Result<Vec<ReviewPlanRow>, StoreError> {
    let known = brands::all(connection)?;
    let plans = reviews::plans(connection)?.into_iter();
    Ok(plans.map(|(brand, plan)| ReviewPlanRow { brand: brands::key_of(brand, &known), plan }).collect())
}

/// Has a brand ask, or ask otherwise. The plan is checked before.
pub(crate) fn set_review_plan(connection: &Connection, key: &str, plan: ReviewPlan) -> Done<ReviewPlanRow> {
    let Some(brand) = brands::by_key(connection, key)? else { return Ok(Err(Refusal::NoBrand(key.to_owned()))) };
    reviews::put_plan(connection, brand.id, &plan)?;
    Ok(Ok(ReviewPlanRow { brand: key.to_owned(), plan }))
}

/// Has a brand ask no more; false if it does not ask.
pub(crate) fn remove_review_plan(connection: &Connection, key: &str) -> Result<bool, StoreError> {
    match brands::by_key(connection, key)? {
        Some(brand) => reviews::remove_plan(connection, brand.id),
        None => Ok(false),
    }
}
