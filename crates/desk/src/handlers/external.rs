//! External agents: the desk makes the invitation link, and the hub gets only the hash of its token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use tandem_conversation::LinkId;
use tandem_protocol::agents::AgentCommand;
use uuid::Uuid;

use crate::commands::Given;
use crate::refusals::{error, signed_out};

use crate::rpc::{InviteExternal, Nothing, RevokeLink, RpcError};
use crate::view::LinkView;
use crate::words::say;
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn invite_external(&self, request: InviteExternal) -> Result<LinkView, RpcError> {
        let InviteExternal { id, name, email, ttl_s, note } = request;
        let link = self.link.borrow().clone();
        let session = link.session().ok_or_else(signed_out)?;
        if link.live().is_none() {
            let message = "A link works once the hub knows of it: invite when the hub can be reached again.";
            return Err(error("conversation.offline", message));
        }
        let mut secret = [0; 32];
        rand::TryRngCore::try_fill_bytes(&mut rand::rngs::OsRng, &mut secret)
            .map_err(|failed| error("desk.random", say("refused-link", &[("reason", failed.to_string().into())])))?;
        let token = URL_SAFE_NO_PAD.encode(secret);
        let digest = Sha256::digest(token.as_bytes());
        let command = AgentCommand::InviteExternal {
            link: LinkId(Uuid::now_v7()),
            secret_hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            name: name.trim().to_owned(),
            email: email.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            ttl_s,
            note: note.filter(|text| !text.trim().is_empty()),
        };
        let given = self.commands.give(id, command).await?;
        let hub = session.me().public_url.unwrap_or_else(|| session.hub.address().to_string());
        let url = format!("{}/guest/{token}", hub.trim_end_matches('/'));
        Ok(LinkView { url, waits: given == Given::Waits })
    }

    pub(crate) async fn revoke_link(&self, request: RevokeLink) -> Result<Nothing, RpcError> {
        self.commands.give(request.id, AgentCommand::RevokeLink { link: request.link }).await?;
        Ok(Nothing {})
    }
}
