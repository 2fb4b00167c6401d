# The command palette. `.also` are other words for a command: typing one of them finds it.

palette-offers-everything = Commands
    .placeholder = A command, a section, a customer
    .field = Command or customer
palette-offers-availability = Availability
    .placeholder = Available, busy, away, a reason
palette-offers-buttons = Press a button
    .placeholder = A button
palette-none = Nothing here is called that.

## Groups

palette-group-here = This conversation
palette-group-go = Go to
palette-group-availability = Availability
palette-group-desk = Desk
palette-group-settings = Settings
palette-group-customers = Customers
palette-group-search = Search

## Other words for what can be done with a conversation

also-join = answer accept pick up take
also-reply = answer write message
also-quote = cite answer one message reply to
also-react = emoji thumbs like smile
also-template = whatsapp window closed start write first
also-note = internal comment whisper write colleagues
also-complete = close end finish resolve done
also-leave = exit quit
also-ask-for-help = escalate call transfer colleagues
also-invite = add assign colleague transfer
also-transfer = assign reassign hand over pass on colleague person give
also-invite-partner = add external link outside
also-decline = refuse invitation no
also-take-over = assign transfer
also-delegate = ai assistant bot delegate transfer
also-help-not-needed = cancel call dismiss
also-end-snooze = wake unsnooze remind follow up back
also-snooze = remind later follow up postpone defer tomorrow wait pause
also-tags = label topic category add remove mark
also-edit-customer = name rename e-mail email phone contact details change
also-press-button = action custom
also-quick-reply = library canned template snippet macro
also-attach = document image picture upload
also-copy-transcript = export text messages history save print
also-copy-link = address share url
also-who-was-notified = told alerts calls help

## The desk's own

palette-press = Press: { $title }
    .also = button action
palette-section = list section
palette-next = Next of my conversations
    .also = following
palette-previous = Previous of my conversations
    .also = back
palette-set-available = Set me to available
    .also = availability status back online ready free
palette-set-busy = Set me to busy
    .also = availability status do not disturb occupied
palette-set-away = Set me to away
    .also = availability status break lunch pause offline
palette-away-for = Away: { $reason } …
    .also = availability status busy break pause back absent
palette-now = now
palette-undo-dismissal = Undo: help not needed
    .also = take back restore call
palette-answer-next = Answer the next call for help
    .also = join pick up take
palette-start = Write to somebody first
    .also = start new conversation template whatsapp number
palette-search = Search everything
    .also = find
palette-translate = Translate this conversation
    .also = language foreign read translation
palette-translate-off = Stop translating
    .also = language foreign read translation original
palette-originals = Show originals or translations
    .also = language translation as written
palette-search-here = Search in this conversation
    .also = find words messages here
palette-change-availability = Change availability
    .also = status busy away break
palette-take-back = Take back what was just sent
    .also = undo send unsend recall
palette-arrange = Arrange the list
    .also = sort order group filter unread waiting view
palette-board = The live board
    .also = supervisor overview dashboard monitor figures queue
palette-inbox = For you: mentions and invitations
    .also = inbox mentioned invited transfers @ notifications
palette-not-sent = Not sent
    .also = returned refused unsent drafts
palette-outbox = Outbox
    .also = waiting to be sent queued unsent
palette-settings = Settings
    .also = preferences options configure setup
palette-library = Quick replies and questions
    .also = library canned templates snippets macros manage edit
palette-theme-dark = Theme: dark
    .also = appearance colours
palette-theme-light = Theme: light
    .also = appearance colours
palette-larger = Larger
    .also = zoom text
palette-smaller = Smaller
    .also = zoom text
palette-password = Change my password
    .also = account security
palette-sign-out = Sign out
    .also = log out exit quit
palette-setting = settings { $words }
palette-everywhere = Search everything for “{ $query }”
