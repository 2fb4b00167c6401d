# What is said outside of the window: notifications, the icon and its menu.


## Notifications

notice-help = { $name } needs help
notice-transfer = { $by } transfers { $name } to you
notice-invited = { $by } invites you to { $name }
    .logic = { -logic } invites you to { $name }
    .colleague = A colleague
notice-failed = Not delivered to { $name }
    .body = Open the conversation to see why and to try again.
notice-waiting = { $name } is still waiting
    .joined = { $name }: joined, no reply { $time }
notice-reminder = Reminder: { $name }
    .over = Your snooze is over.
    .help = Help is needed: { $reason }
notice-mentioned = { $by } mentions you: { $name }
notice-group-help =
    { $count ->
        [one] 1 conversation needs help
       *[other] { $count } conversations need help
    }
notice-group-you =
    { $count ->
        [one] 1 conversation needs you
       *[other] { $count } conversations need you
    }
    .body = Open the one that waits longest.
notice-queue =
    { $count ->
        [one] 1 conversation waits for help
       *[other] { $count } conversations wait for help
    }
    .body = No one has taken them yet.
notice-test = Notifications work
    .body = This is how Tandem calls you when someone needs help.
notice-works = Notifications work.
notice-answer = Answer the customer
    .send = Send
notice-act-join = Join
notice-act-open = Open
notice-act-snooze = Snooze
notice-act-reply = Reply

## The icon and its menu

tray-section = { $title } ({ $count })
    .my = { -section-my }
    .help = { -section-help }
    .left = { -section-left }
    .all = { -section-all }
tray-open = Open Tandem
tray-quit = Quit
tray-locked = Tandem is locked
tray-signed-out = You are signed out
tray-available = Available
tray-busy = Busy
tray-away = Away
standing-locked = locked
standing-signed-out = signed out
standing-nobody-waits = nobody waits
standing-help =
    { $count ->
        [one] 1 needs help
       *[other] { $count } need help
    }
standing-unread = { $count } unread
standing-both = { $help }, { $unread }
standing-offline = { $standing } (offline)
