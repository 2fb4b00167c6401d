//! How brands ask for reviews, as those who manage settings see it.

use serde::Serialize;
use tandem_protocol::library::LibraryBrand;
use tandem_protocol::reviews::ReviewPlanRow;
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReviewPlansView {
    /// Of the brands that ask.
    pub plans: Vec<ReviewPlanRow>,
    pub brands: Vec<LibraryBrand>,
}
