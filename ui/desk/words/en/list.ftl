# The rail and the lists.


## Sections

section-my = { -section-my }
    .empty = No conversations
    .why = Conversations that you join or are invited to appear here. Take one from { -section-help }.
    .offline = You are offline: what you write is queued and sent later.
section-help = { -section-help }
    .empty = All caught up
    .why = When a conversation needs a person, it appears here and you are notified. Check that notifications reach you.
    .offline = You are offline: new calls for help do not arrive.
section-left = { -section-left }
    .empty = Nothing here yet
    .why = Conversations that you left or completed in the last days stay here, also offline. Older ones are found by searching.
    .offline = You are offline: these are kept on this machine.
section-all = { -section-all }
    .empty = No live conversations
    .why = Everything in progress appears here, including what { -logic } handles alone. Past conversations are found by searching.
    .offline = You are offline: others may have continued since.

## Rail

rail-sections = Sections
rail-inbox = For you
rail-not-sent = Not sent
rail-search = Search everything
    .title = Search everything (/)
rail-commands = Commands
    .title = Commands (Ctrl K)
rail-settings = Settings
    .title = Settings ({ $key })
rail-shortcuts = Keyboard shortcuts
    .title = Keyboard shortcuts (?)
rail-unread = { $count } unread
me-menu = You
    .title = Availability ({ $key }), settings, sign out
me-away = Away with a reason …
me-library = Quick replies and questions
me-password = Change password
me-sign-out = Sign out

## The list

list-open =
    { $open } open · { $room ->
        [0] full
       *[other] room for { $room }
    }
list-snoozed = { $count } snoozed
list-filter = Filter conversations
    .placeholder = Filter by name or words
list-as-of = As of { $time }.
list-loading = Loading { $section }
list-unreadable = This list cannot be read
list-left-out =
    { $count ->
        [one] One conversation is
       *[other] { $count } conversations are
    } not shown
    .why = This list is set to “{ $only }”.
list-shown = { $shown } of { $all }
list-no-match = Nothing matches
    .why = No name and no last words here contain “{ $query }”.
    .clear = Clear the filter
list-nothing-kept = Nothing on this machine
    .why = It is fetched when the hub answers again.
list-test-notification = Send a test notification
list-waiting = Help needed
    .count = { $count } waiting
    .longest = longest { $time }
    .next = Next

## Rows

row-unread = Unread
row-loading = Loading
row-no-messages = No messages yet
row-by = { $name }:
row-as-of = as of { $time }
row-waiting = waiting { $time }
row-due = due in { $time }
row-overdue = overdue { $time }
row-due-title = waiting { $time }, due at { $at }
row-joined = joined,
row-no-reply = no reply { $time }
row-draft = Draft
list-arrange = Arrange the list
    .title = Arrange the list ({ $key })
order-need = Most urgent first
order-due = Due first
order-newest = Newest first
order-oldest = Oldest first
order-name = By name
group-none = No groups
group-state = By state
group-channel = By channel
group-language = By language
group-brand = By brand
group-agent = By agent
group-reason = By reason for help
group-help = Help needed
group-waiting = Waiting
group-others = Others
group-no-language = Unknown language
group-no-brand = No brand
group-nobody = No agent
group-no-reason = No help needed
only-all = Everything
only-unread = Unread only
only-waiting = Waiting only
row-invited = Invited
row-mentioned = @ mentioned
row-completed = Completed

## Snooze

snoozed-until = Snoozed until { $time }
    .by = { $name }: snoozed until { $time }
snoozed-until-customer = Snoozed until the customer writes
    .by = { $name }: snoozed until the customer writes
snooze-over = Reminder
