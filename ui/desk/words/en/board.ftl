# The supervisors' live board.

board-title = Live board
board-live = { $count } live
board-as-of = as of { $time }
board-reorder = Reorder
board-loading = Reading conversations …
board-pop-out = Open the board in its own window
board-bring-back = Close this window
board-wall = Wall display
    .title = Large figures without names, for a screen on the wall
board-conversations = Conversations in progress
board-figures = Figures; each one shows its conversations
board-longest = longest { $time }
board-of-them-unanswered = { $count } unanswered
board-fallen = { $count } could not go on
board-at-supervisors = { $count } with supervisors
board-closing = { $count } windows close soon
board-available = { $count ->
    [one] 1 available
   *[other] { $count } available
}
board-figure-wanted = Need a person
    .title = A person is wanted, and none has joined. Longest: since then.
board-figure-unanswered = Unanswered
    .title = The customer has written, and nobody has answered. Longest: since their first words.
board-figure-people = With people
    .title = An agent or external agent takes part
board-figure-logic = { -logic } alone
    .title = { -logic } takes part, and nobody else
board-figure-queue = Queue
    .title = A person is wanted, and none has joined
board-figure-idle = With nobody
    .title = Nobody takes part, and nobody is wanted
board-figure-calls = Open calls
    .title = Calls for help that nobody has taken
board-figure-fallen = Could not go on
    .title = { -logic } could not go on
board-figure-new = New in 60 min
    .title = Conversations that started within 60 minutes
board-figure-undelivered = Undelivered
    .title = Messages of ours that the channel refused
board-figure-places = Free places
    .title = How many conversations the available agents can take
board-filters = Filters
board-find = Find on the board
board-group = Group by
board-ungrouped = No groups
board-by-handler = By who handles it
board-by-channel = By channel
board-by-brand = By brand
board-by-reach = By who was called
board-by-tag = By tag
board-handled = Handled by
board-anyone = Handled by anyone
board-handler-people = People
board-handler-logic = { -logic }
board-handler-both = { -logic } and people
board-handler-nobody = Nobody
board-channel = Channel
board-every-channel = Every channel
board-brand = Brand
board-every-brand = Every brand
board-tag = Tag
board-every-tag = Every tag
board-no-call = No open call
board-no-tag = No tag
board-no-brand = No brand
board-reach-eligible = Agents with room called
board-reach-everyone = Everyone called
board-reach-supervisors = Supervisors called
board-reach-logic = Back with { -logic }
board-shown = { $count } shown
board-all = Show all
board-saved =
    .title = Click shows this view, a double click deletes it
board-name = Name of the view
board-save = Save view
board-column-customer = Customer
board-column-words = Last words
board-column-handler = Handled by
board-column-channel = Channel
board-column-brand = Brand
board-column-waiting = Waiting
board-group-wanted = { $count ->
    [one] 1 needs a person
   *[other] { $count } need a person
}, longest { $time }
board-nothing = No live conversations
board-nothing-fits = No conversation fits these filters
board-left-out = { $count } more are not listed. Filter to find them.
board-logic = { -logic }
board-nobody = Nobody
board-wanted-since = A person is wanted since { $time }
board-unanswered-since = Nobody has answered since { $time }
board-for-person = for a person
board-for-answer = for an answer
board-customers-turn = customer’s turn
board-undelivered = { $count ->
    [one] 1 message not delivered
   *[other] { $count } messages not delivered
}
board-fell-back = { -logic }: { $reason }
board-closes = Replies are possible for less than an hour
board-graded-wrong = Handover graded wrong
board-people = People
board-person =
    .title = Show the conversations of { $name }
board-you = you
board-load = { $engaged } of { $capacity }
board-offline = { $count ->
    [one] 1 offline
   *[other] { $count } offline
}
board-presence-available = Available
board-presence-busy = Busy
board-presence-away = Away
board-presence-offline = Offline
board-chosen = { $count } selected
    .acts = Selected conversations
    .none = Select none
    .row = Selected
