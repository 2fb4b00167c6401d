//! A better wording for a reply, shown beside the original. The agent decides; nothing here writes or sends.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, TextDiff};
use tandem_protocol::agents::Improved;

use crate::rpc::{RpcError, Words};
use crate::view::{ImprovedView, PieceKind, PieceView};
use crate::workplace::Workplace;

/// Time limit for comparing two long texts with little in common; then a rougher diff is used.
const COMPARING: Duration = Duration::from_millis(100);

impl Workplace {
    pub(crate) async fn improve(&self, request: Words) -> Result<ImprovedView, RpcError> {
        let Words { id, text } = request;
        let improved = self.ask_hub("failed-wording", |session, token| {
            let text = text.clone();
            async move { session.hub.improve(&token, id, text).await }
        });
        let improved = improved.await?;
        Ok(view(&text, improved))
    }
}

fn view(written: &str, improved: Improved) -> ImprovedView {
    let pieces = pieces(written.trim(), &improved.text);
    ImprovedView { text: improved.text, by: improved.by, pieces }
}

/// The word diff. Changes separated by a single space are merged, which reads better.
fn pieces(written: &str, proposed: &str) -> Vec<PieceView> {
    let mut config = TextDiff::configure();
    let diff = config.algorithm(Algorithm::Patience).timeout(COMPARING).diff_unicode_words(written, proposed);
    let mut told = Pieces::default();
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => told.same.push_str(change.value()),
            ChangeTag::Delete => told.changed().gone.push_str(change.value()),
            ChangeTag::Insert => told.changed().new.push_str(change.value()),
        }
    }
    told.settle();
    told.settled
}

#[derive(Default)]
struct Pieces {
    settled: Vec<PieceView>,
    gone: String,
    new: String,
    /// Unchanged text after the last change that may become part of it.
    same: String,
}

impl Pieces {
    fn changed(&mut self) -> &mut Self {
        let follows_change = !(self.gone.is_empty() && self.new.is_empty());
        if follows_change && self.same.chars().all(char::is_whitespace) {
            self.gone.push_str(&self.same);
            self.new.push_str(&self.same);
            self.same.clear();
        } else {
            self.settle();
        }
        self
    }

    fn settle(&mut self) {
        for (kind, text) in [
            (PieceKind::Gone, std::mem::take(&mut self.gone)),
            (PieceKind::New, std::mem::take(&mut self.new)),
            (PieceKind::Same, std::mem::take(&mut self.same)),
        ] {
            if !text.is_empty() {
                self.settled.push(PieceView { kind, text });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::pieces;
    use crate::view::PieceKind::{self, Gone, New, Same};

    fn told(written: &str, proposed: &str) -> Vec<(PieceKind, String)> {
        pieces(written, proposed).into_iter().map(|piece| (piece.kind, piece.text)).collect()
    }

    #[test]
    fn words_that_changed_stand_out() {
        let piece = |kind, text: &str| (kind, text.to_owned());
        assert_eq!(told("On thursday.", "On thursday."), [piece(Same, "On thursday.")]);
        assert_eq!(
            told("It comes on thursday", "It comes on Thursday."),
            [piece(Same, "It comes on "), piece(Gone, "thursday"), piece(New, "Thursday.")]
        );
        assert_eq!(
            told("ok, refund tomorrow", "Certainly, refund tomorrow"),
            [piece(Gone, "ok"), piece(New, "Certainly"), piece(Same, ", refund tomorrow")]
        );
        assert_eq!(
            told("pls wait", "Please hold on"),
            [piece(Gone, "pls wait"), piece(New, "Please hold on")],
            "a space between two changes is none of its own"
        );
    }

    proptest! {
        /// Dropping the new parts gives the original; dropping the removed parts gives the proposal.
        #[test]
        fn both_texts_are_all_there(written in "\\PC{0,60}", proposed in "\\PC{0,60}") {
            let without = |left_out: PieceKind| -> String {
                told(&written, &proposed).into_iter().filter(|(kind, _)| *kind != left_out).map(|(_, text)| text).collect()
            };
            prop_assert_eq!(without(New), written.clone());
            prop_assert_eq!(without(Gone), proposed.clone());
        }
    }
}
