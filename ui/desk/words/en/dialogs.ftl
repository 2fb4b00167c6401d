# Dialogs that act: complete, leave, invite, snooze, tags, sign out, what was not sent.

since-written = { $name } has written since.
reopens = It reopens when the customer writes.
message-optional = Message (optional)
complete = Complete this conversation
    .outcome = What was the outcome? (optional)
    .submit = Complete conversation
    .anyway = Complete conversation anyway
ask-for-help = Ask for help
    .lead = Colleagues are notified. You stay in the conversation.
    .what = What do you need help with?
    .submit = Ask colleagues
delegate = Hand to { -logic }
    .lead = { -logic } takes over. Preview of its next message:
    .instructions = Instructions for { -logic } (optional)
    .submit = Hand over
    .anyway = Hand over anyway
preview = What { -logic } would do
    .asking = Asking { -logic } …
    .nothing = None: it waits for the customer.
    .say = Say it myself
leave = Leave this conversation
    .reason = Reason
    .resolved = Resolved my part
    .colleague = Handing to a colleague
    .area = Not my area
    .shift = End of shift
    .other = Other
    .help = Ask for help
    .help-what = Notify colleagues that this needs someone.
    .submit = Leave conversation
help-not-needed = Help not needed
    .gone = { $name } does not need help any more.
    .who = Who goes on with { $name }?
    .colleagues = Colleagues are not called any more.
    .logic = { -logic } answers again
    .logic-what = It is asked at once. If it says nothing, colleagues are called again.
    .nobody = No one: complete the conversation
    .reason = Reason
    .undo = For 10 seconds you can undo this.
    .submit = Dismiss the call
    .anyway = Dismiss the call anyway
goes-on =
    { $count ->
        [one] { $names } goes on
       *[other] { $names } go on
    }
goes-on-me = You go on
invite = Invite a colleague
    .colleague = Colleague
    .nobody = There is no one else to invite.
    .loading = Loading colleagues …
    .outside = Invite someone outside your team …
    .submit = Send invitation
transfer = Transfer to a colleague
    .lead = You leave once they join. Until then you handle this.
    .submit = Ask to take over
    .asked = { $name } is asked. You stay until they join.
assign = Assign to a colleague
    .lead = They are asked to join. Whoever handles this stays.
    .submit = Ask to join
    .asked = { $name } is asked to join.
partner = Invite a partner
    .about = A partner needs no account. Their link opens this conversation only, from now on, in the first browser that opens it.
    .name = Name shown to the customer
    .email = E-mail (optional; you get the link in any case)
    .expires = Link expires after
    .submit = Create link
    .link-for = The link for { $name }
lifetime-900 = 15 minutes
lifetime-3600 = 1 hour
lifetime-14400 = 4 hours
lifetime-86400 = 1 day
link-once = You will see this link only once. Share it through a channel you trust.
    .field = Link
    .copy = Copy link
    .waits = The hub has not answered yet. The link works as soon as it has; the conversation shows when you have invited them.
    .mailed = The hub mails another link to { $address }; the one opened first counts.
edit-customer = Edit { $name }
    .lead = Colleagues see it in all of the customer's conversations. It is a note, not a proof of who the customer is.
    .name = Name
    .email = E-mail
    .phone = Phone
snooze = Snooze { $name }
    .lead = It moves to the end of your list, and returns with a reminder. When the customer writes, it returns at once.
    .until = Until when
    .other = At another time
    .time = Date and time
    .no-time = Choose a date and a time.
    .submit = Snooze
away = Away
    .lead = New calls reach you only if no one else answers. Colleagues see the reason and the time.
    .reason = Reason
    .back = Back
    .submit = Set to away
away-back-unsaid = Not set
away-back-quarter = In 15 minutes
away-back-half = In 30 minutes
away-back-hour = In 1 hour
away-no-time = Choose a time to come.
snooze-choice-soon = In 20 minutes
snooze-choice-hour = In 1 hour
snooze-choice-later = In 3 hours
snooze-choice-tomorrow = Tomorrow morning
snooze-choice-monday = Monday morning
snooze-choice-customer = When the customer writes
start = Write first
    .to = Phone number, with its country
    .name = Name, if the customer is not known
    .from = From
    .stopped = { $number } does not send at the moment. Tell an administrator.
    .none = There is no number to write from. An administrator connects one.
    .there = A conversation is in progress with this customer. Nothing was sent.
template = Template to { $name }
    .loading = Fetching the templates …
    .none = There is no approved template. They are made at Meta, and fetched every 15 minutes.
    .choose = Template
    .value = Value for { $slot }
    .button = Value for the button “{ $label }”
    .preview = What { $name } will read
    .send = Send template
other-contact =
    .lead = Other chats with { $name }. What you write there goes there.
    .none = No other chat with { $name } is known here.
    .chat = { $channel }, in progress
    .over = { $channel }, completed
    .open = Open: { $chat }
    .number = Write to another number
