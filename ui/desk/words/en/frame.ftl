# The window: its title, its status, messages, and what stops everything.


## Window

window-help =
    { $count ->
        [one] 1 needs help
       *[other] { $count } need help
    } · Tandem
window-unread = { $count } unread · Tandem
window-conversation = Conversation
divider-how = Drag to resize; double-click to reset
divider-list = Width of the list
divider-context = Width of the context
window-opening = Opening your desk …
    .long = This takes longer than usual. Tandem is waiting for your system's keychain, or is opening the conversations on this machine. The system may be asking for your password in another window.
    .stuck = You can quit Tandem and open it again; what you wrote stays on this machine. If it keeps waiting, start it from a terminal: its log appears there.
window-silent = Tandem is not responding
window-outside = Open this page inside the Tandem app.

## Connection

status = Status
connection-live = Live
connection-silent = No answer since { $time }
connection-offline = Offline since { $time }
connection-update = Update Tandem
connection-update-server = The hub must be updated
connection-connecting = Connecting …
status-unsent = { $count } unsent
    .title = Outbox
status-newer =
    Update Tandem to see all of { $count ->
        [one] 1 conversation
       *[other] { $count } conversations
    }
status-notifications = Notifications do not work: { $reason }
    .test = Test

## Bars across the window

outdated-desk = This version is too old for the hub. Ask your IT support.
outdated-server = It is too old for this version of Tandem. Tell its operator.
outdated-until = Until then nothing is sent or received. What you wrote stays on this machine. You see everything up to { $time }.
hub-ended = The hub on this machine has stopped
    .what = Quit Tandem and start it again. What you wrote stays on this machine.

## Messages in the corner

toasts = Messages
toast-dismiss = Dismiss
toast-not-copied = It could not be copied. Press Ctrl+C.
toast-address-copied = Address copied.
toast-address-not-copied = The address could not be copied.
toast-transcript-copied = Transcript copied, without notes.
toast-transcript-not-copied = The transcript was not copied.
toast-link-copied = Link copied.
toast-link-not-copied = The link could not be copied.
toast-value-copied = { $label } copied.
toast-value-not-copied = { $label }: it could not be copied.
toast-sent-already = It was sent already.
toast-snoozed = { $name }: snoozed until { $time }.
toast-snoozed-until-customer = { $name }: snoozed until the customer writes.
toast-file-saved = Saved to { $path }

## Calls for help

call-none = No one needs help right now.
call-still-busy = You joined { $name }. You are still { $availability }.
call-next-is = { $lost } Here is the next: { $name }.
call-lost-none = { $lost } No one else needs help.
call-show-next = Show the next call
call-dismissed = { $name }: the call for help is dismissed.
call-completed = { $name }: completed.

## Read aloud

aloud-turn = { $name }: { $text }
aloud-gone-to = { $why }, { $name }: { $text }
aloud-file-sent = { $file } is sent
aloud-held =
    { $count ->
        [one] Sending in 1 second
       *[other] Sending in { $count } seconds
    }. Ctrl Z takes it back.
aloud-help =
    { $count ->
        [one] 1 conversation needs help
       *[other] { $count } conversations need help
    }

## Why a key does nothing

key-only-supervisors = Only supervisors see who was notified.
key-no-button = There is no button to press here.
key-nothing-selected = No conversation is selected. ↓ selects one.
key-joined-already = You are in this conversation already.
come-cut-off = Your words for { $name } are kept there. Press Tab to write here.
come-early = Another conversation has just come up, so what you typed went nowhere. Press Tab to write here.
key-nobody-else = You are the only one in this conversation.
key-not-invited = You are not invited to this conversation.
key-completed = { $what }: the conversation is completed.
key-join-first = { $what }: join the conversation first.
key-not-on-channel = { $channel } has neither quotes nor reactions.
key-everyone-called = Everyone who can be called is called already.
key-no-call = No call for help is open here.
key-impossible = { $what }: not possible here now.

## A conversation in its own window

apart-title-unread = ({ $count }) { $name }
apart-elsewhere = This conversation is open in its own window.
apart-show = Show it
apart-bring-back = Bring it here
apart-on-top = Keep on top
apart-only-own = Only a conversation's own window stays on top.
apart-in-main = The list is in the main window.
apart-typed-on = You were still typing for another window: nothing of it is here.
apart-show-main = Show the main window
apart-over = This conversation is completed.
    .hidden = You cannot read this conversation any more.
apart-close = Close this window
