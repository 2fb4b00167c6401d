# The supervisors' live board.

board-title = Live board
board-live = { $count } live
board-as-of = as of { $time }
board-reorder = Reorder
board-loading = Reading conversations …
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