board-one-at-a-time = This works for one conversation at a time. Select none first.
board-look = Look into the conversation of { $name }
board-as-seen = The conversation with { $name }, as seen by …
board-choose = Select { $name }, or not
board-for-chosen = { $act }: { $count } selected
board-show-figure = Show: { $figure }
board-show-view = Show the view { $name }
board-group-so = Groups: { $group }
board-sort-by = Sort by: { $column }
board-set = Set availability of { $name }
board-set-to = Set { $name } to { $availability }
board-was-set = { $name } is set to { $availability }, and was told.
bulk-transfer = { $count ->
    [one] Assign 1 conversation
   *[other] Assign { $count } conversations
}
    .submit = Ask to join
bulk-note = { $count ->
    [one] Write a note in 1 conversation
   *[other] Write a note in { $count } conversations
}
    .text = Note
    .submit = Write note
bulk-tags = { $count ->
    [one] Tag 1 conversation
   *[other] Tag { $count } conversations
}
    .submit = Add tag
bulk-take-over = { $count ->
    [one] Take over 1 conversation
   *[other] Take over { $count } conversations
}
    .lead = Whoever handles them now leaves, and { -logic } stops answering there.
    .submit = Take over
bulk-widen = { $count ->
    [one] Call more people to 1 conversation
   *[other] Call more people to { $count } conversations
}
    .lead = Each open call for help goes one step further: to all agents, then to supervisors.
    .submit = Call more people
bulk-done = { $count ->
    [one] Done for 1 conversation
   *[other] Done for { $count } conversations
}
bulk-progress = { $done } of { $of }
bulk-refused = { $count ->
    [one] 1 not done:
   *[other] { $count } not done:
}
board-over-wanted = A customer waits too long for a person.
board-over-unanswered = A customer waits too long for an answer.
board-over-calls = Too many calls for help are open.
board-over-fallbacks = { -logic } could not go on too often.
board-over-free-places = Too few free places.
board-normal-wanted = Waits for a person are within the limit again.
board-normal-unanswered = Waits for an answer are within the limit again.
board-normal-calls = Open calls for help are within the limit again.
board-normal-fallbacks = { -logic } is within the limit again.
board-normal-free-places = There are enough free places again.

## The day

board-side = People and figures of the day
day = Today
    .title = Since midnight, { $zone }
day-csat = Satisfied (4 or 5 of 5)
day-unknown = –
day-percent = { $percent } %
day-percent-below = < { $percent } %
day-of = of { $count }
day-p90 = 90 % within { $time }
day-provisional = { $count } provisional
day-hit = yes
day-missed = no
day-rows = Show the rows of { $figure }
    .of = { $figure }, today
    .loading = Loading rows …
    .more = { $count } more
    .elsewhere = Not on this machine
day-logic = { -logic }, last 60 min
day-logic-median = Answer, median
day-logic-p95 = Answer, 95 % within
day-logic-failed = Failed
day-logic-waiting = Waiting for an answer
day-calls = Why people were called
day-call-logic-asked = { -logic } asked for help
day-call-customer-asked = The customer asked
day-call-agent-asked = An agent asked
day-call-logic-failed = { -logic } failed
day-call-logic-silent = { -logic } had no answer
day-call-last-person-left = The last person left
day-call-invitation-over = No one took the invitation
day-call-link-over = A partner's link ended
day-call-nobody-engaged = No one was there
duration-tenths = { $seconds } s
curves = Curves
    .range = Time
    .table = As a table
curve-range-hour = 60 min
curve-range-day = 24 h
curve-time = Time
curve-arrivals = Started
curve-completions = Completed
curve-wanted = Need a person
curve-available = Available agents
curve-at = { $time }: { $value }
curve-now = now { $value }, at most { $most }
curve-sum = { $sum }, at most { $most } at once
