# What is known of the open conversation, beside it.

context = Context
    .close = Close context
context-handover = Handover from { -logic }
context-people = In this conversation
context-buttons = Buttons
context-customer = Customer
context-language = Language
context-data = Data
context-tags = Tags
context-edit-customer = Edit the customer
context-edit-tags = Edit tags
context-add-tags = Add tags
field-copy = Copy
    .aloud = Copy { $label }: { $value }

## Handover

handover-go-to = Go to where this was said: { $point }
handover-go-to-nth = Go to where this was said: { $point } ({ $nth })
handover-grade = Was this handover helpful?
    .title = { $grade } (Alt { $key })
    .by = { $name }: { $grade }
handover-wish = Wish
handover-checked = Checked
handover-tried = Tried
handover-open = Open
handover-risk = Risk
grade-helpful = Helpful
    .said = helpful
grade-incomplete = Incomplete
    .said = incomplete
grade-wrong = Wrong
    .said = wrong

## People

people-none = No one is handling this.
people-external = external
people-invited = invited
people-answering = answering
people-listening = listening
people-left = { $time } left
people-until = until { $time }
people-revoke = Revoke
    .aloud = Revoke the link of { $name }
people-revoke-now = Revoke now
    .aloud = Revoke now: the link of { $name }

## Why a person is needed

reason = Why help is needed
reason-help = Help needed
reason-by =
    { $by ->
        [me] by you
       *[other] by { $name }
    }
reason-fallback = Fallback:

## Custom buttons

button-acts = Notifies { -logic }.
button-copies = Copies a text.
button-opens = Opens a page in the browser.
button-unusable = { $title }: { $reason }
button-not-copied = { $title }: the text could not be copied.
button-done = { $title }: { $what }.
button-pressed = pressed
button-waits = waits until the hub can be reached
button-waits-for-update = stays on this machine until the update
button-copied = text copied
button-opened = page opened in the browser
