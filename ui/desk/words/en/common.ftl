# Words that several rooms share.


## Names of the product's parts

-logic = Your Logic
-section-my = My Conversations
-section-help = Help Needed
-section-left = Recently Left
-section-all = All Live Conversations
logic-name = { -logic }

## Acts

cancel = Cancel
close = Close
done = Done
save = Save
undo = Undo
copy = Copy
open = Open
remove = Remove
try-again = Try again
ask-again = Ask again
keep-editing = Keep editing
join = Join

## States

not-sent = Not sent.
copied = Copied.
looking = Looking …
anyone = a customer
    .title = A customer
more = { $count } more
problem = That did not work: { $reason }

## Channels and availability

channel-web_chat = Web chat
channel-whatsapp = WhatsApp
channel-imported = Imported
availability-available = available
    .title = Available
availability-busy = busy
    .title = Busy
availability-away = away
    .title = Away
presence-available = available
presence-busy = busy
presence-away = away
presence-unavailable = busy or away
presence-offline = offline
absence-back = { $reason }, back { $time }
absence-due = { $reason }, due back { $time }
percent = { $value } %
    .aloud = { $value } percent

## What the hub has not confirmed

pending-one = { $what } queued
pending-several = { $what } and { $more } more queued
