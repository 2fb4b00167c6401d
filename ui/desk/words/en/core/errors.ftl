# Refusals by their code, where one sentence fits every case. In English the core and the hub say it themselves.

error-conversation-unknown = This conversation does not exist, or you may not see it.
error-conversation-not_engaged = Join the conversation first.
error-conversation-already_engaged = You are already in this conversation.
error-conversation-completed = The conversation is completed.
error-conversation-in_progress = The conversation is in progress.
error-conversation-moved_on = The conversation has moved on since you wrote this: read what is new, then decide.
error-conversation-customer_wrote = The customer has written since: read it, then decide.
error-conversation-went_back = The conversation ends before what this was written against, as after a restored backup: read it, then decide.
error-conversation-customer_alone = The customer waits and no one else is there: join, complete, or hand to { -logic }.
error-conversation-someone_needed = The customer waits, or help is needed: see to that first, then snooze.
error-conversation-undo_over = It is too late to undo this.
error-conversation-no_call = No call for help is open here.
error-conversation-call_taken = { $name } took the call for help from { $customer }.
    .less = { $name } took this call for help.
error-conversation-call_over = { $customer } does not need help any more.
    .less = This call for help is over.
error-conversation-hidden = You can no longer see this conversation: a colleague has it, or it is over.
error-conversation-no_engagement = There is no such participant or invitation any more.
error-conversation-no_turn = This message is not there any more.
error-conversation-no_button = This button is not offered any more, or not to you.
error-conversation-link_over = The link has expired or was revoked.
error-conversation-offline = You are offline. Connect first.
error-conversation-window_closed = { $channel } takes replies only within { $hours } hours after the customer's last message: send a template.
    .less = The customer has not written for too long: this channel takes no message now.
error-conversation-not_here = { $name } is not in this conversation: invite them first, then mention them.
    .less = This person is not in the conversation.
error-conversation-elsewhere = A colleague is in conversation with this customer. Ask a supervisor to invite you.
error-conversation-shows_one = Customers of this channel see one conversation only, and would lose sight of what was said. Reply here.
error-conversation-not_newest = There is a newer conversation in this chat. Go on there.
error-conversation-nothing_said = Nothing was said in this conversation yet. Write here.
error-conversation-is_first = There is no completed conversation before this one in its chat.
error-whatsapp-unknown_number = This hub has no such WhatsApp number. Choose another one.
error-whatsapp-number_stopped = This number does not send at the moment. Choose another number, or tell an administrator.
error-whatsapp-no_marketing = The customer does not want marketing messages. Choose a template of another category.
error-starts-too_many = You have begun many conversations in a short time. Wait a minute, then send this one again.
error-starts-number_busy = Many conversations are being begun from this number. Choose another one, or try again in a minute.
error-library-no_question = The library does not have this question in these words any more: ask it again from there.
error-library-gone = This quick reply is not offered here any more.
error-logic-unavailable = { -logic } is not connected to this hub.
error-logic-busy = { -logic } is being asked already, or there is nothing to ask.
error-permission-missing = You lack the permission for this.
error-permission-participant = This participant cannot do that.
error-auth-wrong = The current password is wrong.
error-session-wrong = Wrong e-mail or password.
error-session-not_tandem = There is no Tandem hub at this address.
error-session-unreachable = The hub does not answer. Check the address and your connection.
error-session-suspended = This account is suspended. Ask your administrator.
error-session-plain = The connection is not encrypted: others could read your password and your customers' words.
error-session-proxy = The proxy asks for a user name and password. Ask your administrator.
error-session-address = This address cannot be used. Check the spelling.
error-session-busy = The hub takes no one in right now. Try again in a few minutes.
error-session-certificate = The hub's certificate is not trusted. Ask your administrator.
error-session-down = Something answers at this address, but the hub behind it is down. Try again in a few minutes, or tell your administrator.
error-session-network = This network wants you to sign in to it first. Open a web page in your browser, then try again.
error-session-outdated = Tandem and the hub do not fit together: one of them must be updated. Ask your administrator.
error-desk-offline = You are offline. Connect first.
error-desk-locked = The data on this machine is locked: unlock it first.
error-desk-signed_out = Sign in first.
error-desk-wrong_passphrase = Wrong passphrase.
error-desk-passphrase_too_short = The passphrase is too short.
error-desk-failed = Tandem has failed. Try again.
error-desk-ended = Tandem is shutting down.
error-desk-nobody_there = This screen is unattended.
error-files-gone = This file was removed.
error-files-unreadable = This file cannot be read.
error-outbox-gone = It has been sent already.
error-outbox-on_its_way = It is on its way already.
error-not_sent-gone = This is not there any more.
error-media-unavailable = This file is not available now.
error-desk-cache = The data on this machine could not be read or written.
error-button-unusable = This button cannot be used here.
error-session-failed = Signing in has failed. Try again, or tell your administrator.
error-password-failed = The password was not changed. Try again.
error-hub-busy = The hub is busy. Try again in a moment.
error-hub-damaged = The hub met damaged data. Tell an administrator.
error-hub-database_damaged = The hub's data is damaged. Tell an administrator.
error-hub-database_locked = The hub cannot write at the moment. Try again, or tell an administrator.
error-hub-disk_full = The hub's disk is full. Tell an administrator.
error-hub-write_failed = The hub cannot write at the moment. Try again, or tell an administrator.
error-hub-write_timeout = The hub cannot write at the moment. Try again, or tell an administrator.
error-hub-writer_ended = A part of the hub has ended. Tell an administrator.
error-hub-part_ended = A part of the hub has ended. Tell an administrator.
error-hub-silent = The hub does not answer at the moment. What you asked for may be carried out later: look before you repeat it.
error-hub-stopping = The hub is being stopped. Try again in a moment.
error-auth-too_many = Too many wrong passwords. Try again in a few minutes.
error-password-too_short = The password is too short.
error-input-id_used = This was already sent with other words. Write it again.
error-input-too_large = This is too large for the hub.
error-input-incomplete = The hub did not receive everything. Try again.
error-limit-too_many = Too much at once. Try again in a moment.
error-media-kind = Files of this kind are not accepted.
error-media-too_large = This file is too large.
error-media-quota = You have sent as many files as are allowed in a day. Try again later.
error-media-disk = The hub has no space for files at the moment. Tell an administrator.
error-media-unknown = This file does not exist, or you may not see it.
error-media-damaged = This file is damaged on the hub.
error-customer-unknown = This customer does not exist, or you may not see them.
error-library-changed = Somebody else has changed this meanwhile: read it, then decide.
error-library-unknown = This is not in the library any more.
error-library-shortcut = This shortcut is already used by another quick reply.
error-library-full = The library is full: remove something first.
error-button-unknown = This button does not exist any more.
error-board-forbidden = Only supervisors see the board.
error-improve-failed = The text could not be improved. Try again.
error-translate-failed = The text could not be translated. Try again.
error-startup-failed = The desktop refused to change this. Ask your administrator.
error-desk-random = This machine gives no random numbers. Restart it.