card = Contact card for { $name }
    .lead = The customer can save it, call and write from it.
    .name = Name
    .phone = Phone
    .email = E-mail
    .organisation = Company
    .send = Send card
ask-number = Ask for the phone number
    .lead = The customer gets a button that sends it. Until then this chat has no number.
    .label = What the customer reads
    .words = May we have your phone number?
    .send = Ask
react = React to { $name }
    .field = Emoji
    .placeholder = Name of an emoji
    .list = Emoji
    .none = There is no emoji of this name.
    .back = Take back { $emoji }
tags = Tags of { $name }
    .field = Tag
    .placeholder = Type a tag, or choose one
    .list = Tags
    .set = Set
    .remove = remove
    .fresh = new tag
    .uses =
        { $count ->
            [one] 1 conversation
           *[other] { $count } conversations
        }
    .too-long = Too long: { $length } of { $most } characters.
    .full = A conversation has at most { $most } tags. Remove one first.
    .none = No tags in use yet.
who-was-notified = Who was notified
    .none = The hub knows of no call for help in this conversation.
    .asking = Asking the hub …
    .refresh = Refresh
    .offline = You are offline. { $reason }
    .last = This is what it said last.
    .no-desk = No one was called: no desk was connected.
    .former = A former colleague
call-open = Called { $since }, still open
call-over = Called { $since }, over since { $ended }
reach-eligible = Notified: agents who fit
reach-everyone = Notified: all agents
reach-supervisors = Notified: all agents, supervisors
reach-logic = Notified: all agents, supervisors, { -logic }
alert-shown = shown { $time }
alert-muted = muted: { $why }
    .no-reason = no reason given
alert-clicked = clicked { $time }
alert-joined = joined { $time }
alert-sent = sent { $time }, not confirmed
alert-unreachable = could not be reached
arrange = Arrange: { $section }
    .order = Order
    .group = Groups
    .only = Show
    .usual = Reset
inbox = For you
    .act = { $act }: { $line }
    .left = { $time } left
    .none = Nothing. Mentions and invitations appear here.
inbox-mention = { $by } mentions you: { $name }
inbox-invitation = { $by } invites you to { $name }
inbox-transfer = { $by } transfers { $name } to you
not-sent-list = Not sent
    .about = { $what }, { $name }
    .act = { $act }: { $line }
    .discarded = { $what } to { $name } discarded.
    .undo = Undo discarding: { $line }
    .note-to = Note to { $name }
    .note = Send as a note
    .copied = Copied
    .discard = Discard
    .still-waiting =
        Nothing came back. { $count ->
            [one] 1 is still waiting to be sent.
           *[other] { $count } are still waiting to be sent.
        }
    .all-sent = Everything you wrote was sent.
    .not-copied = The text could not be copied. Select it and press Ctrl+C.
outbox = Outbox
    .live = Being sent now, one after the other.
    .offline = These are sent automatically, in this order, as soon as the hub answers.
    .outdated-desk = Nothing is sent until Tandem is updated. These stay on this machine.
    .outdated-server = Nothing is sent until the hub is updated. These stay on this machine.
    .cancelled = Cancelled text returns to your draft.
    .open = Open: { $what }, { $name }
    .since = since { $time }
    .attempts =
        since { $time }, { $count ->
            [one] 1 attempt
           *[other] { $count } attempts
        }
    .cancel = Cancel: { $what }, { $name }
    .empty = Nothing is waiting.
password = Change your password
    .offline = You are offline. The password is changed at the hub, so connect first.
    .current = Current password
    .show-current = Show the current password
    .fresh = New password
    .show-fresh = Show the new password
    .hint = At least { $least } characters.
    .again = Repeat new password
    .show-again = Show the repeated password
    .submit = Change password
    .busy = Changing …
    .changed = Your password is changed.
    .no-current = Enter your current password.
    .too-short = The new password is too short: at least { $least } characters.
    .same = The new password is the same as the current one.
    .differ = The new passwords do not match.
sign-out = Sign out?
    .customers =
        { $count ->
            [one] 1 customer is with you: { $names }
           *[other] { $count } customers are with you: { $names }
        }
    .ask = Ask for help
    .ask-what = You leave, and colleagues are notified that someone must take over.
    .leave = Leave
    .leave-what = { -logic } or colleagues go on. Help is called for those who wait with no one else there.
    .keep = Keep them
    .keep-what = They wait until you are back. No one is notified.
    .offline = You are offline: no one can be told that you leave.
    .queued =
        { $count ->
            [one] 1 message or act was not sent yet. It is sent when you sign in again.
           *[other] { $count } messages or acts were not sent yet. They are sent when you sign in again.
        }
    .drafts =
        { $count ->
            [one] 1 draft stays on this machine until you sign in here again. No one else sees it.
           *[other] { $count } drafts stay on this machine until you sign in here again. No one else sees them.
        }
    .stay = Stay signed in
    .submit = Sign out
