# The open conversation: its header, the transcript, files.


## Who answers next, in the header

standing-completed = Completed
standing-you = You answer next
standing-person = Waits for a person
standing-logic = { -logic } answers next
standing-no-one = No one answers
standing-others =
    { $count ->
        [one] { $names } answers next
       *[other] { $names } answer next
    }
standing-joined = { $names } joined, no reply
standing-snoozed =
    { $by ->
        [me] You
       *[other] { $name }
    } snoozed it until { $time }
standing-snoozed-until-customer =
    { $by ->
        [me] You
       *[other] { $name }
    } snoozed it until the customer writes
standing-waiting = waiting { $time }
header-back = Back to the list
header-actions = Actions
header-more = More actions
header-context = Context
header-earlier = { $count } earlier
seam-goes-on = belongs to the one before

## Acts

act-reopen = Reopen
act-reply = Reply
act-quote = Quote the last message
act-react = React to the last message
act-template = Send a template
act-card = Send a contact card
act-other-contact = Use another contact
act-ask-number = Ask for the phone number
act-note = Note
act-complete = Complete
act-leave = Leave
act-ask-for-help = Ask for help
act-invite = Invite
act-transfer = Transfer
act-assign = Assign
act-invite-partner = Invite a partner
act-decline = Decline
act-widen = Call more people
act-take-over = Take over
act-delegate = Hand to { -logic }
act-help-not-needed = Help not needed
act-snooze = Snooze
act-end-snooze = End snooze
act-tags = Tags
act-edit-customer = Edit the customer
act-continue-new = Continue in a new conversation
act-belong = Belongs to the one before
act-not-belong = Does not belong to the one before
act-press-button = Press a button
act-pop-out = Open in its own window
act-show-window = Show its own window
act-back-to-main = Show in the main window
act-quick-reply = Insert a quick reply or question
act-attach = Attach files
transcript-file = [File: { $name }]
transcript-cut = (Older messages are missing.)
act-copy-transcript = Copy transcript
act-copy-link = Copy link
act-who-was-notified = Who was notified
act-as-seen = As seen by …

## As seen by

as-seen = As seen by
as-seen-title = The conversation with { $name }, as seen by its participants
as-seen-what = What was open on their screen, from the log alone. It does not know what they typed, nor how far they had scrolled. This look is recorded.
as-seen-leave = Back to now
as-seen-asking = Asking the hub …
as-seen-screen = Screen of { $name }
as-seen-eyes-customer = { $name }, customer
as-seen-eyes-external = { $name }, external
as-seen-moment = Moment
as-seen-moment-at = { $day } { $time }
as-seen-earlier = Previous event
as-seen-later = Next event
as-seen-nothing = Nothing of it was on their screen.
as-seen-older =
    { $count ->
        [one] One older entry is not shown here.
       *[other] { $count } older entries are not shown here.
    }
as-seen-is-customer = { $name } is the customer.
as-seen-agent =
    .outside = { $name } was not in the conversation.
    .called = { $name } was not in the conversation. A call for help was open: whoever it reached could read it.
    .invited = { $name } was invited at { $time } and could read.
    .engaged = { $name } took part since { $time }.
    .left = { $name } had left at { $time } and could still read.
as-seen-link =
    .invited = The link for { $name } was made at { $time } and was not open.
    .left = The link for { $name } had ended at { $time }.
as-seen-logic =
    .never = { -logic } was told nothing.
    .told = { -logic } was told of everything since { $time }. This had been sent to it.
    .not-told = { -logic } was told nothing more since { $time }. This had been sent to it before.
as-seen-unread =
    { $of ->
        [logic] { $count } not answered
       *[other] { $count } unread
    }
as-seen-undelivered = { $count } not delivered
as-seen-mark =
    .unread =
        { $of ->
            [logic] Received, not answered
           *[other] Unread
        }
    .undelivered =
        { $of ->
            [logic] Sent, not confirmed
           *[other] Not delivered yet
        }
    .seen =
        { $of ->
            [logic] Answered up to here
           *[other] Seen up to here
        }
    .failed = Not delivered: failed
    .by-colleague = A colleague received this first. For { $name }, the log keeps nothing.
as-seen-withheld = Withdrawn at { $time }

## Nothing is open

nothing-none = You have no conversations
nothing-open = No conversation open
nothing-help =
    { $count ->
        [one] One conversation needs a person.
       *[other] { $count } conversations need a person.
    }
nothing-answer-next = Answer next
nothing-quiet = No one needs help. You are notified when you are needed.
nothing-pick = Pick a conversation, or wait for the next notification.
nothing-untried = Will you notice a call for help?
    .what = Tandem notifies you, also while its window is hidden.
    .group = Notifications