## Said with names and numbers

refused-windows = { $count } conversations have their own window already. Close one of them first.
refused-gap = Fill in or delete { $gap } first.
refused-file-empty = The file { $file } is empty.
refused-file-large = The file { $file } is too large: { $size }, at most { $most }.
refused-file-unfinished = The file { $file } is still being read.
refused-past = This time has passed. Choose a later one.
refused-not-left = You are still signed in. Not left: { $names }.
    .no-answer = { $name } (no answer)
    .why = { $name } ({ $reason })
refused-link = No link can be made: { $reason }.
refused-address = This link cannot be opened: “{ $link }”. Links to conversations look like tandem://conversation/… and the id: ask for the link again.
refused-files-many = At most { $count } files can be sent at once: send these first.
refused-files-full = There is no room for { $file }: { $count } files ({ $size }) wait on this machine, at most { $most } ({ $room }) can. Send or cancel some first.
refused-file-written = The file { $file } could not be written for its program: { $reason }.
refused-file-saved = The file { $file } was not saved: { $reason }.
refused-file-not-added = { $file } is not added: { $reason }
refused-note-files = Files go with a reply, not with a note.
refused-opening = Files of type .{ $kind } can run or load things when they are opened. You can save it, but Tandem does not open it.
    .program = This file is a program, whatever its name says. You can save it, but Tandem does not open it.
    .untyped = This file has no type that is known to be safe. You can save it, but Tandem does not open it.
refused-operator =
    { $name ->
        [from] from: needs a name, or me, customer or logic.
        [in] in: needs my, help, left, all, webchat or whatsapp.
        [is] is: needs open, completed, waiting or help.
        [tag] tag: needs a tag, such as tag:refund.
        [agent] agent: needs a name, or me.
        [brand] brand: needs the key or name of a brand.
        [language] language: needs a code such as de or pt-BR.
        [has] has: needs attachment or note.
        [before] before: needs a date like 2026-11-03.
        [after] after: needs a date like 2026-11-03.
       *[other] Unknown filter “{ $name }:”. Use from:, in:, is:, tag:, agent:, brand:, language:, before:, after: or has:.
    }
refused-search-section = in:{ $section } is not open to you.
refused-search-brand = brand: needs the hub, which does not answer.

## What the hub did not do

failed-templates = The templates could not be fetched. { $reason }
    .offline = Templates are only known while this desk is connected.
failed-report = The report could not be fetched. { $reason }
    .offline = Reports are only there while this desk is connected.
failed-file = The file could not be fetched. { $reason }
    .offline = A file can only be fetched while this desk is connected.
failed-begin = The conversation could not be begun. { $reason }
    .offline = A conversation can only be begun while this desk is connected.
failed-continue = The conversation could not be continued. { $reason }
    .offline = A conversation can only be continued while this desk is connected.
failed-belong = What belongs together could not be saved. { $reason }
    .offline = What belongs together can only be saved while this desk is connected.
