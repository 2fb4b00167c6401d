//! The one entry: a command's name and request as JSON, its response or a typed error as JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::desk::Desk;
use crate::rpc::*;
use crate::words::problem;

impl Desk {
    /// Runs one command of the table.
    ///
    /// # Errors
    /// `rpc.unknown_command`, `rpc.bad_request`, or the command's own error.
    pub async fn rpc(&self, name: &str, request: Value) -> Result<Value, RpcError> {
        let answer = self.rpc_text(name, request).await?;
        serde_json::from_str(answer.get()).map_err(|problem| unwritable(&problem))
    }

    /// Runs one command of the table; its response is not parsed again, for those who pass it on.
    ///
    /// # Errors
    /// As [`Desk::rpc`].
    pub async fn rpc_text(&self, name: &str, request: Value) -> Result<Box<RawValue>, RpcError> {
        self.carried_out(name, request).await.map_err(|RpcError { code, message }| {
            let message = problem(&code, &[], message);
            RpcError { code, message }
        })
    }

    async fn carried_out(&self, name: &str, request: Value) -> Result<Box<RawValue>, RpcError> {
        macro_rules! route {
            (
                $($always:literal $door:ident $asked:ty => $told:ty;)*;
                $($wire:literal $handler:ident $request:ty => $response:ty;)*
            ) => {
                match name {
                    $($always => {
                        let response: $told = self.$door(understood::<$asked>(request)?).await?;
                        answer(&response)
                    })*
                    $($wire => {
                        let _at_work = self.at_work().await;
                        let place = self.place()?;
                        let response: $response = place.$handler(understood::<$request>(request)?).await?;
                        answer(&response)
                    })*
                    other => Err(RpcError {
                        code: "rpc.unknown_command".into(),
                        message: format!("There is no command '{}'.", crate::plain_line(other, 60)),
                    }),
                }
            };
        }
        use crate::view::{
            AlertsView, AppView, AsSeenMomentView, AsSeenView, BegunView, BehindView, BoardRequest, BoardView,
            ColleagueView, ConversationView, DayRowsRequest, DayRowsView, EntriesView, FileView, ImprovedView,
            InboxView, InsertedView, LibraryView, LinkView, ListView, ListedLibraryView, MentionableView, NotSentView,
            NumbersView, OpenedView, OtherChatView, PastedView, PreviewView, QueuedView, ReportRequest, ReportView,
            ReviewPlansView, SavedView, SearchView, SettingsView, StartsView, StartupView, TakenBackView, TemplateView,
            TranslatedReplyView, TranslatedView, TriedView, UsedTagView, WantedView,
        };
        use tandem_conversation::{Question, QuickReply};
        use tandem_protocol::agents::Today;
        use tandem_protocol::channels::{WhatsappCheck, WhatsappNumber, WhatsappUsage};
        use tandem_protocol::library::{
            ItemRemoval, QuestionDefinition, QuestionRow, QuickReplyDefinition, QuickReplyRow,
        };
        use tandem_protocol::reviews::{ReviewPage, ReviewPlanRow, ReviewRow};
        table!(route)
    }
}

fn understood<T: DeserializeOwned>(request: Value) -> Result<T, RpcError> {
    // A command without parameters may be called without a request.
    let request = if request.is_null() { Value::Object(serde_json::Map::new()) } else { request };
    serde_json::from_value(request).map_err(|problem| RpcError {
        code: "rpc.bad_request".into(),
        message: format!("The request cannot be understood: {problem}."),
    })
}

fn answer<T: Serialize>(response: &T) -> Result<Box<RawValue>, RpcError> {
    to_raw_value(response).map_err(|problem| unwritable(&problem))
}

fn unwritable(problem: &serde_json::Error) -> RpcError {
    RpcError { code: "rpc.failed".into(), message: format!("The answer cannot be written: {problem}.") }
}
