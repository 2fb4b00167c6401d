# What the core says in the transcript, in lists, and about what waits. Names are people's; details are their words.

detail = { $line }: { $detail }
newer = Update Tandem to see this
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-minutes-seconds = { $minutes } min { $seconds } s
duration-hours = { $hours } h
duration-hours-minutes = { $hours } h { $minutes } min

## People

said-joined = { $name } joined
    .after = { $name } joined after { $time }
    .outside = { $name } joined from outside
said-invited = { $by } invited { $name }
    .transfer = { $by } asked { $name } to take this over
said-left-reason = Signed out
said-left = { $name } left
    .over = { $name } is no longer in this conversation
said-handed-over = { $name } handed over to { -logic }
said-removed = { $by } removed { $name }
said-took-over = { $by } took over from { $name }
    .transfer = { $name } transferred this to { $by }
said-link-expired = The link of { $name } expired
    .unused = The link of { $name } was not used in time
    .revoked = { $by } revoked the link of { $name }
said-invitation-declined = { $name } declined the invitation
    .missed = { $name } did not answer the invitation
    .withdrawn = { $by } withdrew the invitation of { $name }
    .accepted = { $name } accepted the invitation

## Help

said-help-logic = { -logic } asked for help
said-help-agent = { $by } asked for help
said-help-customer = { $name } asked for a person
said-help-restored = { $by } took that back: help is needed
said-help-needed = Help is needed: { $reason }
said-dismissed = { $by } dismissed the call for help
    .logic = { $by } dismissed the call for help, { -logic } answers
said-widened-agents = No answer yet. All agents notified
    .supervisors = No answer yet. Supervisors notified
    .logic = No answer yet. { -logic } notified
said-called-more = { $by } notified all agents
    .supervisors = { $by } notified supervisors

## Why a person is needed, at the end of a sentence or alone

help-logic = { -logic } asked for help
help-customer = asked for a person
    .detail = asked for a person: { $detail }
help-agent = a colleague asked for help
help-logic-silent = { -logic } had no answer
help-last-left = the last person left while the customer waits
help-invitation-over = no one took the invitation
help-link-over = the external agent's link ended
help-nobody = no one is handling this
failure-not-connected = { -logic } is not connected
failure-unreachable = { -logic } cannot be reached
failure-late = { -logic } did not answer within { $seconds } s
failure-redirect = { -logic } answered with a redirect ({ $status }), which is not followed
failure-status = { -logic } answered with an error ({ $status })
failure-malformed = { -logic }'s answer could not be understood: { $detail }
failure-refused = { -logic }'s answer was refused: { $detail }
said-failed-not-connected = { -logic } could not answer: it is not connected
said-failed-unreachable = { -logic } could not answer: it cannot be reached
said-failed-late = { -logic } could not answer: no answer within { $time }
said-failed-status = { -logic } could not answer: it reported an error ({ $status })
said-failed-malformed = { -logic } could not answer: its answer was not understood ({ $detail })
said-failed-refused = { -logic } could not answer: its action { $action } was refused ({ $detail })

## The conversation

said-completed = { $by } completed
    .outcome = completed by { $by }
    .outcome-logic = completed by { -logic }
said-reopened = { $by } reopened the conversation
said-goes-on-in = { $by }: goes on in the next conversation of this chat
    .not = { $by }: does not go on in the next conversation of this chat
    .outcome = goes on in another conversation
said-goes-on-from = { $by }: belongs to the conversation before in this chat
    .not = { $by }: does not belong to the conversation before in this chat
said-logic-on = { $by } switched { -logic } on
    .off = { $by } switched { -logic } off
said-tagged = { $by } tagged: { $tags }
    .removed = { $by } removed the tag: { $tags }
    .changed = { $by } tagged: { $tags }, without { $removed }
said-renamed = The customer is now called { $name }
said-number-lost = The phone number now belongs to somebody else; none is known for { $name }
said-noted = { $by } noted { $values }
    .removed = { $by } removed what was noted about the customer
said-signed-in = { $name } signed in on the website
    .as = { $name } signed in on the website and is { $now }
    .known = { $line }: customer { $id }
said-pressed = { $by } pressed { $button }
said-graded-helpful = { $by } found the handover helpful
    .incomplete = { $by } missed something in the handover
    .wrong = { $by } found something wrong in the handover
said-snoozed = { $by } snoozed it for { $time }
    .days =
        { $days ->
            [one] { $by } snoozed it for 1 day
           *[other] { $by } snoozed it for { $days } days
        }
    .customer = { $by } snoozed it until the customer writes
said-woken = The snooze is over
    .by = { $by } ended the snooze
    .help = The snooze ended: help is needed
said-review-asked = { $name } was asked for a review
said-review-declined = { $name } did not want to give a review
    .never = { $name } does not want to be asked for reviews any more
said-review-undelivered = The request for a review did not reach { $name }
said-feedback = { $name } gave { $score } of 5
said-withdrawn = Withdrawn
    .later = These words were withdrawn later and are not shown
said-unknown-kind = A message that cannot be shown here ({ $kind })
said-called = Tried to call
said-calls = Allowed calls
    .until = Allowed calls until { $day }
    .refused = Did not allow calls
said-renumbered = Has another number now
    .to = Has another number now: { $change }
said-reused = This number was another person’s before
said-deleted = The customer deleted this message of yours on their side
said-mail-failed = The mail to { $name } could not be sent: { $reason }. Invite again and copy the link instead

## What a queued command does

does-question = Question
does-reply = Reply
does-note = Note
does-react = Reaction
does-join = Join
does-leave = Leave
    .help = Leave and ask for help
does-complete = Complete
does-reopen = Reopen
does-ask-for-help = Ask for help
does-help-not-needed = Help not needed
does-restore-help = Help is needed after all
does-call-more = Call more people
does-invite = Invite a colleague
does-transfer = Transfer
does-invite-partner = Invite a partner
does-accept = Accept the invitation
does-decline = Decline the invitation
does-withdraw = Withdraw the invitation
does-remove = Remove a participant
does-take-over = Take over
does-delegate = Hand to { -logic }
does-logic-on = Switch { -logic } on
    .off = Switch { -logic } off
does-tag = Change tags
does-press = Press a button
    .button = Press { $button }
does-grade = Grade the handover
does-snooze = Snooze
    .end = End snooze
does-edit-customer = Edit the customer
does-revoke-link = Revoke a link
does-receive = Confirm what was read

## Facts about the customer

fact-channel = Channel
fact-customer-id = Customer id
    .noted = Customer id, noted
fact-email = E-mail
    .noted = E-mail, noted
fact-phone = Phone
    .noted = Phone, noted
    .unknown = no number known
fact-username = Username
fact-yes = yes
fact-no = no

## What Your Logic would do

preview-suggests = Suggests to you
preview-template = Sends the template
preview-notes = Leaves a note
preview-asks-help = Asks for help
preview-no-help = Says that no help is needed
preview-invites = Invites a colleague
    .partner = Invites a partner
preview-removes = Removes a participant
preview-switches-off = Switches itself off
preview-completes = Completes the conversation
preview-reopens = Reopens the conversation
preview-tags = Changes tags