failed-library = The library could not be changed. { $reason }
    .offline = The library is changed at the hub, so connect first.
failed-colleague = The availability could not be set. { $reason }
    .offline = Availability of others is set at the hub, so connect first.
set-by = { $name } set you to available.
    .busy = { $name } set you to busy.
    .away = { $name } set you to away.
failed-today = Today's figures could not be read. { $reason }
    .offline = Today's figures come from the hub, so connect first.
failed-numbers = The numbers could not be asked for or changed. { $reason }
    .offline = Numbers are changed at the hub, so connect first.
    .older = Your hub is too old for this. Update it, or use its command line.
    .id = Use lower-case letters, digits and hyphens for the name.
failed-reviews = Reviews could not be asked for or changed. { $reason }
    .offline = Reviews are kept at the hub, so connect first.
    .older = Your hub is too old for this. Update it first.
    .unknown = The hub does not know this brand or review.
failed-preview = { -logic } could not be asked. { $reason }
    .offline = What { -logic } would say is only known while this desk is connected.
failed-alerts = The hub does not say who was told. { $reason }
    .offline = Only the hub knows who was told: connect first.
failed-as-seen = The hub does not say what was on their screens. { $reason }
    .offline = Only the hub knows what was on their screens: connect first.
    .older = This hub is older and does not say what was on their screens.
    .too-long = This conversation is too long to be looked at as others saw it.
    .gone = What they saw is not here any more. Open it again.
failed-wording = Your wording is kept, and no better one came. { $reason }
    .offline = A better wording can only be requested while this desk is connected. Yours is kept.
failed-translation = No translation came. { $reason }
    .offline = Translates when back online.

## Why there is no connection

lost-silent = The hub does not answer.
lost-connection = The connection was lost.
lost-quiet = The hub has stopped answering.
lost-name = The hub's name cannot be found. Check the address and the network.
lost-refused = The hub cannot be reached: the connection was refused.
lost-sign-in = Your sign-in has ended: sign in again.
    .password = Your password was changed: sign in with the new one.
    .role = Your role was changed: sign in again.
    .suspended = Your account was suspended. Ask your administrator.
    .unread = The kept sign-in cannot be read: sign in again.
    .other = The hub answered for another user: sign in again.
lost-renewed = The hub does not accept the sign-in that it has just renewed.
lost-keychain = This machine's keychain does not answer.
lost-frame = A message from the hub was lost.
lost-outdated = This desk is too old for the hub. Update Tandem.
    .hub = The hub is too old for this desk. It must be updated.
lost-in-between = Something between this desk and the hub answered in its place ({ $status }).
    .live = Something between this desk and the hub does not let the live connection through.
lost-garbled = The hub's answer was not understood.
lost-unanswered = The file was sent, but the hub did not answer.
lost-reach = The hub cannot be reached.
lost-route = The hub cannot be reached: there is no route to it from this network.
lost-other = The connection to the hub failed: { $reason }.
lost-proxy = The proxy in HTTPS_PROXY or ALL_PROXY cannot be used.
    .sign-in = The proxy asks for a user name and password. Add them to its address in HTTPS_PROXY.
    .closed = The proxy does not let this desk through to the hub.
lost-tls = No secure connection to the hub: { $reason }.
    .ended = No secure connection to the hub: it ended at once.
lost-certificate = The hub's certificate cannot be used: { $reason }.
    .issuer = This machine does not trust the hub's certificate. Its issuer must be in the system's store.
    .name = The hub's certificate is for another name. Check the address.
    .expired = The hub's certificate has expired. Its operator must renew it.
    .early = The hub's certificate is not valid yet. Check this machine's clock.
    .revoked = The hub's certificate was revoked.

## What came back

returned-reply = Your reply to { $name } was not sent: { $reason }
returned-note = Your note about { $name } was not sent: { $reason }
returned-act = { $what } for { $name } did not happen: { $reason }
    .alone = { $what } did not happen. { $reason }
returned-kept = What you wrote is under Not sent.
returned-anyone = a customer
returned-restored = The hub was restored from a backup and does not have this any more.
    .all = The hub was restored from a backup. Messages sent after that backup are missing: check your conversations.
returned-locked-screen = It was written on a locked screen.
returned-in-draft = Not sent: { $reason } Your words are in the draft.
    .lost = Not sent: { $reason } Your words could not be kept on this machine.

## Why a notification was not shown

muted-do-not-disturb = do not disturb
muted-locked = screen locked
muted-quiet-hours = quiet hours
muted-off = turned off
muted-no-service = no notification service

# Why the keychain does not give the key to the data on this machine.
keychain-why = It is locked, or does not have the key any more. Unlock it, then try again.
    .other = It holds another key than the one this machine's data was encrypted with. Restore the keychain, or start over.
    .absent = No keychain answers on this system. Start your desktop's keychain, such as GNOME Keyring or KWallet, then try again.
    .refused = It refused: its window for your password was closed, or could not be shown. Try again, and enter the password there.

## Translations

translate-no-language = The customer's language is not known yet.