nothing-key-move = move and read
nothing-key-join = join
nothing-key-reply = reply
nothing-key-search = search everything
nothing-key-else = everything else
nothing-key-all = all keys

## A conversation that cannot be read

hidden-taken = If you are needed there, they can invite you.
hidden-unknown = Conversation not available
    .why = It was taken or completed, it does not exist, or you have no access. Ask the sender of its link.
hidden-unreadable = This conversation cannot be read
hidden-opening = Opening the conversation

## The next call

next-call = Here is the next: { $name }.
    .join = Join { $name }

## Transcript

transcript = Conversation with { $name }
transcript-offline = Older messages load when you are online.
transcript-fetching = Fetching what is not on this machine yet …
transcript-new = { $count } new
transcript-newest = Back to newest
entry-mentioned = You are mentioned
entry-from-search = From your search
entry-who-was-notified = Who was notified
entry-queued = queued
    .cancel = Cancel what is queued
entry-note =
    { $by ->
        [me] Your note
       *[other] Note from { $name }
    }
entry-suggestion = Suggestion
entry-edited = Edited
entry-reactions = Reactions
entry-external = external
entry-choices = Choices
    .chosen = Chosen:
entry-show-all = Show all { $count } characters
working-writing =
    { $count ->
        [one] { $names } is writing
       *[other] { $names } are writing
    }
working-watched =
    { $count ->
        [one] { $names } is looking on
       *[other] { $names } are looking on
    }
working-logic = { -logic } is answering
    .most = at most { $seconds } s
    .waiting =
        { $count ->
            [one] 1 more waits
           *[other] { $count } more wait
        }

## The way of a message

stage-queued = queued
stage-accepted = received
stage-prepared = prepared
stage-sent = sent
stage-delivered = delivered
stage-seen = read
stage-played = listened to
stage-unconfirmed = not confirmed
stage-unconfirmed-why = A report may still come. If you send it again, it may arrive twice.
stage-failed = not delivered
stage-in-queued = received
stage-in-accepted = stored
stage-in-prepared = prepared
stage-in-sent = delivered
stage-in-delivered = delivered
stage-in-seen = seen
stage-in-played = seen
stage-in-unconfirmed = stored
stage-in-failed = failed
stage-sending = sending
turn-quote = Quote
turn-react = React
message-details = Message details
message-fixed = { $channel } shows a message as it was sent: it can neither be changed nor withdrawn.
message-cancel = Cancel this message
message-fetch = Try again
    .aloud = Try again to fetch this file
message-retry = Retry
    .aloud = Retry this message
    .twice = Send this message again; it may arrive twice
message-leave = Leave it
    .aloud = Leave this message as it is
message-uploading = uploading { $percent } %
    .aloud = Uploading
held-sending = Sending in { $seconds } s
    .aloud = Sending
held-undo = Undo
    .what = send

## Files

file-open = Open
file-opening = Opening …
file-save = Save as …
file-saving = Saving …
file-act = { $act } { $file }
file-only-saved = This file can only be saved
    .from-outside = came from outside. { $why }
file-not-shown = cannot be shown here
file-enlarge = Enlarge { $file }
file-play = Play
    .aloud = Play { $file }
    .speed = Speed { $speed }×, press for another one
picture-smaller = Smaller
    .title = Smaller (−)
picture-larger = Larger
    .title = Larger (+)
picture-zoomed = { $file }, { $percent } %
file-kind-text = Text
file-kind-picture = Picture
file-kind-picture-of = { $kind } picture
file-kind-audio = Audio
file-kind-video = Video
file-kind-other = File
file-unreadable = This file cannot be read.
file-added = Added { $files }.
file-removed = Removed { $file }.
file-nameless = file
files-join-first = Join the conversation first: files go with a reply.
files-not-here = You cannot send files in this conversation.
files-not-with-note = Files go with a reply, not with a note. Switch to Reply first.
files-drop = Drop files to send them to { $name }
files-list =
    { $count ->
        [one] File
       *[other] Files
    }: { $names }

## Translations

translation = Translation
translation-impossible = This hub cannot translate.
translation-offer = { $name } writes { $language }.
    .translate = Translate
    .i-read = I read { $language }
translation-asking =
    { $count ->
        [one] Translating 1 message …
       *[other] Translating { $count } messages …
    }
translation-on = Translated
    .from = Translated from { $language }
    .originals = Shown as written
    .show-originals = Show originals
    .show-translations = Show translations
    .stop = Stop translating
turn-translation = Translated
    .from = Translated from { $language }
    .show-original = Show original
    .original = Original
    .show = Show translation
    .asking = Translating …
    .waiting = Translates when back online
    .none = Could not be translated
