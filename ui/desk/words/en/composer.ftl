# Writing: the field, what stands above it, and the bar without a field.

composer-reply = Reply
composer-note = Note
composer-mode = What to write
    .has-draft = Has a draft
composer-message = Message
    .placeholder = Write a reply; / for quick replies
composer-note-field = Note
    .placeholder = A note for colleagues; @ mentions one. The customer never sees it
composer-attach = Attach
    .title = Send files; you can also paste or drop them
composer-quick-replies = Quick replies
    .title = Quick replies and questions (/)
composer-improve = Improve
    .title = Improve the wording (Ctrl I)
composer-translate = Translate
    .title = Write it in the customer's language (Ctrl T)
composer-add-note = Add note
composer-send = Send
composer-waits = Sends when back online
composer-waits-for-update = Stays on this machine
composer-not-inserted = Not inserted.
composer-messages =
    { $count ->
        [one] Goes in 1 message
       *[other] Goes in { $count } messages
    }
composer-left = Characters left: { $count }
composer-too-long =
    { $count ->
        [one] Too long by 1 character
       *[other] Too long by { $count } characters
    }
composer-other-language = { $language }: there is no { $wanted } text.
composer-quote = Quoted message
composer-mention = Colleagues to mention
    .outside = not in this conversation: invite first
    .invited = invited
composer-emoji = Emoji
    .title = Emoji: type : and two letters of a name
composer-library = Quick replies and questions
    .none = Nothing found. Enter closes the search and sends nothing.

## The question that goes out with Send

asked-question = Question to send
    .tag = Question
    .as-it-is = Sent as it is
    .after = Sent after your message, as it is
    .choices = Choices

## Items on offer

offer-mine = Yours
offer-files =
    { $count ->
        [one] 1 file
       *[other] { $count } files
    }
offer-gaps =
    { $count ->
        [one] 1 gap
       *[other] { $count } gaps
    }

## Files of the next reply

draft-files = Files to send
    .note = Files go with a reply, not with a note. They stay here.
draft-file-reading = Reading { $file }
draft-file-ask = { $channel } does not show this as what it is: the customer gets a document to open.
    .agree = Send as a document
    .first = Say first whether the marked files may go as documents.
draft-file-remove = Remove { $file }

## Better wording

improved = Rewrite
    .asking = Improving the wording …
    .same = Looks good already.
    .taken = This is the improved wording. It is not sent yet.
    .by-model = Writing model
    .would-write = would write
    .use = Use this wording
    .back = Back to mine
    .keep = Keep mine

## Translation of the reply

translated = Translation
    .asking = Translating …
    .same = It is the same in the customer's language.
    .taken = This is the translation. It is not sent yet.
    .would-write = would write in { $language }
    .use = Use this translation

## Why a reply is held

moved-on = There is a new message above.
    .send = Send anyway
completed-meanwhile = The conversation is completed.
    .send = Reopen and send
suggestion = Suggestion
    .use = { $why }: use it
    .why = Suggested by { -logic }
    .replace = Replace
unsent = Your reply was not sent.
    .why = It stays here until you join.
    .discard = Discard it

## The bar without a field

bar-what = What you can do
bar-invited = You are invited
    .by = { $name } invites you
    .why = Join to answer, or decline so that someone else is asked.
bar-transfer = { $name } transfers this to you
    .why = Join to take over; { $name } then leaves. If you decline, { $name } stays.
bar-asked =
    { $by ->
        [me] You
       *[other] { $name }
    } asked for help
bar-completed =
    Completed by { $by ->
        [me] you
       *[other] { $name }
    }, { $time }
    .no-outcome = No outcome was noted.
bar-viewing = Viewing only
    .who = { $who }{ $wait }.
bar-continue-note = Continue your note
bar-note = Note

## How long the channel takes replies

window-open = { $channel }: replies until { $time }
window-soon = { $channel }: replies for another { $left }
window-over = { $channel }: the time for replies is over. A reply comes back here.
window-closed = The 24 hours after the customer's last message are over.
window-never = The customer has not written yet.
window-templates = { $channel } takes only templates until the customer writes.
